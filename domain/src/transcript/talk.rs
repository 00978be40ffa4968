//! Measures who talked how much, from the turns of a transcript alone.
//!
//! Invariants:
//! - [`measure`] depends on the turns and on nothing that it wrote before: measuring twice
//!   changes nothing. Role and other names of a participant are kept.
//! - A figure that needs a time which the file does not state is `None`.
//! - One pass, linear in the turns and their cues.
//!
//! What the figures mean, for a participant:
//! - `turns`: turns of any kind; `messages`: those of them that were written.
//! - `words`: Unicode words (UAX #29) of spoken turns.
//! - `talk_ms`: the lengths of the spoken cues, or of the turn where it has none, summed.
//!   Silence between cues is not talk; where a cue begins before the one before it by the same
//!   speaker is over, the overlap counts once. A start in one turn and an end in a later one of
//!   the same speaker, with no time and nobody else between, are one length.
//! - `questions`: sentences of spoken turns that end in a question mark (Latin, Arabic,
//!   full-width, Greek), alone or with other marks: `?!` is one.
//! - `longest_ms`: the longest monologue: from the first start to the last end of spoken turns of
//!   this speaker that follow each other, with no other turn spoken between and no pause of more
//!   than [`PAUSE_MS`].
//! - `interruptions`: spoken turns that began more than [`OVERLAP_MS`] before the end of a turn
//!   of another named speaker that had begun earlier.
//! - `words_per_minute`: words of the turns whose length is known, by minutes of `talk_ms`;
//!   `None` under [`PACE_MS`] of talk, which says nothing about pace.

use std::collections::HashMap;

use super::content::{Content, Cue, Gap, Participant, Turn, TurnKind};
use super::words;

/// A longer silence ends a turn, and a monologue.
pub const PAUSE_MS: u64 = 30_000;
/// Silences of this length and more are gaps.
pub const GAP_MS: u64 = 30_000;
/// Shorter overlaps are the rounding of a tool's clock.
pub const OVERLAP_MS: u64 = 200;
/// Less talk than this has no pace.
pub const PACE_MS: u64 = 10_000;

/// As many people as most conversations have.
const FEW: usize = 8;

/// Fills in participants (in order of first appearance), duration and gaps from the turns.
///
/// `gaps` lie between spoken turns, before none and after none: the file does not say when the
/// recording began or ended. A turn without a known end hides what follows it: no gap is stated
/// there.
pub fn measure(content: &mut Content) {
    let known: HashMap<String, Participant> =
        content.participants.drain(..).map(|person| (person.name.clone(), person)).collect();
    let mut measure = Measure::default();
    for turn in &content.turns {
        measure.turn(turn);
    }
    measure.end_monologue();
    let ends = measure.ends;
    content.participants = measure
        .people
        .into_iter()
        .map(|person| {
            let before = known.get(person.name);
            Participant {
                name: person.name.to_owned(),
                role: before.map(|before| before.role).unwrap_or_default(),
                other_names: before.map(|before| before.other_names.clone()).unwrap_or_default(),
                turns: person.turns,
                words: u32::try_from(person.words).unwrap_or(u32::MAX),
                talk_ms: person.talk_ms,
                questions: person.questions,
                longest_ms: person.longest_ms,
                interruptions: (ends && person.begins).then_some(person.interruptions),
                words_per_minute: pace(person.timed_words, person.talk_ms),
                messages: person.messages,
            }
        })
        .collect();
    content.duration_ms = measure.last_ms;
    content.gaps = measure.gaps;
}

/// Removes the only cue of a turn if it equals the turn.
pub fn tidy_cues(turn: &mut Turn) {
    if says_nothing_new(&turn.cues, turn.start_ms, turn.end_ms) {
        turn.cues = Vec::new();
    }
}

/// Returns whether this is the only cue of a turn, with the same times as the turn.
pub fn says_nothing_new(cues: &[Cue], start: Option<u64>, end: Option<u64>) -> bool {
    matches!(cues, [Cue { at: 0, start_ms, end_ms }] if (*start_ms, *end_ms) == (start, end))
}

/// Returns the cues of a turn; if it has none, a cue with the turn's own times.
pub fn cues(turn: &Turn) -> impl Iterator<Item = Cue> + '_ {
    let timed = turn.start_ms.is_some() || turn.end_ms.is_some();
    let own = (turn.cues.is_empty() && timed).then_some(Cue {
        at: 0,
        start_ms: turn.start_ms,
        end_ms: turn.end_ms,
    });
    own.into_iter().chain(turn.cues.iter().copied())
}

