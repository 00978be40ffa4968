//! Any other text with a line of name and time above the speech.
//!
//! `Name | 00:05` (Krisp), `0:05 | Name` (Gong), `0:05 - Name (Company)` (Fathom), `00:05 Name`
//! (Notta), `Name [00:00:05]`, `Name, 00:05`, `Speaker 1 (00:05):` (Rev), `Name 0:0:5.1 -->
//! 0:0:8.2`, or the name and the time on two lines, as copied from a web page.
//!
//! Invariants: a line is a heading only if the text next to the time has the shape of a name and
//! the whole file is built of such headings with text below them; text above the first heading is
//! not speech.

use std::collections::VecDeque;

use super::asides;
use super::headed::{self, Heading, Style};
use super::spans::{self, Span};
use crate::kernel::lines::lines;
use crate::kernel::{Builder, Confidence, Format, Head, Skip, Source, names, time};

/// The format of text with names and times above it.
pub(crate) struct HeadedText;

const STYLE: Style =
    Style { heading: |line, _| heading(line), aside: asides::is_aside, clock: false };
const MAX_LINE: usize = 200;

impl Format for HeadedText {
    fn id(&self) -> &'static str {
        "headed_text"
    }

    fn name(&self) -> &'static str {
        "plain text with names and times above the text"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let text = head.text();
        if text.trim_start().starts_with(['{', '<']) {
            return Confidence::No;
        }
        match Survey::of(text).style() {
            Some(_) => Confidence::Likely,
            None => Confidence::No,
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        match Survey::of(text).style() {
            Some(Layout::TwoLines) => two_lines(text, out),
            _ => headed::read(text, &STYLE, out),
        }
    }
}

/// Layout of the headings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    OneLine,
    /// The name, with the time on the next line.
    TwoLines,
}

/// Counts of the kinds of lines in a text.
#[derive(Debug, Default)]
struct Survey {
    /// Headings, and those with text below.
    headings: u32,
    led: u32,
    /// Lines with a leading time that are not headings.
    timed: u32,
    /// Times alone on their line, below a name; and those with text below.
    pairs: u32,
    pairs_led: u32,
    filled: u32,
}

impl Survey {
    fn of(text: &str) -> Self {
        let mut survey = Self::default();
        let (mut after, mut after_pair) = (false, false);
        let mut before: Option<&str> = None;
        let mut named: Option<&str> = None;
        for line in lines(text) {
            let line = trim(line.text);
            if line.is_empty() || asides::is_aside(line) {
                continue;
            }
            if named.is_some_and(|name| repeats(line, name)) {
                continue;
            }
            survey.filled += 1;
            if is_spoken(line) && before.is_some_and(is_name) {
                continue;
            }
            if is_time(line) {
                let pair = before.is_some_and(is_name);
                survey.pairs += u32::from(pair);
                named = before.filter(|_| pair);
                after_pair = pair;
                after = false;
            } else if heading(line).is_some() {
                survey.headings += 1;
                (after, after_pair) = (true, false);
            } else {
                survey.timed += u32::from(spans::bracketed_span(line).is_some());
                survey.led += u32::from(std::mem::take(&mut after));
                survey.pairs_led += u32::from(std::mem::take(&mut after_pair));
            }
            before = Some(line);
        }
        survey
    }

    fn style(&self) -> Option<Layout> {
        let most = |part: u32, all: u32| all >= 2 && part * 10 >= all * 8;
        if most(self.led, self.headings)
            && self.timed * 4 <= self.headings
            && self.headings * 20 >= self.filled
        {
            return Some(Layout::OneLine);
        }
        (most(self.pairs_led, self.pairs) && self.pairs * 20 >= self.filled)
            .then_some(Layout::TwoLines)
    }
}

