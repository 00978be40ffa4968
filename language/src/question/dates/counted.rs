//! Parses parts of a period that are counted: "the first Tuesday of March", "the last weekend of
//! September", "the last day of Q3", "יום שישי האחרון באוקטובר"; and a weekday with its date: "Monday
//! the 23rd".

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use super::atoms::Sense;
use super::period::{Range, Recurring, Unit, shift};
use super::reading::{Reader, Reading, Strength, Value, fixed};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    Weekday(Weekday),
    /// By its first day.
    Weekend(Weekday),
    Unit(Unit),
}

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// From 1.
    Nth(u32),
    Last,
}

/// How many months back a weekday with a day of the month is looked for.
const MONTHS: u32 = 24;

impl Range {
    /// Returns a part that is entirely in this period.
    fn counted(self, which: Which, counted: Counted) -> Option<Self> {
        let found = match (counted, which) {
            (Counted::Weekday(day) | Counted::Weekend(day), Which::Nth(nth)) => {
                let ahead = u64::from(day.days_since(self.from.weekday()));
                let weeks = u64::from(nth.checked_sub(1)?) * 7;
                let from = self.from.checked_add_days(Days::new(ahead + weeks))?;
                Self::new(from, from.checked_add_days(Days::new(counted.days()))?)
            }
            (Counted::Weekday(day) | Counted::Weekend(day), Which::Last) => {
                let last = self.to.checked_sub_days(Days::new(counted.days()))?;
                let back = u64::from(last.weekday().days_since(day));
                let from = last.checked_sub_days(Days::new(back))?;
                Self::new(from, from.checked_add_days(Days::new(counted.days()))?)
            }
            (Counted::Unit(unit), Which::Nth(nth)) => {
                let from = shift(self.from, i64::from(nth.checked_sub(1)?), unit)?;
                Self::new(from, shift(from, 1, unit)?)
            }
            (Counted::Unit(unit), Which::Last) => Self::new(shift(self.to, -1, unit)?, self.to),
        };
        found.filter(|found| self.contains(*found) && *found != self)
    }
}

impl Counted {
    fn days(self) -> u64 {
        if matches!(self, Self::Weekend(_)) { 2 } else { 1 }
    }
}

