//! Damaged timing lines: another arrow, spaces inside the times, a colon in front of the
//! milliseconds.
//!
//! Invariant: a line is a timing line only if it has nothing but two times and an arrow.

use crate::kernel::time::{self, Stamp};

/// Parses the times of `00:00:01,000 –> 00:00:02,000` and the like; `None` for other lines.
pub(crate) fn loose(line: &str) -> Option<(Stamp, Stamp)> {
    let line = line.trim();
    if line.len() > 80 || !line.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (start, rest) = line.split_at(digits(line));
    let (arrow, end) = rest.split_at(rest.find(|c: char| c.is_ascii_digit())?);
    let is_arrow = arrow.contains(['>', '→', '\u{FFFD}']) || arrow.contains("&gt;");
    let only = arrow
        .replace("&gt;", ">")
        .chars()
        .all(|c| c.is_whitespace() || matches!(c, '-' | '–' | '—' | '=' | '>' | '→' | '\u{FFFD}'));
    if !is_arrow || !only || digits(end) < end.len() {
        return None;
    }
    Some((stamp(start)?, stamp(end)?))
}

/// Parses a time with spaces inside, or with a colon in front of its milliseconds. Frames, two
/// digits of unknown duration, are ignored.
pub(crate) fn stamp(text: &str) -> Option<Stamp> {
    let (time, rest) = text.split_at(digits(text));
    // Text that follows without a space is another kind of damage, and the time may be wrong.
    if !rest.is_empty() && !time.ends_with(char::is_whitespace) {
        return None;
    }
    let text: String = time.split_whitespace().collect();
    match text.match_indices(':').nth(2) {
        Some((at, _)) if text.len() - at == 4 => {
            time::stamp(&format!("{}.{}", &text[..at], &text[at + 1..]))
        }
        Some((at, _)) => time::stamp(&text[..at]),
        None => time::stamp(&text),
    }
}

/// Returns the length of the leading characters that can be part of a time.
fn digits(text: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_digit() || c.is_whitespace() || matches!(c, ':' | '.' | ',')))
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_of_all_kinds() {
        for arrow in ["->", "–>", "—>", "→", "- ->", "==>", "--->", "--&gt;", "-\u{FFFD}->"] {
            assert_eq!(
                loose(&format!("00:00:01,000 {arrow} 00:00:02,500")),
                Some((Stamp::At(1_000), Stamp::At(2_500))),
                "{arrow}"
            );
        }
        for line in ["00:05 - 00:10", "5 > 4", "00:05 -> 00:10 and on", "00:05 so -> 00:10", "1:2"]
        {
            assert_eq!(loose(line), None, "{line}");
        }
    }

    #[test]
    fn times_with_spaces_and_colons() {
        for (text, ms) in [
            ("00: 00: 01, 250", 1_250),
            ("00 : 01 : 03 ,5", 63_500),
            ("00:00:03:500", 3_500),
            ("00:00:03:12", 3_000),
        ] {
            assert_eq!(stamp(text), Some(Stamp::At(ms)), "{text}");
        }
        for text in ["one", "00:00:1\u{FFFD}5.000", "00:00:01x"] {
            assert_eq!(stamp(text), None, "{text}");
        }
    }
}