/// Reads names and times on two lines. Text copied from a page may also have the initials of a
/// picture above the name and the time in words below it.
fn two_lines(text: &str, out: &mut Builder) {
    let mut said = headed::Said::default();
    let mut held: VecDeque<(u32, &str)> = VecDeque::new();
    let mut named: Option<&str> = None;
    for line in lines(text) {
        if out.is_full() {
            return;
        }
        let trimmed = trim(line.text);
        if trimmed.is_empty() || asides::is_aside(trimmed) {
            out.skip(line.number, Skip::ToolLine, trimmed);
            continue;
        }
        if named.is_some_and(|name| repeats(trimmed, name)) {
            out.skip(line.number, Skip::ToolLabel, trimmed);
            continue;
        }
        let time = spans::bracketed_span(trimmed).filter(|(_, rest)| rest.is_empty());
        let name = time.and_then(|(span, _)| Some((span, name_at_end(&mut held)?)));
        if name.is_none() {
            held.push_back((line.number, trimmed));
        }
        while held.len() > if name.is_some() { 0 } else { 3 } {
            let Some((number, text)) = held.pop_front() else { break };
            said.line(number, text, out);
        }
        if let Some((span, name)) = name {
            said.heading(line.number, of(name, span), out);
            named = Some(name);
        }
    }
    for (number, text) in held {
        said.line(number, text, out);
    }
    said.finish(out);
}

/// Returns whether a line is the label of a picture or a link, which repeats name and time: `Noa Levi
/// 0 minutes 3 seconds`, `Noa Levi 0:03`.
fn repeats(line: &str, name: &str) -> bool {
    line.strip_prefix(name).filter(|rest| rest.starts_with([' ', ',', '\u{A0}'])).is_some_and(
        |rest| {
            let rest = rest.trim_matches([' ', ',', '\u{A0}']);
            is_spoken(rest) || is_time(rest)
        },
    )
}

/// Takes a name, and what belongs to it, from the end of the held lines.
fn name_at_end<'a>(held: &mut VecDeque<(u32, &'a str)>) -> Option<&'a str> {
    let spoken = usize::from(held.back().is_some_and(|(_, line)| is_spoken(line)));
    let at = held.len().checked_sub(1 + spoken)?;
    let name = held.get(at).map(|(_, line)| *line).filter(|line| is_name(line))?;
    let letters = at.checked_sub(1).and_then(|before| held.get(before));
    let letters = letters.is_some_and(|(_, line)| are_initials(line, name));
    held.truncate(at - usize::from(letters));
    Some(name)
}

/// Returns whether `letters` are the initials of `name`: `NL` above `Noa Levi`.
fn are_initials(letters: &str, name: &str) -> bool {
    let mut firsts = name.split_whitespace().filter_map(|word| word.chars().next());
    let ends = [firsts.next(), firsts.next_back()].into_iter().flatten();
    letters.chars().eq(ends.flat_map(char::to_uppercase))
}

/// Matches `0 minutes 3 seconds`: a time in words of any language, as Teams writes it for screen
/// readers.
fn is_spoken(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let mut units = 0;
    while let Some(number) = words.next() {
        let unit = words.next().is_some_and(|unit| unit.chars().all(char::is_alphabetic));
        if !unit || number.len() > 2 || !number.bytes().all(|b| b.is_ascii_digit()) {
            return false;
        }
        units += 1;
    }
    (1..=3).contains(&units)
}

fn heading(line: &str) -> Option<Heading<'_>> {
    if line.len() > MAX_LINE || line.ends_with(['.', '?', '!', ',']) {
        return None;
    }
    let line = marks(line);
    let (span, name) = front(line).or_else(|| back(line))?;
    let name = marks(name.trim_matches(|c: char| c.is_whitespace() || is_divider(c)));
    is_name(name).then(|| of(name, span))
}

fn of(name: &str, span: Span) -> Heading<'_> {
    Heading { name, start: span.start, end: span.end, of_day: span.of_day }
}

/// Splits `[00:05] - Name`.
fn front(line: &str) -> Option<(Span, &str)> {
    let (span, rest) = spans::bracketed_span(line)?;
    (!rest.is_empty()).then_some((span, rest.trim_end_matches(':')))
}

