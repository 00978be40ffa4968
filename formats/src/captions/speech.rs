//! Turns cues into speech: voice tags, names in front of lines, sentences that continue.
//!
//! Invariants: names in front of lines count only if the whole file supports them, so all cues are
//! surveyed ([`Survey`]) before any becomes speech ([`Speech`]). If names occur only at changes of
//! speaker, the cues between belong to the last named speaker.

use std::collections::{HashMap, HashSet};

use super::changes::Changes;
use super::cue_names::{self, CueNames};
use super::inline;
use crate::kernel::lines::{Line, lines};
use crate::kernel::marks::{self, Data};
use crate::kernel::names::{self, glued, prefix, trim_start};
use crate::kernel::prefix_survey::{Place, PrefixSurvey, Speakers};
use crate::kernel::{Builder, Piece, Skip, markup};

/// A longer payload is read in parts, to bound memory; no real cue is nearly as long.
const PART: usize = 64 * 1024;

/// Start and end in milliseconds, if known.
pub(crate) type Times = (Option<u64>, Option<u64>);

/// What is known of the cues of a file before any becomes speech.
#[derive(Default)]
pub(crate) struct Survey {
    survey: PrefixSurvey,
    changes: Changes,
    others: cue_names::Survey,
    labels: HashSet<(String, String)>,
}

/// The shape of a cue, found in the survey so that it is not computed again.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Look {
    /// Must be examined again.
    #[default]
    Any,
    /// One line of text without markup.
    Line,
    /// Same, with a possible name in front, and the number of bytes after it.
    Named(Place, u32),
}

impl Look {
    /// Returns whether the cue is one line without markup.
    pub(crate) fn is_line(self) -> bool {
        !matches!(self, Self::Any)
    }
}

impl Survey {
    /// Surveys the next cue.
    pub(crate) fn cue(&mut self, payload: &str) {
        self.block(payload, false);
    }

    /// Same, if the payload may be known to be one line; returns its shape.
    pub(crate) fn block(&mut self, payload: &str, one_line: bool) -> Look {
        let payload = part(payload).0;
        if !has_markup(payload) && (one_line || !has_lines(payload)) {
            return self.plain(trim_start(payload));
        }
        self.marked(payload);
        Look::Any
    }

    /// Surveys the line above the times of a cue.
    pub(crate) fn id(&mut self, id: &str) {
        self.others.id(id);
    }

    fn plain(&mut self, payload: &str) -> Look {
        if payload.is_empty() {
            return Look::Line;
        }
        let prefix = self.survey.line(payload);
        self.changes.cue(prefix.map(|prefix| prefix.name));
        if let Some((_, rest)) = prefix.and_then(|prefix| prefix.rest) {
            self.changes.behind(rest);
        }
        self.others.cue();
        if cue_names::is_special(payload) {
            self.others.line(payload, false);
            self.others.dash(payload, true);
            if payload.starts_with('>')
                && let Some(prefix) = prefix
            {
                self.survey.mark(prefix.name);
            }
            return Look::Any;
        }
        let named = prefix.and_then(|prefix| prefix.rest);
        match named.and_then(|(place, rest)| Some((place, u32::try_from(rest.len()).ok()?))) {
            Some((place, behind)) => Look::Named(place, behind),
            None => Look::Line,
        }
    }

    fn marked(&mut self, payload: &str) {
        self.others.cue();
        for (place, span) in markup::spans(payload).into_iter().enumerate() {
            if let Some(voice) = span.voice {
                self.changes.voices = true;
                self.survey.voice(&voice);
                continue;
            }
            let text = span.text.trim();
            for (i, line) in lines(text).enumerate() {
                self.line(i == 0, line.text);
                self.others.dash(line.text, (place, i) == (0, 0));
                if (place, i) == (0, 0) {
                    self.others.line(line.text, line.text.len() < text.len());
                }
            }
        }
    }

    fn line(&mut self, first: bool, line: &str) {
        let prefix = prefix(line);
        self.changes.headed |=
            prefix.is_some_and(|(name, rest)| rest.is_empty() && names::is_diarized(name));
        if let Some((_, rest)) = prefix {
            self.changes.behind(rest);
        }
        let name = prefix.map(|(name, _)| name);
        if let Some(name) = name.filter(|_| line.starts_with(">>")) {
            self.survey.mark(name);
        }
        let close = if name.is_none() { glued(line).map(|(name, _)| name) } else { None };
        if first {
            self.changes.cue(name.or(close));
            self.survey.unit(name);
        } else if let Some(name) = name {
            self.changes.cue(Some(name));
            // Alternating speakers have a dash in front.
            if line.starts_with('-') {
                self.survey.unit(Some(name));
            } else {
                self.survey.count(name);
            }
        }
        if let Some(name) = close {
            self.survey.glued(name);
        }
    }

