//! Lines of a text that end in LF, CRLF or a lone CR.
//!
//! Invariant: numbers run from 1 without gaps; slices never include the line ending.

/// A line and its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// Line number, from 1.
    pub(crate) number: u32,
    /// Offset of its first byte.
    pub(crate) start: usize,
    /// Text without the line ending.
    pub(crate) text: &'a str,
}

impl Line<'_> {
    /// Offset after its last byte.
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// Iterates over the lines of `text`.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut at = 0;
    let mut number = 0u32;
    std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        number = number.saturating_add(1);
        let start = at;
        let length = match rest.as_bytes()[0] {
            b'\n' | b'\r' => 0,
            _ => memchr::memchr2(b'\n', b'\r', rest.as_bytes()).unwrap_or(rest.len()),
        };
        at += length;
        let ending = &rest.as_bytes()[length..];
        at += match ending {
            [b'\r', b'\n', ..] => 2,
            [_, ..] => 1,
            [] => 0,
        };
        Some(Line { number, start, text: &rest[..length] })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ending_counts_once() {
        let all: Vec<_> = lines("a\r\nb\rc\n\nd").map(|l| (l.number, l.start, l.text)).collect();
        assert_eq!(all, [(1, 0, "a"), (2, 3, "b"), (3, 5, "c"), (4, 7, ""), (5, 8, "d")]);
    }
}
