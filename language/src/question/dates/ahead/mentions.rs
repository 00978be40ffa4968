//! The dates that a text mentions, and what they are made of.

use std::ops::Range;

use chrono::{Datelike, NaiveDate, Weekday};

use super::{Ahead, nth, read};
use crate::question::dates::atoms::{Atom, Relative, Sense};
use crate::question::dates::period::{Unit, shift};
use crate::question::words::split;

/// A part of a date, independent of language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    Weekday(Weekday),
    /// From 1 to 12.
    Month(u32),
    /// A day of a month, or a year.
    Number(u32),
    /// Days from today.
    Day(i64),
    /// "This", "next", "last" and what: 'w' for a week, 'm', 'q', 'y', 'e' for a weekend.
    Relative(i8, char),
}

/// A date that a text mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mention {
    /// Its bytes in the text.
    pub(crate) at: Range<usize>,
    pub(crate) keys: Vec<Key>,
    /// The day, if it is a single one that is known.
    pub(crate) day: Option<NaiveDate>,
    /// Whether it is written as one writes a date: English names of days and months capitalised.
    pub(crate) capital: bool,
}

/// Returns the dates that a text mentions, in English or Hebrew; only its first words are read. Days
/// are counted from `today`, and are on or after it, but for "yesterday" and full dates.
pub(crate) fn mentions(text: &str, today: Option<NaiveDate>) -> Vec<Mention> {
    let words = split(text, &[]);
    let atoms = read(&words);
    // Without a day to count from, only the extent of a date is read.
    let ahead = Ahead::new(&words, &atoms, today.unwrap_or_default());
    let mut found = Vec::new();
    let mut at = 0;
    while at < atoms.len() {
        let read = ahead.period(at).filter(|read| atoms[at..read.end].iter().any(is_date));
        let end = match &read {
            Some(read) => read.end,
            None if ahead.names_a_day(at) => at + 1,
            None => {
                at += 1;
                continue;
            }
        };
        let (first, last) = (&words[atoms[at].word], &words[atoms[end - 1].last]);
        let single = read.filter(|read| read.range.from.succ_opt() == Some(read.range.to));
        let day = match atoms[at].sense {
            Sense::Date(day, None) => Some(day),
            Sense::Day(days) => today.and_then(|today| shift(today, days, Unit::Day)),
            _ => today.and(single).map(|read| read.range.from),
        };
        let named = |atom: &&Atom| matches!(atom.sense, Sense::Weekday(_) | Sense::Month(_));
        let capital = |atom: &Atom| atom.hebrew || words[atom.word].capital;
        found.push(Mention {
            at: first.from..last.to,
            keys: ahead.keys(at..end),
            day,
            capital: atoms[at..end].iter().filter(named).all(capital),
        });
        at = end;
    }
    found
}

/// Returns whether an atom makes a span of words a date, not a duration.
fn is_date(atom: &Atom) -> bool {
    matches!(
        atom.sense,
        Sense::Weekday(_)
            | Sense::Month(_)
            | Sense::Date(..)
            | Sense::MonthDay(..)
            | Sense::Day(_)
            | Sense::DayWord
            | Sense::Weekend
            | Sense::Relative(_)
    )
}

impl Ahead<'_> {
    /// Returns whether an atom alone names a day or a month.
    fn names_a_day(&self, at: usize) -> bool {
        matches!(
            self.sense(at),
            Sense::Weekday(_) | Sense::Month(_) | Sense::Date(..) | Sense::Day(_)
        )
    }

    fn keys(&self, at: Range<usize>) -> Vec<Key> {
        let mut keys = Vec::new();
        for at in at {
            match (self.sense(at), at.checked_sub(1).map(|before| self.sense(before))) {
                (Sense::Weekday(day), _) => keys.push(Key::Weekday(day)),
                (Sense::Ordinal(ordinal @ 1..=6), _) if self.hebrew && !self.is_numeral(at) => {
                    keys.push(Key::Weekday(nth(ordinal)));
                }
                (Sense::Month(month), _) => keys.push(Key::Month(month)),
                (Sense::Number(number, _) | Sense::Ordinal(number), _) => {
                    keys.push(Key::Number(number));
                }
                (Sense::Date(day, _), _) => keys.extend([
                    Key::Number(day.year() as u32),
                    Key::Month(day.month()),
                    Key::Number(day.day()),
                ]),
                (Sense::MonthDay(month, day, _), _) => {
                    keys.extend([Key::Month(month), Key::Number(day)]);
                }
                (Sense::Day(days), _) => keys.push(Key::Day(days)),
                (Sense::Unit(unit), Some(Sense::Relative(relative))) => {
                    keys.extend(letter(unit).map(|unit| Key::Relative(ahead_of(relative), unit)));
                }
                (Sense::Relative(relative), Some(Sense::Unit(unit))) => {
                    keys.extend(letter(unit).map(|unit| Key::Relative(ahead_of(relative), unit)));
                }
                (Sense::Weekend, Some(Sense::Relative(relative))) => {
                    keys.push(Key::Relative(ahead_of(relative), 'e'));
                }
                (Sense::Weekend, _) => keys.push(Key::Relative(0, 'e')),
                _ => {}
            }
        }
        keys
    }
}

fn letter(unit: Unit) -> Option<char> {
    match unit {
        Unit::Hour | Unit::Day => None,
        Unit::Week => Some('w'),
        Unit::Month => Some('m'),
        Unit::Quarter => Some('q'),
        Unit::Year => Some('y'),
    }
}

fn ahead_of(relative: Relative) -> i8 {
    match relative {
        Relative::Last | Relative::Past => -1,
        Relative::This => 0,
        Relative::Next => 1,
    }
}
