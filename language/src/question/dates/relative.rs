//! Parses periods relative to today: "last month", "the past three weeks", "three weeks ago", "לפני
//! שבועיים".

use super::atoms::{Relative, Sense};
use super::counted::Which;
use super::period::{Range, Recurring, Unit, shift};
use super::reading::{Reader, Reading, Strength, fixed};

/// "A few", and a plural without a number.
const FEW: u32 = 3;

impl Reader<'_> {
    /// Parses "Last month", "the past three weeks", "this morning", "last Tuesday".
    pub(super) fn relative(&self, at: usize, relative: Relative, article: bool) -> Option<Reading> {
        let last = match relative {
            Relative::Next => return None,
            // "This past week."
            Relative::This if self.sense(at + 1) == Sense::Relative(Relative::Past) => {
                return self.relative(at + 1, Relative::Past, true);
            }
            Relative::This => Relative::This,
            Relative::Last | Relative::Past => relative,
        };
        if relative != Relative::This
            && let Some(read) = self.counted(at + 1, Which::Last)
        {
            return Some(read);
        }
        if let Sense::Weekday(day) = self.sense(at + 1)
            && let Some(read) = self.dated_weekday(at + 1, day)
        {
            return Some(read);
        }
        let recurring = match self.sense(at + 1) {
            Sense::Hours => {
                let days = if last == Relative::Last { -1 } else { 0 };
                let night = self.word(at + 1) == "night" || last == Relative::This;
                return self
                    .day(at, days)
                    .filter(|_| night)
                    .map(|day| Reading { end: at + 2, ..day });
            }
            Sense::Weekday(day) => Some(Recurring::Weekday(day)),
            Sense::Weekend => Some(Recurring::Weekend(self.weekend)),
            Sense::Month(month) => Some(Recurring::Month(month)),
            Sense::Season(month) => Some(Recurring::ThreeMonths(month)),
            Sense::Quarter(quarter) => Some(Recurring::ThreeMonths(quarter * 3 - 2)),
            _ => None,
        };
        if let Some(recurring) = recurring {
            let range = match (recurring, last) {
                (Recurring::Weekday(_), Relative::This) => {
                    let week = Range::around(self.today, Unit::Week, self.week_starts)?;
                    recurring.within(week)
                }
                _ => self.last(recurring, last),
            };
            return fixed(range, at + 2, Strength::Strong);
        }
        let (count, next) = match self.count(at + 1) {
            Some((count, next)) => (Some(count), next),
            None => (None, at + 1),
        };
        let Sense::Unit(unit) = self.sense(next) else { return None };
        let end = next + 1;
        if relative == Relative::Last
            && (count, unit, self.sense(end)) == (None, Unit::Week, Sense::Of)
        {
            return self.week_of(end + 1, -1);
        }
        // "The last year of school", "השנה הראשונה", "השבוע הבא".
        let described = match self.sense(end) {
            Sense::Of => true,
            Sense::The | Sense::Ordinal(_) | Sense::Relative(Relative::Next) => self.is_hebrew(at),
            _ => false,
        };
        if self.is_hebrew(at) && relative == Relative::This {
            let the = end + usize::from(self.sense(end) == Sense::The);
            if let Sense::Relative(after @ (Relative::Last | Relative::Past)) = self.sense(the) {
                return self.relative_unit(after, None, unit, the + 1, false);
            }
        }
        if described {
            return None;
        }
        let plural = self.word(next).ends_with('s').then_some(FEW);
        self.relative_unit(last, count.or(plural), unit, end, article)
    }

    fn relative_unit(
        &self,
        relative: Relative,
        count: Option<u32>,
        unit: Unit,
        end: usize,
        article: bool,
    ) -> Option<Reading> {
        let calendar = |back| Range::around(shift(self.today, back, unit)?, unit, self.week_starts);
        let range = match (relative, count) {
            (Relative::Next, _) | (Relative::This, Some(_)) => None,
            (Relative::This, None) => calendar(0),
            (Relative::Last, None) if !article => calendar(-1),
            (Relative::Last | Relative::Past, count) => {
                self.up_to_now(count.unwrap_or(1).into(), unit)
            }
        };
        fixed(range, end, Strength::Strong)
    }

    /// Returns the last so many units, including today.
    fn up_to_now(&self, count: i64, unit: Unit) -> Option<Range> {
        Range::new(shift(self.today, -count, unit)?, self.today.succ_opt()?)
    }

    /// Parses Hebrew "בשבוע שעבר", "בשלושת החודשים האחרונים".
    pub(super) fn unit_and_relative(&self, at: usize) -> Option<Reading> {
        if !self.is_hebrew(at) && !matches!(self.atoms.get(at)?.sense, Sense::Number(..)) {
            return None;
        }
        let (count, mut next) = match self.count(at) {
            Some((count, next)) => (Some(count), next),
            None => (None, at),
        };
        if self.sense(next) == Sense::The {
            next += 1;
        }
        let first = if next == at { self.atoms.get(at)?.sense } else { self.sense(next) };
        let Sense::Unit(unit) = first else { return None };
        if !self.is_hebrew(next) {
            return None;
        }
        let plural =
            matches!(self.word(next).chars().last(), Some('ם' | 'ת')) && self.word(next) != "שנת";
        let mut end = next + 1;
        if self.sense(end) == Sense::The {
            end += 1;
        }
        match self.sense(end) {
            Sense::Relative(relative @ (Relative::Last | Relative::Past)) => {
                let count = count.or(plural.then_some(FEW));
                self.relative_unit(relative, count, unit, end + 1, false)
            }
            Sense::Ordinal(quarter @ 1..=4) if unit == Unit::Quarter => {
                self.recurs(Recurring::ThreeMonths(quarter * 3 - 2), end + 1, Strength::Cued)
            }
            _ => self.year(at).filter(|_| unit == Unit::Year),
        }
    }

    /// Parses "A", "three", "a couple of", "a few"; a half is ignored.
    pub(super) fn count(&self, at: usize) -> Option<(u32, usize)> {
        let first = self.atoms.get(at)?.sense;
        let (article, at) = match first {
            Sense::A => (true, at + 1),
            _ => (false, at),
        };
        let sense = if article { self.sense(at) } else { first };
        let (count, end) = match sense {
            Sense::Number(count, 0..=3) if count > 0 => (count, at + 1),
            // Before a unit, "שני" and the like are numbers.
            Sense::Ordinal(2) if self.word(at) == "שני" => (2, at + 1),
            Sense::Few => (FEW, at + 1),
            _ if article => return Some((1, at)),
            _ => return None,
        };
        let of = self.sense(end) == Sense::Of && count == 2;
        Some((count, end + usize::from(of)))
    }

    /// Parses "Three weeks ago", "half a year ago".
    pub(super) fn ago(&self, at: usize) -> Option<Reading> {
        let half = self.atoms.get(at)?.sense == Sense::Half;
        let (count, next) = match half {
            true => (1, at + 1 + usize::from(self.sense(at + 1) == Sense::A)),
            false => self.count(at)?,
        };
        let Sense::Unit(unit) = self.sense(next) else { return None };
        if self.sense(next + 1) != Sense::Ago {
            return None;
        }
        let few = self.atoms[at..next].iter().any(|atom| atom.sense == Sense::Few);
        self.back(count, few, half, unit, next + 2)
    }

    /// Parses "לפני שבועיים", "לפני חצי שנה", "לפני כמה ימים".
    pub(super) fn ago_in_hebrew(&self, at: usize) -> Option<Reading> {
        let half = self.sense(at + 1) == Sense::Half;
        let (count, next) = match half {
            true => (Some(1), at + 2),
            false => match self.sense(at + 1) {
                Sense::Unit(_) | Sense::DayWord => (None, at + 1),
                _ => self.count(at + 1).map(|(count, next)| (Some(count), next))?,
            },
        };
        let unit = match self.sense(next) {
            Sense::Unit(unit) => unit,
            Sense::DayWord => Unit::Day,
            _ => return None,
        };
        // "Years ago" does not restrict anything; the half of "a month and a half" is ignored.
        let plural = matches!(self.word(next).chars().last(), Some('ם' | 'ת'));
        let vague = count.is_none() && plural && self.sense(next) != Sense::DayWord;
        let weekday = matches!(self.sense(next + 1), Sense::Ordinal(_) | Sense::Weekday(_));
        let word = self.atoms.get(next + 1).map_or("", |atom| &self.words[atom.word].lower);
        if vague || weekday || word == "וחצי" {
            return None;
        }
        let few = self.sense(at + 1) == Sense::Few;
        self.back(count.unwrap_or(1), few, half, unit, next + 1)
    }

    /// Returns the calendar unit so many units ago; for "a few", those from two to four ago.
    fn back(&self, count: u32, few: bool, half: bool, unit: Unit, end: usize) -> Option<Reading> {
        let (count, unit) = match (half, unit) {
            (false, Unit::Hour) if count < 24 => return None,
            (false, unit) => (i64::from(count), unit),
            (true, Unit::Year) => (6, Unit::Month),
            (true, Unit::Month) => (2, Unit::Week),
            (true, _) => return None,
        };
        let around =
            |count: i64| Range::around(shift(self.today, -count, unit)?, unit, self.week_starts);
        let range = match few {
            true => Range::new(around(count + 1)?.from, around(count - 1)?.to),
            false => around(count),
        };
        fixed(range, end, Strength::Ago)
    }
}
