//! Plain text with a name in front of what each speaker says.
//!
//! `Name: text`, `**Name:** text`, `[00:01:02] Name: text`, `Name (00:01): text`,
//! `[SPEAKER_00]: text`, `Name: [00:01 - 00:05] text`, `Name [00:01] text`; lines without a name go
//! on with the speaker above. What stands before the first speaker (title, date, attendees) is no
//! speech, nor are breaks and jingles that a line marks (`**Break:** [01:33]`). A single time is a
//! start; the end is unknown.

use super::builder::{Builder, Piece};
use super::lines::lines;
use super::markdown::{bold, bullet, unescape};
use super::names;
use super::tally::{Speakers, Tally};
use super::time::{self, Stamp};
use super::{Confidence, Format, Head, Source, headed_text};

/// See the module.
pub(super) struct NamedText;

/// Recordings seldom run for so long; a first time past this is the time of day.
const CLOCK_MS: u64 = 5 * 3_600_000;
/// What a line marks that is neither a person nor speech.
const STAGE: &[&str] = &[
    "ad",
    "ad break",
    "ads",
    "applause",
    "break",
    "commercial break",
    "intro",
    "intro music",
    "jingle",
    "music",
    "outro",
    "outro music",
    "sound effect",
    "sponsor break",
    "theme music",
];

impl Format for NamedText {
    fn id(&self) -> &'static str {
        "named_text"
    }

    fn name(&self) -> &'static str {
        "plain text with names (Name: what was said)"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let text = head.text();
        if text.trim_start().starts_with(['{', '<']) {
            return Confidence::No;
        }
        let survey = survey(text, &Part::default());
        let named = survey.speakers.lines();
        let people = survey.speakers.len();
        // One name, once, is a heading; many names, each once, are a list or a form.
        let talk = named >= 2
            && (people == 1 || survey.words >= 2 * named)
            && (named as usize > people || survey.filled == named || survey.marked >= 2);
        match named * 10 / survey.filled.max(1) {
            _ if !talk => Confidence::No,
            0 => Confidence::No,
            1..=4 => Confidence::Possible,
            _ => Confidence::Likely,
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        read(source.text(), &Part::default(), out);
    }
}

/// Which lines of a document are the conversation, where its format says so.
#[derive(Debug, Default)]
pub(super) struct Part<'a> {
    /// Its first line; what stands before is skipped without a word.
    pub(super) from: u32,
    /// The line after its last one.
    pub(super) to: Option<u32>,
    /// Names that the document lists as those of people.
    pub(super) known: Vec<&'a str>,
}

impl Part<'_> {
    fn has(&self, line: u32) -> bool {
        line >= self.from && self.to.is_none_or(|to| line < to)
    }
}

/// Reads the conversation in a part of a text.
pub(super) fn read(text: &str, part: &Part<'_>, out: &mut Builder) {
    let Survey { speakers, inline, .. } = survey(text, part);
    let markdown = text.contains("**");
    let mut speaker: Option<&str> = None;
    let mut pending: Option<Span> = None;
    let mut clock = None;
    let mut skipped: Option<u32> = None;
    let mut stage: Option<u32> = None;
    let mut on_stage = false;
    for line in lines(text).filter(|line| part.has(line.number)) {
        if out.is_full() {
            return;
        }
        let trimmed = line.text.trim_matches(|c: char| c.is_whitespace() || names::is_mark(c));
        if trimmed.is_empty() {
            continue;
        }
        if let Some((span, "")) = bracketed_span(trimmed.trim_start_matches(['#', ' '])) {
            pending = Some(span);
            continue;
        }
        let named = named_line(trimmed, inline);
        if named.as_ref().is_some_and(|named| is_stage(trimmed, named)) {
            stage.get_or_insert(line.number);
            on_stage = true;
            out.end_turn(line.number);
            continue;
        }
        let named = named.filter(|named| speakers.knows(named.name));
        on_stage &= named.is_none();
        if on_stage {
            continue;
        }
        let (span, said) = match named {
            Some(named) => {
                speaker = Some(named.name);
                (named.span.or(pending.take()), named.rest)
            }
            None if speaker.is_none() => {
                heading(trimmed, out);
                skipped.get_or_insert(line.number);
                continue;
            }
            None if is_rule(trimmed) => continue,
            None if headed_text::aside(trimmed) => continue,
            None => match bracketed_span(trimmed) {
                Some((span, rest)) => (Some(span), rest),
                None => (pending.take(), trimmed),
            },
        };
        let (start, end) = out.times(line.number, span.map(|s| s.start), span.and_then(|s| s.end));
        let start = start.map(|ms| since(&mut clock, ms, line.number, out));
        let end = end.map(|ms| since(&mut clock, ms, line.number, out));
        let unescaped = markdown.then(|| unescape(said));
        out.say(Piece {
            line: line.number,
            speaker,
            start_ms: start,
            end_ms: end,
            text: unescaped.as_deref().unwrap_or(said),
            ..Piece::default()
        });
    }
    if let Some(line) = skipped {
        out.warn(line, "text before the first speaker was skipped");
    }
    if let Some(line) = stage {
        out.warn(line, "breaks and music that the file marks were left out");
    }
}

