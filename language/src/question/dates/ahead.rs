//! The last day of a deadline: "by Friday", "until the end of the month", "עד יום חמישי".
//!
//! The counterpart of the rest of this module, which reads a question and looks back.
//!
//! Invariants:
//! - A day is on or after the day it was said.
//! - Nothing is guessed: an event ("before the race"), a vague span ("in a few days"), a day that
//!   two readings are possible for ("by March": its beginning or its end; 3/4) and words that are
//!   not understood give `None`.
//!
//! A bare weekday is the first after today. "Next Wednesday" is the one of next week, as most
//! speakers mean it; "this" and "the coming Wednesday" are the first from today on.

mod mentions;
#[cfg(test)]
mod tests;

use chrono::{NaiveDate, Weekday};

use super::atoms::{Atom, Relative, Sense, YEARS, atoms};
use super::period::{Part, Range, Recurring, Unit, shift};
use crate::question::words::{Gap, Word, split};
pub(crate) use mentions::{Key, Mention, mentions};

/// Words of days to come, which a question does not ask about.
const DAYS: &[(&str, i64)] = &[("tomorrow", 1), ("מחר", 1), ("מחרת", 1), ("מחרתיים", 2)];
/// Words before a deadline that do not change its last day.
const BY: &[&str] = &["by", "within", "תוך", "בתוך", "בעוד", "עוד"];
/// Words before something that recurs.
const EVERY: &[&str] = &["every", "each", "כל", "בכל"];
/// Words of a time of day, after the day.
const TIME: &[&str] = &["at", "o'clock", "am", "pm", "בשעה"];

/// Returns the last day of a deadline that was said on `today`, in English or Hebrew.
pub(crate) fn last_day(deadline: &str, today: NaiveDate) -> Option<NaiveDate> {
    let words = split(deadline, &[]);
    Ahead::new(&words, &read(&words), today).deadline()
}

/// Returns the atoms of words, with those of days to come.
fn read(words: &[Word<'_>]) -> Vec<Atom> {
    let mut atoms = atoms(words, &[], words.iter().any(Word::is_hebrew));
    for atom in &mut atoms {
        let day = DAYS.iter().find(|(day, _)| *day == words[atom.word].lower);
        atom.sense = day.map_or(atom.sense, |(_, days)| Sense::Day(*days));
    }
    atoms
}

struct Ahead<'a> {
    words: &'a [Word<'a>],
    atoms: &'a [Atom],
    today: NaiveDate,
    week_starts: Weekday,
    weekend: Weekday,
    hebrew: bool,
}

/// A period, how it is named, and the index of the atom after it.
#[derive(Clone, Copy)]
struct Read {
    range: Range,
    /// Whether "by" may mean its beginning as well as its end.
    long: bool,
    end: usize,
}

