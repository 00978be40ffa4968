//! Writes `docs/formats.md`: every format with the content that is read from it, and the result for
//! every file of the corpus.
//!
//! `cargo run -p debrief-formats --example formats_table > docs/formats.md`, with `DEBRIEF_CORPUS`
//! or `../shared/corpus` next to the checkout.

use std::fs;
use std::path::{Path, PathBuf};

use debrief_formats as formats;
use unicode_segmentation::UnicodeSegmentation;

/// The content that is read and ignored in each format: a line for each, separated by tabs.
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
        "A format is recognised by the content of a file, never by its name. Any line ending is accepted."
    );
    println!(
        "Text may be UTF-8, UTF-16, a Windows code page, GB18030, Big5, Shift_JIS or another old"
    );
    println!("character set; an old one is detected from the characters, with a warning.\n");
    println!("## Formats and their content\n");
    println!("| format | name | read | ignored |\n|---|---|---|---|");
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
        "\nNumbered or lettered speakers become `Speaker 0` or `Speaker A`; other labels are kept."
    );
    println!("Summaries, action items and other generated text never become turns.\n");
    println!("## What is left out\n");
    println!(
        "Text that is in no turn is counted: one warning for each kind, with its first line and the"
    );
    println!(
        "number of places and words (`words` of the warning). Kinds are text before the first speaker,"
    );
    println!(
        "cue, time or message; properties and notes around a conversation; lines, labels and time marks"
    );
    println!(
        "of a tool; marked breaks and silence; data in cues; notices, placeholders, reactions and"
    );
    println!(
        "quotations of chats; rows and lines that fit neither table nor captions; and what a note taker"
    );
    println!(
        "announces. Not counted are names, times, markup, NOTE and STYLE blocks, and lines that roll-up"
    );
    println!("captions repeat. `formats/src/conservation.rs` checks it by a second reading.\n");
    println!(
        "A ZIP of several files is unpacked and each transcript in it is read; folders, hidden files,"
    );
    println!("links and nested archives are skipped, with a warning.\n");
    println!("## Results on the corpus\n");
    println!("A turn joins the cues of one speaker; a pause of 30 seconds starts a new turn.\n");
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
            let reason = sentence.split(" Debrief reads ").next().unwrap_or_default();
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

/// Escapes text for a table.
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
