//! Text of word processor documents, which are ZIP archives with the text in one XML entry.
//!
//! Teams writes a paragraph for each cue: times, name and text, with line breaks between. Any other
//! document is read as plain text in its own text format. Warnings have the line numbers of that
//! text.
//!
//! Invariants: one entry of the archive is read, as a stream, up to [`MAX_XML`]; nothing is written
//! anywhere; entities and links are never followed. Deleted text and the fallback copies of text
//! boxes are ignored. Only tables that are transcripts are read: then the text around them is a
//! report about it and is ignored.

use std::io::{BufRead, BufReader, Cursor, Read};

use super::tables::Tables;
use super::teams;
use crate::kernel::xml::{Mark, attribute, walk};
use crate::kernel::{Builder, Refusal, Skip};

/// Maximum size of the XML read; four hours of speech have less than a tenth.
const MAX_XML: u64 = if cfg!(test) { 2 << 20 } else { 48 << 20 };
/// Maximum number of entries; a document has a few dozen.
const MAX_ENTRIES: u16 = 4_000;
/// Maximum number of spaces that one element may stand for.
const MAX_SPACES: usize = 100;

/// A kind of document.
pub(crate) struct Dialect {
    /// The archive entry with the text.
    pub(crate) entry: &'static str,
    /// Display name.
    pub(crate) what: &'static str,
    /// Returns the role of an element.
    pub(crate) role: fn(&str) -> Role,
    /// Whether text may be anywhere in a paragraph, or only in elements for it.
    pub(crate) bare: bool,
}

/// The role of an element, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Table,
    Row,
    Cell,
    /// Not speech, or a copy of text elsewhere.
    Spare,
    Paragraph,
    Words,
    Break,
    Tab,
    /// As many spaces as it states.
    Spaces,
    Other,
}

/// Reads a document.
pub(crate) fn read(bytes: &[u8], dialect: &Dialect, out: &mut Builder) {
    let Some(text) = text(bytes, dialect, out) else {
        out.refuse(Refusal::Damaged { what: dialect.what });
        return;
    };
    say(text, out);
}

/// Reads a document that is one XML file instead of an archive.
pub(crate) fn read_flat(xml: &str, dialect: &Dialect, out: &mut Builder) {
    let text = paragraphs(xml.as_bytes(), dialect, out);
    if !text.whole {
        out.warn(text.lines, "the document is damaged here: it was read up to this point");
    }
    say(text, out);
}

fn say(text: Text, out: &mut Builder) {
    if text.teams > 0 {
        teams::read(&text.text, out);
        return;
    }
    if text.tables.speak() {
        out.skip(1, Skip::AroundTable, &text.text);
        text.tables.say(out);
        return;
    }
    out.read_within(text.text, None);
}

#[derive(Default)]
struct Text {
    text: String,
    /// Number of paragraphs that are cues of Teams.
    teams: u32,
    lines: u32,
    tables: Tables,
    /// Whether the document could be read to its end.
    whole: bool,
}

/// Extracts the text of a document: a line for each paragraph and each break in one.
fn text(bytes: &[u8], dialect: &Dialect, out: &mut Builder) -> Option<Text> {
    // An archive declares its number of entries at its end.
    let tail = &bytes[bytes.len().saturating_sub(66_000)..];
    let end = tail.windows(4).rposition(|window| window == b"PK\x05\x06")?;
    let entries = u16::from_le_bytes([*tail.get(end + 10)?, *tail.get(end + 11)?]);
    if entries > MAX_ENTRIES {
        return None;
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let file = archive.by_name(dialect.entry).ok()?;
    let mut input = file.take(MAX_XML);
    let text = paragraphs(BufReader::new(&mut input), dialect, out);
    if input.limit() == 0 {
        out.warn(
            text.lines,
            "the document unpacks to more than any transcript: only part of it was read",
        );
    } else if !text.whole {
        out.warn(text.lines, "the document is damaged here: it was read up to this point");
    }
    Some(text)
}

fn paragraphs(input: impl BufRead, dialect: &Dialect, out: &mut Builder) -> Text {
    let mut text = Text { lines: 1, ..Text::default() };
    let (mut words, mut tables, mut spare) = (0u32, 0u32, 0u32);
    let mut table = None;
    let mut from = 0;
    let whole = walk(input, |_, mark| {
        let (opens, name, element) = match mark {
            Mark::Open(name, element) => (true, name, Some(element)),
            Mark::Close(name) => (false, name, None),
            Mark::Text(said) => {
                let said = if dialect.bare { unbroken(said) } else { said.into() };
                if words == 0 || spare > 0 {
                } else if tables == 1 {
                    text.tables.push(&said);
                } else if tables == 0 {
                    text.text.push_str(&said);
                }
                return true;
            }
        };
        match ((dialect.role)(name), opens) {
            (Role::Table, true) => {
                tables += 1;
                table.get_or_insert(text.lines);
                if tables == 1 {
                    text.tables.open();
                }
            }
            (Role::Table, false) => tables = tables.saturating_sub(1),
            (Role::Cell, true) if tables == 1 => text.tables.cell(),
            (Role::Row, false) if tables == 1 => text.tables.row(text.lines),
            (Role::Spare, true) => spare += 1,
            (Role::Spare, false) => spare = spare.saturating_sub(1),
            (Role::Words, true) => words += 1,
            (Role::Words, false) => words = words.saturating_sub(1),
            (Role::Paragraph, true) if dialect.bare => words += 1,
            (role, opens) => {
                if role == Role::Paragraph && dialect.bare {
                    words = words.saturating_sub(1);
                }
                if spare == 0 && opens != (role == Role::Paragraph) {
                    divide(role, element.map_or(1, spaces), tables, &mut from, &mut text);
                }
            }
        }
        true
    });
    if let Some(line) = table.filter(|_| text.tables.others > 0) {
        out.skip(line, Skip::OtherTable, &text.tables.others_text);
    }
    Text { whole, ..text }
}

/// Handles what separates words: the end of a paragraph, a break, a tab.
fn divide(role: Role, spaces: usize, tables: u32, from: &mut usize, text: &mut Text) {
    match (role, tables) {
        (Role::Paragraph | Role::Break | Role::Tab | Role::Spaces, 1) => text.tables.push(" "),
        (Role::Break, 0) => {
            text.text.push('\n');
            text.lines = text.lines.saturating_add(1);
        }
        (Role::Tab, 0) => text.text.push('\t'),
        (Role::Spaces, 0) => text.text.extend(std::iter::repeat_n(' ', spaces)),
        (Role::Paragraph, 0) => {
            let paragraph = text.text[*from..].trim();
            text.teams += u32::from(teams::is_cue(paragraph));
            // A paragraph with breaks is a block of its own.
            let blank = paragraph.contains('\n');
            text.text.push_str(if blank { "\n\n" } else { "\n" });
            text.lines = text.lines.saturating_add(1 + u32::from(blank));
            *from = text.text.len();
        }
        _ => {}
    }
}

/// Returns the number of spaces that an element of OpenDocument stands for.
fn spaces(element: &quick_xml::events::BytesStart<'_>) -> usize {
    attribute(element, "c").and_then(|count| count.parse().ok()).unwrap_or(1).min(MAX_SPACES)
}

/// Replaces line ends inside a paragraph of OpenDocument with spaces.
fn unbroken(said: &str) -> std::borrow::Cow<'_, str> {
    match said.contains(['\n', '\r']) {
        true => said.replace(['\n', '\r'], " ").into(),
        false => said.into(),
    }
}
