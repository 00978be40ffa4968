//! Writes `docs/formats.md`: every format with what is taken from it, and what comes out of
//! every file of the corpus.
//!
//! `cargo run -p debrief-understanding --example formats_table > docs/formats.md`, with
//! `DEBRIEF_CORPUS` or `../shared/corpus` beside the checkout.

use std::fs;
use std::path::{Path, PathBuf};

use debrief_understanding::formats;
use unicode_segmentation::UnicodeSegmentation;

/// What is taken from a format, and what is not.
const NOTES: &[(&str, &str, &str)] = &[
    (
        "webvtt",
        "`<v Name>` or `Name: ` that the file as a whole supports; times; the language in the header or a NOTE",
        "cue settings, styling, NOTE blocks (confidence)",
    ),
    (
        "srt",
        "`Name: `, `[SPEAKER_01]`, also where they stand only at changes; damaged times and arrows; numbers may be missing",
        "positions, styling",
    ),
    ("sbv", "times; `Name: `; SubViewer, which has the same times", "nothing else is there"),
    (
        "ass",
        "`Dialogue:` lines with times and the actor's name, fields in the order the file states",
        "styles, comments, what stands in braces",
    ),
    (
        "otter_txt",
        "name and start of each paragraph; `Unknown Speaker` is nobody; also Teams' newer document",
        "the footer",
    ),
    ("riverside_txt", "name and start of each block of paragraphs", "nothing else is there"),
    (
        "zoom_captions",
        "names; times of day, counted from the first, past midnight too",
        "the date is not in the file",
    ),
    (
        "zoom_chat",
        "each message as a turn with a start and no talk time, older `From … to …` lines too",
        "reactions, what a reply quotes, the recipient of a direct message",
    ),
    ("gemini_notes", "the Transcript section", "the notes: they are Gemini's words"),
    (
        "google_meet",
        "names, paragraphs, the times between them; three generations of the document",
        "attendees (rooms, presentations, bots), disclaimer, what follows \"Meeting ended\"",
    ),
    (
        "tsv",
        "columns `start`, `end`, `text`, `speaker` in any order; milliseconds, seconds or stamps",
        "other columns",
    ),
    ("vexa_json", "`segments[]`", "processed views: they are a model's words"),
    (
        "whisperx_json",
        "`segments[]`; words of another speaker than their segment",
        "scores; a diarization without words is refused",
    ),
    (
        "whisper_json",
        "`segments[]`, a speaker where there is one, language; `text` alone; bare lists of faster-whisper",
        "words, probabilities; loops on noise stay as they are",
    ),
    (
        "assemblyai_json",
        "`utterances[]`, else `words[]`, else `text`; language",
        "chapters, entities, sentiment, summary",
    ),
    (
        "deepgram_json",
        "`results.utterances[]`, else words of each channel in the order of time, else the text",
        "paragraphs, topics, summaries, other alternatives",
    ),
    ("rev_json", "`monologues[].elements[]`, punctuation attached", "confidence"),
    (
        "speechmatics_json",
        "`results[]`, punctuation attached; the first version's `words[]` with speakers by time; `UU` is nobody",
        "other alternatives, translations, summaries",
    ),
    (
        "aws_transcribe_json",
        "items with their speaker or channel; Call Analytics; Bedrock's audio segments",
        "other alternatives, sentiment, categories",
    ),
    (
        "google_stt_json",
        "words of the best alternative; only the last result where it repeats all with speakers",
        "other alternatives",
    ),
    (
        "watson_json",
        "timestamps of the best alternative, speaker labels by time",
        "`%HESITATION`, other alternatives",
    ),
    (
        "fireflies_json",
        "`sentences[]` of the API or a download; Onyx's `sections[]`",
        "summary, filters, attendees",
    ),
    (
        "fathom_json",
        "`transcript[]` with starts; the first meeting of a list",
        "summary, action items, addresses",
    ),
    (
        "read_ai_json",
        "`speaker_blocks[]`; times since 1970, counted from the first",
        "summary, chapters, metrics",
    ),
    ("granola_json", "`transcript[]` with milliseconds; `Me` and `Them` as they are", "notes"),
    ("podcast_json", "`segments[]`, single words put together", "nothing else is there"),
    (
        "textgrid",
        "a tier for each speaker, long or short form, in the order of time",
        "tiers of sounds and points, marks such as `<UNSURE>`",
    ),
    (
        "youtube_xml",
        "texts with start and length, older and newer shape",
        "styling; nobody is named",
    ),
    ("podcast_html", "`<cite>`, `<time>`, `<p>`", "all other elements' meaning"),
    (
        "docx",
        "Teams' cues; a table with columns of times, speakers and words; any text format in a document",
        "other tables, deleted text, comments, headers and footers, pictures",
    ),
    (
        "happy_scribe",
        "time and name of each block, `[00:02:14.37] - Name`",
        "nothing else is there",
    ),
    (
        "rev_nlp",
        "tokens with punctuation and case, times where there are any",
        "tags, marks such as `<laugh>`",
    ),
    (
        "whisper_cpp_json",
        "`transcription[]` with offsets, else stamps; language; a speaker where it knows one",
        "tokens, `[_BEG_]` and other marks",
    ),
    (
        "utterances_json",
        "a list with words and a speaker or a time under the usual keys, anywhere in the file (Sonix, tl;dv, Grain, Gong, Gladia, ElevenLabs, Recall, Happy Scribe, Soniox, Azure, Teams' own); times whose unit the key or the pace of the speech tells",
        "lists of a tool's words (summaries, chapters, action items), messages, logs",
    ),
    (
        "pdf",
        "the text of all pages, in whichever text format it is; Hebrew and Arabic turned around where they are written as seen",
        "pictures, notes in the margin, page numbers; a scan is refused",
    ),
    (
        "html",
        "the text of the page, a line for each block, in whichever text format it is",
        "scripts, menus, forms, footers, what is hidden; a page without a transcript is refused",
    ),
    (
        "headed_text",
        "a line with name and time, in any order, above what is said (Krisp, Gong, Fathom, Notta, Rev), the end where it is there",
        "what stands before the first heading, Fathom's action items",
    ),
    (
        "timed_text",
        "times in front of lines or above them; nobody is named",
        "what stands before the first time",
    ),
    (
        "named_text",
        "`Name: text` in its spellings: bold, lists, brackets, times before or after; `Name [00:01] text`",
        "what stands before the first speaker; breaks and jingles marked as such",
    ),
];

fn main() {
    let corpus = std::env::var_os("DEBRIEF_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus"),
        PathBuf::from,
    );
    println!("# Formats\n");
    println!(
        "Generated: `cargo run -p debrief-understanding --example formats_table > docs/formats.md`.\n"
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
        let (taken, left) = NOTES
            .iter()
            .find(|(noted, ..)| *noted == id)
            .map_or(("", ""), |(_, taken, left)| (*taken, *left));
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