/// Times of day are counted from the first of them.
fn since(clock: &mut Option<u64>, ms: u64, line: u32, out: &mut Builder) -> u64 {
    let zero = *clock.get_or_insert_with(|| {
        if ms >= CLOCK_MS {
            out.warn(line, "times of day were counted from the first one");
            ms
        } else {
            0
        }
    });
    ms.saturating_sub(zero)
}

struct Survey {
    speakers: Speakers,
    /// Lines that are not blank.
    filled: u32,
    /// Words behind names.
    words: u32,
    /// Names with a time or in bold.
    marked: u32,
    /// Whether a time and no colon parts names from words.
    inline: bool,
}

/// Which names in the text are speakers.
fn survey(text: &str, part: &Part<'_>) -> Survey {
    let mut tally = Tally::default();
    part.known.iter().for_each(|name| tally.mark(name));
    let inline = is_inline(text, part);
    let (mut filled, mut words, mut marked) = (0u32, 0u32, 0u32);
    for line in lines(text).filter(|line| part.has(line.number)) {
        let trimmed = line.text.trim_matches(|c: char| c.is_whitespace() || names::is_mark(c));
        if trimmed.is_empty()
            || is_rule(trimmed)
            || bracketed_time(trimmed).is_some_and(|(_, rest)| rest.is_empty())
        {
            continue;
        }
        filled = filled.saturating_add(1);
        // Indented keys are data, not speech.
        let named = named_line(trimmed, inline).filter(|_| !line.text.starts_with([' ', '\t']));
        tally.unit(named.as_ref().map(|named| named.name));
        if let Some(named) = named.filter(|named| !is_stage(trimmed, named)) {
            if named.timed || bullet(trimmed).starts_with("**") || names::is_diarized(named.name) {
                tally.mark(named.name);
                marked = marked.saturating_add(1);
            }
            words = words.saturating_add(words_in(named.rest));
        }
    }
    Survey { speakers: tally.speakers(text), filled, words, marked, inline }
}

/// Whether lines of [`name_and_time`] are what the text is made of.
fn is_inline(text: &str, part: &Part<'_>) -> bool {
    let (mut inline, mut other) = (0u32, 0u32);
    for line in lines(text).filter(|line| part.has(line.number)) {
        let trimmed = line.text.trim_start();
        if name_and_time(trimmed).is_some() {
            inline = inline.saturating_add(1);
        } else if named_line(trimmed, false).is_some() {
            other = other.saturating_add(1);
        }
    }
    inline >= 2 && inline > other
}

/// About how many words, also where a script puts no spaces between them.
fn words_in(text: &str) -> u32 {
    let dense = |c: &char| matches!(c, '\u{0E00}'..='\u{0EFF}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}');
    let spaced = text.split_whitespace().take(50).count();
    let unspaced = text.chars().take(200).filter(dense).count() / 2;
    u32::try_from(spaced.max(unspaced)).unwrap_or(u32::MAX)
}

/// A line with a name in front.
struct Named<'a> {
    name: &'a str,
    span: Option<Span>,
    /// Whether the time makes sure that this is a name.
    timed: bool,
    rest: &'a str,
}

fn named_line(line: &str, inline: bool) -> Option<Named<'_>> {
    if inline && let Some(named) = name_and_time(line) {
        return Some(named);
    }
    let mut line = bold(bullet(line));
    let mut span = None;
    if let Some((found, rest)) = bracketed_span(line) {
        span = Some(found);
        line = bold(rest.trim_start_matches(['-', '–', '|', ' ', '\t']));
    }
    let colon = names::colon(line)?;
    let (mut name, rest) = line.split_at(colon);
    let mut rest = rest.chars();
    rest.next();
    let mut rest = rest.as_str().trim_start();
    rest = rest.strip_prefix("* ").unwrap_or_else(|| bold(rest)).trim_start();
    name = name.trim().trim_end_matches('*').trim_end();
    if let Some((before, found)) = trailing_time(name) {
        span = span.or(Some(found));
        name = before.trim_end().trim_end_matches("**").trim_end();
    } else if span.is_none()
        && rest.starts_with(['[', '(', '\\'])
        && let Some((found, later)) = bracketed_span(rest)
    {
        // `Name: [00:01:02] text`.
        (span, rest) = (Some(found), later);
    }
    let name = names::unwrap(name);
    let timed = span.is_some();
    names::is_plausible(name).then_some(Named { name, span, timed, rest })
}

