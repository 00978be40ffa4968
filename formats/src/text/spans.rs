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
        '#' => return between_hashes(line),
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
    let span = match time::moment(inner).or_else(|| dated(inner)) {
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

/// Splits off `#00:01:02-3#`, as f4 and MAXQDA write times, with tenths of a second after the dash.
fn between_hashes(line: &str) -> Option<(Span, &str)> {
    let end = line.bytes().skip(1).take(HASHED).position(|b| b == b'#')? + 1;
    let inner = &line[1..end];
    if inner.matches(':').count() != 2 || !inner.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let start = time::stamp(&inner.replacen('-', ".", 1))?;
    Some((Span { start, end: None, of_day: false }, line[end + 1..].trim()))
}

/// Maximum length of a time between hashes.
const HASHED: usize = 16;

/// Parses `01/06/2026, 09:30 AM` and `2026-06-01 09:30`: the time of day.
fn dated(text: &str) -> Option<(Stamp, bool)> {
    let (date, time) = text.trim().split_once([',', ' ', 'T'])?;
    let mut fields = date.split(['/', '.', '-']);
    let number =
        |field: &str| (1..=4).contains(&field.len()) && field.bytes().all(|b| b.is_ascii_digit());
    let is_date = (0..3).all(|_| fields.next().is_some_and(number)) && fields.next().is_none();
    let time = time.trim_start_matches([',', ' ']);
    let (stamp, of_day) = time::moment(time).filter(|_| is_date)?;
    match stamp {
        // Behind a date, two numbers are hours and minutes.
        Stamp::At(ms) if !of_day && time.matches(':').count() == 1 => {
            Some((Stamp::At(ms.saturating_mul(60)), true))
        }
        stamp => Some((stamp, true)),
    }
}

/// Splits a text at the times between hashes in it. Each part ends at the time that follows it.
pub(crate) fn ended(text: &str) -> Vec<(&str, Option<Stamp>)> {
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, _) in text.match_indices('#') {
        if at >= from
            && let Some((span, rest)) = between_hashes(&text[at..])
        {
            parts.push((text[from..at].trim(), Some(span.start)));
            // The rest is trimmed at both ends.
            from = at + 1 + text[at + 1..].find('#').map_or(0, |end| end + 1);
            if rest.is_empty() {
                return parts;
            }
        }
    }
    parts.push((text[from..].trim(), None));
    parts
}

/// Splits off a time in brackets at the end of a text: `… see you. [00:01:02]`.
pub(crate) fn ending(text: &str) -> Option<(&str, Span)> {
    let open = text.ends_with([')', ']']).then(|| text.rfind(['(', '[']))??;
    let (before, mark) = text.split_at(open);
    let (span, rest) = bracketed_span(mark)?;
    (rest.is_empty() && before.ends_with(char::is_whitespace)).then(|| (before.trim_end(), span))
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

    #[test]
    fn times_of_film_and_of_dated_meetings() {
        let at = |ms, of_day| Span { start: Stamp::At(ms), end: None, of_day };
        for (line, span, rest) in [
            ("01:00:10:12\tWhat?", at(3_610_000, false), "What?"),
            ("01:00:10;12 What?", at(3_610_000, false), "What?"),
            ("[01:00:10:250] What?", at(3_610_250, false), "What?"),
            ("#00:00:07-3# I: So?", at(7_300, false), "I: So?"),
            ("(01/06/2026, 09:30 AM)", at(34_200_000, true), ""),
            ("[2026-06-01 09:30] So", at(34_200_000, true), "So"),
            ("[1.6.2026 09:30:05] So", at(34_205_000, true), "So"),
        ] {
            assert_eq!(bracketed_span(line), Some((span, rest)), "{line}");
        }
        assert_eq!(trailing_time("Noa (01/06/2026, 21:30)"), Some(("Noa", at(77_400_000, true))));
        for line in ["#4 is best", "# 00:01", "[1/2, 09:30]", "01:00:10:1234 x", "1:2:3:4:5 x"] {
            assert_eq!(bracketed_span(line), None, "{line}");
        }
    }

    #[test]
    fn times_at_the_ends_of_texts() {
        assert_eq!(
            ended("So it is. #00:00:07-3# And on #3: yes #00:00:09#"),
            [("So it is.", Some(Stamp::At(7_300))), ("And on #3: yes", Some(Stamp::At(9_000)))]
        );
        assert_eq!(ended("no mark"), [("no mark", None)]);
        assert_eq!(ended("#00:00:07-3# late"), [("", Some(Stamp::At(7_300))), ("late", None)]);
        let span = Span { start: Stamp::At(62_000), end: None, of_day: false };
        assert_eq!(ending("See you. [00:01:02]"), Some(("See you.", span)));
        assert_eq!(ending("See (you)"), None);
    }
}
