//! Bytes into text: encodings, and what is not text at all.
//!
//! Invariants: well-formed UTF-8 is borrowed, not copied; NUL becomes U+FFFD; what is neither
//! UTF-8 nor UTF-16 is read in the old character set that fits its letters; nothing is repaired
//! or guessed without [`Source::damage`] saying so. A [`Head`] is at most [`HEAD_BYTES`] long and
//! never ends in half a character.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::str::Utf8Error;

use super::binary::{describe, is_binary, kind};
use super::json::Shape;
use super::lines::lines;
use super::{Refusal, legacy, names};

/// How much of an upload is looked at to recognise it.
pub const HEAD_BYTES: usize = 64 * 1024;

/// How the characters of a file are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, least significant byte first.
    Utf16Le,
    /// UTF-16, most significant byte first.
    Utf16Be,
    /// An old character set, guessed from the letters: its label, such as `windows-1255`.
    Legacy(&'static str),
    /// Not well-formed; what could not be read became U+FFFD.
    Damaged,
}

/// The beginning of a file.
#[derive(Debug)]
pub struct Head<'a> {
    bytes: &'a [u8],
    /// `None` where it is not text.
    decoded: Option<Decoded<'a>>,
    shape: OnceCell<Option<Shape>>,
}

impl<'a> Head<'a> {
    /// Cuts, checks and decodes the beginning of a file.
    pub(super) fn new(file: &'a [u8]) -> Result<Self, Refusal> {
        let bytes = &file[..file.len().min(HEAD_BYTES)];
        Self::of(file, bytes, std::str::from_utf8(bytes))
    }

    /// Same, of a whole file whose UTF-8 is looked at once.
    pub(super) fn whole(file: &'a [u8]) -> Result<(Self, Result<&'a str, Utf8Error>), Refusal> {
        let whole = std::str::from_utf8(file);
        let bytes = &file[..file.len().min(HEAD_BYTES)];
        let head = match whole {
            Ok(text) if text.is_char_boundary(bytes.len()) => Ok(&text[..bytes.len()]),
            _ => std::str::from_utf8(bytes),
        };
        Ok((Self::of(file, bytes, head)?, whole))
    }

    fn of(
        file: &'a [u8],
        bytes: &'a [u8],
        utf8: Result<&'a str, Utf8Error>,
    ) -> Result<Self, Refusal> {
        let decoded = if is_binary(bytes, utf8) {
            None
        } else {
            let decoded =
                decode(bytes, utf8, bytes.len() < file.len() || bytes.len() == HEAD_BYTES);
            if decoded.text.trim_matches(blank).is_empty() && file.len() < HEAD_BYTES {
                return Err(Refusal::Empty);
            }
            if decoded.mostly_lost() {
                return Err(Refusal::UnreadableLetters);
            }
            Some(decoded)
        };
        Ok(Self { bytes, decoded, shape: OnceCell::new() })
    }

    /// The bytes as uploaded.
    pub fn bytes(&self) -> &[u8] {
        self.bytes
    }

    /// The decoded text without byte order mark; empty where the file is not text.
    pub fn text(&self) -> &str {
        self.decoded.as_ref().map_or("", |decoded| &decoded.text)
    }

    /// The keys at the beginning of the file, where it is JSON; looked at once for all formats.
    pub(super) fn json(&self) -> Option<&Shape> {
        self.shape.get_or_init(|| Shape::of(self.text())).as_ref()
    }

    /// How the characters are stored.
    pub fn encoding(&self) -> Encoding {
        self.decoded.as_ref().map_or(Encoding::Damaged, |decoded| decoded.encoding)
    }

    /// What to tell the user when no format wants the file.
    pub(super) fn refusal(&self) -> Refusal {
        if self.decoded.is_none() {
            return Refusal::Binary { looks_like: kind(self.bytes).map(|kind| describe(&kind)) };
        }
        if let Some(shape) = self.json() {
            if shape.is_diarization() {
                return Refusal::NoTranscript {
                    what: "a list of who spoke when (a diarization), without the words",
                    advice: "Upload the transcript that it belongs to, in which each segment has its speaker and its text.",
                };
            }
            return Refusal::UnknownJson { keys: shape.names() };
        }
        Refusal::UnknownText { seen: self.shape() }
    }

