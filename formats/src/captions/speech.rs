//! What cues say, and who says it: voice tags, names in front of lines, what runs on.
//!
//! Invariants: names in front of lines count only where the file as a whole supports them, so that
//! all cues are looked at ([`Survey`]) before any is said ([`Speech`]). Where names stand only at
//! changes of the speaker, the cues between are the last one's.

use super::changes::Changes;
use super::cue_names::{self, CueNames};
use super::inline;
use crate::kernel::lines::lines;
use crate::kernel::names::{self, glued, prefix, trim_start};
use crate::kernel::tally::{Place, Speakers, Tally};
use crate::kernel::{Builder, Piece, markup};

/// A longer payload is read in parts, to bound memory; no real cue comes near.
const PART: usize = 64 * 1024;

/// Start and end in milliseconds, as far as they are known.
pub(crate) type Times = (Option<u64>, Option<u64>);

/// What the cues of a file are found to be before any is said.
#[derive(Default)]
pub(crate) struct Survey {
    tally: Tally,
    changes: Changes,
    others: cue_names::Survey,
}

/// How a cue looks, found in the survey, so that nothing is looked for again when it is said.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Look {
    /// It is to be looked at again.
    #[default]
    Any,
    /// One line of words without markup.
    Line,
    /// Same, with what may be a name in front, and how many bytes there are behind that.
    Named(Place, u32),
}

impl Look {
    /// Whether the cue is one line without markup.
    pub(crate) fn is_line(self) -> bool {
        !matches!(self, Self::Any)
    }
}

impl Survey {
    /// Looks at the next cue.
    pub(crate) fn cue(&mut self, payload: &str) {
        self.block(payload, false);
    }

    /// Same, where it may be known that the payload is one line; how it looks.
    pub(crate) fn block(&mut self, payload: &str, one_line: bool) -> Look {
        let payload = part(payload).0;
        if !has_markup(payload) && (one_line || !has_lines(payload)) {
            return self.plain(trim_start(payload));
        }
        self.marked(payload);
        Look::Any
    }

    /// Looks at the line above the times of a cue.
    pub(crate) fn id(&mut self, id: &str) {
        self.others.id(id);
    }

    fn plain(&mut self, payload: &str) -> Look {
        if payload.is_empty() {
            return Look::Line;
        }
        let prefix = self.tally.line(payload);
        self.changes.cue(prefix.map(|prefix| prefix.name));
        self.others.cue();
        if cue_names::is_special(payload) {
            self.others.line(payload, false);
            if payload.starts_with('>')
                && let Some(prefix) = prefix
            {
                self.tally.mark(prefix.name);
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
                self.tally.voice(&voice);
                continue;
            }
            let text = span.text.trim();
            for (i, line) in lines(text).enumerate() {
                self.line(i == 0, line.text);
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
        let name = prefix.map(|(name, _)| name);
        if let Some(name) = name.filter(|_| line.starts_with(">>")) {
            self.tally.mark(name);
        }
        let close = if name.is_none() { glued(line).map(|(name, _)| name) } else { None };
        if first {
            self.changes.cue(name.or(close));
            self.tally.unit(name);
        } else if let Some(name) = name {
            self.changes.cue(Some(name));
            // Two who speak in turn have a dash in front.
            if line.starts_with('-') {
                self.tally.unit(Some(name));
            } else {
                self.tally.count(name);
            }
        }
        if let Some(name) = close {
            self.tally.glued(name);
        }
    }

    /// What says the cues of this file, from its first on.
    pub(crate) fn speech(self, text: &str) -> Speech {
        let speakers = self.tally.speakers(text);
        let only_changes = self.changes.alone(&speakers);
        let headings = inline::may_have(text);
        let voices = self.changes.voices;
        let others = if voices { CueNames::default() } else { self.others.names() };
        let only_changes = only_changes || others.chevrons;
        Speech { speakers, others, headings, voice: Voice { only_changes, ..Voice::default() } }
    }
}

/// Says cues, one after the other.
pub(crate) struct Speech {
    speakers: Speakers,
    others: CueNames,
    /// Whether there may be headings inside cues.
    headings: bool,
    voice: Voice,
}

impl Speech {
    /// The speaker whom the line above the times of a cue names.
    pub(crate) fn speaker<'a>(&self, id: &'a str) -> Option<&'a str> {
        self.others.by_id(id)
    }

