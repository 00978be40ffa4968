//! Rich Text (.rtf), as TextEdit and WordPad save notes: the text is read in its own text format.
//!
//! Only text is extracted, by the rules of the Rich Text Format Specification 1.9.1: groups of
//! fonts, styles, pictures and notes are skipped; characters are in the font's character set or
//! Unicode. Parsed here because the existing crates treat code page bytes as Unicode and panic on a
//! lone surrogate. Warnings have the line numbers of the text.
//!
//! Invariants: one pass without recursion; at most [`MAX_DEPTH`] groups are open; nothing is
//! followed or opened.

mod letters;

use encoding_rs::Encoding;

use crate::kernel::lines::lines;
use crate::kernel::{Builder, Confidence, Format, Head, Source};
use letters::Letters;

/// The Rich Text format.
pub(crate) struct Rtf;

/// Maximum depth of groups; more than any program writes.
const MAX_DEPTH: usize = 10_000;
const MARK: &[u8] = b"{\\rtf";
/// Maximum number of fonts; more than any document has.
const MAX_FONTS: usize = 10_000;

impl Format for Rtf {
    fn id(&self) -> &'static str {
        "rtf"
    }

    fn name(&self) -> &'static str {
        "Rich Text (.rtf)"
    }

    fn is_document(&self) -> bool {
        true
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        match head.bytes().starts_with(MARK) {
            true => Confidence::Certain,
            false => Confidence::No,
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let (text, whole) = text(source.bytes());
        if !whole {
            let line = lines(&text).last().map_or(1, |line| line.number);
            out.warn(line, "the document is cut off here: it was read up to this point");
        }
        out.read_within(text, None);
    }
}

/// Groups without text of the document.
const ASIDE: &[&[u8]] = &[
    b"annotation",
    b"atnauthor",
    b"atnid",
    b"author",
    b"colortbl",
    b"filetbl",
    b"fldinst",
    b"footer",
    b"footerf",
    b"footerl",
    b"footerr",
    b"footnote",
    b"generator",
    b"header",
    b"headerf",
    b"headerl",
    b"headerr",
    b"info",
    b"listtable",
    b"listoverridetable",
    b"listtext",
    b"nonshppict",
    b"object",
    b"pict",
    b"pntext",
    b"revtbl",
    b"rsidtbl",
    b"stylesheet",
    b"themedata",
    b"tc",
    b"xe",
];

/// State of a group, until its end.
#[derive(Debug, Clone, Copy)]
struct Group {
    /// Whether it has no text of the document.
    aside: bool,
    /// Whether its text is hidden or was deleted.
    hidden: bool,
    deleted: bool,
    /// Whether it is the font table.
    fonts: bool,
    /// Number of fallback characters after a Unicode one, for programs without Unicode.
    spare: u32,
    font: i32,
    set: &'static Encoding,
}

/// A token of a document.
enum Piece<'a> {
    Open,
    Close,
    /// A control word and its number.
    Word(&'a [u8], Option<i32>),
    /// A control symbol.
    Symbol(u8),
    /// `\'e9`.
    Letter(u8),
    Byte(u8),
}

/// Extracts the text of a document, a line for each paragraph; returns it and whether the document
/// is complete.
fn text(bytes: &[u8]) -> (String, bool) {
    let mut reading = Reading {
        groups: vec![Group {
            aside: false,
            hidden: false,
            deleted: false,
            fonts: false,
            spare: 1,
            font: -1,
            set: encoding_rs::WINDOWS_1252,
        }],
        set: encoding_rs::WINDOWS_1252,
        fonts: Vec::new(),
        letters: Letters::new(std::str::from_utf8(bytes).is_ok()),
        starred: false,
        skip: 0,
    };
    let mut at = 0;
    while let Some((piece, length)) = piece(&bytes[at..]) {
        at += length;
        if let Piece::Word(b"bin", Some(size)) = piece {
            // Binary data of a picture.
            at = at.saturating_add(usize::try_from(size).unwrap_or(0)).min(bytes.len());
            continue;
        }
        if reading.groups.len() > MAX_DEPTH || !reading.take(&piece) {
            break;
        }
    }
    // In a complete document the outermost group is closed.
    let whole = reading.groups.len() == 1;
    (reading.letters.finish(), whole)
}

/// Parses the next token; returns it and its length.
fn piece(rest: &[u8]) -> Option<(Piece<'_>, usize)> {
    let (first, later) = rest.split_first()?;
    Some(match first {
        b'{' => (Piece::Open, 1),
        b'}' => (Piece::Close, 1),
        b'\\' => match later.first()? {
            b'\'' => {
                let digits = later.get(1..3).and_then(|d| std::str::from_utf8(d).ok());
                match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                    Some(letter) => (Piece::Letter(letter), 4),
                    None => (Piece::Symbol(b'\''), 2),
                }
            }
            b if b.is_ascii_alphabetic() => {
                let letters = later.iter().take_while(|b| b.is_ascii_alphabetic()).count();
                let digits = later[letters..]
                    .iter()
                    .enumerate()
                    .take_while(|(i, b)| b.is_ascii_digit() || *i == 0 && **b == b'-')
                    .count();
                let number = std::str::from_utf8(&later[letters..letters + digits]).ok();
                let number = number.and_then(|number| number.parse().ok());
                let end = letters + digits;
                let space = usize::from(later.get(end) == Some(&b' '));
                (Piece::Word(&later[..letters], number), 1 + end + space)
            }
            symbol => (Piece::Symbol(*symbol), 2),
        },
        byte => (Piece::Byte(*byte), 1),
    })
}

