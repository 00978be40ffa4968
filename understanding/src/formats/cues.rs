//! Cues with times, as WebVTT, SRT and SBV have them: a timing line, then what is said.
//!
//! Invariants: a broken timing line costs its times, not its words; blank lines may be missing, or
//! stand between times and words; the file is walked in order, twice (names, then speech); between,
//! at most [`KEPT`] places in the text are kept, to spare the second walk where the file is no
//! longer than recordings are. Where names stand only at changes of the speaker, the cues between
//! are the last one's.

use super::builder::{Builder, Piece};
use super::changes::Changes;
use super::lines::{Line, lines};
use super::names::{Speakers, Tally, prefix};
use super::rolling::Rolling;
use super::time::Stamp;
use super::{inline, markup, names, time, timing};

/// Part of a cue file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Block<'a> {
    /// The first block of a WebVTT file, or a NOTE, with the line it begins on.
    Note(u32, &'a str),
    /// A cue.
    Cue(Cue<'a>),
    /// Text outside any cue.
    Stray(u32, &'a str),
}

/// A cue as it stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cue<'a> {
    /// Line of the timing.
    pub(crate) line: u32,
    /// `start --> end settings`.
    pub(crate) timing: &'a str,
    /// The lines below it.
    pub(crate) payload: &'a str,
}

const ARROW: &str = "-->";
/// Between the times of an SBV file: `0:00:03.900,0:00:08.460`.
const COMMA: char = ',';
/// A longer payload is read in parts, to bound memory; no real cue comes near.
const PART: usize = 64 * 1024;

/// More cues than ten hours of talk have.
const KEPT: usize = 50_000;

/// Whether a line holds times rather than words.
pub(crate) fn is_timing(line: &str) -> bool {
    let begin = &line.as_bytes()[..line.len().min(64)];
    // Most lines are words, and of words few have a `>`.
    let Some(at) = memchr::memchr_iter(b'>', begin)
        .find_map(|end| end.checked_sub(2).filter(|at| begin[*at..end] == *b"--"))
    else {
        return comma_times(line).is_some() || timing::loose(line).is_some();
    };
    let start = line[..at].trim();
    start.is_empty()
        || start
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.' | b',' | b'-' | b' '))
        || time::leading(line[at + 3..].trim_start()).is_some()
}

/// The two times of SBV's timing line, which is nothing else.
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

/// Walks the blocks of a file. With `header`, the first block is WebVTT's own.
pub(crate) fn blocks<'a>(text: &'a str, header: bool, mut each: impl FnMut(Block<'a>)) {
    enum State<'a> {
        /// After a blank line.
        Between,
        /// In a header, NOTE, STYLE or REGION.
        Aside(Line<'a>, usize),
        /// In a cue: its timing line; its first and last payload line.
        Cue(Line<'a>, Option<(usize, Line<'a>)>),
        /// In lines that belong to nothing yet: the first, and the last.
        Stray(Line<'a>, Line<'a>),
    }
    let mut state = State::Between;
    let mut first = header;
    let close = |state: State<'a>, each: &mut dyn FnMut(Block<'a>)| match state {
        State::Between => {}
        State::Aside(from, end) => each(Block::Note(from.number, &text[from.start..end])),
        State::Cue(timing, payload) => each(Block::Cue(Cue {
            line: timing.number,
            timing: timing.text,
            payload: payload.map_or("", |(start, last)| &text[start..last.end()]),
        })),
        State::Stray(from, last) => {
            each(Block::Stray(from.number, &text[from.start..last.end()]));
        }
    };
    for line in lines(text) {
        if is_blank(line.text) {
            match &mut state {
                // The words may stand below a blank line.
                State::Cue(_, None) => continue,
                // In WebVTT only an empty line ends a cue; YouTube has cues with a blank one.
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
        if is_timing(line.text) {
            let ready = std::mem::replace(&mut state, State::Cue(line, None));
            match ready {
                // The line right above a timing line is the cue's id.
                State::Stray(from, last) if from.start == last.start => {}
                State::Stray(from, last) => {
                    let end = text[..last.start].trim_end().len();
                    each(Block::Stray(from.number, &text[from.start..end]));
                }
                State::Cue(timing, Some((start, last))) if is_id(last.text) => {
                    let end = last.start.max(start);
                    each(Block::Cue(Cue {
                        line: timing.number,
                        timing: timing.text,
                        payload: &text[start..end],
                    }));
                }
                other => close(other, &mut each),
            }
        } else {
            state = match state {
                State::Between if was_first || is_aside(line.text) => {
                    State::Aside(line, line.end())
                }
                State::Between => State::Stray(line, line),
                State::Aside(from, _) => State::Aside(from, line.end()),
                State::Cue(timing, None) => State::Cue(timing, Some((line.start, line))),
                State::Cue(timing, Some((start, _))) => State::Cue(timing, Some((start, line))),
                State::Stray(from, _) => State::Stray(from, line),
            };
        }
    }
    close(state, &mut each);
}

fn is_blank(line: &str) -> bool {
    !line.as_bytes().first().is_some_and(u8::is_ascii_graphic) && line.trim().is_empty()
}

fn is_aside(line: &str) -> bool {
    ["NOTE", "STYLE", "REGION"].iter().any(|word| {
        line.strip_prefix(word)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', ':']))
    })
}

/// Whether a line directly above a timing line, without a blank before it, is a cue id.
fn is_id(line: &str) -> bool {
    let line = line.trim();
    let plain = |b: u8| b.is_ascii_hexdigit() || matches!(b, b'-' | b'/');
    !line.is_empty()
        && line.len() <= 64
        && (line.bytes().all(|b| b.is_ascii_digit())
            || (line.len() >= 16 && line.contains('-') && line.bytes().all(plain)))
}

/// Reads all cues into `out`. `note` sees headers and notes.
pub(crate) fn read<'a>(
    text: &'a str,
    header: bool,
    out: &mut Builder,
    mut note: impl FnMut(&'a str, &mut Builder),
) {
    let Survey { speakers, only_changes, kept } = survey(text, header);
    let mut voice = Voice { only_changes, ..Voice::default() };
    let mut rolling = Rolling::of(text, header);
    let mut cues = 0u32;
    let take = |block: Block<'a>| {
        if out.is_full() {
            return;
        }
        match block {
            Block::Note(_, text) => note(text, out),
            Block::Cue(cue) => {
                cues += 1;
                let times = timing(cue, out);
                let payload = rolling.as_mut().map_or(cue.payload, |last| last.news(cue.payload));
                say(out, &speakers, &mut voice, cue.line, times, payload);
            }
            Block::Stray(line, text) if is_id(text) => {
                out.warn(line, "a cue without times and words was skipped");
            }
            Block::Stray(line, _) if cues == 0 => {
                out.warn(line, "text before the first cue was skipped");
            }
            Block::Stray(line, text) => {
                out.warn(line, "text outside any cue was kept without a time");
                say(out, &speakers, &mut voice, line, (None, None), text);
            }
        }
    };
    match kept {
        Some(kept) => kept.into_iter().for_each(take),
        None => blocks(text, header, take),
    }
}

