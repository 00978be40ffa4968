//! Months.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use std::fmt;
use std::str::FromStr;

/// A month in UTC, as text `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    year: u16,
    month: u8,
}

/// This is no month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a month is written as 2026-11")]
pub struct InvalidMonth;

impl Month {
    /// Returns the month of a time.
    pub fn of(at: DateTime<Utc>) -> Self {
        // The log's times are of this age; `month` is 1 to 12.
        let year = u16::try_from(at.year()).unwrap_or_default();
        Self { year, month: at.month() as u8 }
    }

    /// Returns the first day of the next month, when budgets begin anew.
    pub fn next_begins(self) -> Option<NaiveDate> {
        let (year, month) = match self.month {
            12 => (i32::from(self.year) + 1, 1),
            month => (self.year.into(), u32::from(month) + 1),
        };
        NaiveDate::from_ymd_opt(year, month, 1)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = InvalidMonth;

    fn from_str(text: &str) -> Result<Self, InvalidMonth> {
        let digits = |part: &str, count| {
            (part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| part.parse::<u16>().ok())
                .flatten()
        };
        let (year, month) = text.split_once('-').ok_or(InvalidMonth)?;
        let (year, month) = (digits(year, 4), digits(month, 2));
        match (year, month) {
            (Some(year), Some(month @ 1..=12)) => Ok(Self { year, month: month as u8 }),
            _ => Err(InvalidMonth),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_read_and_written() {
        let month: Month = "2026-12".parse().unwrap();
        assert_eq!(month.to_string(), "2026-12");
        assert_eq!(month.next_begins(), NaiveDate::from_ymd_opt(2027, 1, 1));
        let last = DateTime::parse_from_rfc3339("2026-12-31T23:59:59.999Z").unwrap();
        assert_eq!(Month::of(last.into()), month);
        let first = DateTime::parse_from_rfc3339("2027-01-01T01:00:00+02:00").unwrap();
        assert_eq!(Month::of(first.into()), month, "by UTC");
        for bad in ["", "2026", "2026-13", "2026-00", "2026-1", "26-01", "2026-11-01", "+026-11"] {
            assert_eq!(bad.parse::<Month>(), Err(InvalidMonth), "{bad}");
        }
    }
}
