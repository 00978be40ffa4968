//! Ranges with two sides: "from March to May", "between the 3rd and the 10th", "3-14 March".

use std::mem::discriminant;

use super::atoms::Sense;
use super::frames::{Found, Frame, closed};
use super::period::{Range, Recurring};
use super::reading::{Reader, Reading, Strength, Value};
use crate::question::words::Gap;

/// One side of "between" or "from … to".
#[derive(Debug, Clone, Copy)]
enum Side {
    Read(Reading),
    /// A number that may be a day of the other side's month: the number, whether it can be a day of
    /// the month on its own, and where it ends.
    Day(u32, bool, usize),
}

impl Side {
    fn end(&self) -> usize {
        match self {
            Side::Read(read) => read.end,
            Side::Day(_, _, end) => *end,
        }
    }
}

impl Reader<'_> {
    /// Parses "In January and February", "in 2024 and 2025": everything from the first to the last.
    pub(super) fn listed(&self, first: &Reading) -> Option<Found> {
        if self.sense(first.end) != Sense::And {
            return None;
        }
        let second = self.period(first.end + 1).filter(|read| read.strength == Strength::Cued)?;
        let alike = match (first.value, second.value) {
            (Value::Recurs(one, None), Value::Recurs(other, None)) => {
                discriminant(&one) == discriminant(&other)
            }
            (Value::Fixed(_), Value::Fixed(_)) => first.strength == Strength::Cued,
            _ => false,
        };
        alike.then(|| self.combine(Side::Read(*first), Side::Read(second))).flatten()
    }

    /// Parses "March to May", "3-14 March", "Monday – Wednesday".
    pub(super) fn two_periods(&self, at: usize) -> Option<Found> {
        let found = self.sides(at, false)?;
        let named = |at: usize| match self.atoms.get(at).map(|atom| atom.sense) {
            Some(Sense::Month(_) | Sense::Weekday(_)) => self.is_capital(at) || self.is_hebrew(at),
            Some(Sense::Number(..) | Sense::Ordinal(_) | Sense::Date(..) | Sense::MonthDay(..)) => {
                true
            }
            _ => false,
        };
        named(at).then_some(found)
    }

    /// Parses "X and Y", "X to Y"; both complete.
    pub(super) fn sides(&self, at: usize, between: bool) -> Option<Found> {
        let first = self.side(at)?;
        let mut next = first.end();
        let dash = self.atoms.get(next).is_some_and(|atom| atom.gap == Gap::Dash);
        let joined = match self.sense(next) {
            Sense::And if between => true,
            Sense::And => self.sense(next + 1) == Sense::Until,
            Sense::To | Sense::Until => true,
            _ => false,
        };
        if joined {
            next += 1 + usize::from(matches!(self.sense(next + 1), Sense::Until | Sense::Between));
            // "בין ינואר לבין מרץ", "ועד", "to the".
            if self.sense(next) == Sense::To {
                next += 1;
            }
        } else if !dash {
            return None;
        }
        let second = match self.sense(next) {
            Sense::Now if joined => {
                let read = Reading {
                    value: Value::Fixed(Range::day(self.today)?),
                    end: next + 1,
                    strength: Strength::Strong,
                    article: false,
                    order: None,
                };
                Side::Read(read)
            }
            _ => self.side(next)?,
        };
        self.combine(first, second)
    }

    fn side(&self, at: usize) -> Option<Side> {
        let the = at + usize::from(self.sense(at) == Sense::The);
        let sense = if the == at { self.atoms.get(at)?.sense } else { self.sense(the) };
        if let Sense::Anchor(_) = sense {
            return self.point(at).map(|(_, read)| Side::Read(read));
        }
        if let Some(read) = self.period(at)
            && !matches!(read.value, Value::Recurs(Recurring::DayOfMonth(_), _))
        {
            return Some(Side::Read(read));
        }
        match sense {
            Sense::Number(day @ 1..=31, 1..=2) => Some(Side::Day(day, false, the + 1)),
            Sense::Ordinal(day @ 1..=31)
                if self.word(the).starts_with(|c: char| c.is_ascii_digit()) =>
            {
                Some(Side::Day(day, true, the + 1))
            }
            _ => None,
        }
    }

    fn combine(&self, first: Side, second: Side) -> Option<Found> {
        let end = second.end();
        let (from, to, order) = match (first, second) {
            (Side::Day(from, true, _), Side::Day(to, true, _)) => {
                let to = Recurring::DayOfMonth(to).latest(self.today)?;
                (Recurring::DayOfMonth(from).latest(to.from)?, to, None)
            }
            (Side::Day(..), Side::Day(..)) => return None,
            (Side::Day(day, ..), Side::Read(read)) => {
                let to = self.resolve(read.value).filter(|range| is_day(*range))?;
                let from = Recurring::DayOfMonth(day).latest(to.from)?;
                (from, to, read.order)
            }
            (Side::Read(read), Side::Day(day, ..)) => {
                let from = self.resolve(read.value).filter(|range| is_day(*range))?;
                let to = Recurring::DayOfMonth(day).earliest(from.from)?;
                // "March 3-14, 2025".
                let same = |to: &Range| (to.from - from.from).num_days() <= 31;
                match (read.value, self.period(end)) {
                    (Value::Recurs(recurring, None), Some(year))
                        if matches!(self.sense(end), Sense::Number(_, 4)) =>
                    {
                        let Value::Fixed(whole) = year.value else { return None };
                        let from = recurring.within(whole)?;
                        let to = Recurring::DayOfMonth(day).earliest(from.from)?;
                        return Some(closed(Range::new(from.from, to.to)?, year, Frame::Cued));
                    }
                    _ => (from, Some(to).filter(same)?, read.order),
                }
            }
            (Side::Read(first), Side::Read(second)) => {
                let (from, to) = self.both(first.value, second.value)?;
                (from, to, first.order.or(second.order))
            }
        };
        let range = Range::new(from.from, to.to)?;
        let strength = Strength::Cued;
        let read = Reading { value: Value::Fixed(range), end, strength, article: false, order };
        Some(closed(range, read, Frame::Cued))
    }

    /// Resolves recurring sides relative to each other: the first before the second.
    fn both(&self, first: Value, second: Value) -> Option<(Range, Range)> {
        Some(match (first, second) {
            (Value::Fixed(from), Value::Recurs(recurring, None)) => {
                (from, recurring.earliest(from.from)?)
            }
            (Value::Recurs(recurring, None), _) => {
                let to = self.resolve(second)?;
                (recurring.latest(to.from)?, to)
            }
            _ => (self.resolve(first)?, self.resolve(second)?),
        })
    }
}

fn is_day(range: Range) -> bool {
    range.from.succ_opt() == Some(range.to)
}