/// What a file is found to be before its speech is read.
struct Survey<'a> {
    /// The prefixes in the cues that are speakers.
    speakers: Speakers,
    /// Whether those stand only where the speaker changes.
    only_changes: bool,
    /// All blocks, where they are not too many.
    kept: Option<Vec<Block<'a>>>,
}

fn survey(text: &str, header: bool) -> Survey<'_> {
    let mut tally = Tally::default();
    let mut changes = Changes::default();
    let mut kept = Some(Vec::new());
    blocks(text, header, |block| {
        kept = kept.take().filter(|kept| kept.len() < KEPT);
        if let Some(kept) = &mut kept {
            kept.push(block);
        }
        let Block::Cue(cue) = block else { return };
        let payload = part(cue.payload).0;
        if is_plain(payload) {
            if !payload.trim().is_empty() {
                changes.cue(tally.line(payload.trim_start()));
            }
            return;
        }
        for span in markup::spans(payload) {
            if span.voice.is_some() {
                changes.voices = true;
                tally.unit(None);
                continue;
            }
            for (i, line) in lines(span.text.trim_start()).enumerate() {
                let prefix = prefix(line.text);
                changes.headed |=
                    prefix.is_some_and(|(name, rest)| rest.is_empty() && names::is_diarized(name));
                let name = prefix.map(|(name, _)| name);
                match name {
                    _ if i == 0 => {
                        changes.cue(name);
                        tally.unit(name);
                    }
                    Some(name) => {
                        changes.cue(Some(name));
                        tally.count(name);
                    }
                    None => {}
                }
            }
        }
    });
    let speakers = tally.speakers(text);
    Survey { only_changes: changes.alone(&speakers), speakers, kept }
}

/// Who spoke last, and whether they had finished their sentence.
#[derive(Default)]
struct Voice {
    name: Option<String>,
    unfinished: bool,
    /// Whether they speak on until somebody else is named.
    only_changes: bool,
}

fn say(
    out: &mut Builder,
    speakers: &Speakers,
    voice: &mut Voice,
    line: u32,
    times: (Option<u64>, Option<u64>),
    payload: &str,
) {
    // No speech has a time in it to the millisecond but by mistake.
    if payload.len() > 64 && payload.contains(" (") {
        let parts = inline::split(payload, speakers);
        if let [(_, first), later @ ..] = &*parts
            && !later.is_empty()
        {
            say_whole(out, speakers, voice, line, times, first);
            for (heading, text) in later {
                let Some((name, stamp)) = heading else { continue };
                let (start_ms, _) = out.times(line, Some(*stamp), None);
                let speaker = Some(*name);
                out.say(Piece { line, speaker, start_ms, text, ..Piece::default() });
                voice.name = Some((*name).to_owned());
                voice.unfinished = is_unfinished(text);
            }
            return;
        }
    }
    say_whole(out, speakers, voice, line, times, payload);
}

