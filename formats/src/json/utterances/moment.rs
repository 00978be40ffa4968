//! Interprets a number or a string as a time.
//!
//! A key may name its unit (`startMs`, `offsetInTicks`); a string may be a time stamp, a date or an
//! ISO duration. The unit of bare numbers is the one that makes the pace of speech plausible
//! ([`pace`](crate::kernel::pace)); fractions, if that is undecided, are seconds.

use serde_json::Value;

use super::entry::Entry;
use crate::kernel::Builder;
use crate::kernel::pace::{Pace, Unit};
use crate::kernel::time::{self, Stamp};

/// A Unix time in 2001, in seconds: larger numbers are dates.
const EPOCH: f64 = 1e9;
/// Same, in milliseconds.
const EPOCH_MS: f64 = 1e12;

/// A time before it is made relative.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Moment {
    /// Seconds from the start.
    Since(f64),
    /// Unix time in seconds.
    Date(f64),
    /// A number in the file's unit.
    Bare(f64),
}

fn moment(key: &str, value: &Value) -> Option<Moment> {
    let number = match value {
        Value::String(text) => {
            let text = text.trim();
            if let Some(stamp) = time::stamp(text) {
                return Some(Moment::Since(match stamp {
                    Stamp::At(ms) => ms as f64 / 1000.0,
                    Stamp::Negative => -1.0,
                    Stamp::Absurd => f64::MAX,
                }));
            }
            if let Some(seconds) = date(text) {
                return Some(Moment::Date(seconds));
            }
            if let Some(seconds) = duration(text) {
                return Some(Moment::Since(seconds));
            }
            match text.strip_suffix("ms") {
                Some(ms) => return Some(Moment::Since(ms.trim().parse::<f64>().ok()? / 1000.0)),
                None => match text.strip_suffix('s') {
                    Some(s) => return Some(Moment::Since(s.trim().parse().ok()?)),
                    None => text.parse().ok()?,
                },
            }
        }
        value => value.as_f64()?,
    };
    if !number.is_finite() {
        return None;
    }
    let lower = key.to_ascii_lowercase();
    Some(if lower.contains("ticks") {
        Moment::Since(number / 1e7)
    } else if number >= EPOCH_MS {
        Moment::Date(number / 1000.0)
    } else if key.ends_with("Ms") || lower.ends_with("_ms") || lower.contains("milli") {
        Moment::Since(number / 1000.0)
    } else if number >= EPOCH {
        Moment::Date(number)
    } else if lower.contains("sec") {
        Moment::Since(number)
    } else {
        Moment::Bare(number)
    })
}

/// Converts `2024-05-01T10:00:00.5Z` to a Unix time in seconds. A missing time zone does not
/// matter: only differences count.
fn date(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    if bytes.len() < 19 || bytes[4] != b'-' || bytes[7] != b'-' || !matches!(bytes[10], b'T' | b' ')
    {
        return None;
    }
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let rest = &text[11..];
    let zone = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
    let Some(Stamp::At(ms)) = time::stamp(&rest[..zone]) else { return None };
    let offset = match rest[zone..].split_at_checked(1) {
        Some((sign @ ("+" | "-"), zone)) => {
            let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
            let minutes = digits.get(..2)?.parse::<i64>().ok()? * 60
                + digits.get(2..4).and_then(|m| m.parse::<i64>().ok()).unwrap_or(0);
            if sign == "+" { minutes } else { -minutes }
        }
        _ => 0,
    };
    // Days of the Gregorian calendar, with years that begin in March.
    let years = year - i64::from(month <= 2);
    let in_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let days =
        years * 365 + years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400) + in_year
            - 719_468;
    Some((days * 86_400 - offset * 60) as f64 + ms as f64 / 1000.0)
}

/// Parses `PT1M2.5S`, as Azure writes it.
fn duration(text: &str) -> Option<f64> {
    let mut rest = text.strip_prefix("PT")?;
    let mut seconds = 0.0;
    while let Some(at) = rest.find(|c: char| c.is_ascii_alphabetic()) {
        let number: f64 = rest[..at].parse().ok()?;
        seconds += number
            * match rest.as_bytes()[at] {
                b'H' => 3600.0,
                b'M' => 60.0,
                b'S' => 1.0,
                _ => return None,
            };
        rest = &rest[at + 1..];
    }
    (rest.is_empty() && text.len() > 2).then_some(seconds)
}

/// Records what an entry says of the unit of bare numbers.
pub(super) fn add(entry: &Entry<'_>, pace: &mut Pace) {
    let bare = |time: Option<(&str, &Value)>| match moment(time?.0, time?.1)? {
        Moment::Bare(number) => Some(number),
        _ => None,
    };
    let start = bare(entry.start);
    let end = bare(entry.end).or_else(|| Some(start? + bare(entry.length)?));
    pace.add(&entry.text, start, end);
}

/// Returns the unit of bare numbers; `None` if they say nothing. Fractions are seconds, unless the
/// lengths of what was said contradict.
pub(super) fn unit(pace: &Pace) -> Option<Unit> {
    match pace.unit() {
        None if !pace.any() || pace.fraction() => Some(Unit::Seconds),
        unit => unit,
    }
}

/// Converts moments to time stamps.
#[derive(Debug)]
pub(super) struct Clock {
    unit: Option<Unit>,
    zero: Option<f64>,
}

impl Clock {
    pub(super) fn new(unit: Option<Unit>) -> Self {
        Self { unit, zero: None }
    }

    /// Returns start and end of an entry.
    pub(super) fn times(
        &mut self,
        entry: &Entry<'_>,
        line: u32,
        out: &mut Builder,
    ) -> (Option<Stamp>, Option<Stamp>) {
        let mut seconds = |(key, value): (&str, &Value)| match moment(key, value)? {
            Moment::Since(seconds) => Some(seconds),
            Moment::Date(date) => {
                let zero = *self.zero.get_or_insert_with(|| {
                    out.warn(line, "times are dates: they are relative to the first one");
                    date
                });
                Some(date - zero)
            }
            Moment::Bare(number) => Some(self.unit?.seconds(number)),
        };
        let start = entry.start.and_then(&mut seconds);
        let end = match entry.end.and_then(&mut seconds) {
            None => {
                let length = entry.length.and_then(&mut seconds);
                start.zip(length).map(|(start, length)| start + length)
            }
            end => end,
        };
        (start.map(time::seconds), end.map(time::seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_counted_and_zones_too() {
        assert_eq!(date("1970-01-02T00:00:01Z"), Some(86_401.0));
        assert_eq!(date("2024-02-29T12:00:00.500+02:00"), Some(1_709_200_800.5));
        assert_eq!(date("2024-13-01T00:00:00Z"), None);
        assert_eq!(date("not a date at all, no"), None);
    }

    #[test]
    fn durations_of_iso_8601() {
        assert_eq!(duration("PT1H2M3.5S"), Some(3723.5));
        assert_eq!(duration("PT"), None);
        assert_eq!(duration("PT5X"), None);
    }
}