    /// Describes the first lines without repeating a word of them.
    fn shape(&self) -> String {
        let text = self.text();
        let start = text.trim_start();
        if start.starts_with('<') {
            return "it looks like HTML or XML".into();
        }
        if start.starts_with('{') || start.starts_with("[{") {
            return "it looks like JSON of an unknown shape".into();
        }
        let mut first = None;
        let (mut filled, mut named) = (0u32, 0u32);
        for line in lines(text).filter(|line| !line.text.trim().is_empty()) {
            filled += 1;
            named += u32::from(names::prefix(line.text).is_some());
            first.get_or_insert(line);
        }
        let Some(first) = first else {
            return "its beginning is blank".into();
        };
        let words = first.text.split_whitespace().take(1000).count();
        let timed = super::time::leading(first.text.trim_start_matches(['[', '('])).is_some();
        let line = format!(
            "line {} is {words} {} with {} in front",
            first.number,
            if words == 1 { "word" } else { "words" },
            if timed { "a time" } else { "no time" },
        );
        match named {
            0 => format!("{line}, and no line begins with a name and a colon"),
            _ => format!(
                "{line}, and {named} of the first {filled} lines begin with what could be a name and a colon, too few to be sure",
            ),
        }
    }
}

/// A whole file.
#[derive(Debug)]
pub struct Source<'a> {
    bytes: &'a [u8],
    decoded: Option<Decoded<'a>>,
}

impl<'a> Source<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let head = &bytes[..bytes.len().min(HEAD_BYTES)];
        let binary = is_binary(head, std::str::from_utf8(head));
        Self::decoded(bytes, binary, std::str::from_utf8(bytes))
    }

    fn decoded(
        bytes: &'a [u8],
        binary: bool,
        utf8: Result<&'a str, Utf8Error>,
    ) -> Result<Self, Refusal> {
        let decoded = (!binary).then(|| decode(bytes, utf8, false));
        if decoded.as_ref().is_some_and(Decoded::mostly_lost) {
            return Err(Refusal::UnreadableLetters);
        }
        Ok(Self { bytes, decoded })
    }

    /// The file that this is the beginning of; where it is all of it, it is not decoded again.
    /// `utf8` is the file, or why it is not UTF-8.
    pub(super) fn of(
        head: Head<'a>,
        file: &'a [u8],
        utf8: Result<&'a str, Utf8Error>,
    ) -> Result<Self, Refusal> {
        if file.len() < HEAD_BYTES {
            Ok(Self { bytes: file, decoded: head.decoded })
        } else {
            Self::decoded(file, head.decoded.is_none(), utf8)
        }
    }

    /// The bytes as uploaded.
    pub fn bytes(&self) -> &[u8] {
        self.bytes
    }

    /// The decoded text without byte order mark; empty where the file is not text.
    pub fn text(&self) -> &str {
        self.decoded.as_ref().map_or("", |decoded| &decoded.text)
    }

    /// The line where decoding first failed, and what was done about it.
    pub(super) fn damage(&self) -> Option<(u32, String)> {
        let decoded = self.decoded.as_ref()?;
        if let Encoding::Legacy(name) = decoded.encoding {
            return Some((
                1,
                format!(
                    "the letters were read as {name}, which was guessed: if they look wrong, save the file as UTF-8"
                ),
            ));
        }
        if decoded.lost == 0 {
            return None;
        }
        let before = decoded.text.find('\u{FFFD}').unwrap_or(0);
        let line = lines(&decoded.text[..before]).last().map_or(1, |l| l.number);
        Some((
            line,
            format!(
                "{} characters could not be read and were replaced by \u{FFFD}: save the file as UTF-8",
                decoded.lost
            ),
        ))
    }
}

#[derive(Debug)]
struct Decoded<'a> {
    text: Cow<'a, str>,
    encoding: Encoding,
    /// Characters that could not be read.
    lost: usize,
}

impl Decoded<'_> {
    /// Every third letter or more is lost: the words are gone.
    fn mostly_lost(&self) -> bool {
        self.lost > 0
            && self.lost * 3
                > self.text.chars().filter(|c| c.is_alphabetic() || *c == '\u{FFFD}').count()
    }
}

