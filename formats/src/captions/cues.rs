//! Cues with times, as in WebVTT, SRT and SBV: a timing line, then text.
//!
//! Invariants: a broken timing line costs its times, not its text; blank lines may be missing, or
//! separate times and text; the file is walked in order, twice (a survey, then the speech); in
//! between, at most [`KEPT`] blocks are kept, to spare the second walk if the file is not longer
//! than recordings are.

use std::ops::RangeInclusive;

use super::rolling::{Repeats, Rolling};
use super::speech::{self, Look};
use super::timing;
use crate::kernel::Builder;
use crate::kernel::clock::Clock;
use crate::kernel::lines::{Line, lines};
use crate::kernel::names::trim_start;
use crate::kernel::time::{self, Stamp};

/// Part of a cue file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Block<'a> {
    /// The first block of a WebVTT file, or a NOTE, with its first line number.
    Note(u32, &'a str),
    /// A cue.
    Cue(Cue<'a>),
    /// Text outside any cue.
    Stray(u32, &'a str),
}

/// A cue as written in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cue<'a> {
    /// Line number of the timing line.
    pub(crate) line: u32,
    /// `start --> end settings`.
    pub(crate) timing: &'a str,
    /// Both times in milliseconds, if they are in the usual form and in order.
    pub(crate) usual: Option<(u32, u32)>,
    /// The lines below the timing line.
    pub(crate) payload: &'a str,
    /// Whether the payload is known to be at most one line.
    pub(crate) one_line: bool,
    /// The line above the timing line, if it is more than a number.
    pub(crate) id: Option<&'a str>,
}

/// A timing line.
#[derive(Debug, Clone, Copy)]
struct Timing<'a> {
    line: u32,
    text: &'a str,
    usual: Option<(u32, u32)>,
    id: Option<&'a str>,
}

impl<'a> Timing<'a> {
    fn of(line: Line<'a>) -> Option<Self> {
        let usual = usual_timing(line.text);
        let found = usual.is_some() || is_timing(line.text);
        found.then_some(Self { line: line.number, text: line.text, usual, id: None })
    }

    fn cue(self, payload: &'a str, one_line: bool) -> Block<'a> {
        let Self { line, text: timing, usual, id } = self;
        Block::Cue(Cue { line, timing, usual, payload, one_line, id })
    }
}

const ARROW: &str = "-->";
/// Separator of the times in an SBV file: `0:00:03.900,0:00:08.460`.
const COMMA: char = ',';
/// Maximum number of blocks kept; more than ten hours of speech have.
const KEPT: usize = 50_000;

/// Returns whether a line has times rather than text.
pub(crate) fn is_timing(line: &str) -> bool {
    // Cue numbers are frequent.
    if is_number(line) {
        return false;
    }
    let begin = &line.as_bytes()[..line.len().min(64)];
    // Most lines are text, and little text has a `>`.
    let Some(at) = memchr::memchr_iter(b'>', begin)
        .find_map(|end| end.checked_sub(2).filter(|at| begin[*at..end] == *b"--"))
    else {
        // Both times begin with a number and have a colon.
        let numbers = trim_start(line).starts_with(|c: char| c.is_ascii_digit() || c == '-')
            && memchr::memchr(b':', line.as_bytes()).is_some();
        return numbers && (comma_times(line).is_some() || timing::loose(line).is_some());
    };
    let start = line[..at].trim();
    start.is_empty()
        || start
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.' | b',' | b'-' | b' '))
        || time::leading(line[at + 3..].trim_start()).is_some()
}

fn is_number(line: &str) -> bool {
    line.len() < 8 && line.bytes().all(|b| b.is_ascii_digit())
}

/// Parses the two times of a timing line of SBV, which has nothing else.
pub(crate) fn comma_times(line: &str) -> Option<(Stamp, Stamp)> {
    let line = line.trim();
    let plain = |b: u8| b.is_ascii_digit() || matches!(b, b':' | b'.' | b',' | b'-');
    if !line.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        return None;
    }
    if line.len() > 64 || line.matches(':').count() != 4 || !line.bytes().all(plain) {
        return None;
    }
    let (start, end) = line.split_once(COMMA)?;
    Some((time::stamp(start)?, time::stamp(end)?))
}