fn pace(words: u64, talk_ms: Option<u64>) -> Option<u32> {
    let talk_ms = talk_ms.filter(|ms| *ms >= PACE_MS)?;
    u32::try_from(words.saturating_mul(60_000) / talk_ms).ok()
}

#[derive(Debug)]
struct Person<'a> {
    name: &'a str,
    turns: u32,
    messages: u32,
    words: u64,
    timed_words: u64,
    talk_ms: Option<u64>,
    /// The previous cue, to count an overlap once.
    last: Option<(u64, u64)>,
    questions: u32,
    longest_ms: Option<u64>,
    interruptions: u32,
    /// Whether a spoken turn has a start.
    begins: bool,
}

/// A start whose end may be in a later turn of the same speaker.
#[derive(Debug)]
struct Open {
    person: Option<usize>,
    start: u64,
    words: u64,
}

#[derive(Debug)]
struct Monologue {
    person: Option<usize>,
    start: Option<u64>,
    end: Option<u64>,
}

/// A turn that may still be spoken when the next one begins.
#[derive(Debug, Clone, Copy)]
struct Heard {
    person: usize,
    start: u64,
    end: u64,
}

#[derive(Debug, Default)]
struct Measure<'a> {
    people: Vec<Person<'a>>,
    places: HashMap<&'a str, usize>,
    /// Whether any spoken turn has a start and an end.
    ends: bool,
    last_ms: Option<u64>,
    open: Option<Open>,
    monologue: Option<Monologue>,
    /// The two turns of different speakers that end last.
    heard: [Option<Heard>; 2],
    last_start: Option<u64>,
    /// The time until which somebody is known to speak; `None` if unknown.
    spoken_until: Option<u64>,
    gaps: Vec<Gap>,
}

impl<'a> Measure<'a> {
    fn turn(&mut self, turn: &'a Turn) {
        let person = turn.speaker.as_deref().map(|name| self.person(name));
        for cue in cues(turn) {
            self.last_ms = self.last_ms.max(cue.start_ms).max(cue.end_ms);
        }
        self.last_ms = self.last_ms.max(turn.start_ms).max(turn.end_ms);
        if let Some(person) = person {
            self.people[person].turns += 1;
        }
        if turn.kind == TurnKind::Chat {
            if let Some(person) = person {
                self.people[person].messages += 1;
            }
            return;
        }
        self.talk(turn, person);
        let start = first_start(turn);
        let end = turn.end_ms;
        self.ends |= start.is_some() && end.is_some();
        if let (Some(start), Some(last)) = (start, self.last_start)
            && start.saturating_add(PAUSE_MS) < last
        {
            // The clock starts again: earlier times cannot be compared with later ones.
            self.heard = [None, None];
            self.spoken_until = None;
            self.end_monologue();
        }
        self.interruption(person, start, end);
        self.gap(start, end);
        self.speaks_on(person, start, end);
        self.last_start = start.or(self.last_start);
    }

    fn person(&mut self, name: &'a str) -> usize {
        let people = &mut self.people;
        // Comparing with a few names is faster than hashing one.
        if let Some(place) = people.iter().take(FEW).position(|person| person.name == name) {
            return place;
        }
        *self.places.entry(name).or_insert_with(|| {
            people.push(Person {
                name,
                turns: 0,
                messages: 0,
                words: 0,
                timed_words: 0,
                talk_ms: None,
                last: None,
                questions: 0,
                longest_ms: None,
                interruptions: 0,
                begins: false,
            });
            people.len() - 1
        })
    }

    fn talk(&mut self, turn: &Turn, person: Option<usize>) {
        if self.open.as_ref().is_some_and(|open| open.person != person) {
            self.open = None;
        }
        let Some(place) = person else { return };
        let words = words::count(&turn.text);
        let speaker = &mut self.people[place];
        speaker.words = speaker.words.saturating_add(words);
        speaker.questions = speaker.questions.saturating_add(questions(&turn.text));
        let mut timed = false;
        for cue in cues(turn) {
            let span = match (cue.start_ms, cue.end_ms) {
                (Some(start), Some(end)) => {
                    self.open = None;
                    Some((start, end))
                }
                (Some(start), None) => {
                    self.open = Some(Open { person, start, words: 0 });
                    None
                }
                (None, Some(end)) => {
                    self.open.take().filter(|open| open.start <= end).map(|open| {
                        speaker.timed_words += open.words;
                        (open.start, end)
                    })
                }
                (None, None) => None,
            };
            let Some((start, end)) = span else { continue };
            timed = true;
            let (from, until) = match speaker.last {
                Some((before, until)) if start >= before => (start.max(until), until.max(end)),
                _ => (start, end),
            };
            speaker.talk_ms =
                Some(speaker.talk_ms.unwrap_or(0).saturating_add(end.saturating_sub(from)));
            speaker.last = Some((start, until));
        }
        if timed {
            speaker.timed_words += words;
        } else if let Some(open) = &mut self.open {
            open.words += words;
        }
    }

