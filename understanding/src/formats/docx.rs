//! Word documents (.docx): the transcript that Teams writes, or any text format in a document.
//!
//! Teams has a paragraph for each cue: times, name, words, with line breaks between. Any other
//! document is read as the text that it holds, in whichever format that is. Warnings number the
//! lines of that text.
//!
//! Invariants: one entry of the archive is read, as a stream, and no more than [`MAX_XML`] of
//! it; nothing is written anywhere; entities and links are never followed. Deleted text and the
//! spare copies of text boxes are not taken, and of tables only those that are a transcript: then
//! the text around them is a report of it.

use std::io::{BufRead, BufReader, Cursor, Read};

use super::builder::{Builder, Piece};
use super::lines::lines;
use super::time::{self, Stamp};
use super::xml::{Mark, walk};
use super::{Confidence, Format, Head, Refusal, Source, document};
use tables::Tables;

#[path = "docx_tables.rs"]
mod tables;

/// See the module.
pub(super) struct Docx;

/// What is read of a document; four hours of talk have less than a tenth.
const MAX_XML: u64 = if cfg!(test) { 2 << 20 } else { 48 << 20 };
/// A document has a few dozen entries.
const MAX_ENTRIES: u16 = 4_000;
const ENTRY: &str = "word/document.xml";

impl Format for Docx {
    fn id(&self) -> &'static str {
        "docx"
    }

    fn name(&self) -> &'static str {
        "Word document (.docx)"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let bytes = head.bytes();
        if !bytes.starts_with(b"PK\x03\x04") {
            return Confidence::No;
        }
        let named = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
        if named(ENTRY.as_bytes()) || named(b"word/") && named(b"[Content_Types].xml") {
            Confidence::Certain
        } else if infer::get(bytes).is_some_and(|kind| kind.extension() == "docx") {
            Confidence::Likely
        } else {
            Confidence::No
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let Some(text) = text(source.bytes(), out) else {
            out.refuse(Refusal::Damaged { what: "Word document" });
            return;
        };
        if text.teams > 0 {
            teams(&text.text, out);
            return;
        }
        if text.tables.speak() {
            out.warn(1, "what stands around the table of the transcript was skipped");
            text.tables.say(out);
            return;
        }
        document::read(&text.text, out);
    }
}

struct Text {
    text: String,
    /// Paragraphs that are cues of Teams.
    teams: u32,
    lines: u32,
    tables: Tables,
    /// Whether the document could be read to its end.
    whole: bool,
}