impl<'a> Ahead<'a> {
    fn new(words: &'a [Word<'a>], atoms: &'a [Atom], today: NaiveDate) -> Self {
        let hebrew = words.iter().any(Word::is_hebrew);
        let (week_starts, weekend) =
            if hebrew { (Weekday::Sun, Weekday::Fri) } else { (Weekday::Mon, Weekday::Sat) };
        Self { words, atoms, today, week_starts, weekend, hebrew }
    }

    fn sense(&self, at: usize) -> Sense {
        match self.atoms.get(at) {
            Some(atom) if at == 0 || !matches!(atom.gap, Gap::Stop | Gap::Other) => atom.sense,
            _ => Sense::Other,
        }
    }

    fn word(&self, at: usize) -> &str {
        self.atoms.get(at).map_or("", |atom| self.words[atom.word].lower.as_str())
    }

    fn deadline(&self) -> Option<NaiveDate> {
        let mut at = 0;
        if EVERY.contains(&self.word(0)) {
            // "Every evening until Friday."
            at = (0..self.atoms.len()).find(|at| self.is_limit(*at))?;
        }
        let mut limit = false;
        let mut before = false;
        loop {
            match self.sense(at) {
                Sense::Before => before = true,
                Sense::Until => limit = true,
                Sense::On | Sense::During => {}
                // "In two weeks", "in March"; Hebrew "ל" and "מ" are joined letters.
                Sense::In | Sense::To => {}
                Sense::Other if BY.contains(&self.word(at)) => limit |= self.word(at) == "by",
                _ => break,
            }
            at += 1;
        }
        let read = self.period(at)?;
        if !self.is_over(read.end) || (limit && read.long) {
            return None;
        }
        let last = if before { read.range.from } else { read.range.to }.pred_opt()?;
        (last >= self.today).then_some(last)
    }

    fn is_limit(&self, at: usize) -> bool {
        matches!(self.sense(at), Sense::Until | Sense::Before) || self.word(at) == "by"
    }

    /// Returns whether only a time of day follows.
    fn is_over(&self, end: usize) -> bool {
        (end..self.atoms.len()).all(|at| {
            let timed = TIME.contains(&self.word(at - 1));
            match self.atoms[at].sense {
                Sense::Hours | Sense::In => true,
                Sense::Number(..) => timed || self.word(at).contains(':'),
                _ => TIME.contains(&self.word(at)) || is_clock(self.word(at)),
            }
        })
    }

    fn period(&self, at: usize) -> Option<Read> {
        if let Some(read) = self.counted(at) {
            return Some(read);
        }
        match self.sense(at) {
            Sense::The => match self.sense(at + 1) {
                Sense::Ordinal(day) if self.is_numeral(at + 1) => self.day_of_month(at + 1, day),
                // "The day after tomorrow."
                Sense::Unit(Unit::Day) if self.sense(at + 2) == Sense::After => {
                    self.day_after(at + 3)
                }
                Sense::The => None,
                _ => self.period(at + 1),
            },
            Sense::Unit(Unit::Day) | Sense::DayWord if self.sense(at + 1) == Sense::After => {
                self.day_after(at + 2)
            }
            Sense::Day(days @ 0..) => {
                let day = shift(self.today, days, Unit::Day)?;
                Some(Read { range: Range::day(day)?, long: false, end: at + 1 })
            }
            Sense::Date(day, order) if order.is_none() || self.hebrew => {
                Some(Read { range: Range::day(day)?, long: false, end: at + 1 })
            }
            Sense::MonthDay(month, day, order) if order.is_none() || self.hebrew => {
                self.dated(Recurring::MonthDay(month, day), false, at + 1)
            }
            Sense::Month(month) => match self.sense(at + 1) {
                Sense::Number(day, 1..=2) => {
                    self.dated(Recurring::MonthDay(month, day), false, at + 2)
                }
                Sense::Ordinal(day) if self.is_numeral(at + 1) => {
                    self.dated(Recurring::MonthDay(month, day), false, at + 2)
                }
                _ => self.dated(Recurring::Month(month), true, at + 1),
            },
            Sense::Number(day, 1..=2) => self.day_and_month(at, day),
            Sense::Ordinal(day) if self.is_numeral(at) => {
                self.day_and_month(at, day).or_else(|| self.day_of_month(at, day))
            }
            Sense::Quarter(quarter) => {
                self.dated(Recurring::ThreeMonths(quarter * 3 - 2), true, at + 1)
            }
            Sense::Relative(relative) => self.relative(at, relative),
            Sense::Unit(unit) => self.unit_after(at, unit),
            Sense::Weekday(day) => self.weekday(at + 1, day),
            Sense::DayWord => match self.sense(at + 1) {
                Sense::Weekday(day) => self.weekday(at + 2, day),
                Sense::Ordinal(ordinal @ 1..=6) => self.weekday(at + 2, nth(ordinal)),
                _ => None,
            },
            // "בשלישי".
            Sense::Ordinal(ordinal @ 1..=6) if self.hebrew => self.weekday(at + 1, nth(ordinal)),
            Sense::Weekend => self.weekend(at + 1, None),
            Sense::Part(part) => self.part(at, part),
            _ => None,
        }
    }

    fn is_numeral(&self, at: usize) -> bool {
        self.word(at).starts_with(|c: char| c.is_ascii_digit())
    }

    fn day_after(&self, at: usize) -> Option<Read> {
        let read = self.period(at)?;
        let day = Range::day(read.range.to).filter(|_| read.range.to > self.today)?;
        Some(Read { range: day, ..read })
    }

    /// "Two weeks", "the next three days", "two weeks from now", "שבועיים": up to that day.
    fn counted(&self, at: usize) -> Option<Read> {
        let mut next = at;
        let counting = self.sense(at) != Sense::The
            || matches!(self.sense(at + 1), Sense::Relative(Relative::Next));
        if self.sense(next) == Sense::The {
            next += 1;
        }
        if self.sense(next) == Sense::Relative(Relative::Next) {
            next += 1;
        }
        let count = match self.sense(next) {
            Sense::A if self.sense(next + 1) == Sense::Number(2, 0) => {
                next += 1;
                2
            }
            Sense::A => 1,
            Sense::Number(count, 0..=3) if count > 0 => count,
            // "בעוד שבוע".
            Sense::Unit(_) if next > 0 && self.hebrew && is_span(self.word(next - 1)) => {
                next -= 1;
                1
            }
            _ => return None,
        };
        next += 1;
        // "A couple of weeks."
        next += usize::from(self.sense(next) == Sense::Of);
        let unit = match self.sense(next) {
            Sense::Unit(unit) if counting => unit,
            Sense::DayWord if counting => Unit::Day,
            _ => return None,
        };
        let mut end = next + 1;
        let from_now = self.sense(end) == Sense::From
            && matches!(self.sense(end + 1), Sense::Now | Sense::Day(0));
        let coming =
            self.sense(end) == Sense::The && self.sense(end + 1) == Sense::Relative(Relative::Next);
        end += if from_now || coming { 2 } else { 0 };
        let day = match unit {
            Unit::Hour if count < 12 => return None,
            unit => shift(self.today, count.into(), unit)?,
        };
        Some(Read { range: Range::day(day)?, long: false, end })
    }

    /// A recurring period with the year that may follow: the first that has not ended.
    fn dated(&self, recurring: Recurring, long: bool, end: usize) -> Option<Read> {
        if let Sense::Number(year, 4) = self.sense(end) {
            let year = i32::try_from(year).ok().filter(|year| YEARS.contains(year))?;
            return Some(Read { range: recurring.in_year(year)?, long, end: end + 1 });
        }
        let now = recurring.latest(self.today).filter(|range| range.to > self.today);
        let range = now.or_else(|| recurring.earliest(self.today))?;
        Some(Read { range, long, end })
    }

    /// "14 March", "the 14th of March", "14 במרץ".
    fn day_and_month(&self, at: usize, day: u32) -> Option<Read> {
        let next =
            at + 1 + usize::from(matches!(self.sense(at + 1), Sense::Of | Sense::In | Sense::To));
        let Sense::Month(month) = self.sense(next) else { return None };
        self.dated(Recurring::MonthDay(month, day), false, next + 1)
    }

    fn day_of_month(&self, at: usize, day: u32) -> Option<Read> {
        self.day_and_month(at, day).or_else(|| {
            let range = Recurring::DayOfMonth(day).earliest(self.today)?;
            Some(Read { range, long: false, end: at + 1 })
        })
    }

    /// A weekday, and which one: "next week", "of this week", "הבא", "הקרוב".
    fn weekday(&self, end: usize, day: Weekday) -> Option<Read> {
        let recurring = Recurring::Weekday(day);
        let the = end + usize::from(self.sense(end) == Sense::The);
        if self.hebrew && self.sense(the) == Sense::Relative(Relative::Next) {
            let coming = self.word(the).contains("קרוב");
            let range =
                if coming { recurring.earliest(self.today)? } else { self.next(recurring)? };
            return Some(Read { range, long: false, end: the + 1 });
        }
        let of = end + usize::from(matches!(self.sense(end), Sense::Of | Sense::In));
        if let Some(week) = self.week(of) {
            return Some(Read { range: recurring.within(week.range)?, ..week });
        }
        let range = recurring.earliest(self.today.succ_opt()?)?;
        Some(Read { range, long: false, end })
    }

    /// "This week", "next week", "השבוע", "השבוע הבא".
    fn week(&self, at: usize) -> Option<Read> {
        let read = match self.sense(at) {
            Sense::Relative(relative) => self.relative(at, relative)?,
            Sense::Unit(Unit::Week) => self.unit_after(at, Unit::Week)?,
            _ => return None,
        };
        let week = Range::around(read.range.from, Unit::Week, self.week_starts);
        (week == Some(read.range)).then_some(Read { long: false, ..read })
    }

    /// Returns the one of next week.
    fn next(&self, recurring: Recurring) -> Option<Range> {
        let day = shift(self.today, 1, Unit::Week)?;
        recurring.within(Range::around(day, Unit::Week, self.week_starts)?)
    }

    fn weekend(&self, end: usize, relative: Option<Relative>) -> Option<Read> {
        let recurring = Recurring::Weekend(self.weekend);
        let range = match relative {
            Some(Relative::Next) => self.next(recurring)?,
            _ => recurring
                .latest(self.today)
                .filter(|range| range.to > self.today)
                .or_else(|| recurring.earliest(self.today))?,
        };
        Some(Read { range, long: false, end })
    }

    fn relative(&self, at: usize, relative: Relative) -> Option<Read> {
        let coming = matches!(self.word(at), "coming" | "upcoming");
        let ahead = match relative {
            Relative::This => 0,
            Relative::Next => 1,
            Relative::Last | Relative::Past => return None,
        };
        match self.sense(at + 1) {
            Sense::Unit(Unit::Hour | Unit::Day) => None,
            Sense::Unit(unit) => {
                // "השבוע הבא".
                let the = at + 2 + usize::from(self.sense(at + 2) == Sense::The);
                if self.hebrew && self.sense(the) == Sense::Relative(Relative::Next) {
                    return self.calendar(1, unit, the + 1);
                }
                self.calendar(ahead, unit, at + 2)
            }
            Sense::Weekday(day) => {
                let recurring = Recurring::Weekday(day);
                let range = match relative {
                    Relative::Next if !coming => self.next(recurring)?,
                    _ => recurring.earliest(self.today)?,
                };
                Some(Read { range, long: false, end: at + 2 })
            }
            Sense::Weekend => self.weekend(at + 2, Some(relative).filter(|_| !coming)),
            Sense::Relative(Relative::Next) => self.relative(at + 1, Relative::Next),
            Sense::Hours if relative == Relative::This => {
                Some(Read { range: Range::day(self.today)?, long: false, end: at + 2 })
            }
            _ => None,
        }
    }

    /// Hebrew "שבוע הבא", "החודש"; English units only with a word before them.
    fn unit_after(&self, at: usize, unit: Unit) -> Option<Read> {
        let the = at + 1 + usize::from(self.sense(at + 1) == Sense::The);
        let next = self.sense(the) == Sense::Relative(Relative::Next);
        if !self.hebrew || !next || matches!(unit, Unit::Hour | Unit::Day) {
            return None;
        }
        self.calendar(1, unit, the + 1)
    }

    fn calendar(&self, ahead: i64, unit: Unit, end: usize) -> Option<Read> {
        let day = shift(self.today, ahead, unit)?;
        let range = Range::around(day, unit, self.week_starts)?;
        Some(Read { range, long: unit != Unit::Week, end })
    }

    /// "The end of the month", "early next week", "סוף החודש".
    fn part(&self, at: usize, part: Part) -> Option<Read> {
        let of = at + 1 + usize::from(self.sense(at + 1) == Sense::Of);
        let the = of + usize::from(self.sense(of) == Sense::The);
        let this = matches!(self.sense(the), Sense::Relative(Relative::This));
        let whole = match self.sense(the) {
            Sense::Unit(Unit::Hour) => None,
            Sense::Unit(unit) => self.unit_after(the, unit).or_else(|| {
                let end = the + 1;
                match unit {
                    Unit::Day => Some(Read { range: Range::day(self.today)?, long: false, end }),
                    unit => self.calendar(0, unit, end),
                }
            }),
            Sense::DayWord => {
                Some(Read { range: Range::day(self.today)?, long: false, end: the + 1 })
            }
            _ => self.period(of),
        }?;
        // "סוף השבוע" is the weekend.
        let week = Range::around(self.today, Unit::Week, self.week_starts)?;
        if self.hebrew && part == Part::End && whole.range == week {
            return self.weekend(whole.end, this.then_some(Relative::This));
        }
        Some(Read { range: whole.range.part(part)?, long: false, ..whole })
    }
}

/// Returns the Hebrew weekday of an ordinal: the first is Sunday.
fn nth(ordinal: u32) -> Weekday {
    (1..ordinal).fold(Weekday::Sun, |day, _| day.succ())
}

fn is_span(word: &str) -> bool {
    matches!(word, "תוך" | "בתוך" | "בעוד" | "עוד")
}

/// Returns whether a word is a time such as `9am`.
fn is_clock(word: &str) -> bool {
    let digits = word.trim_end_matches("am").trim_end_matches("pm");
    digits.len() < word.len() && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}