struct Reading {
    groups: Vec<Group>,
    /// The document's own character set.
    set: &'static Encoding,
    /// Character sets by font number.
    fonts: Vec<(i32, &'static Encoding)>,
    letters: Letters,
    /// Whether the group may be skipped if its first control word is unknown.
    starred: bool,
    /// Number of fallback characters left to skip after a Unicode one.
    skip: u32,
}

impl Reading {
    /// Processes the next token; returns `false` at the end of the document.
    fn take(&mut self, piece: &Piece<'_>) -> bool {
        let Some(group) = self.groups.last().copied() else { return false };
        match piece {
            Piece::Open => {
                self.groups.push(group);
                (self.starred, self.skip) = (false, 0);
            }
            Piece::Close => {
                self.groups.pop();
                self.skip = 0;
                return self.groups.len() > 1;
            }
            Piece::Word(word, number) => self.word(word, *number, group),
            Piece::Symbol(b'*') => self.starred = true,
            Piece::Symbol(_) | Piece::Letter(_) | Piece::Byte(_) if self.skip > 0 => {
                // Line ends do not count.
                self.skip -= u32::from(!matches!(piece, Piece::Byte(b'\r' | b'\n')));
            }
            Piece::Symbol(symbol) => match symbol {
                b'\\' | b'{' | b'}' => self.push(group, *symbol as char),
                b'~' => self.push(group, '\u{A0}'),
                b'_' => self.push(group, '-'),
                b'\r' | b'\n' => self.push(group, '\n'),
                _ => {}
            },
            Piece::Letter(letter) if group.is_said() => self.letters.byte(*letter, group.set),
            Piece::Byte(b'\r' | b'\n') => {}
            Piece::Byte(byte) if group.is_said() => self.letters.raw(*byte, group.set),
            Piece::Letter(_) | Piece::Byte(_) => {}
        }
        true
    }

    fn push(&mut self, group: Group, c: char) {
        if group.is_said() {
            self.letters.push(c);
        }
    }

    fn word(&mut self, word: &[u8], number: Option<i32>, group: Group) {
        let starred = std::mem::take(&mut self.starred);
        self.skip = 0;
        let on = number != Some(0);
        let c = match word {
            b"par" | b"line" | b"row" | b"nestrow" | b"sect" | b"page" => '\n',
            b"tab" | b"cell" | b"nestcell" => '\t',
            b"emdash" => '—',
            b"endash" => '–',
            b"lquote" => '‘',
            b"rquote" => '’',
            b"ldblquote" => '“',
            b"rdblquote" => '”',
            b"bullet" => '•',
            b"emspace" | b"enspace" | b"qmspace" => ' ',
            b"u" => {
                self.skip = group.spare;
                if let Some(unit) = number.filter(|_| group.is_said()) {
                    // Signed 16-bit numbers.
                    self.letters.unit(unit as u16);
                }
                return;
            }
            _ => {
                self.state(word, number, on, starred);
                return;
            }
        };
        self.push(group, c);
    }

    /// Processes a control word that changes how the following text is read.
    fn state(&mut self, word: &[u8], number: Option<i32>, on: bool, starred: bool) {
        let set = self.set;
        let Some(group) = self.groups.last_mut() else { return };
        match word {
            b"ansicpg" => {
                self.set = number.and_then(letters::of_code_page).unwrap_or(set);
                group.set = self.set;
            }
            b"mac" => {
                self.set = encoding_rs::MACINTOSH;
                group.set = self.set;
            }
            b"uc" => group.spare = number.and_then(|n| u32::try_from(n).ok()).unwrap_or(1).min(8),
            b"v" => group.hidden = on,
            b"deleted" => group.deleted = on,
            b"plain" => (group.hidden, group.deleted) = (false, false),
            b"fonttbl" => (group.fonts, group.aside) = (true, true),
            b"f" => {
                let font = number.unwrap_or(0);
                group.font = font;
                if !group.fonts {
                    let known = self.fonts.iter().rfind(|(number, _)| *number == font);
                    group.set = known.map_or(set, |(_, set)| *set);
                }
            }
            b"fcharset" if group.fonts && self.fonts.len() < MAX_FONTS => {
                let named = number.and_then(letters::of_charset).unwrap_or(set);
                self.fonts.push((group.font, named));
            }
            // The text of a link or a text box is text of the document.
            b"fldrslt" | b"shptxt" | b"ud" => group.aside = false,
            word if starred || ASIDE.contains(&word) => group.aside = true,
            _ => {}
        }
    }
}

impl Group {
    fn is_said(&self) -> bool {
        !self.aside && !self.hidden && !self.deleted
    }
}

#[cfg(test)]
mod tests;