    /// Surveys a cue that has the times of the next one: it may be a label, `<v S01>Client:`.
    pub(crate) fn label(&mut self, payload: &str, next: &str) {
        let voice = |payload: &str| markup::spans(payload).into_iter().next()?.voice;
        let [span] = &*markup::spans(payload) else { return };
        if let Some((voice, label)) =
            label(span).filter(|(own, _)| voice(next).as_deref() == Some(own))
            && self.labels.len() < MAX_LABELS
        {
            self.labels.insert((voice.to_owned(), label.to_owned()));
        }
    }

    /// Returns the reader of the file's speech, starting at its first cue.
    pub(crate) fn speech(self, text: &str) -> Speech {
        let speakers = self.survey.speakers(text);
        let only_changes = self.changes.alone(&speakers);
        let headings = inline::may_have(text);
        let voices = self.changes.voices;
        let others = if voices { CueNames::default() } else { self.others.names() };
        let only_changes = only_changes || others.chevrons;
        let voice = Voice { only_changes, ..Voice::default() };
        let (labels, called) = (self.labels, HashMap::new());
        Speech { speakers, others, headings, voice, labels, called }
    }
}

/// Returns voice and label of a span that is only a label.
fn label(span: &markup::Span) -> Option<(&str, &str)> {
    let label = span.text.trim().strip_suffix(':')?.trim_end();
    let fits = names::is_plausible(label) && !names::is_label(label);
    Some((span.voice.as_deref()?, label)).filter(|_| fits)
}

/// Maximum number of labels; more are not those of speakers.
const MAX_LABELS: usize = 1_000;

/// Reads the speech of one cue after the other.
pub(crate) struct Speech {
    speakers: Speakers,
    others: CueNames,
    /// Whether there may be headings inside cues.
    headings: bool,
    voice: Voice,
    /// Voices with the labels that stand in cues of their own, and the label of each so far.
    labels: HashSet<(String, String)>,
    called: HashMap<String, String>,
}

