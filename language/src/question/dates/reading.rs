//! Parses one period from a run of atoms: "last month", "3 weeks ago", "the end of May", "ביום
//! שלישי שעבר".

use std::collections::HashSet;

use chrono::{NaiveDate, Weekday};

use super::atoms::{Atom, Relative, Sense, YEARS};
use super::counted::Which;
use super::period::{Part, Range, Recurring, Unit, shift};
use crate::question::Order;
use crate::question::words::{Gap, Word};

/// How certain it is that words mean a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strength {
    /// Only after a word such as "in" or "since".
    Cued,
    Strong,
    /// Counted back from today; a preceding "about" means "roughly".
    Ago,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Value {
    Fixed(Range),
    Recurs(Recurring, Option<Part>),
}

/// A period and where it ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    pub(super) value: Value,
    /// Index of the atom after it.
    pub(super) end: usize,
    pub(super) strength: Strength,
    /// Whether a name follows an article, so that it may describe a following noun.
    pub(super) article: bool,
    pub(super) order: Option<Order>,
}

/// Parses a question's atoms.
pub(super) struct Reader<'a> {
    pub(super) words: &'a [Word<'a>],
    pub(super) atoms: &'a [Atom],
    pub(super) today: NaiveDate,
    pub(super) week_starts: Weekday,
    /// First day of a weekend.
    pub(super) weekend: Weekday,
    /// Words of the names of known people, in lower case.
    pub(super) names: &'a HashSet<String>,
    /// Whether the question has no capitals, so that they are not required.
    pub(super) lower_case: bool,
}

