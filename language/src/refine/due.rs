//! The day that a time in an instruction means.

use super::lexicon::Tongue;
use chrono::{Datelike, Days, NaiveDate, Weekday};

const ENGLISH: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const HEBREW: [&str; 7] = ["שני", "שלישי", "רביעי", "חמישי", "שישי", "שבת", "ראשון"];

/// Returns the day, counted from the day of the session: a date, today, tomorrow, a day of the week
/// (the next one), or a number of days or weeks. `None` for any other time: no day is guessed.
pub(super) fn day(text: &str, from: Option<NaiveDate>, tongue: Tongue) -> Option<NaiveDate> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '.'))
        .filter(|word| !word.is_empty())
        .collect();
    let iso = words.iter().find_map(|word| word.parse::<NaiveDate>().ok());
    if iso.is_some() && words.len() <= 2 {
        return iso;
    }
    let from = from?;
    let words: Vec<&str> = words
        .into_iter()
        .filter(|word| {
            ![
                "by", "on", "until", "till", "this", "before", "the", "end", "of", "עד", "ביום",
                "יום", "ל",
            ]
            .contains(word)
                || *word == "next"
        })
        .collect();
    let ahead = |days: u64| from.checked_add_days(Days::new(days));
    let weekday = |word: &str| {
        let names = if tongue == Tongue::English { &ENGLISH } else { &HEBREW };
        let bare = word.strip_prefix('ב').or(word.strip_prefix('ל')).unwrap_or(word);
        let at = names.iter().position(|name| *name == word || *name == bare)?;
        Weekday::try_from(u8::try_from(at).ok()?).ok()
    };
    match words.as_slice() {
        ["today" | "היום"] => Some(from),
        ["tomorrow" | "מחר" | "למחר"] => ahead(1),
        ["מחרתיים"] => ahead(2),
        [word] => {
            let wanted = weekday(word)?;
            let days =
                (7 + wanted.num_days_from_monday() - from.weekday().num_days_from_monday()) % 7;
            ahead(if days == 0 { 7 } else { u64::from(days) })
        }
        ["in", number, unit] => {
            let number = match *number {
                "a" | "one" => 1,
                "two" => 2,
                "three" => 3,
                "four" => 4,
                number => number.parse().ok().filter(|n| *n <= 366)?,
            };
            match *unit {
                "day" | "days" => ahead(number),
                "week" | "weeks" => ahead(7 * number),
                _ => None,
            }
        }
        ["בעוד", "שבוע"] => ahead(7),
        ["בעוד", "שבועיים"] => ahead(14),
        ["בעוד", "יומיים"] => ahead(2),
        ["בעוד", number, unit] => {
            let number = number.parse().ok().filter(|n: &u64| *n <= 366)?;
            match *unit {
                "ימים" => ahead(number),
                "שבועות" => ahead(7 * number),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_means_a_day_or_none() {
        let monday = NaiveDate::from_ymd_opt(2026, 11, 30);
        for (text, tongue, expected) in [
            ("Friday", Tongue::English, "2026-12-04"),
            ("by Monday", Tongue::English, "2026-12-07"),
            ("tomorrow", Tongue::English, "2026-12-01"),
            ("in two weeks", Tongue::English, "2026-12-14"),
            ("2027-01-05", Tongue::English, "2027-01-05"),
            ("יום שישי", Tongue::Hebrew, "2026-12-04"),
            ("מחר", Tongue::Hebrew, "2026-12-01"),
        ] {
            assert_eq!(day(text, monday, tongue).map(|d| d.to_string()).as_deref(), Some(expected));
        }
        for text in ["next Friday", "the end of May", "soon", "Friday week"] {
            assert_eq!(day(text, monday, Tongue::English), None, "{text}");
        }
        assert_eq!(day("Friday", None, Tongue::English), None);
        assert!(day("2027-01-05", None, Tongue::English).is_some());
    }
}