impl Speech {
    /// Returns the speaker named in the line above the times of a cue.
    pub(crate) fn speaker<'a>(&self, id: &'a str) -> Option<&'a str> {
        self.others.by_id(id)
    }

    /// Adds a cue with a known speaker.
    pub(crate) fn say_as(
        &mut self,
        line: u32,
        times: Times,
        name: &str,
        payload: &str,
        out: &mut Builder,
    ) {
        let said: String = markup::spans(payload).into_iter().map(|span| span.text).collect();
        let (speaker, (start_ms, end_ms)) = (Some(name), times);
        out.say(Piece { line, speaker, start_ms, end_ms, text: &said, ..Piece::default() });
        self.voice.unfinished = is_unfinished(&said);
        name.clone_into(self.voice.name.get_or_insert_default());
    }

    /// Adds a cue of data.
    pub(crate) fn say_data(
        &mut self,
        line: u32,
        (start_ms, end_ms): Times,
        data: &Data,
        payload: &str,
        out: &mut Builder,
    ) {
        let Some(text) = data.text.as_deref() else {
            out.skip(line, Skip::Data, payload);
            return;
        };
        let speaker = data.speaker.as_deref();
        out.say(Piece { line, speaker, start_ms, end_ms, text, ..Piece::default() });
        self.voice.unfinished = is_unfinished(text);
        self.voice.name.clone_from(&data.speaker);
    }

    /// Adds a line that is no cue, of a format with a cue on each line: after the first cue it is
    /// kept without a time.
    pub(crate) fn odd(&mut self, line: Line<'_>, began: bool, out: &mut Builder) {
        if line.text.trim().is_empty() {
            return;
        }
        if !began {
            out.skip(line.number, Skip::BeforeCue, line.text);
            return;
        }
        out.warn(line.number, "a line without times was kept");
        self.say(line.number, (None, None), line.text, out);
    }

    /// Adds the cue on this line.
    pub(crate) fn say(&mut self, line: u32, times: Times, payload: &str, out: &mut Builder) {
        self.looked(line, times, payload, Look::Any, out);
    }

    /// Same, for a cue whose shape the survey found.
    pub(crate) fn looked(
        &mut self,
        line: u32,
        times: Times,
        payload: &str,
        look: Look,
        out: &mut Builder,
    ) {
        // Speech contains a time to the millisecond only by mistake.
        if self.headings && payload.len() > 64 && payload.contains(" (") {
            let parts = inline::split(payload, &self.speakers);
            if let [(_, first), later @ ..] = &*parts
                && !later.is_empty()
            {
                self.whole(line, times, first, out);
                for (heading, text) in later {
                    let Some((name, stamp)) = heading else { continue };
                    let (start_ms, _) = out.times(line, Some(*stamp), None);
                    let speaker = Some(*name);
                    out.say(Piece { line, speaker, start_ms, text, ..Piece::default() });
                    self.voice.name = Some((*name).to_owned());
                    self.voice.unfinished = is_unfinished(text);
                }
                return;
            }
        }
        if look.is_line() && payload.len() <= PART {
            let text = trim_start(payload);
            let named = match look {
                Look::Named(place, behind) => self.speakers.at(place).and_then(|name| {
                    Some((name, &text[text.len().checked_sub(behind as usize)?..]))
                }),
                _ => None,
            };
            let named = named.or_else(|| self.speakers.split_glued(text));
            self.voice.plain(line, times, named, text, out);
            return;
        }
        self.whole(line, times, payload, out);
    }

    fn whole(&mut self, line: u32, times: Times, payload: &str, out: &mut Builder) {
        let (mut rest, mut start) = (payload, times.0);
        while let (now, later) = part(rest)
            && !later.is_empty()
        {
            self.part(line, (start, None), now, out);
            self.voice.unfinished = true;
            (rest, start) = (later, None);
        }
        self.part(line, (start, times.1), rest, out);
    }

    fn part(&mut self, line: u32, times: Times, payload: &str, out: &mut Builder) {
        // Most cues are one line of plain text.
        if is_plain(payload) {
            let text = trim_start(payload);
            if let Some(mark) = marks::mark(text) {
                out.skip(line, mark, text);
                return;
            }
            let text = without_mark(line, text, out);
            let others = &self.others;
            let mut rest = text;
            if let Some(behind) = others.change(text) {
                self.voice.changes(line, out);
                rest = behind;
            }
            let named = self.speakers.split(rest).or_else(|| others.split(rest));
            self.voice.plain(line, times, named, rest, out);
            return;
        }
        let voice = &mut self.voice;
        let others = &self.others;
        // (voice, text) pairs; a single pair has both times, several share the outer ones.
        let mut said: Vec<(Option<String>, String)> = Vec::new();
        // Indexes of the pairs at which the speaker changes.
        let mut changes: Vec<usize> = Vec::new();
        for mut span in markup::spans(payload) {
            if let Some(mark) = marks::mark(&span.text) {
                out.skip(line, mark, &span.text);
                continue;
            }
            if let Some((mark, rest)) = marks::leading_mark(&span.text) {
                out.skip(line, Skip::ToolLabel, mark);
                span.text = rest.to_owned();
            }
            if !self.labels.is_empty()
                && let Some((voice, label)) = label(&span)
            {
                let pair = (voice.to_owned(), label.to_owned());
                if self.labels.contains(&pair) {
                    self.called.insert(pair.0, pair.1);
                    continue;
                }
            }
            if let Some(name) = span.voice {
                // Some tools write the name twice: `<v Noa>Noa: …`.
                let again = span.text.trim_start().strip_prefix(&*name);
                let bare = again.and_then(|rest| rest.strip_prefix(':')).map(str::to_owned);
                let name = self.called.get(&name).cloned().unwrap_or(name);
                said.push((Some(name), bare.unwrap_or(span.text)));
                continue;
            }
            for (i, line) in lines(span.text.trim_start()).enumerate() {
                let change = others.change(line.text);
                changes.extend(change.map(|_| said.len()));
                let own = change.unwrap_or(line.text);
                let named = self.speakers.split(own).or_else(|| others.split(own));
                match named {
                    Some((name, rest)) => said.push((Some(name.to_owned()), rest.to_owned())),
                    None if let Some(behind) = change => said.push((None, behind.to_owned())),
                    None if i == 0
                        && let Some(name) = others.head(line.text) =>
                    {
                        said.push((Some(name.to_owned()), String::new()));
                    }
                    None if i > 0 && !said.is_empty() => {
                        if let Some((_, text)) = said.last_mut() {
                            text.push('\n');
                            text.push_str(line.text);
                        }
                    }
                    None => {
                        // A sentence that continues in the next cue keeps its speaker.
                        let on = voice.unfinished || voice.only_changes;
                        let name = voice.name.clone().filter(|_| on);
                        said.push((name, line.text.to_owned()));
                    }
                }
            }
        }
        let blank = |(_, text): &(_, String)| text.trim().is_empty();
        let last = said.iter().rposition(|pair| !blank(pair)).unwrap_or(0);
        let first = said.iter().position(|pair| !blank(pair)).unwrap_or(0);
        for (i, (name, text)) in said.into_iter().enumerate() {
            if changes.contains(&i) {
                out.end_turn(line);
            }
            if text.trim().is_empty() {
                // The name is that of the next cue.
                if name.is_some() {
                    (voice.name, voice.unfinished) = (name, true);
                }
                continue;
            }
            // Whoever answers in the same cue does so in its time.
            let starts = i == first || changes.contains(&i);
            out.say(Piece {
                line,
                speaker: name.as_deref(),
                start_ms: times.0.filter(|_| starts),
                end_ms: times.1.filter(|_| i == last),
                text: &text,
                ..Piece::default()
            });
            voice.unfinished = is_unfinished(&text);
            voice.name = name;
        }
    }
}