/// Walks the blocks of a file. With `header`, the first block is the header of WebVTT.
pub(crate) fn blocks<'a>(text: &'a str, header: bool, mut each: impl FnMut(Block<'a>)) {
    enum State<'a> {
        /// After a blank line.
        Between,
        /// In a header, NOTE, STYLE or REGION.
        Aside(Line<'a>, usize),
        /// In a cue: its timing line; its first and last payload line.
        Cue(Timing<'a>, Option<(usize, Line<'a>)>),
        /// In a cue with only blank lines so far, and then perhaps one line of text.
        Late(Timing<'a>, Option<Line<'a>>),
        /// In lines that do not belong to a block yet: the first and the last.
        Stray(Line<'a>, Line<'a>),
    }
    let mut state = State::Between;
    let mut first = header;
    let close = |state: State<'a>, each: &mut dyn FnMut(Block<'a>)| match state {
        State::Between => {}
        State::Aside(from, end) => each(Block::Note(from.number, &text[from.start..end])),
        State::Cue(timing, payload) => {
            each(match payload {
                Some((start, last)) => timing.cue(&text[start..last.end()], start == last.start),
                None => timing.cue("", true),
            });
        }
        State::Late(timing, line) => each(timing.cue(line.map_or("", |line| line.text), true)),
        State::Stray(from, last) => {
            each(Block::Stray(from.number, &text[from.start..last.end()]));
        }
    };
    for line in lines(text) {
        if is_blank(line.text) {
            match &mut state {
                // The text may follow a blank line.
                State::Cue(timing, None) => {
                    state = State::Late(*timing, None);
                    continue;
                }
                State::Late(_, None) => continue,
                // In WebVTT only an empty line ends a cue; YouTube has cues with a line of spaces.
                State::Cue(_, Some((_, last))) if header && !line.text.is_empty() => {
                    *last = line;
                    continue;
                }
                _ => {}
            }
            close(std::mem::replace(&mut state, State::Between), &mut each);
            continue;
        }
        let was_first = std::mem::take(&mut first);
        if let Some(mut timing) = Timing::of(line) {
            if let State::Stray(from, last) = &state
                && from.start == last.start
            {
                timing.id = Some(from.text).filter(|id| !is_number(id));
            }
            let ready = std::mem::replace(&mut state, State::Cue(timing, None));
            match ready {
                // The line directly above a timing line is the cue's id.
                State::Stray(from, last) if from.start == last.start => {}
                State::Stray(from, last) => {
                    let end = text[..last.start].trim_end().len();
                    each(Block::Stray(from.number, &text[from.start..end]));
                }
                State::Cue(timing, Some((start, last))) if is_id(last.text) => {
                    each(timing.cue(&text[start..last.start.max(start)], false));
                }
                // One line between a blank line and a timing line is the next cue's id.
                State::Late(timing, Some(_)) => close(State::Late(timing, None), &mut each),
                other => close(other, &mut each),
            }
        } else {
            state = match state {
                State::Between if was_first || is_aside(line.text) => {
                    State::Aside(line, line.end())
                }
                State::Between => State::Stray(line, line),
                State::Aside(from, _) => State::Aside(from, line.end()),
                State::Late(timing, None) => State::Late(timing, Some(line)),
                State::Late(timing, Some(first)) => State::Cue(timing, Some((first.start, line))),
                State::Cue(timing, None) => State::Cue(timing, Some((line.start, line))),
                State::Cue(timing, Some((start, _))) => State::Cue(timing, Some((start, line))),
                State::Stray(from, _) => State::Stray(from, line),
            };
        }
    }
    close(state, &mut each);
}

fn is_blank(line: &str) -> bool {
    match line.as_bytes() {
        [] => true,
        [first, ..] => !first.is_ascii_graphic() && line.trim().is_empty(),
    }
}

fn is_aside(line: &str) -> bool {
    ["NOTE", "STYLE", "REGION"].iter().any(|word| {
        line.strip_prefix(word)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', ':']))
    })
}

/// Returns whether a line directly above a timing line, without a blank line before it, is a cue
/// id.
fn is_id(line: &str) -> bool {
    let line = line.trim();
    let plain = |b: u8| b.is_ascii_hexdigit() || matches!(b, b'-' | b'/');
    !line.is_empty()
        && line.len() <= 64
        && (line.bytes().all(|b| b.is_ascii_digit())
            || (line.len() >= 16 && line.contains('-') && line.bytes().all(plain)))
}