impl Reader<'_> {
    /// Returns the sense of an atom that continues the previous one.
    pub(super) fn sense(&self, at: usize) -> Sense {
        match self.atoms.get(at) {
            Some(atom) if !matches!(atom.gap, Gap::Stop | Gap::Other) => atom.sense,
            _ => Sense::Other,
        }
    }

    /// Returns the word of an atom.
    pub(super) fn word(&self, at: usize) -> &str {
        self.atoms.get(at).map_or("", |atom| self.words[atom.word].lower.as_str())
    }

    pub(super) fn is_hebrew(&self, at: usize) -> bool {
        self.atoms.get(at).is_some_and(|atom| atom.hebrew)
    }

    /// Returns the period that begins at an atom, with its article.
    pub(super) fn period(&self, at: usize) -> Option<Reading> {
        let first = self.atoms.get(at)?.sense;
        let (article, at, first) = match first {
            Sense::The => (true, at + 1, self.sense(at + 1)),
            _ => (false, at, first),
        };
        let read = match first {
            Sense::Day(0) if self.is_hebrew(at) && self.counted_day(at + 1).is_some() => {
                self.counted_day(at + 1)
            }
            Sense::Day(days) => self.day(at, days),
            // "The morning of the 3rd".
            Sense::Hours if self.sense(at + 1) == Sense::Of => self.hours_of(at + 2),
            Sense::Date(day, order) => {
                Some(Reading { order, ..fixed(Range::day(day), at + 1, Strength::Strong)? })
            }
            Sense::MonthDay(month, day, order) => {
                let recurring = Recurring::MonthDay(month, day);
                Some(Reading { order, ..self.recurs(recurring, at + 1, Strength::Cued)? })
            }
            Sense::Month(month) => self.month(at, month),
            Sense::Weekday(day) => self
                .dated_weekday(at, day)
                .or_else(|| self.recurs(Recurring::Weekday(day), at + 1, Strength::Cued)),
            Sense::Weekend => self.recurs(Recurring::Weekend(self.weekend), at + 1, Strength::Cued),
            Sense::Season(month) => {
                self.recurs(Recurring::ThreeMonths(month), at + 1, Strength::Cued)
            }
            Sense::Quarter(quarter) => {
                let recurring = Recurring::ThreeMonths(quarter * 3 - 2);
                self.recurs(recurring, at + 1, Strength::Cued)
            }
            Sense::HalfYear(half) => {
                self.recurs(Recurring::HalfYear(half * 6 - 5), at + 1, Strength::Cued)
            }
            Sense::Part(part) => self.part(at, part),
            Sense::Earlier => match self.sense(at + 1) {
                Sense::Relative(Relative::This) => self.relative(at + 1, Relative::This, false),
                _ => None,
            },
            Sense::Relative(relative) => self.relative(at, relative, article),
            Sense::Ordinal(ordinal) => self.ordinal(at, ordinal, article),
            Sense::Number(number, digits) => self
                .day_and_month(at, number, digits)
                .or_else(|| self.year(at))
                .or_else(|| self.ago(at)),
            Sense::A | Sense::Few | Sense::Half => self.ago(at),
            Sense::Before if self.is_hebrew(at) => self.ago_in_hebrew(at),
            Sense::DayWord => self.weekday(at).or_else(|| self.counted_day(at + 1)),
            Sense::Unit(unit) if article => self.described_week(at, unit),
            _ => None,
        };
        let read = read.or_else(|| self.unit_and_relative(at));
        read.map(|read| Reading { article: article && read.strength == Strength::Cued, ..read })
    }

    pub(super) fn day(&self, at: usize, days: i64) -> Option<Reading> {
        // "היום הראשון" is the first day.
        let described = matches!(self.sense(at + 1), Sense::The | Sense::Ordinal(_))
            && self.is_hebrew(at)
            && days == 0;
        if described {
            return None;
        }
        let end = at + 1 + usize::from(self.sense(at + 1) == Sense::Hours);
        fixed(Range::day(shift(self.today, days, Unit::Day)?), end, Strength::Strong)
    }

    /// Parses a recurring period and its suffix: a year, "last year", "שעבר".
    pub(super) fn recurs(
        &self,
        recurring: Recurring,
        end: usize,
        strength: Strength,
    ) -> Option<Reading> {
        if let Some(read) = self.counted_after(recurring, end) {
            return Some(read);
        }
        let the = end + usize::from(self.is_hebrew(end) && self.sense(end) == Sense::The);
        if let Sense::Relative(relative @ (Relative::Last | Relative::Past)) = self.sense(the)
            && self.is_hebrew(the)
        {
            return fixed(self.last(recurring, relative), the + 1, Strength::Strong);
        }
        let mut at = end;
        if matches!(self.sense(at), Sense::Of | Sense::In) {
            at += 1;
        }
        if self.sense(at) == Sense::The {
            at += 1;
        }
        if let Some((container, end)) = self.container(at) {
            // A winter belongs to the year in which it begins.
            if let Some(range) = recurring.within(container)
                && container != range
            {
                return fixed(Some(range), end, Strength::Strong);
            }
            // A year without this day.
            if self.year(at).is_some() {
                return None;
            }
        }
        let value = Value::Recurs(recurring, None);
        Some(Reading { value, end, strength, article: false, order: None })
    }

    /// Returns the last one: of days the latest before today, of longer periods the latest that is
    /// over.
    pub(super) fn last(&self, recurring: Recurring, relative: Relative) -> Option<Range> {
        match (recurring, relative) {
            (Recurring::Weekday(_), _) => recurring.latest(self.today.pred_opt()?),
            (_, Relative::This) => {
                let unit = match recurring {
                    Recurring::Weekday(_) | Recurring::Weekend(_) => Unit::Week,
                    _ => Unit::Year,
                };
                let around = Range::around(self.today, unit, self.week_starts)?;
                recurring.earliest(around.from)
            }
            _ => recurring.ended(self.today),
        }
    }

    /// Parses the year or unit that contains the preceding period: "2025", "last week", "בשנה
    /// שעברה".
    fn container(&self, at: usize) -> Option<(Range, usize)> {
        if let Some(year) = self.year(at) {
            return match year.value {
                Value::Fixed(range) => Some((range, year.end)),
                Value::Recurs(..) => None,
            };
        }
        let (back, unit, end) = match (self.sense(at), self.sense(at + 1)) {
            (Sense::Relative(Relative::Last), Sense::Unit(unit)) => (-1, unit, at + 2),
            (Sense::Relative(Relative::This), Sense::Unit(unit)) => match self.sense(at + 2) {
                Sense::Relative(Relative::Last) => (-1, unit, at + 3),
                _ => (0, unit, at + 2),
            },
            (Sense::Unit(unit), Sense::Relative(Relative::Last)) => (-1, unit, at + 2),
            _ => return None,
        };
        let day = shift(self.today, back, unit)?;
        Some((Range::around(day, unit, self.week_starts)?, end))
    }

    /// Parses "2025", "שנת 2025", "the year 2025".
    pub(super) fn year(&self, at: usize) -> Option<Reading> {
        let at = at + usize::from(self.sense(at) == Sense::Unit(Unit::Year));
        let Sense::Number(number, 4) = self.atoms.get(at)?.sense else { return None };
        let year = i32::try_from(number).ok().filter(|year| YEARS.contains(year))?;
        fixed(Range::year(year), at + 1, Strength::Cued)
    }

    fn month(&self, at: usize, month: u32) -> Option<Reading> {
        // "in May 3 people" is not examined: a number after a month's name is its day.
        let day = match self.sense(at + 1) {
            Sense::Number(day, 1..=2) => Some(day),
            Sense::Ordinal(day) if self.word(at + 1).starts_with(|c: char| c.is_ascii_digit()) => {
                Some(day)
            }
            _ => None,
        };
        match day {
            Some(day) => self.recurs(Recurring::MonthDay(month, day), at + 2, Strength::Strong),
            None => self.recurs(Recurring::Month(month), at + 1, Strength::Cued),
        }
    }

    /// Parses "14 March", "14th of March", "14 במרץ".
    fn day_and_month(&self, at: usize, day: u32, digits: usize) -> Option<Reading> {
        if digits == 0 || digits > 2 {
            return None;
        }
        let mut next = at + 1;
        let hebrew = self.is_hebrew(next) && matches!(self.sense(next), Sense::In | Sense::To);
        if hebrew || self.sense(next) == Sense::Of {
            next += 1;
        }
        let Sense::Month(month) = self.sense(next) else { return None };
        self.recurs(Recurring::MonthDay(month, day), next + 1, Strength::Strong)
    }

    fn hours_of(&self, at: usize) -> Option<Reading> {
        let read = self.period(at)?;
        let range = self.resolve(read.value)?;
        let day = range.from.succ_opt() == Some(range.to);
        fixed(Some(range).filter(|_| day), read.end, Strength::Strong)
    }

    fn ordinal(&self, at: usize, ordinal: u32, article: bool) -> Option<Reading> {
        if !matches!(self.sense(at + 1), Sense::Unit(Unit::Week | Unit::Quarter))
            && let Some(read) = self.counted(at + 1, Which::Nth(ordinal))
        {
            return Some(read);
        }
        match self.sense(at + 1) {
            Sense::Unit(Unit::Quarter) if (1..=4).contains(&ordinal) => {
                let recurring = Recurring::ThreeMonths(ordinal * 3 - 2);
                return self.recurs(recurring, at + 2, Strength::Cued);
            }
            Sense::Half if (1..=2).contains(&ordinal) => {
                let half = Recurring::HalfYear(ordinal * 6 - 5);
                let read = self.recurs(half, at + 2, Strength::Cued)?;
                return (read.strength == Strength::Strong).then_some(read);
            }
            Sense::Unit(Unit::Week) if self.sense(at + 2) == Sense::Of => {
                return self.week_of(at + 3, i64::from(ordinal) - 1);
            }
            _ => {}
        }
        let digits = self.word(at).starts_with(|c: char| c.is_ascii_digit());
        let of = self.sense(at + 1) == Sense::Of;
        if (digits || of)
            && let Some(read) = self.day_and_month(at, ordinal, 2)
        {
            return Some(read);
        }
        if digits && (article || of) {
            return self.recurs(Recurring::DayOfMonth(ordinal), at + 1, Strength::Cued);
        }
        None
    }

    /// Returns a week of a period, counted from its start, or its last seven days if `weeks` is
    /// negative.
    pub(super) fn week_of(&self, at: usize, weeks: i64) -> Option<Reading> {
        let of = self.period(at)?;
        let whole = self.resolve(of.value)?;
        let from = match weeks {
            ..0 => shift(whole.to, -1, Unit::Week)?,
            0.. => shift(whole.from, weeks, Unit::Week)?,
        };
        let range = Range::new(from, shift(from, 1, Unit::Week)?)?;
        fixed(whole.contains(range).then_some(range), of.end, Strength::Strong)
    }

    /// Parses "The week of March 9th", "the week before last".
    fn described_week(&self, at: usize, unit: Unit) -> Option<Reading> {
        match self.sense(at + 1) {
            Sense::Of if unit == Unit::Week => {
                let of = self.period(at + 2)?;
                let range = Range::around(self.resolve(of.value)?.from, unit, self.week_starts);
                fixed(range, of.end, Strength::Strong)
            }
            Sense::Before if self.sense(at + 2) == Sense::Relative(Relative::Last) => {
                let day = shift(self.today, -2, unit)?;
                fixed(Range::around(day, unit, self.week_starts), at + 3, Strength::Strong)
            }
            Sense::Number(..) if unit == Unit::Year => self.year(at),
            _ => None,
        }
    }

    /// Parses "The beginning of", "late", "mid", "סוף".
    fn part(&self, at: usize, part: Part) -> Option<Reading> {
        let adjective = matches!(self.word(at), "early" | "late" | "mid") || self.is_hebrew(at);
        let mut next = at + 1;
        if self.sense(next) == Sense::Of {
            next += 1;
        } else if !adjective {
            return None;
        }
        let this = self.sense(next) == Sense::Relative(Relative::This);
        let unit = match self.sense(next + usize::from(this || self.sense(next) == Sense::The)) {
            Sense::Unit(unit) => Some(unit),
            _ => None,
        };
        if self.is_hebrew(at) && part == Part::End && unit == Some(Unit::Week) {
            let end = next + 1 + usize::from(this || self.sense(next) == Sense::The);
            return self.recurs(Recurring::Weekend(self.weekend), end, Strength::Cued);
        }
        // "The end of the year", but not "the end of the day".
        if let (Sense::The, Some(unit @ (Unit::Week | Unit::Month | Unit::Quarter | Unit::Year))) =
            (self.sense(next), unit)
            && !matches!(self.sense(next + 2), Sense::Of | Sense::Before | Sense::After)
        {
            let whole = Range::around(self.today, unit, self.week_starts)?;
            return fixed(whole.part(part), next + 2, Strength::Strong);
        }
        let of = self.period(next)?;
        let value = match of.value {
            Value::Fixed(range) => Value::Fixed(range.part(part)?),
            Value::Recurs(recurring, None) => Value::Recurs(recurring, Some(part)),
            Value::Recurs(_, Some(_)) => return None,
        };
        Some(Reading { value, strength: Strength::Strong, ..of })
    }

    /// Parses "יום שלישי", "יום ג'", "יום שבת".
    fn weekday(&self, at: usize) -> Option<Reading> {
        let day = match self.sense(at + 1) {
            Sense::Weekday(day) => day,
            Sense::Ordinal(ordinal @ 1..=6) if self.is_hebrew(at + 1) => {
                (1..ordinal).fold(Weekday::Sun, |day, _| day.succ())
            }
            _ => return None,
        };
        self.recurs(Recurring::Weekday(day), at + 2, Strength::Cued)
    }

    /// Returns the days of a period on its own: the latest that has begun, of weekdays the latest
    /// before today.
    pub(super) fn resolve(&self, value: Value) -> Option<Range> {
        match value {
            Value::Fixed(range) => Some(range),
            Value::Recurs(recurring @ Recurring::Weekday(_), _) => {
                recurring.latest(self.today.pred_opt()?)
            }
            Value::Recurs(recurring, None) => recurring.latest(self.today),
            Value::Recurs(recurring, Some(part)) => {
                let latest = recurring.latest(self.today)?;
                match latest.part(part)? {
                    found if found.from <= self.today => Some(found),
                    _ => recurring.latest(latest.from.pred_opt()?)?.part(part),
                }
            }
        }
    }
}

pub(super) fn fixed(range: Option<Range>, end: usize, strength: Strength) -> Option<Reading> {
    let value = Value::Fixed(range?);
    Some(Reading { value, end, strength, article: false, order: None })
}
