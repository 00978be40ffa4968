//! Transcripts with a line of name and time above the text: Otter, Riverside, Zoom captions, Happy
//! Scribe.
//!
//! Invariants: every other line belongs to the heading above it; times are starts, ends are
//! unknown; a single pass.

use debrief_domain::transcript::content::TurnKind;

use super::{asides, spans};
use crate::kernel::clock::Clock;
use crate::kernel::lines::lines;
use crate::kernel::time::Stamp;
use crate::kernel::{Builder, Confidence, Piece, Skip, marks, names};

/// A parsed heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Heading<'a> {
    /// Name as spelled in the file.
    pub(crate) name: &'a str,
    /// Start of the text below.
    pub(crate) start: Stamp,
    /// Its end, if the heading states it.
    pub(crate) end: Option<Stamp>,
    /// Whether the times are times of day, with AM or PM.
    pub(crate) of_day: bool,
}

/// The form of a kind of heading.
pub(crate) struct Style {
    /// Parses a heading; the flag tells whether a blank line, or nothing, precedes it.
    pub(crate) heading: for<'a> fn(&'a str, bool) -> Option<Heading<'a>>,
    /// Returns whether a line is the tool's and not speech.
    pub(crate) aside: fn(&str) -> bool,
    /// Whether the times are times of day.
    pub(crate) clock: bool,
}

/// Returns the confidence that follows from the headings at the beginning of a file.
pub(crate) fn recognise(text: &str, style: &Style) -> Confidence {
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
pub(crate) fn read(text: &str, style: &Style, out: &mut Builder) {
    let mut said = Said { clock: style.clock.then(Clock::default), ..Said::default() };
    let mut blank = true;
    let mut sections = asides::sections(text).into_iter().peekable();
    for line in lines(text) {
        if out.is_full() {
            return;
        }
        let trimmed = trim(line.text);
        let after_blank = std::mem::replace(&mut blank, trimmed.is_empty());
        if let Some(section) = sections.next_if(|section| section.line == line.number) {
            out.skip(line.number, Skip::ToolLine, trimmed);
            said.section(section.chat, out);
            continue;
        }
        if trimmed.is_empty() || (style.aside)(trimmed) {
            out.skip(line.number, Skip::ToolLine, trimmed);
            continue;
        }
        match (style.heading)(trimmed, after_blank) {
            Some(heading) => said.heading(line.number, heading, out),
            None => said.line(line.number, trimmed, out),
        }
    }
    said.finish(out);
}

/// Text below headings. A line is held back until the next one, because only the last has the end.
#[derive(Debug, Default)]
pub(crate) struct Said<'a> {
    speaker: Option<&'a str>,
    start: Option<u64>,
    end: Option<u64>,
    began: bool,
    kind: TurnKind,
    clock: Option<Clock>,
    held: Option<(u32, &'a str)>,
}

impl<'a> Said<'a> {
    /// Adds a heading: the named person says what follows.
    pub(crate) fn heading(&mut self, line: u32, heading: Heading<'a>, out: &mut Builder) {
        self.flush(self.end, out);
        let times = out.times(line, Some(heading.start), heading.end);
        if heading.of_day {
            self.clock.get_or_insert_default();
        }
        let mut count = |ms: u64| match &mut self.clock {
            Some(clock) => clock.since(ms, line, out),
            None => ms,
        };
        (self.start, self.end) = (times.0.map(&mut count), times.1.map(count));
        self.speaker = Some(heading.name);
        self.began = true;
    }

    /// Adds a line of text.
    pub(crate) fn line(&mut self, line: u32, text: &'a str, out: &mut Builder) {
        if marks::mark(text) == Some(Skip::Silence) {
            out.skip(line, Skip::Silence, text);
        } else if self.began {
            self.flush(None, out);
            self.held = Some((line, text));
        } else {
            out.skip(line, Skip::BeforeSpeaker, text);
        }
    }

    /// Begins a section, of speech or of a chat.
    fn section(&mut self, chat: bool, out: &mut Builder) {
        self.flush(self.end, out);
        self.kind = if chat { TurnKind::Chat } else { TurnKind::Speech };
    }

    /// Flushes what is left.
    pub(crate) fn finish(mut self, out: &mut Builder) {
        self.flush(self.end, out);
    }

    fn flush(&mut self, end_ms: Option<u64>, out: &mut Builder) {
        let Some((line, text)) = self.held.take() else { return };
        let (speaker, kind) = (self.speaker, self.kind);
        for (text, mark) in spans::ended(text) {
            let start_ms = self.start.take();
            let (_, mark) = out.times(line, None, mark);
            let end_ms = mark.or(end_ms);
            out.say(Piece { line, kind, speaker, start_ms, end_ms, text, ..Piece::default() });
        }
    }
}

fn trim(line: &str) -> &str {
    line.trim_matches(|c: char| c.is_whitespace() || names::is_mark(c))
}