/// `Name [00:01] text`, `**Name** (0:01) text`. A time may stand anywhere in speech too, so that
/// the name is to be written like one.
fn name_and_time(line: &str) -> Option<Named<'_>> {
    let reach = line.floor_char_boundary(100);
    let open = |(_, c): &(usize, char)| matches!(c, '[' | '(');
    line[..reach].char_indices().skip(1).filter(open).take(3).find_map(|(at, _)| {
        let (span, rest) = bracketed_span(&line[at..])?;
        if rest.is_empty() || rest.starts_with([':', '：']) {
            return None;
        }
        let name = line[..at].trim_end_matches([' ', '\t', '\\', '-', '–', '|']);
        let name = bold(name.strip_suffix("**").unwrap_or(name).trim_end());
        let fits = names::is_plausible(name)
            && names::is_capitalised(name)
            && !name.contains([':', '：'])
            && name.split_whitespace().count() <= 4;
        fits.then_some(Named { name, span: Some(span), timed: false, rest })
    })
}

/// Whether a line with this in front marks a break or music: in bold, or with nothing but times.
fn is_stage(line: &str, named: &Named<'_>) -> bool {
    STAGE.iter().any(|known| named.name.eq_ignore_ascii_case(known))
        && (line.starts_with("**")
            || named.rest.split_whitespace().all(|word| {
                word == "to" || word.chars().all(|c| c.is_ascii_digit() || !c.is_alphanumeric())
            }))
}

/// From when to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: Stamp,
    pub(super) end: Option<Stamp>,
}

/// Splits a time in front of a line: `[00:01:02] `, `(1:02) `, `00:01:02 `, `[0:01 - 0:05] `.
pub(super) fn bracketed_span(line: &str) -> Option<(Span, &str)> {
    // Markdown writes `\[00:01\]`.
    let line = line.strip_prefix('\\').filter(|line| line.starts_with(['[', '('])).unwrap_or(line);
    let open = line.chars().next()?;
    let close = match open {
        '[' => ']',
        '(' => ')',
        _ if open.is_ascii_digit() => {
            let (start, rest) = time::leading(line)?;
            let later = rest.trim_start();
            let later = ["-->", "->", "-", "–", "—"].iter().find_map(|to| later.strip_prefix(to));
            let (end, rest) = match later.and_then(|later| time::leading(later.trim_start())) {
                Some((end, rest)) => (Some(end), rest),
                None => (None, rest),
            };
            let ends = rest.is_empty() || rest.starts_with(char::is_whitespace);
            return ends.then(|| (Span { start, end }, rest.trim()));
        }
        _ => return None,
    };
    let end = line.bytes().take(48).position(|b| b == close as u8)?;
    let inner = line[1..end].trim_end_matches('\\');
    let span = match time::stamp(inner) {
        Some(start) => Span { start, end: None },
        None => {
            let (from, to) =
                ["-->", "->", " - ", "–", "-"].iter().find_map(|to| inner.split_once(to))?;
            Span { start: time::stamp(from)?, end: Some(time::stamp(to)?) }
        }
    };
    let rest = line[end + 1..].trim_start();
    let rest = rest.strip_prefix("**").unwrap_or(rest);
    Some((span, rest.trim()))
}

/// Same, where the end does not matter.
fn bracketed_time(line: &str) -> Option<(Stamp, &str)> {
    bracketed_span(line).map(|(span, rest)| (span.start, rest))
}

/// Splits a time behind a name: `Name (00:01)`, `Name [00:01:02]`, `Name 00:01:02`.
fn trailing_time(name: &str) -> Option<(&str, Span)> {
    let at = match name.ends_with([')', ']']) {
        true => name.rfind(['(', '['])?,
        false => name.rfind(char::is_whitespace)?,
    };
    let (before, time) = name.split_at(at);
    let (span, rest) = bracketed_span(time.trim_start())?;
    rest.is_empty().then(|| (before.trim_end_matches(['-', '–', '|', ',', ' ']), span))
}

/// `---`, `***` and the like.
fn is_rule(line: &str) -> bool {
    line.len() >= 3 && line.bytes().all(|b| matches!(b, b'-' | b'*' | b'_' | b'='))
}

/// `Language: en` above the first speaker.
fn heading(line: &str, out: &mut Builder) {
    if let Some((key, value)) = line.split_once(':')
        && key.trim().eq_ignore_ascii_case("language")
    {
        out.language(value);
    }
}

#[cfg(test)]
#[path = "named_text_tests.rs"]
mod tests;
