//! Calendar arithmetic: the days of a period.
//!
//! Invariant: the result is a non-empty half-open range of days, or `None` if the calendar has no
//! such day or ends.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

/// Half open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) from: NaiveDate,
    pub(super) to: NaiveDate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// A third of a period, roughly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Beginning,
    Middle,
    End,
}

/// A recurring period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Recurring {
    Weekday(Weekday),
    /// Saturday and Sunday; in Israel Friday and Saturday.
    Weekend(Weekday),
    DayOfMonth(u32),
    /// From 1 to 12.
    Month(u32),
    MonthDay(u32, u32),
    /// Three months, by the first: 3, 6, 9 or 12; or 1, 4, 7 or 10 for a quarter.
    ThreeMonths(u32),
    /// Six months, by the first.
    HalfYear(u32),
}

/// The previous leap day may be eight years ago.
const YEARS: i32 = 8;

impl Range {
    pub(super) fn new(from: NaiveDate, to: NaiveDate) -> Option<Self> {
        (from < to).then_some(Self { from, to })
    }

    pub(super) fn day(day: NaiveDate) -> Option<Self> {
        Self::new(day, day.succ_opt()?)
    }

    pub(super) fn year(year: i32) -> Option<Self> {
        Self::new(
            NaiveDate::from_ymd_opt(year, 1, 1)?,
            NaiveDate::from_ymd_opt(year.checked_add(1)?, 1, 1)?,
        )
    }

    /// Returns the calendar unit that contains a day.
    pub(super) fn around(day: NaiveDate, unit: Unit, week_starts: Weekday) -> Option<Self> {
        match unit {
            Unit::Hour | Unit::Day => Self::day(day),
            Unit::Week => {
                let from = day.checked_sub_days(Days::new(days_since(day, week_starts)))?;
                Self::new(from, from.checked_add_days(Days::new(7))?)
            }
            Unit::Month | Unit::Quarter => {
                let length = if unit == Unit::Month { 1 } else { 3 };
                let from = day.with_day(1)?.with_month0(day.month0() / length * length)?;
                Self::new(from, from.checked_add_months(Months::new(length))?)
            }
            Unit::Year => Self::year(day.year()),
        }
    }

    /// Returns the first, middle or last of three parts, as commonly understood: of a month up to
    /// the 10th and 20th, of a week three days, of a quarter or a season its months, of a year its
    /// first and last three months and May to August.
    pub(super) fn part(self, part: Part) -> Option<Self> {
        let days = (self.to - self.from).num_days();
        let day = |n| self.from.checked_add_days(Days::new(n));
        let month = |n| self.from.checked_add_months(Months::new(n));
        let (from, to) = match (days, part) {
            (..=1, _) => return Some(self),
            (..=8, Part::Beginning) => (self.from, day(3)?),
            (..=8, Part::Middle) => (day(2)?, day(5)?),
            (..=8, Part::End) => (day(3)?, self.to),
            (..=31, Part::Beginning) => (self.from, day(10)?),
            (..=31, Part::Middle) => (day(10)?, day(20)?),
            (..=31, Part::End) => (day(20)?, self.to),
            (..=92, Part::Beginning) => (self.from, month(1)?),
            (..=92, Part::Middle) => (month(1)?, month(2)?),
            (..=92, Part::End) => (month(2)?, self.to),
            (_, Part::Beginning) => (self.from, month(3)?),
            (_, Part::Middle) => (month(4)?, month(8)?),
            (_, Part::End) => (month(9)?, self.to),
        };
        Self::new(from, to)
    }

    pub(super) fn contains(self, other: Self) -> bool {
        self.from <= other.from && other.to <= self.to
    }
}

/// Returns the days since the weekday, 0 to 6.
fn days_since(day: NaiveDate, weekday: Weekday) -> u64 {
    u64::from(day.weekday().days_since(weekday))
}

/// Moves a day by so many units, back if `count` is negative; to the last day of a shorter month.
pub(super) fn shift(day: NaiveDate, count: i64, unit: Unit) -> Option<NaiveDate> {
    let much = u32::try_from(count.unsigned_abs()).ok()?;
    let (days, months) = match unit {
        Unit::Hour => (much.div_ceil(24), 0),
        Unit::Day => (much, 0),
        Unit::Week => (much.checked_mul(7)?, 0),
        Unit::Month => (0, much),
        Unit::Quarter => (0, much.checked_mul(3)?),
        Unit::Year => (0, much.checked_mul(12)?),
    };
    let (days, months) = (Days::new(days.into()), Months::new(months));
    match count {
        ..0 => day.checked_sub_days(days)?.checked_sub_months(months),
        0.. => day.checked_add_days(days)?.checked_add_months(months),
    }
}

