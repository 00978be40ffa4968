//! Writes `docs/formats.md`: every format with what is taken from it, and what comes out of
//! every file of the corpus.
//!
//! `cargo run -p debrief-formats --example formats_table > docs/formats.md`, with
//! `DEBRIEF_CORPUS` or `../shared/corpus` beside the checkout.

use std::fs;
use std::path::{Path, PathBuf};

use debrief_formats as formats;
use unicode_segmentation::UnicodeSegmentation;

/// What is taken from a format, and what is not: a line for each, divided by tabs.
const NOTES: &str = include_str!("data/formats.tsv");

fn main() {
    let corpus = std::env::var_os("DEBRIEF_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus"),
        PathBuf::from,
    );
    println!("# Formats\n");
    println!(
        "Generated: `cargo run -p debrief-formats --example formats_table > docs/formats.md`.\n"
    );
    println!(
        "A format is recognised from what a file holds, never from its name. Any line ending will do."
    );
    println!(
        "Text may be UTF-8, UTF-16, a Windows code page, GB18030, Big5, Shift_JIS or another old"
    );
    println!("character set; an old one is guessed from the letters, and a warning says so.\n");
    println!("## What is taken\n");
    println!("| format | name | taken | not taken |\n|---|---|---|---|");
    for (id, name) in formats::accepted() {
        let noted = NOTES.lines().map(|line| line.splitn(3, '\t').collect::<Vec<_>>());
        let Some([_, taken, left]) =
            noted.filter_map(|row| row.try_into().ok()).find(|row: &[&str; 3]| row[0] == id)
        else {
            eprintln!("{id} has no line in data/formats.tsv");
            std::process::exit(1)
        };
        println!("| `{id}` | {name} | {taken} | {left} |");
    }
    println!(
        "\nSpeakers that a tool numbers or letters become `Speaker 0` or `Speaker A`; other labels stay as they are."
    );
    println!(
        "Summaries, action items and other words of a tool are never taken for words of the session.\n"
    );
    println!(
        "A ZIP of several files is unpacked and each transcript in it is read; folders, hidden files,"
    );
    println!("links, and archives in the archive are left out, and a warning says so.\n");
    println!("## What comes out of the corpus\n");
    println!(
        "Turns are cues of one speaker put together, with a new one after a pause of 30 seconds.\n"
    );
    println!(
        "| file | format | speakers | turns | words | length | warnings | first words | last words |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for folder in files(&corpus.join("transcripts")).iter().filter(|path| path.is_dir()) {
        files(folder).iter().for_each(|file| row(&corpus, file));
    }
    for folder in files(&corpus.join("zoom-calls")).iter().filter(|path| path.is_dir()) {
        for name in ["transcript.vtt", "chat.txt"] {
            let file = folder.join(name);
            if file.is_file() {
                row(&corpus, &file);
            }
        }
    }
}

fn row(corpus: &Path, file: &Path) {
    let name = file.strip_prefix(corpus).unwrap_or(file).display().to_string();
    let name = name.trim_start_matches("transcripts/");
    let Ok(bytes) = fs::read(file) else { return };
    let content = match formats::parse(&bytes) {
        Ok(content) => content,
        Err(refusal) => {
            let sentence = refusal.to_string();
            let reason = sentence.split(" It reads ").next().unwrap_or_default();
            println!("| {name} | refused | | | | | | {} | |", cell(reason));
            return;
        }
    };
    let words: usize = content.turns.iter().map(|turn| turn.text.unicode_words().count()).sum();
    let length = content.duration_ms.map_or(String::new(), |ms| {
        let seconds = ms / 1000;
        format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    });
    let mut warnings: Vec<String> = content
        .warnings
        .iter()
        .take(2)
        .map(|warning| format!("{}: {}", warning.line, warning.message))
        .collect();
    if content.warnings.len() > 2 {
        warnings.push(format!("… {} in all", content.warnings.len()));
    }
    let ends = [content.turns.first(), content.turns.last()].map(|turn| {
        turn.map_or(Vec::new(), |turn| turn.text.split_whitespace().collect::<Vec<_>>())
    });
    println!(
        "| {name} | `{}` | {} | {} | {words} | {length} | {} | {} | {} |",
        content.format,
        content.participants.len(),
        content.turns.len(),
        cell(&warnings.join("; ")),
        cell(&ends[0][..ends[0].len().min(6)].join(" ")),
        cell(&ends[1][ends[1].len().saturating_sub(6)..].join(" ")),
    );
}

/// Text that does not break a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
        .unwrap_or_default();
    files.sort();
    files
}