fn say_whole(
    out: &mut Builder,
    speakers: &Speakers,
    voice: &mut Voice,
    line: u32,
    times: (Option<u64>, Option<u64>),
    payload: &str,
) {
    let (mut rest, mut start) = (payload, times.0);
    while let (now, later) = part(rest)
        && !later.is_empty()
    {
        say_part(out, speakers, voice, line, (start, None), now);
        voice.unfinished = true;
        (rest, start) = (later, None);
    }
    say_part(out, speakers, voice, line, (start, times.1), rest);
}

/// Splits off what is read at once: all of a usual payload.
fn part(payload: &str) -> (&str, &str) {
    if payload.len() <= PART {
        return (payload, "");
    }
    let reach = payload.floor_char_boundary(PART);
    let at = payload[..reach].rfind(char::is_whitespace).filter(|at| *at > 0);
    payload.split_at(at.unwrap_or(reach))
}

fn say_part(
    out: &mut Builder,
    speakers: &Speakers,
    voice: &mut Voice,
    line: u32,
    times: (Option<u64>, Option<u64>),
    payload: &str,
) {
    // Most cues are one line of plain words.
    if is_plain(payload) {
        let text = payload.trim_start();
        let (name, text) = match speakers.split(text) {
            Some((name, rest)) => (Some(name), rest),
            None => (None, text),
        };
        if text.trim().is_empty() {
            return;
        }
        let goes_on = name.is_none() && (voice.unfinished || voice.only_changes);
        if !goes_on && voice.name.as_deref() != name {
            voice.name = name.map(str::to_owned);
        }
        let speaker = voice.name.as_deref();
        let (start_ms, end_ms) = times;
        out.say(Piece { line, speaker, start_ms, end_ms, text, ..Piece::default() });
        voice.unfinished = is_unfinished(text);
        return;
    }
    // (voice, text) pairs; a cue with one has both times, else they share its outer ones.
    let mut said: Vec<(Option<String>, String)> = Vec::new();
    for span in markup::spans(payload) {
        if span.voice.is_some() {
            said.push((span.voice, span.text));
            continue;
        }
        for (i, line) in lines(span.text.trim_start()).enumerate() {
            match speakers.split(line.text) {
                Some((name, rest)) => said.push((Some(name.to_owned()), rest.to_owned())),
                None if i > 0 && !said.is_empty() => {
                    if let Some((_, text)) = said.last_mut() {
                        text.push('\n');
                        text.push_str(line.text);
                    }
                }
                None => {
                    // A sentence that runs on into the next cue is still its speaker's.
                    let on = voice.unfinished || voice.only_changes;
                    let name = voice.name.clone().filter(|_| on);
                    said.push((name, line.text.to_owned()));
                }
            }
        }
    }
    said.retain(|(_, text)| !text.trim().is_empty());
    let last = said.len().saturating_sub(1);
    for (i, (name, text)) in said.into_iter().enumerate() {
        out.say(Piece {
            line,
            speaker: name.as_deref(),
            start_ms: times.0.filter(|_| i == 0),
            end_ms: times.1.filter(|_| i == last),
            text: &text,
            ..Piece::default()
        });
        voice.unfinished = is_unfinished(&text);
        voice.name = name;
    }
}

/// Whether a payload is one line without markup.
fn is_plain(payload: &str) -> bool {
    memchr::memchr3(b'<', b'&', b'{', payload.as_bytes()).is_none()
        && memchr::memchr2(b'\n', b'\r', payload.as_bytes()).is_none()
}

/// Whether a sentence runs on after this.
fn is_unfinished(text: &str) -> bool {
    text.trim_end().ends_with(|c: char| c.is_alphanumeric() || matches!(c, ',' | ';' | '-' | '–'))
}

/// The times of a line in its usual form, `HH:MM:SS.mmm --> HH:MM:SS.mmm`, and in their order.
fn usual_timing(line: &str) -> Option<(u64, u64)> {
    let (start, rest) = line.as_bytes().split_first_chunk()?;
    let (end, rest) = rest.strip_prefix(b" --> ")?.split_first_chunk()?;
    if !matches!(rest, [] | [b' ' | b'\t', ..]) {
        return None;
    }
    let (start, end) = (time::usual_stamp(start)?, time::usual_stamp(end)?);
    (start <= end).then_some((start, end))
}

fn timing(cue: Cue<'_>, out: &mut Builder) -> (Option<u64>, Option<u64>) {
    if let Some((start, end)) = usual_timing(cue.timing) {
        return (Some(start), Some(end));
    }
    let (start, end) = times(cue.timing);
    if start.is_none() || end.is_none() {
        out.warn(cue.line, "a time that cannot be read was dropped");
    }
    out.times(cue.line, start, end)
}

/// The two times of a timing line, as far as they can be read.
pub(crate) fn times(line: &str) -> (Option<Stamp>, Option<Stamp>) {
    let Some((start, end)) = line.split_once(ARROW) else {
        return comma_times(line).or_else(|| timing::loose(line)).unzip();
    };
    let end = end.trim_start();
    (
        time::stamp(start).or_else(|| timing::stamp(start)),
        time::leading(end).map(|(stamp, _)| stamp).or_else(|| timing::stamp(end)),
    )
}

#[cfg(test)]
#[path = "cues_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "cues_wild_tests.rs"]
mod wild_tests;
