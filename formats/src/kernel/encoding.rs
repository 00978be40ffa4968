//! Decodes bytes in any supported encoding.
//!
//! Invariants: well-formed UTF-8 is borrowed, not copied; NUL becomes U+FFFD; what is neither UTF-8
//! nor UTF-16 is decoded with the old character set that fits its characters best; undecodable
//! characters are counted.

use std::borrow::Cow;
use std::str::Utf8Error;

use super::legacy;

/// Character encoding of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, least significant byte first.
    Utf16Le,
    /// UTF-16, most significant byte first.
    Utf16Be,
    /// An old character set, detected from the characters: its label, such as `windows-1255`.
    Legacy(&'static str),
    /// Malformed; undecodable bytes became U+FFFD.
    Damaged,
}

/// Decoded text and what was lost.
#[derive(Debug)]
pub(crate) struct Decoded<'a> {
    pub(crate) text: Cow<'a, str>,
    pub(crate) encoding: Encoding,
    /// Number of characters that could not be decoded.
    pub(crate) lost: usize,
}

impl Decoded<'_> {
    /// Returns whether a third of the characters or more is lost, so that the text is unreadable.
    pub(crate) fn mostly_lost(&self) -> bool {
        self.lost > 0
            && self.lost * 3
                > self.text.chars().filter(|c| c.is_alphabetic() || *c == '\u{FFFD}').count()
    }
}

/// Decodes `bytes`; `utf8` is their UTF-8 form or the error. With `cut`, an incomplete character at
/// the end is not an error.
pub(crate) fn decode<'a>(
    bytes: &'a [u8],
    utf8: Result<&'a str, Utf8Error>,
    cut: bool,
) -> Decoded<'a> {
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

/// Detects UTF-16: returns whether it is big-endian, and the length of its byte order mark.
pub(crate) fn utf16(bytes: &[u8]) -> Option<(bool, usize)> {
    match bytes {
        [0xFF, 0xFE, ..] => return Some((false, 2)),
        [0xFE, 0xFF, ..] => return Some((true, 2)),
        _ => {}
    }
    // Digits, spaces and line ends have a zero byte in every script, which reveals the byte order.
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
