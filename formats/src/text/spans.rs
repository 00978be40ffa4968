//! Times in front of lines and after names, with or without brackets: one, or start and end.

use crate::kernel::time::{self, Stamp};

/// A start, perhaps with an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: Stamp,
    pub(crate) end: Option<Stamp>,
    /// Whether they are times of day, with AM or PM.
    pub(crate) of_day: bool,
}

/// Splits off a leading time: `[00:01:02] `, `(1:02) `, `00:01:02 `, `[0:01 - 0:05] `.
pub(crate) fn bracketed_span(line: &str) -> Option<(Span, &str)> {
    // Markdown writes `\[00:01\]`.
    let line = line.strip_prefix('\\').filter(|line| line.starts_with(['[', '('])).unwrap_or(line);
    let open = line.chars().next()?;
    let close = match open {
        '[' => ']',
        '(' => ')',
        _ if open.is_ascii_digit() => {
            let (start, of_day, rest) = time::leading_moment(line)?;
            let later = rest.trim_start();
            let later = ["-->", "->", "-", "–", "—"].iter().find_map(|to| later.strip_prefix(to));
            let (end, rest) = match later.and_then(|l| time::leading_moment(l.trim_start())) {
                Some((end, _, rest)) => (Some(end), rest),
                None => (None, rest),
            };
            let ends = rest.is_empty() || rest.starts_with(char::is_whitespace);
            return ends.then(|| (Span { start, end, of_day }, rest.trim()));
        }
        _ => return None,
    };
    let end = line.bytes().take(48).position(|b| b == close as u8)?;
    let inner = line[1..end].trim_end_matches('\\');
    let span = match time::moment(inner) {
        Some((start, of_day)) => Span { start, end: None, of_day },
        None => {
            let (from, to) =
                ["-->", "->", " - ", "–", "-"].iter().find_map(|to| inner.split_once(to))?;
            let (start, of_day) = time::moment(from)?;
            Span { start, end: Some(time::moment(to)?.0), of_day }
        }
    };
    let rest = line[end + 1..].trim_start();
    let rest = rest.strip_prefix("**").unwrap_or(rest);
    Some((span, rest.trim()))
}

/// Same, ignoring the end.
pub(crate) fn bracketed_time(line: &str) -> Option<(Stamp, &str)> {
    bracketed_span(line).map(|(span, rest)| (span.start, rest))
}

/// Splits off a time after a name: `Name (00:01)`, `Name [00:01:02]`, `Name 00:01:02`.
pub(crate) fn trailing_time(name: &str) -> Option<(&str, Span)> {
    let at = match name.ends_with([')', ']']) {
        true => name.rfind(['(', '['])?,
        false => time::without_half(name).trim_end().rfind(char::is_whitespace)?,
    };
    let (before, time) = name.split_at(at);
    let (span, rest) = bracketed_span(time.trim_start())?;
    rest.is_empty().then(|| (before.trim_end_matches(['-', '–', '|', ',', ' ']), span))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_front_and_behind() {
        let at = |ms, of_day| Span { start: Stamp::At(ms), end: None, of_day };
        for (line, span, rest) in [
            ("[00:01:02] Noa", at(62_000, false), "Noa"),
            ("1:02 Noa", at(62_000, false), "Noa"),
            ("(1:02:03 PM) Noa", at(46_923_000, true), "Noa"),
            ("1:02:03pm Noa", at(46_923_000, true), "Noa"),
            ("0:05 am I late", at(5_000, false), "am I late"),
            ("0:05 Am I late", at(5_000, false), "Am I late"),
            ("12:00 AM", at(0, true), ""),
        ] {
            assert_eq!(bracketed_span(line), Some((span, rest)), "{line}");
        }
        let span = Span { start: Stamp::At(1_000), end: Some(Stamp::At(5_000)), of_day: false };
        assert_eq!(bracketed_span("[0:01 - 0:05] Noa"), Some((span, "Noa")));
        assert_eq!(trailing_time("Noa 1:02 PM"), Some(("Noa", at(46_920_000, true))));
        assert_eq!(bracketed_span("1:02pmNoa"), None);
    }
}
