//! Transcripts with a line of name and time above what is said: Otter, Riverside, Zoom's
//! captions, Happy Scribe.
//!
//! Invariants: every other line belongs to the heading above it; times are starts, ends are
//! unknown; a single pass.

use super::Confidence;
use super::builder::{Builder, Piece};
use super::lines::lines;
use super::names;
use super::time::Stamp;

/// A heading, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Heading<'a> {
    /// The name as the file spells it.
    pub(super) name: &'a str,
    /// When what follows begins.
    pub(super) start: Stamp,
}

/// What a kind of heading looks like.
pub(super) struct Style {
    /// Reads a heading; the flag says whether a blank line, or nothing, stands before it.
    pub(super) heading: for<'a> fn(&'a str, bool) -> Option<Heading<'a>>,
    /// Whether a line is the tool's and nobody's words.
    pub(super) aside: fn(&str) -> bool,
    /// Whether the times are times of day.
    pub(super) clock: bool,
}

const HALF_DAY: u64 = 12 * 3_600_000;

/// How sure the headings in the beginning of a file make us.
pub(super) fn recognise(text: &str, style: &Style) -> Confidence {
    let (mut filled, mut headings, mut first, mut blank) = (0u32, 0u32, false, true);
    for line in lines(text) {
        let trimmed = trim(line.text);
        if !trimmed.is_empty() {
            let heading = (style.heading)(trimmed, blank).is_some();
            first |= heading && filled == 0;
            filled += 1;
            headings += u32::from(heading);
        }
        blank = trimmed.is_empty();
    }
    match headings {
        0 => Confidence::No,
        1 if !first => Confidence::No,
        _ if first || headings * 8 >= filled => Confidence::Likely,
        _ => Confidence::No,
    }
}

/// Reads a whole file.
pub(super) fn read(text: &str, style: &Style, out: &mut Builder) {
    let mut speaker: Option<&str> = None;
    let mut start: Option<u64> = None;
    let mut began = false;
    let mut blank = true;
    let mut skipped = None;
    let mut clock = Clock::default();
    for line in lines(text) {
        if out.is_full() {
            return;
        }
        let trimmed = trim(line.text);
        let after_blank = std::mem::replace(&mut blank, trimmed.is_empty());
        if trimmed.is_empty() || (style.aside)(trimmed) {
            continue;
        }
        if let Some(heading) = (style.heading)(trimmed, after_blank) {
            let (ms, _) = out.times(line.number, Some(heading.start), None);
            start = match ms {
                Some(ms) if style.clock => Some(clock.since(ms, line.number, out)),
                ms => ms,
            };
            speaker = Some(heading.name);
            began = true;
            continue;
        }
        if !began {
            skipped.get_or_insert(line.number);
            continue;
        }
        out.say(Piece {
            line: line.number,
            speaker,
            start_ms: start.take(),
            end_ms: None,
            text: trimmed,
            ..Piece::default()
        });
    }
    if let Some(line) = skipped {
        out.warn(line, "text before the first speaker was skipped");
    }
}

fn trim(line: &str) -> &str {
    line.trim_matches(|c: char| c.is_whitespace() || names::is_mark(c))
}

/// Times of day, counted from the first of them.
#[derive(Debug, Default)]
pub(super) struct Clock {
    zero: Option<u64>,
    days: u64,
    last: u64,
}

impl Clock {
    /// Milliseconds since the first time that was asked for.
    pub(super) fn since(&mut self, ms: u64, line: u32, out: &mut Builder) -> u64 {
        if self.zero.is_none() {
            out.warn(line, "times of day were counted from the first one");
            self.zero = Some(ms);
            self.last = ms;
        }
        // Past midnight; a little disorder is only that.
        if ms + HALF_DAY < self.last {
            self.days += 1;
        }
        self.last = ms;
        (ms + self.days * 2 * HALF_DAY).saturating_sub(self.zero.unwrap_or(ms))
    }
}