/// The text of a document: a line for each paragraph and each break in one.
fn text(bytes: &[u8], out: &mut Builder) -> Option<Text> {
    // An archive says at its end how many entries it has.
    let tail = &bytes[bytes.len().saturating_sub(66_000)..];
    let end = tail.windows(4).rposition(|window| window == b"PK\x05\x06")?;
    let entries = u16::from_le_bytes([*tail.get(end + 10)?, *tail.get(end + 11)?]);
    if entries > MAX_ENTRIES {
        return None;
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let file = archive.by_name(ENTRY).ok()?;
    let mut input = file.take(MAX_XML);
    let text = paragraphs(BufReader::new(&mut input), out);
    if input.limit() == 0 {
        out.warn(
            text.lines,
            "the document unpacks to more than any transcript: it was read in part",
        );
    } else if !text.whole {
        out.warn(text.lines, "the document is damaged here: it was read up to this point");
    }
    Some(text)
}

fn paragraphs(input: impl BufRead, out: &mut Builder) -> Text {
    let mut text =
        Text { text: String::new(), teams: 0, lines: 1, tables: Tables::default(), whole: false };
    let mut line = 1u32;
    let (mut words, mut tables, mut spare) = (false, 0u32, 0u32);
    let mut table = None;
    let mut from = 0;
    let whole = walk(input, |_, mark| {
        match mark {
            Mark::Open("tbl", _) => {
                tables += 1;
                table.get_or_insert(line);
                if tables == 1 {
                    text.tables.open();
                }
            }
            Mark::Open("tc", _) if tables == 1 => text.tables.cell(),
            Mark::Close("tr") if tables == 1 => text.tables.row(line),
            Mark::Close("tbl") => tables = tables.saturating_sub(1),
            Mark::Open("Fallback", _) => spare += 1,
            Mark::Close("Fallback") => spare = spare.saturating_sub(1),
            Mark::Open("t", _) => words = true,
            Mark::Close("t") => words = false,
            Mark::Text(said) if words && tables == 1 && spare == 0 => text.tables.push(said),
            Mark::Open("br" | "cr" | "tab", _) | Mark::Close("p") if tables == 1 && spare == 0 => {
                text.tables.push(" ");
            }
            _ if tables > 0 || spare > 0 => {}
            Mark::Text(said) if words => text.text.push_str(said),
            Mark::Open("br" | "cr", _) => {
                text.text.push('\n');
                line = line.saturating_add(1);
            }
            Mark::Open("tab", _) => text.text.push('\t'),
            Mark::Close("p") => {
                let paragraph = text.text[from..].trim();
                let mut parts = paragraph.splitn(3, '\n');
                let first = parts.next().unwrap_or_default();
                let cue = parts.next().is_some() && timing(first).is_some();
                text.teams += u32::from(cue);
                // What has breaks is a block of its own.
                let blank = paragraph.contains('\n');
                text.text.push_str(if blank { "\n\n" } else { "\n" });
                line = line.saturating_add(1 + u32::from(blank));
                from = text.text.len();
            }
            _ => {}
        }
        true
    });
    if let Some(line) = table.filter(|_| text.tables.others > 0) {
        out.warn(line, "tables in the document were skipped");
    }
    Text { lines: line, whole, ..text }
}

/// Reads cues: times, a name, words.
fn teams(text: &str, out: &mut Builder) {
    let mut times = (None, None);
    let mut speaker: Option<&str> = None;
    // Lines after the times; the last is kept back, for it may be all there is.
    let mut place = 0u32;
    let mut waiting: Option<(u32, &str)> = None;
    let mut stray = None;
    let say = |line, speaker, times: (Option<u64>, Option<u64>), text, out: &mut Builder| {
        out.say(Piece {
            line,
            speaker,
            start_ms: times.0,
            end_ms: times.1,
            text,
            ..Piece::default()
        });
    };
    for line in lines(text) {
        let trimmed = line.text.trim();
        if trimmed.is_empty() {
            // Times, one line, and no more: words of nobody known.
            if let Some((line, words)) = waiting.take() {
                say(line, None, times, words, out);
            }
            (place, speaker) = (0, None);
            continue;
        }
        if out.is_full() {
            return;
        }
        if let Some((start, end)) = timing(trimmed) {
            if let Some((line, words)) = waiting.take() {
                say(line, None, times, words, out);
            }
            times = out.times(line.number, Some(start), Some(end));
            (place, speaker) = (1, None);
            continue;
        }
        match place {
            0 => {
                stray.get_or_insert(line.number);
            }
            1 => {
                waiting = Some((line.number, trimmed));
                place = 2;
            }
            _ => {
                if let Some((_, name)) = waiting.take() {
                    speaker = Some(name);
                }
                say(line.number, speaker, times, trimmed, out);
                // Further lines have the same cue's end, but no start of their own.
                times.0 = None;
                place = 3;
            }
        }
    }
    if let Some((line, words)) = waiting {
        say(line, None, times, words, out);
    }
    if let Some(line) = stray {
        out.warn(line, "text outside any cue was skipped");
    }
}

/// `0:0:0.90 --> 0:0:6.500`, where the fraction is a number of milliseconds.
fn timing(line: &str) -> Option<(Stamp, Stamp)> {
    if line.len() > 80 {
        return None;
    }
    let (start, end) = line.split_once("-->")?;
    Some((stamp(start)?, stamp(end)?))
}

fn stamp(text: &str) -> Option<Stamp> {
    let text = text.trim();
    let Some((whole, fraction)) = text.split_once('.') else { return time::stamp(text) };
    if fraction.is_empty() || fraction.len() >= 3 {
        return time::stamp(text);
    }
    time::stamp(&format!("{whole}.{fraction:0>3}"))
}

#[cfg(test)]
#[path = "docx_tests.rs"]
mod tests;