/// Splits `Name - [00:05]`, with or without a colon after it.
fn back(line: &str) -> Option<(Span, &str)> {
    let line = line.strip_suffix(':').unwrap_or(line).trim_end();
    let line = line.strip_suffix("**").unwrap_or(line);
    // The time is the last word, or the last three with an arrow or a dash.
    let from = line.rfind(['(', '[']).filter(|_| line.ends_with([')', ']'])).or_else(|| {
        let digits = |c: char| {
            c.is_ascii_digit() || matches!(c, ':' | '.' | ',' | ' ' | '-' | '–' | '>' | '@')
        };
        let tail = time::without_half(line).trim_end_matches(digits).len();
        let at = line[tail..].find(|c: char| c.is_ascii_digit())?;
        Some(tail + at)
    })?;
    // `Speaker 1 00:05`: what precedes the last word may be part of the name.
    let last = || line.rsplit(char::is_whitespace).next().map(|last| line.len() - last.len());
    let time = |from: usize| Some((from, spans::bracketed_span(&line[from..])?));
    let (from, (span, rest)) = time(from).or_else(|| time(last()?))?;
    let name = &line[..from];
    (rest.is_empty() && !name.ends_with(|c: char| c.is_alphanumeric())).then_some((span, name))
}

fn is_divider(c: char) -> bool {
    matches!(c, '-' | '–' | '—' | '|' | '·' | '•' | ',' | ':' | '@')
}

/// Strips the surrounding Markdown marks.
fn marks(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '#' | '*' | '_'))
}

fn is_name(name: &str) -> bool {
    let name = marks(name);
    !name.contains(':')
        && names::is_plausible(name)
        && names::is_capitalised(name)
        && !names::is_label(name)
}

fn is_time(line: &str) -> bool {
    spans::bracketed_span(line).is_some_and(|(_, rest)| rest.is_empty())
}

