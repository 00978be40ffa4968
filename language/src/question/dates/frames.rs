//! Ranges built from periods: "since March", "from May to July", "two weeks before the race".

use chrono::NaiveDate;

use super::atoms::Sense;
use super::period::{Range, Recurring, Unit, shift};
use super::reading::{Reader, Reading, Strength, Value};
use crate::question::Order;
use crate::question::words::Gap;

/// The form of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    /// The period alone.
    Bare,
    /// Counted back from today.
    Ago,
    /// With a word that marks it as a time.
    Cued,
    /// Open at the start; may be a deadline.
    Until,
}

/// A range, open where `None`, and its atoms.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) from: Option<NaiveDate>,
    pub(super) to: Option<NaiveDate>,
    pub(super) end: usize,
    pub(super) frame: Frame,
    pub(super) order: Option<Order>,
    /// Whether a noun other than a session must not follow.
    pub(super) article: bool,
}

impl Reader<'_> {
    /// Returns the range that begins at an atom, with what is said of the time of day.
    pub(super) fn range(&self, at: usize) -> Option<Found> {
        let found = self.framed(at)?;
        let days = found.from.zip(found.to).map(|(from, to)| (to - from).num_days());
        let end = match days {
            Some(..=2) => self.after_hours(found.end),
            _ => found.end,
        };
        Some(Found { end, ..found })
    }

    fn framed(&self, at: usize) -> Option<Found> {
        let first = self.atoms.get(at)?.sense;
        if let Some(found) = self.offset(at, false) {
            return Some(found);
        }
        match first {
            Sense::Between => self.sides(at + 1, true),
            Sense::From => self.sides(at + 1, false).or_else(|| self.from(at + 1)),
            Sense::Since => {
                let (range, read) = self.point(at + 1)?;
                Some(open(Some(range.from), None, read, Frame::Cued))
            }
            Sense::Until => self.until(at + 1),
            Sense::To if at > 0 && self.word(at - 1) == "up" => self.until(at + 1),
            Sense::Before if self.is_hebrew(at) => self.ago_range(at).or_else(|| self.before(at)),
            Sense::Before => self.before(at),
            Sense::After => {
                let (range, read) = self.point(at + 1)?;
                Some(open(Some(range.to), None, read, Frame::Cued))
            }
            Sense::In | Sense::On | Sense::During | Sense::For => self.cued(at, first),
            _ => self.two_periods(at).or_else(|| self.bare(at)),
        }
    }

    fn ago_range(&self, at: usize) -> Option<Found> {
        let read = self.period(at)?;
        Some(closed(self.resolve(read.value)?, read, Frame::Ago))
    }

    fn before(&self, at: usize) -> Option<Found> {
        let (range, read) = self.point(at + 1)?;
        Some(open(None, Some(range.from), read, Frame::Until))
    }

    fn until(&self, at: usize) -> Option<Found> {
        let (range, read) = self.point(at)?;
        // "Until today" does not restrict anything.
        (range.from != self.today).then(|| open(None, Some(range.to), read, Frame::Until))
    }

    /// Returns the days of an anchor, of "the day after the wedding", or of a period.
    pub(super) fn point(&self, at: usize) -> Option<(Range, Reading)> {
        let the = at + usize::from(self.sense(at) == Sense::The);
        if let Sense::Anchor(day) = self.sense(the) {
            let range = Range::day(day)?;
            let value = Value::Fixed(range);
            let strength = Strength::Strong;
            let read = Reading { value, end: the + 1, strength, article: false, order: None };
            return Some((range, read));
        }
        if let Some(found) = self.offset(at, true)
            && let (Some(from), Some(to)) = (found.from, found.to)
        {
            let range = Range::new(from, to)?;
            let value = Value::Fixed(range);
            let strength = Strength::Strong;
            let read = Reading { value, end: found.end, strength, article: false, order: None };
            return Some((range, read));
        }
        // "Before 7 people" is not a date, nor is a phrase that continues on another line.
        let read = self.period(at).filter(|_| self.sense(at) != Sense::Other)?;
        Some((self.resolve(read.value)?, read))
    }

    /// "Two weeks before the race" is the week of that day; "the week before the race" and "in the
    /// two weeks before" are the days up to it.
    fn offset(&self, at: usize, inner: bool) -> Option<Found> {
        let mut next = at;
        let place = self.atoms.get(at)?.sense;
        if !inner && matches!(place, Sense::In | Sense::During | Sense::On) {
            next += 1;
        }
        let said_in = next > at;
        let article = match next == at {
            true => place == Sense::The,
            false => self.sense(next) == Sense::The,
        };
        next += usize::from(article);
        let (count, unit_at) = match self.count(next) {
            Some((count, next)) => (Some(i64::from(count)), next),
            None => (None, next),
        };
        let unit = match self.atoms.get(unit_at)?.sense {
            Sense::Unit(unit) if unit != Unit::Hour => unit,
            Sense::DayWord => Unit::Day,
            _ => return None,
        };
        let after = match self.sense(unit_at + 1) {
            Sense::Before => false,
            Sense::After => true,
            _ => return None,
        };
        let hebrew = self.is_hebrew(unit_at);
        let window = article || (hebrew && said_in);
        if count.is_none() && !article && !hebrew {
            return None;
        }
        if said_in && !window {
            return None;
        }
        let (target, read) = match self.sense(unit_at + 2) {
            // "שלפני היום".
            Sense::Other => return None,
            _ => self.target(unit_at + 2)?,
        };
        let count = count.unwrap_or(1);
        let range = match (window, after) {
            (true, false) => Range::new(shift(target.from, -count, unit)?, target.from),
            (true, true) => Range::new(target.to, shift(target.to, count, unit)?),
            (false, false) => {
                Range::around(shift(target.from, -count, unit)?, unit, self.week_starts)
            }
            (false, true) => {
                Range::around(shift(target.to.pred_opt()?, count, unit)?, unit, self.week_starts)
            }
        };
        Some(closed(range?, read, Frame::Cued))
    }

    /// Returns the days that an offset is relative to.
    fn target(&self, at: usize) -> Option<(Range, Reading)> {
        let the = at + usize::from(self.sense(at) == Sense::The);
        match self.sense(the) {
            Sense::Anchor(_) => self.point(at),
            _ => {
                let read = self.period(at)?;
                let exact = read.strength == Strength::Strong
                    || matches!(
                        read.value,
                        Value::Recurs(Recurring::MonthDay(..) | Recurring::Weekday(_), _)
                    );
                Some((self.resolve(read.value).filter(|_| exact)?, read))
            }
        }
    }

    /// "From March" alone is in March; followed by "on", it is since March.
    fn from(&self, at: usize) -> Option<Found> {
        let read = self.period(at)?;
        let range = self.resolve(read.value)?;
        if matches!(self.sense(read.end), Sense::On | Sense::Onwards) {
            let read = Reading { end: read.end + 1, ..read };
            return Some(open(Some(range.from), None, read, Frame::Cued));
        }
        if self.names_somebody(at, &read) {
            return None;
        }
        Some(closed(range, read, Frame::Cued))
    }

    /// Returns whether the only word is a name that is also a month or a day: "from May".
    fn names_somebody(&self, at: usize, read: &Reading) -> bool {
        read.end == at + 1
            && self
                .atoms
                .get(at)
                .is_some_and(|atom| self.names.contains(&self.words[atom.word].lower))
    }

    fn cued(&self, at: usize, cue: Sense) -> Option<Found> {
        let read = self.period(at + 1)?;
        let fits = match read.value {
            _ if cue == Sense::For => read.strength != Strength::Cued,
            Value::Recurs(Recurring::DayOfMonth(_), _) => cue == Sense::On || self.is_hebrew(at),
            Value::Recurs(Recurring::MonthDay(..), _) if read.strength == Strength::Cued => {
                cue == Sense::On || self.is_hebrew(at)
            }
            _ => true,
        };
        // "In the sun": short names of days have no article, and are capitalised.
        if matches!(read.value, Value::Recurs(Recurring::Weekday(_), _))
            && self.word(read.end - 1).len() <= 4
            && !self.is_hebrew(read.end - 1)
            && (self.sense(at + 1) == Sense::The || !self.is_capital(read.end - 1))
        {
            return None;
        }
        if !fits {
            return None;
        }
        if let Some(found) = self.listed(&read) {
            return Some(found);
        }
        Some(closed(self.resolve(read.value)?, read, Frame::Cued))
    }

    fn bare(&self, at: usize) -> Option<Found> {
        let read = self.period(at)?;
        let frame = match read.strength {
            Strength::Ago => Frame::Ago,
            Strength::Strong => Frame::Bare,
            Strength::Cued if self.stands_alone(at, &read) => Frame::Bare,
            Strength::Cued => return None,
        };
        Some(closed(self.resolve(read.value)?, read, frame))
    }

    /// As in "What did she say Monday?", "the Monday call".
    fn stands_alone(&self, at: usize, read: &Reading) -> bool {
        let day = match read.value {
            Value::Recurs(Recurring::Weekday(_), _) => true,
            Value::Recurs(Recurring::Month(_), _) => false,
            _ => return false,
        };
        let word = &self.words[self.atoms[read.end - 1].word];
        let somebody = self.names.contains(&word.lower) && !read.article;
        let written = self.is_capital(read.end - 1) || (self.lower_case && word.lower.len() > 4);
        if !written || word.possessive || somebody {
            return false;
        }
        let before = if at == 0 { "" } else { self.word(at - 1) };
        let session = self.sense(read.end) == Sense::Session
            && SESSIONS.contains(&self.word(read.end))
            && !matches!(before, "every" | "each" | "no");
        let ends = match self.atoms.get(read.end) {
            None => true,
            Some(atom) => matches!(atom.gap, Gap::Stop | Gap::Comma) || atom.sense == Sense::Hours,
        };
        session || (day && ends && BEFORE_A_DAY.contains(&before))
    }

    pub(super) fn is_capital(&self, at: usize) -> bool {
        self.atoms.get(at).is_some_and(|atom| self.words[atom.word].capital)
    }
}

/// Words that may precede a weekday without a preposition.
const BEFORE_A_DAY: &[&str] = &[
    "say",
    "said",
    "mention",
    "mentioned",
    "promise",
    "promised",
    "decide",
    "decided",
    "discuss",
    "discussed",
    "talk",
    "talked",
    "ask",
    "asked",
    "do",
    "did",
    "happen",
    "happened",
    "agree",
    "agreed",
    "meet",
    "met",
    "up",
    "me",
    "us",
];

/// Nouns that a weekday or a month may describe, in the singular.
const SESSIONS: &[&str] = &[
    "session",
    "meeting",
    "call",
    "conversation",
    "chat",
    "sync",
    "standup",
    "retro",
    "interview",
];

pub(super) fn closed(range: Range, read: Reading, frame: Frame) -> Found {
    open(Some(range.from), Some(range.to), read, frame)
}

fn open(from: Option<NaiveDate>, to: Option<NaiveDate>, read: Reading, frame: Frame) -> Found {
    Found { from, to, end: read.end, frame, order: read.order, article: read.article }
}