impl Reader<'_> {
    /// Parses "Tuesday of March", "day of Q3", after "the first" or "the last".
    pub(super) fn counted(&self, at: usize, which: Which) -> Option<Reading> {
        let counted = match self.sense(at) {
            Sense::Weekday(day) => Counted::Weekday(day),
            Sense::Weekend => Counted::Weekend(self.weekend),
            Sense::Unit(unit @ (Unit::Day | Unit::Month | Unit::Quarter)) => Counted::Unit(unit),
            _ => return None,
        };
        self.counted_in(counted, which, at + 1)
    }

    /// Parses "of March", "in the month", after what is counted.
    pub(super) fn counted_in(&self, counted: Counted, which: Which, at: usize) -> Option<Reading> {
        if !matches!(self.sense(at), Sense::Of | Sense::In) {
            return None;
        }
        let at = at + 1;
        let whole = match (self.sense(at), self.sense(at + 1)) {
            (
                Sense::The,
                Sense::Unit(unit @ (Unit::Week | Unit::Month | Unit::Quarter | Unit::Year)),
            ) if !matches!(self.sense(at + 2), Sense::Of | Sense::Before | Sense::After) => {
                let whole = Range::around(self.today, unit, self.week_starts);
                fixed(whole, at + 2, Strength::Strong)
            }
            _ => self.period(at),
        }?;
        let range = match whole.value {
            Value::Fixed(range) => range.counted(which, counted),
            // Of a period without a year: the latest whose part has begun.
            Value::Recurs(recurring, None) => {
                let latest = recurring.latest(self.today)?;
                let begun = |found: &Range| found.from <= self.today;
                latest
                    .counted(which, counted)
                    .filter(begun)
                    .or_else(|| recurring.latest(latest.from.pred_opt()?)?.counted(which, counted))
            }
            Value::Recurs(_, Some(_)) => None,
        };
        fixed(range, whole.end, Strength::Strong)
    }

    /// Parses what is counted after a recurring period: "האחרון באוקטובר", "הראשון במרץ".
    pub(super) fn counted_after(&self, recurring: Recurring, at: usize) -> Option<Reading> {
        if !self.is_hebrew(at) {
            return None;
        }
        let counted = match recurring {
            Recurring::Weekday(day) => Counted::Weekday(day),
            Recurring::Weekend(day) => Counted::Weekend(day),
            _ => return None,
        };
        let the = at + usize::from(self.sense(at) == Sense::The);
        self.counted_in(counted, self.which(the)?, the + 1)
    }

    /// Parses "היום האחרון של יולי", from the article of "האחרון" on.
    pub(super) fn counted_day(&self, at: usize) -> Option<Reading> {
        let the = at + usize::from(self.sense(at) == Sense::The);
        self.counted_in(Counted::Unit(Unit::Day), self.which(the)?, the + 1)
    }

    fn which(&self, at: usize) -> Option<Which> {
        use super::atoms::Relative;
        match self.sense(at) {
            Sense::Relative(Relative::Past | Relative::Last) => Some(Which::Last),
            Sense::Ordinal(nth @ 1..=5) => Some(Which::Nth(nth)),
            _ => None,
        }
    }

    /// Parses a weekday with its date: "Monday the 23rd", "Monday, 23 November", "Mon 23/11".
    pub(super) fn dated_weekday(&self, at: usize, weekday: Weekday) -> Option<Reading> {
        let next = at + 1 + usize::from(self.sense(at + 1) == Sense::The);
        let digits = || self.word(next).starts_with(|c: char| c.is_ascii_digit());
        let read = match self.sense(next) {
            Sense::Ordinal(day) if digits() => match self.period(next) {
                Some(read) if !matches!(read.value, Value::Recurs(Recurring::DayOfMonth(_), _)) => {
                    read
                }
                _ => {
                    let found = self
                        .day_on(day, weekday)
                        .or_else(|| Recurring::DayOfMonth(day).latest(self.today));
                    return fixed(found, next + 1, Strength::Strong);
                }
            },
            Sense::Number(..) | Sense::Date(..) | Sense::MonthDay(..) | Sense::Month(_) => {
                self.period(next)?
            }
            _ => return None,
        };
        let range = self.resolve(read.value)?;
        let day = range.from.succ_opt() == Some(range.to);
        fixed(Some(range).filter(|_| day), read.end, Strength::Strong)
            .map(|dated| Reading { order: read.order, ..dated })
    }

    /// Returns the latest day of this number in a month that is on this weekday.
    fn day_on(&self, day: u32, weekday: Weekday) -> Option<Range> {
        (0..=MONTHS).find_map(|back| {
            let month = self.today.with_day(1)?.checked_sub_months(Months::new(back))?;
            let found: NaiveDate = month.with_day(day)?;
            let fits = found <= self.today && found.weekday() == weekday;
            fits.then(|| Range::day(found)).flatten()
        })
    }

    /// Returns where a day ends that is followed by a part of it, or a time: "Monday morning", "on
    /// the 3rd in the evening", "on Friday at 9". These are no words to search for.
    pub(super) fn after_hours(&self, end: usize) -> usize {
        let mut at = end;
        if matches!(self.sense(at), Sense::In | Sense::On | Sense::During) {
            at += 1;
        }
        let the = at + usize::from(self.sense(at) == Sense::The);
        let after = match self.sense(the) {
            Sense::Hours => the + 1,
            Sense::Number(0..=24, 1..=2) if self.word(end) == "at" => self.after_clock(at + 1),
            _ if self.word(end) == "at" && is_clock(self.word(at)) => at + 1,
            _ => return end,
        };
        let next = self.atoms.get(after).filter(|_| self.sense(after) != Sense::Session);
        let described = next.is_some_and(|atom| {
            let word = &self.words[atom.word];
            let joined = atom.gap == super::Gap::Space && !word.capital && !word.taken;
            joined && !crate::question::language::is_function_word(&word.lower)
        });
        if described { end } else { after }
    }

    /// Returns where a time ends after its hour: "9:30", "9 o'clock", "9 pm".
    fn after_clock(&self, at: usize) -> usize {
        match self.atoms.get(at) {
            Some(atom)
                if matches!(atom.sense, Sense::Number(0..=59, 2))
                    && atom.gap == super::Gap::Stop =>
            {
                self.after_clock(at + 1)
            }
            _ if matches!(self.word(at), "am" | "pm" | "o'clock") => at + 1,
            _ => at,
        }
    }
}

/// Returns whether a word is a time: "9am".
fn is_clock(word: &str) -> bool {
    let hour = word.strip_suffix("am").or_else(|| word.strip_suffix("pm"));
    hour.and_then(|hour| hour.parse::<u32>().ok()).is_some_and(|hour| hour <= 12)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_entirely_in_their_period() {
        let range = |from: &str, to: &str| Range::new(from.parse().unwrap(), to.parse().unwrap());
        let september = range("2026-09-01", "2026-10-01").unwrap();
        let weekend = Counted::Weekend(Weekday::Sat);
        let tuesday = Counted::Weekday(Weekday::Tue);
        let day = Counted::Unit(Unit::Day);
        for (which, counted, from) in [
            (Which::Last, weekend, Some("2026-09-26")),
            (Which::Nth(1), tuesday, Some("2026-09-01")),
            (Which::Nth(5), tuesday, Some("2026-09-29")),
            (Which::Nth(6), tuesday, None),
            (Which::Last, tuesday, Some("2026-09-29")),
            (Which::Last, day, Some("2026-09-30")),
            (Which::Nth(31), day, None),
        ] {
            let found = september.counted(which, counted).map(|found| found.from.to_string());
            assert_eq!(found.as_deref(), from, "{which:?} {counted:?}");
        }
    }
}