    /// Says a cue whose speaker is known.
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

    /// Says what a cue on this line holds.
    pub(crate) fn say(&mut self, line: u32, times: Times, payload: &str, out: &mut Builder) {
        self.looked(line, times, payload, Look::Any, out);
    }

    /// Same, of a cue that the survey found to look so.
    pub(crate) fn looked(
        &mut self,
        line: u32,
        times: Times,
        payload: &str,
        look: Look,
        out: &mut Builder,
    ) {
        // No speech has a time in it to the millisecond but by mistake.
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
        // Most cues are one line of plain words.
        if is_plain(payload) {
            let text = trim_start(payload);
            let others = &self.others;
            let named = self.speakers.split(text).or_else(|| others.split(text));
            let mut rest = text;
            if let Some(behind) = others.change(text) {
                self.voice.changes(line, out);
                rest = behind;
            }
            self.voice.plain(line, times, named, rest, out);
            return;
        }
        let voice = &mut self.voice;
        let others = &self.others;
        // (voice, text) pairs; a cue with one has both times, else they share its outer ones.
        let mut said: Vec<(Option<String>, String)> = Vec::new();
        // Where the speaker changes, from which of the pairs on.
        let mut changes: Vec<usize> = Vec::new();
        for span in markup::spans(payload) {
            if span.voice.is_some() {
                said.push((span.voice, span.text));
                continue;
            }
            for (i, line) in lines(span.text.trim_start()).enumerate() {
                let change = others.change(line.text);
                changes.extend(change.map(|_| said.len()));
                let named = self.speakers.split(line.text).or_else(|| others.split(line.text));
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
                        // A sentence that runs on into the next cue is still its speaker's.
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
                continue;
            }
            out.say(Piece {
                line,
                speaker: name.as_deref(),
                start_ms: times.0.filter(|_| i == first),
                end_ms: times.1.filter(|_| i == last),
                text: &text,
                ..Piece::default()
            });
            voice.unfinished = is_unfinished(&text);
            voice.name = name;
        }
    }
}

/// Who spoke last, and whether they had finished their sentence.
#[derive(Default)]
struct Voice {
    name: Option<String>,
    unfinished: bool,
    /// Whether they speak on until somebody else is named.
    only_changes: bool,
}

impl Voice {
    /// Somebody else speaks from here on, who may be nameless.
    fn changes(&mut self, line: u32, out: &mut Builder) {
        out.end_turn(line);
        self.name = None;
        self.unfinished = false;
    }

    /// Says a line of plain words with the speaker in front of it, if there is one.
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

/// Splits off what is read at once: all of a usual payload.
fn part(payload: &str) -> (&str, &str) {
    if payload.len() <= PART {
        return (payload, "");
    }
    let reach = payload.floor_char_boundary(PART);
    let at = payload[..reach].rfind(char::is_whitespace).filter(|at| *at > 0);
    payload.split_at(at.unwrap_or(reach))
}

/// Whether a payload is one line without markup.
fn is_plain(payload: &str) -> bool {
    !has_markup(payload) && !has_lines(payload)
}

fn has_markup(payload: &str) -> bool {
    memchr::memchr3(b'<', b'&', b'{', payload.as_bytes()).is_some()
}

fn has_lines(payload: &str) -> bool {
    memchr::memchr2(b'\n', b'\r', payload.as_bytes()).is_some()
}

/// Whether a sentence runs on after this.
fn is_unfinished(text: &str) -> bool {
    match names::trim(text).chars().next_back() {
        // The tables have the letters beyond ASCII; of what ends sentences there, most is here.
        Some('…' | '’' | '”') | None => false,
        Some(c) => c.is_alphanumeric() || matches!(c, ',' | ';' | '-' | '–'),
    }
}