impl Recurring {
    /// Returns the occurrence in this year, for yearly ones. A weekend, a weekday and a day of the
    /// month are not yearly.
    pub(super) fn in_year(self, year: i32) -> Option<Range> {
        let first = |month| NaiveDate::from_ymd_opt(year, month, 1);
        let months = |month, length| {
            let from = first(month)?;
            Range::new(from, from.checked_add_months(Months::new(length))?)
        };
        match self {
            Self::Month(month) => months(month, 1),
            Self::ThreeMonths(month) => months(month, 3),
            Self::HalfYear(month) => months(month, 6),
            Self::MonthDay(month, day) => Range::day(NaiveDate::from_ymd_opt(year, month, day)?),
            Self::Weekday(_) | Self::Weekend(_) | Self::DayOfMonth(_) => None,
        }
    }

    /// Returns the latest that begins on or before this day.
    pub(super) fn latest(self, limit: NaiveDate) -> Option<Range> {
        match self {
            Self::Weekday(day) | Self::Weekend(day) => {
                let from = limit.checked_sub_days(Days::new(days_since(limit, day)))?;
                Range::new(from, from.checked_add_days(Days::new(self.days()))?)
            }
            Self::DayOfMonth(day) => (0..=12).find_map(|back| {
                let month = limit.with_day(1)?.checked_sub_months(Months::new(back))?;
                month.with_day(day).filter(|found| *found <= limit).and_then(Range::day)
            }),
            _ => (0..=YEARS).find_map(|back| {
                self.in_year(limit.year().checked_sub(back)?).filter(|range| range.from <= limit)
            }),
        }
    }

    /// Returns the earliest that begins on or after this day.
    pub(super) fn earliest(self, limit: NaiveDate) -> Option<Range> {
        match self {
            Self::Weekday(day) | Self::Weekend(day) => {
                let ahead = (7 - days_since(limit, day)) % 7;
                let from = limit.checked_add_days(Days::new(ahead))?;
                Range::new(from, from.checked_add_days(Days::new(self.days()))?)
            }
            Self::DayOfMonth(day) => (0..=12).find_map(|ahead| {
                let month = limit.with_day(1)?.checked_add_months(Months::new(ahead))?;
                month.with_day(day).filter(|found| *found >= limit).and_then(Range::day)
            }),
            _ => (0..=YEARS).find_map(|ahead| {
                self.in_year(limit.year().checked_add(ahead)?).filter(|range| range.from >= limit)
            }),
        }
    }

    /// Returns the latest that has ended when this day begins.
    pub(super) fn ended(self, limit: NaiveDate) -> Option<Range> {
        let latest = self.latest(limit)?;
        if latest.to <= limit {
            return Some(latest);
        }
        self.latest(latest.from.pred_opt()?)
    }

    /// Returns the last one within a range.
    pub(super) fn within(self, range: Range) -> Option<Range> {
        self.latest(range.to.pred_opt()?).filter(|found| range.from <= found.from)
    }

    fn days(self) -> u64 {
        if matches!(self, Self::Weekend(_)) { 2 } else { 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn shown(range: Option<Range>) -> String {
        range.map_or_else(String::new, |range| format!("{}..{}", range.from, range.to))
    }

    #[test]
    fn what_recurs_is_the_latest() {
        let today = day("2026-03-18");
        for (what, found) in [
            (Recurring::Month(3), "2026-03-01..2026-04-01"),
            (Recurring::Month(4), "2025-04-01..2025-05-01"),
            (Recurring::MonthDay(2, 29), "2024-02-29..2024-03-01"),
            (Recurring::MonthDay(2, 30), ""),
            (Recurring::ThreeMonths(12), "2025-12-01..2026-03-01"),
            (Recurring::DayOfMonth(31), "2026-01-31..2026-02-01"),
            (Recurring::DayOfMonth(32), ""),
            (Recurring::Weekday(Weekday::Wed), "2026-03-18..2026-03-19"),
            (Recurring::Weekend(Weekday::Sat), "2026-03-14..2026-03-16"),
        ] {
            assert_eq!(shown(what.latest(today)), found, "{what:?}");
        }
        assert_eq!(shown(Recurring::Month(3).ended(today)), "2025-03-01..2025-04-01");
        assert_eq!(
            shown(Recurring::Weekday(Weekday::Wed).earliest(today)),
            "2026-03-18..2026-03-19"
        );
        let year = Range::year(2025).unwrap();
        assert_eq!(shown(Recurring::Month(5).within(year)), "2025-05-01..2025-06-01");
    }

    #[test]
    fn months_have_their_lengths_and_the_calendar_ends() {
        assert_eq!(shift(day("2026-03-31"), -1, Unit::Month), Some(day("2026-02-28")));
        assert_eq!(shift(day("2024-02-29"), -1, Unit::Year), Some(day("2023-02-28")));
        assert_eq!(shift(day("2026-03-18"), -48, Unit::Hour), Some(day("2026-03-16")));
        assert_eq!(shift(NaiveDate::MIN, -1, Unit::Day), None);
        assert_eq!(shift(NaiveDate::MAX, i64::MAX, Unit::Year), None);
        assert_eq!(Range::around(NaiveDate::MAX, Unit::Week, Weekday::Mon), None);
        let quarter = Range::around(day("2026-11-30"), Unit::Quarter, Weekday::Mon);
        assert_eq!(shown(quarter), "2026-10-01..2027-01-01");
    }
}