/// Reads all cues into `out`. `note` receives headers and notes.
pub(crate) fn read<'a>(
    text: &'a str,
    header: bool,
    out: &mut Builder,
    mut note: impl FnMut(&'a str, &mut Builder),
) {
    let Survey { mut speech, rolls, kept } = survey(text, header);
    let mut rolling = rolls.then(Rolling::default);
    let (mut cues, mut strays) = (0u32, 0u32);
    let mut clock = None;
    let mut take = |block: Block<'a>, look: Look| {
        if out.is_full() {
            return;
        }
        match block {
            Block::Note(_, text) => note(text, out),
            Block::Cue(cue) => {
                cues += 1;
                let times = timing(cue, &mut clock, out);
                match &mut rolling {
                    _ if let Some(name) = cue.id.and_then(|id| speech.speaker(id)) => {
                        speech.say_as(cue.line, times, name, cue.payload, out);
                    }
                    Some(last) => speech.say(cue.line, times, last.news(cue.payload), out),
                    None => speech.looked(cue.line, times, cue.payload, look, out),
                }
            }
            Block::Stray(line, text) if is_id(text) => {
                out.warn(line, "a cue without times and text was skipped");
            }
            Block::Stray(line, _) if cues == 0 => {
                out.warn(line, "text before the first cue was skipped");
            }
            Block::Stray(line, text) => {
                out.warn(line, "text outside any cue was kept without a time");
                let numbers = cues..=cues + strays + 1;
                strays += 1;
                speech.say(line, (None, None), words_of(text, &numbers), out);
            }
        }
    };
    match kept {
        Some(kept) => kept.into_iter().for_each(|(block, look)| take(block, look)),
        None => blocks(text, header, |block| take(block, Look::default())),
    }
}

/// Returns the lines outside any cue, without a leading cue number or broken times
/// (`0:00:13.f89,0:00:15.489`).
fn words_of<'a>(stray: &'a str, numbers: &RangeInclusive<u32>) -> &'a str {
    let number = |line: &str| line.trim().parse().is_ok_and(|number| numbers.contains(&number));
    let broken = |line: &str| {
        line.starts_with(|c: char| c.is_ascii_digit())
            && line.len() <= 64
            && line.matches(':').count() >= 3
            && line.contains(COMMA)
            && !line.contains(char::is_whitespace)
    };
    let mut rest = stray;
    while let Some((first, below)) = rest.split_once(['\n', '\r'])
        && (number(first) || broken(first.trim()))
    {
        rest = below.trim_start();
    }
    rest
}

/// What is known of a file before its speech is read.
struct Survey<'a> {
    speech: speech::Speech,
    /// Whether each cue repeats lines of the previous one.
    rolls: bool,
    /// All blocks with their looks, unless there are too many.
    kept: Option<Vec<(Block<'a>, Look)>>,
}

fn survey(text: &str, header: bool) -> Survey<'_> {
    let mut survey = speech::Survey::default();
    let mut repeats = Repeats::default();
    let mut kept = Some(Vec::new());
    blocks(text, header, |block| {
        let mut look = Look::default();
        if let Block::Cue(cue) = block {
            look = survey.block(cue.payload, cue.one_line);
            if let Some(id) = cue.id {
                survey.id(id);
            }
            repeats.cue(cue.payload, look.is_line());
        }
        match &mut kept {
            Some(all) if all.len() < KEPT => all.push((block, look)),
            _ => kept = None,
        }
    });
    Survey { speech: survey.speech(text), rolls: repeats.roll(text, header), kept }
}

/// Parses a timing line in its usual form, `HH:MM:SS.mmm --> HH:MM:SS.mmm`, with the times in
/// order.
fn usual_timing(line: &str) -> Option<(u32, u32)> {
    let (start, rest) = line.as_bytes().split_first_chunk()?;
    let (end, rest) = rest.strip_prefix(b" --> ")?.split_first_chunk()?;
    if !matches!(rest, [] | [b' ' | b'\t', ..]) {
        return None;
    }
    let (start, end) = (time::usual_stamp(start)?, time::usual_stamp(end)?);
    (start <= end).then_some((start, end))
}

fn timing(cue: Cue<'_>, clock: &mut Option<Clock>, out: &mut Builder) -> speech::Times {
    if let Some((start, end)) = cue.usual {
        return (Some(u64::from(start)), Some(u64::from(end)));
    }
    let (start, end) = times(cue.timing);
    if cue.timing.ends_with(['M', 'm']) && time::without_half(cue.timing) != cue.timing {
        clock.get_or_insert_default();
    }
    if start.is_none() || end.is_none() {
        out.warn(cue.line, "a time that cannot be read was dropped");
    }
    let times = out.times(cue.line, start, end);
    // Times of day are relative to the first of them.
    let mut count = |ms: u64| match clock {
        Some(clock) => clock.since(ms, cue.line, out),
        None => ms,
    };
    (times.0.map(&mut count), times.1.map(count))
}

/// Parses the two times of a timing line, as far as they can be read.
pub(crate) fn times(line: &str) -> (Option<Stamp>, Option<Stamp>) {
    let Some((start, end)) = line.split_once(ARROW) else {
        return comma_times(line).or_else(|| timing::loose(line)).unzip();
    };
    let end = end.trim_start();
    (
        time::moment(start).map(|(stamp, _)| stamp).or_else(|| timing::stamp(start)),
        time::leading_moment(end).map(|(stamp, ..)| stamp).or_else(|| timing::stamp(end)),
    )
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod wild_tests;
