//! The dates of a point, against those that were said.
//!
//! A date stands if its parts were said together, or if it is the day that something said means:
//! "tomorrow", on the 18th, is the 19th. In English and Hebrew; in other languages names of days
//! and months must have been said.

use std::ops::Range;

use chrono::{Datelike, NaiveDate};
use unicode_segmentation::UnicodeSegmentation;

use crate::lists::{Pack, entries};
use crate::question::dates::ahead::{Key, Mention, mentions};

/// Words that are read at once.
const WORDS: usize = 200;
/// Letters by which the forms of a word are the same.
const SAME: usize = 4;
/// "Today", which the session's day is.
const TODAY: &[&str] = &[
    "heute",
    "hoy",
    "hoje",
    "oggi",
    "vandaag",
    "aujourd'hui",
    "сегодня",
    "اليوم",
    "आज",
    "今日",
    "오늘",
    "今天",
    "วันนี้",
];

/// What was said of dates.
#[derive(Debug, Default)]
pub(super) struct Days {
    /// By text: the parts of its dates.
    said: Vec<Vec<Key>>,
    days: Vec<NaiveDate>,
    held_on: Option<NaiveDate>,
    /// Words in lower case, for other languages.
    words: Vec<String>,
}

impl Days {
    /// Reads what was said on a day.
    pub(super) fn of<'a>(texts: impl Iterator<Item = &'a str>, held_on: Option<NaiveDate>) -> Self {
        let mut found = Self { held_on, ..Self::default() };
        found.days.extend(held_on);
        for text in texts {
            let mentions = all(text, held_on);
            found.days.extend(mentions.iter().filter_map(|mention| mention.day));
            found.said.push(mentions.into_iter().flat_map(|mention| mention.keys).collect());
            found.words.extend(text.unicode_words().map(str::to_lowercase));
        }
        found
    }

    /// Returns the dates of a point that were not said, and where any dates are.
    pub(super) fn check(&self, text: &str, pack: &Pack) -> (Vec<String>, Vec<Range<usize>>) {
        let mut missing = Vec::new();
        let mut places = Vec::new();
        for mention in all(text, self.held_on) {
            // "She may call": a month is written with a capital.
            if mention.keys.is_empty() || !mention.capital || is_modal(&mention, text) {
                continue;
            }
            if !self.stands(&mention) {
                missing.push(text[mention.at.clone()].to_owned());
            }
            places.push(mention.at);
        }
        if !matches!(pack.code, "en" | "he" | "") {
            missing.extend(self.unsaid(text, pack));
        }
        (missing, places)
    }

    fn stands(&self, mention: &Mention) -> bool {
        let keys = &mention.keys;
        let today = keys.iter().all(|key| *key == Key::Day(0));
        let together = || self.said.iter().any(|said| keys.iter().all(|key| said.contains(key)));
        let resolved = || mention.day.is_some_and(|day| self.days.contains(&day));
        let meant = || self.days.iter().any(|day| keys.iter().all(|key| fits(*key, *day)));
        today || together() || resolved() || meant()
    }

    /// Returns names of days and months that were not said.
    fn unsaid(&self, text: &str, pack: &Pack) -> Vec<String> {
        let days: Vec<&str> = entries(pack.due.day).collect();
        let is_said =
            |word: &str| self.words.iter().any(|said| said == word || begins_alike(said, word));
        text.unicode_words()
            .filter(|word| {
                let lower = word.to_lowercase();
                days.contains(&lower.as_str())
                    && !TODAY.contains(&lower.as_str())
                    && !is_said(&lower)
            })
            .map(str::to_owned)
            .collect()
    }
}

fn begins_alike(one: &str, other: &str) -> bool {
    let same = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    same >= SAME && same + 2 >= one.chars().count().max(other.chars().count())
}

/// Returns whether a part of a date is one of this day.
fn fits(key: Key, day: NaiveDate) -> bool {
    match key {
        Key::Weekday(weekday) => day.weekday() == weekday,
        Key::Month(month) => day.month() == month,
        Key::Number(number) => day.day() == number || i64::from(day.year()) == i64::from(number),
        Key::Day(_) | Key::Relative(..) => false,
    }
}

/// Returns whether "May" begins a sentence without a day.
fn is_modal(mention: &Mention, text: &str) -> bool {
    mention.keys == [Key::Month(5)] && mention.at.start == 0 && text.starts_with("May")
}

/// Returns all dates of a text, of any length.
fn all(text: &str, held_on: Option<NaiveDate>) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut starts: Vec<usize> =
        text.unicode_word_indices().step_by(WORDS).map(|(at, _)| at).collect();
    starts.push(text.len());
    for part in starts.windows(2) {
        let (from, to) = (part[0], part[1]);
        found.extend(mentions(&text[from..to], held_on).into_iter().map(|mention| Mention {
            at: mention.at.start + from..mention.at.end + from,
            ..mention
        }));
    }
    found
}