    fn interruption(&mut self, person: Option<usize>, start: Option<u64>, end: Option<u64>) {
        let (Some(person), Some(start)) = (person, start) else { return };
        self.people[person].begins = true;
        let cuts_in = self.heard.iter().flatten().any(|heard| {
            heard.person != person
                && heard.start < start
                && heard.end > start.saturating_add(OVERLAP_MS)
        });
        if cuts_in {
            self.people[person].interruptions += 1;
        }
        let Some(end) = end else { return };
        let now = Heard { person, start, end };
        let [first, second] = self.heard;
        self.heard = match (first, second) {
            (None, _) => [Some(now), None],
            (Some(first), second) if first.person == person => {
                [Some(if end > first.end { now } else { first }), second]
            }
            (Some(first), _) if end > first.end => [Some(now), Some(first)],
            (Some(first), Some(second)) if second.end >= end => [Some(first), Some(second)],
            (Some(first), _) => [Some(first), Some(now)],
        };
    }

    fn gap(&mut self, start: Option<u64>, end: Option<u64>) {
        if let (Some(until), Some(start)) = (self.spoken_until, start)
            && start >= until.saturating_add(GAP_MS)
        {
            self.gaps.push(Gap { start_ms: until, end_ms: start });
        }
        self.spoken_until = match (self.spoken_until, end) {
            (Some(until), Some(end)) => Some(until.max(end)),
            (_, end) => end,
        };
    }

    fn speaks_on(&mut self, person: Option<usize>, start: Option<u64>, end: Option<u64>) {
        let goes_on = self.monologue.as_ref().is_some_and(|monologue| {
            monologue.person == person
                && person.is_some()
                && match (monologue.end, start) {
                    (Some(end), Some(start)) => start <= end.saturating_add(PAUSE_MS),
                    _ => true,
                }
        });
        if !goes_on {
            self.end_monologue();
        }
        let monologue = self.monologue.get_or_insert(Monologue { person, start: None, end: None });
        monologue.start = monologue.start.or(start);
        monologue.end = monologue.end.max(end);
    }

    fn end_monologue(&mut self) {
        if let Some(Monologue { person: Some(person), start: Some(start), end: Some(end) }) =
            self.monologue.take()
        {
            let longest = &mut self.people[person].longest_ms;
            *longest = (*longest).max(Some(end.saturating_sub(start)));
        }
    }
}

/// Returns the first start that the file states for a turn.
fn first_start(turn: &Turn) -> Option<u64> {
    turn.start_ms.or_else(|| turn.cues.iter().find_map(|cue| cue.start_ms))
}

/// Counts sentences that end in a question mark. A mark inside a word, as in a URL, does not count;
/// consecutive marks count as one.
fn questions(text: &str) -> u32 {
    // Most texts have ASCII question marks or none.
    let only_ascii = !has_foreign_marks(text.as_bytes());
    let find = |text: &str| match only_ascii {
        true => memchr::memchr(b'?', text.as_bytes()),
        false => text.find(is_question_mark),
    };
    let mut count = 0u32;
    let mut rest = text;
    while let Some(at) = find(rest) {
        let mut chars = rest[at..].chars();
        let mut wide = false;
        let next = loop {
            rest = chars.as_str();
            match chars.next() {
                Some(c) if is_end(c) || is_question_mark(c) => wide |= c == '？',
                next => break next,
            }
        };
        let ends = next.is_none_or(|next| wide || is_after_question(next));
        count = count.saturating_add(u32::from(ends));
    }
    count
}

/// Returns whether there can be a question mark beyond ASCII, by the first bytes of their
/// encodings. Quotation marks and dashes share the first byte of three of them, so for that byte
/// the second one decides.
fn has_foreign_marks(text: &[u8]) -> bool {
    memchr::memchr3(0xCD, 0xD8, 0xEF, text).is_some()
        || memchr::memchr_iter(0xE2, text).any(|at| text.get(at + 1) == Some(&0x81))
}

fn is_after_question(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '"' | '\'' | '”' | '’' | '»' | ')' | ']' | '<' | '*' | '-' | '–' | '—')
}

fn is_question_mark(c: char) -> bool {
    matches!(c, '?' | '？' | '؟' | '\u{037E}' | '⁇' | '⁈' | '⁉')
}

fn is_end(c: char) -> bool {
    matches!(c, '.' | '!' | '…' | '！' | '。')
}

#[cfg(test)]
mod tests;
