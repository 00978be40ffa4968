//! A file as the formats see it: its beginning, to recognise it, and the whole, to read it.
//!
//! Invariants: nothing is repaired or guessed without [`Source::damage`] reporting it. A [`Head`]
//! is at most [`HEAD_BYTES`] long and never ends in an incomplete character.

use std::cell::OnceCell;
use std::str::Utf8Error;

use super::binary::{describe, is_binary, kind};
use super::encoding::{Decoded, Encoding, decode};
use super::json_shape::Shape;
use super::lines::lines;
use super::refusal::Refusal;
use super::{names, time};

/// How much of an upload is examined to recognise it.
pub const HEAD_BYTES: usize = 64 * 1024;

/// The beginning of a file.
#[derive(Debug)]
pub(crate) struct Head<'a> {
    bytes: &'a [u8],
    /// `None` if it is not text.
    decoded: Option<Decoded<'a>>,
    shape: OnceCell<Option<Shape>>,
}

impl<'a> Head<'a> {
    /// Cuts, checks and decodes the beginning of a file.
    pub(crate) fn new(file: &'a [u8]) -> Result<Self, Refusal> {
        let bytes = &file[..file.len().min(HEAD_BYTES)];
        Self::of(file, bytes, std::str::from_utf8(bytes))
    }

    /// Same, for a whole file, whose UTF-8 is validated only once.
    pub(crate) fn whole(file: &'a [u8]) -> Result<(Self, Result<&'a str, Utf8Error>), Refusal> {
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
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes
    }

    /// Returns the decoded text without byte order mark; empty if the file is not text.
    pub(crate) fn text(&self) -> &str {
        self.decoded.as_ref().map_or("", |decoded| &decoded.text)
    }

    /// Returns the keys at the beginning of a JSON file; computed once for all formats.
    pub(crate) fn json(&self) -> Option<&Shape> {
        self.shape.get_or_init(|| Shape::of(self.text())).as_ref()
    }

    /// Returns the character encoding.
    pub(crate) fn encoding(&self) -> Encoding {
        self.decoded.as_ref().map_or(Encoding::Damaged, |decoded| decoded.encoding)
    }

    /// Returns what to tell the user if no format matches. `tools` are those whose JSON is
    /// supported.
    pub(crate) fn refusal(&self, tools: &'static [&'static str]) -> Refusal {
        if self.decoded.is_none() {
            let looks_like = kind(self.bytes).map(|kind| describe(&kind));
            return Refusal::Binary { looks_like, tools };
        }
        if let Some(shape) = self.json() {
            if shape.is_diarization() {
                return Refusal::NoTranscript {
                    what: "a diarization (a list of who spoke when) without text",
                    advice: "Upload its transcript, in which each segment has a speaker and a text.",
                };
            }
            return Refusal::UnknownJson { keys: shape.names(), tools };
        }
        Refusal::UnknownText { seen: self.shape(), tools }
    }

    /// Describes the first lines without quoting any word.
    fn shape(&self) -> String {
        let text = self.text();
        let start = text.trim_start();
        if start.starts_with('<') {
            return "it looks like HTML or XML".into();
        }
        if start.starts_with('{') || start.starts_with("[{") {
            return "it looks like JSON in an unknown format".into();
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
        let timed = time::leading(first.text.trim_start_matches(['[', '('])).is_some();
        let line = format!(
            "line {} is {words} {} with {} in front",
            first.number,
            if words == 1 { "word" } else { "words" },
            if timed { "a time" } else { "no time" },
        );
        match named {
            0 => format!("{line}, and no line begins with a name and a colon"),
            _ => format!(
                "{line}, and {named} of the first {filled} lines begin with a possible name and a colon, which is too few",
            ),
        }
    }
}

/// A whole file.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    bytes: &'a [u8],
    decoded: Option<Decoded<'a>>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, Refusal> {
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

    /// Decodes the file that `head` is the beginning of; if `head` is all of it, it is not decoded
    /// again. `utf8` is the file as UTF-8, or the error.
    pub(crate) fn of(
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
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes
    }

    /// Returns the decoded text without byte order mark; empty if the file is not text.
    pub(crate) fn text(&self) -> &str {
        self.decoded.as_ref().map_or("", |decoded| &decoded.text)
    }

    /// Returns the line where decoding first failed, and what was done about it.
    pub(crate) fn damage(&self) -> Option<(u32, String)> {
        let decoded = self.decoded.as_ref()?;
        if let Encoding::Legacy(name) = decoded.encoding {
            return Some((
                1,
                format!(
                    "the character set was detected as {name}: if the text looks wrong, save the file as UTF-8"
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

/// Returns the media type that the first bytes prove, if they are not text: `audio/mpeg`,
/// `application/pdf`.
pub fn media_type(head: &[u8]) -> Option<&'static str> {
    let head = &head[..head.len().min(HEAD_BYTES)];
    is_binary(head, std::str::from_utf8(head))
        .then(|| kind(head))
        .flatten()
        .map(|kind| kind.mime_type())
}

fn blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{FEFF}' | '\u{FFFD}')
}

#[cfg(test)]
mod tests;