/// Decodes `bytes`, which are `utf8` or why they are not. With `cut`, half a character at the end
/// belongs to what was cut off.
fn decode<'a>(bytes: &'a [u8], utf8: Result<&'a str, Utf8Error>, cut: bool) -> Decoded<'a> {
    if let Some((big_endian, skip)) = utf16(bytes) {
        return decode_utf16(&bytes[skip..], big_endian, cut);
    }
    let marked = bytes.len();
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mark = marked - bytes.len();
    let (mut text, encoding, lost) = match utf8 {
        Ok(text) => (Cow::Borrowed(&text[mark..]), Encoding::Utf8, 0),
        Err(error) => {
            let whole = std::str::from_utf8(&bytes[..error.valid_up_to() - mark]);
            match (whole, error.error_len()) {
                (Ok(text), None) if cut => (Cow::Borrowed(text), Encoding::Utf8, 0),
                _ => {
                    if let Some(old) = legacy::decode(bytes, cut)
                        && old.lost * 50 <= old.text.len()
                    {
                        let mut text = old.text;
                        if has_nul(&text) {
                            text = text.replace('\0', "\u{FFFD}");
                        }
                        return Decoded {
                            text: Cow::Owned(text),
                            encoding: Encoding::Legacy(old.name),
                            lost: old.lost,
                        };
                    }
                    let already = bytes.windows(3).filter(|w| w == b"\xEF\xBF\xBD").count();
                    let text = String::from_utf8_lossy(bytes);
                    let lost = text.chars().filter(|c| *c == '\u{FFFD}').count() - already;
                    (text, Encoding::Damaged, lost)
                }
            }
        }
    };
    if has_nul(&text) {
        text = Cow::Owned(text.replace('\0', "\u{FFFD}"));
    }
    Decoded { text, encoding, lost }
}

fn has_nul(text: &str) -> bool {
    memchr::memchr(0, text.as_bytes()).is_some()
}

fn decode_utf16(bytes: &[u8], big_endian: bool, cut: bool) -> Decoded<'static> {
    let pairs = bytes.chunks_exact(2);
    let odd = !pairs.remainder().is_empty();
    let units = pairs.map(|pair| {
        if big_endian {
            u16::from_be_bytes([pair[0], pair[1]])
        } else {
            u16::from_le_bytes([pair[0], pair[1]])
        }
    });
    let mut text = String::with_capacity(bytes.len() / 2);
    let mut lost = 0;
    for unit in char::decode_utf16(units) {
        match unit {
            Ok('\0') => text.push('\u{FFFD}'),
            Ok(c) => text.push(c),
            Err(_) => {
                lost += 1;
                text.push('\u{FFFD}');
            }
        }
    }
    if odd && !cut {
        lost += 1;
        text.push('\u{FFFD}');
    }
    if cut && lost > 0 && text.ends_with('\u{FFFD}') {
        text.pop();
        lost -= 1;
    }
    Decoded {
        text: Cow::Owned(text),
        encoding: if lost > 0 {
            Encoding::Damaged
        } else if big_endian {
            Encoding::Utf16Be
        } else {
            Encoding::Utf16Le
        },
        lost,
    }
}

/// Whether the bytes are UTF-16: its byte order (big-endian?) and the length of its mark.
pub(super) fn utf16(bytes: &[u8]) -> Option<(bool, usize)> {
    match bytes {
        [0xFF, 0xFE, ..] => return Some((false, 2)),
        [0xFE, 0xFF, ..] => return Some((true, 2)),
        _ => {}
    }
    // Digits, spaces and line ends have a zero byte in every script: they give it away.
    let sample = &bytes[..bytes.len().min(4096) & !1];
    let (mut even, mut odd) = (0usize, 0usize);
    for pair in sample.chunks_exact(2) {
        even += usize::from(pair[0] == 0);
        odd += usize::from(pair[1] == 0);
    }
    let pairs = sample.len() / 2;
    let (most, least) = (even.max(odd), even.min(odd));
    (pairs >= 4 && most * 8 >= pairs && least * 20 <= most).then_some((even > odd, 0))
}

fn blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{FEFF}' | '\u{FFFD}')
}

#[cfg(test)]
#[path = "source_tests.rs"]
mod tests;