/// The last speaker, and whether their sentence is finished.
#[derive(Default)]
struct Voice {
    name: Option<String>,
    unfinished: bool,
    /// Whether they continue until somebody else is named.
    only_changes: bool,
}

impl Voice {
    /// Switches to another speaker, possibly unnamed.
    fn changes(&mut self, line: u32, out: &mut Builder) {
        out.end_turn(line);
        self.name = None;
        self.unfinished = false;
    }

    /// Adds a line of plain text, with the speaker in front of it if there is one.
    fn plain(
        &mut self,
        line: u32,
        times: Times,
        named: Option<(&str, &str)>,
        text: &str,
        out: &mut Builder,
    ) {
        let (name, text) = named.map_or((None, text), |(name, rest)| (Some(name), rest));
        if names::trim(text).is_empty() {
            // The name is that of the next cue.
            if let Some(name) = name {
                name.clone_into(self.name.get_or_insert_default());
                self.unfinished = true;
            }
            return;
        }
        match name {
            None if self.unfinished || self.only_changes => {}
            None => self.name = None,
            Some(name) if self.name.as_deref() == Some(name) => {}
            Some(name) => name.clone_into(self.name.get_or_insert_default()),
        }
        let speaker = self.name.as_deref();
        let (start_ms, end_ms) = times;
        out.say(Piece { line, speaker, start_ms, end_ms, text, ..Piece::default() });
        self.unfinished = is_unfinished(text);
    }
}

/// Strips the time mark at the beginning of a cue.
fn without_mark<'a>(line: u32, text: &'a str, out: &mut Builder) -> &'a str {
    let Some((mark, rest)) = marks::leading_mark(text) else { return text };
    out.skip(line, Skip::ToolLabel, mark);
    trim_start(rest)
}

/// Splits off the part that is read at once: all of a usual payload.
fn part(payload: &str) -> (&str, &str) {
    if payload.len() <= PART {
        return (payload, "");
    }
    let reach = payload.floor_char_boundary(PART);
    let at = payload[..reach].rfind(char::is_whitespace).filter(|at| *at > 0);
    payload.split_at(at.unwrap_or(reach))
}

/// Returns whether a payload is one line without markup.
fn is_plain(payload: &str) -> bool {
    !has_markup(payload) && !has_lines(payload)
}

fn has_markup(payload: &str) -> bool {
    memchr::memchr3(b'<', b'&', b'{', payload.as_bytes()).is_some()
}

fn has_lines(payload: &str) -> bool {
    memchr::memchr2(b'\n', b'\r', payload.as_bytes()).is_some()
}

/// Returns whether a sentence continues after this text.
fn is_unfinished(text: &str) -> bool {
    match names::trim(text).chars().next_back() {
        // Looking up letters beyond ASCII in the tables is slow; most sentence ends among them are
        // listed here.
        Some('…' | '’' | '”') | None => false,
        Some(c) => c.is_alphanumeric() || matches!(c, ',' | ';' | '-' | '–'),
    }
}