fn trim(line: &str) -> &str {
    line.trim_matches(|c: char| c.is_whitespace() || names::is_mark(c))
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    #[test]
    fn names_and_times_in_any_order() {
        for (first, second) in [
            ("Noa Levi | 00:05", "Ben | 01:05"),
            ("0:05 | Noa Levi", "1:05 | Ben"),
            ("0:05 - Noa Levi", "1:05 - Ben"),
            ("00:05 Noa Levi", "01:05 Ben"),
            ("Noa Levi [00:00:05]", "Ben [00:01:05]"),
            ("Noa Levi (00:05):", "Ben (01:05):"),
            ("Noa Levi, 00:05", "Ben, 01:05"),
            ("**Noa Levi** | 00:05", "**Ben** | 01:05"),
            ("### 00:05 Noa Levi", "### 01:05 Ben"),
            ("[00:00:05.00] Noa Levi", "[00:01:05.00] Ben"),
            ("Noa Levi\n0:05", "Ben\n1:05"),
            ("Noa Levi 0:05", "Ben 1:05"),
            ("Noa Levi - 0:05", "Ben's iPhone - 1:05"),
        ] {
            let file = format!(
                "Our call\n2024-05-01\n\n{first}\nHi there. At 10:30 we go on\nwith it.\n\n{second}\nYes.\n\n{first}\nBye.\n"
            );
            let content = read("headed_text", &file);
            let got = turns(&content);
            assert_eq!(got[0].0, Some("Noa Levi"), "{first}");
            assert_eq!(got[0].1, Some(5_000), "{first}");
            assert_eq!(got[0].3, "Hi there. At 10:30 we go on with it.", "{first}");
            assert!(got[1].0.is_some_and(|name| name.starts_with("Ben")), "{first}");
            assert_eq!((got[1].1, got[1].3), (Some(65_000), "Yes."), "{first}");
            assert_eq!(got.len(), 3, "{first}");
            cut_anywhere(file.as_bytes());
        }
    }

    #[test]
    fn numbers_of_speakers_are_no_times() {
        for (first, second) in [
            ("Speaker 1 00:05", "Speaker 2 01:05"),
            ("Speaker 1\u{A0}00:05", "Speaker 2\u{A0}01:05"),
            ("Speaker 1 [00:05]", "Speaker 2 [01:05]"),
            ("참석자 1 00:05", "참석자 2 01:05"),
        ] {
            let content = read("headed_text", format!("{first}\nHi there.\n\n{second}\nYes.\n"));
            let got = turns(&content);
            let name = first.split_once([' ', '[']).map(|(word, _)| format!("{word} 1"));
            assert_eq!((got[0].0, got[0].1), (name.as_deref(), Some(5_000)), "{first}");
            assert_eq!((got[1].1, got.len()), (Some(65_000), 2), "{first}");
        }
    }

    #[test]
    fn ranges_have_ends() {
        for (first, second) in [
            ("Noa [00:01 - 00:04]", "Ben [00:05 - 00:06]"),
            ("Noa 0:0:1.0 --> 0:0:4.0", "Ben 0:0:5.0 --> 0:0:6.0"),
            ("Noa | 00:01 - 00:04", "Ben | 00:05 - 00:06"),
        ] {
            let file = format!("{first}\nHi\nthere.\n{second}\nYes.\n");
            assert_eq!(
                turns(&read("headed_text", &file)),
                [
                    (Some("Noa"), Some(1_000), Some(4_000), "Hi there."),
                    (Some("Ben"), Some(5_000), Some(6_000), "Yes.")
                ],
                "{first}"
            );
        }
    }

    #[test]
    fn the_tools_own_lines_are_no_speech() {
        let content = read(
            "headed_text",
            "Call - May 1\nVIEW RECORDING - 5 mins: https://a.example/x\n\n---\n\n0:00 - Noa (A Company)\n  Hi.\n\n0:04 - Ben\n  Yes.\n  ACTION ITEM: Send it - WATCH: https://a.example/y\n",
        );
        assert_eq!(
            turns(&content),
            [
                (Some("Noa (A Company)"), Some(0), None, "Hi."),
                (Some("Ben"), Some(4_000), None, "Yes.")
            ]
        );
        let content = read(
            "otter_txt",
            "Weekly-Meeting Transcript\n15 June 2026, 03:35am\n27m 42s\nNoa Levi started transcription\nNoa Levi   0:03\nHi.\nBen   0:05\nYes.\nNoa Levi stopped transcription\n",
        );
        assert_eq!(content.turns.last().unwrap().text, "Yes.");
    }

    #[test]
    fn copied_from_a_page() {
        for file in [
            "Noa Levi\n0 minutes 3 seconds\n0:03\nHi.\nIt took\n3 hours\nTom Ash\n1 minute 5 seconds\n1:05\nYes.\n",
            "NL\nNoa Levi\n0:03\nHi.\nIt took\n3 hours\n\nTA\nTom Ash\n1:05\nYes.\n",
        ] {
            let content = read("headed_text", file);
            assert_eq!(
                turns(&content),
                [
                    (Some("Noa Levi"), Some(3_000), None, "Hi. It took 3 hours"),
                    (Some("Tom Ash"), Some(65_000), None, "Yes.")
                ],
                "{file}"
            );
            assert_eq!(content.warnings, []);
        }
    }

    #[test]
    fn an_agenda_is_not_a_transcript() {
        for file in [
            "Welcome 09:00\nBreak 10:30\nLunch 12:00\n",
            "09:00 Welcome\n10:30 Break\n12:00 Lunch\n",
            "0:05 so we begin here\n0:09 and it goes on\n0:12 Yes\n",
        ] {
            let guess = crate::inspect(file.as_bytes());
            assert!(guess.is_err() || guess.unwrap().format != "headed_text", "{file}");
        }
    }
}
