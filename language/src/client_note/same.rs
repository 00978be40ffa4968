//! Whether two lines say the same, by their words.

use crate::lists::{self, stop_words};
use std::collections::BTreeSet;
use unicode_segmentation::UnicodeSegmentation;

/// Share of the words of the shorter line that the longer one has, from which they are the same.
const SAME: f64 = 0.75;
/// Words that lines of more than one word must share.
const SHARED_MIN: usize = 2;
/// Letters that the beginning of a word must have to stand for its forms.
const STEM_MIN: usize = 4;
/// Letters that may follow it.
const ENDING_MAX: usize = 3;

/// The words of a line that carry its meaning, and its numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    words: BTreeSet<String>,
    numbers: BTreeSet<String>,
    denied: bool,
}

impl Words {
    /// Returns the words of a text in a language, by its primary subtag or tag.
    pub(super) fn of(text: &str, language: Option<&str>) -> Self {
        let all: Vec<String> = text.unicode_words().map(str::to_lowercase).collect();
        let pack = match language {
            Some(tag) => Some(lists::pack(tag.split('-').next().unwrap_or(tag))),
            None => lists::by_stop_words(all.iter().map(String::as_str)),
        };
        let stop = pack.map(stop_words).unwrap_or_default();
        let (numbers, rest): (Vec<String>, Vec<String>) =
            all.into_iter().partition(|word| word.chars().any(char::is_numeric));
        let denied = rest.iter().any(|word| crate::merge::denies(word));
        let content: BTreeSet<String> =
            rest.iter().filter(|word| !stop.contains(*word)).cloned().collect();
        // Of a text of nothing but common words, these are what it says.
        let words = if content.is_empty() { rest.into_iter().collect() } else { content };
        Self { words, numbers: numbers.into_iter().collect(), denied }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty() && self.numbers.is_empty()
    }

    /// Whether both say the same: most words of the shorter one, no other number, and neither
    /// denies what the other says.
    pub(super) fn same(&self, other: &Self) -> bool {
        if self.numbers != other.numbers || self.denied != other.denied {
            return false;
        }
        let (short, long) = match self.words.len() <= other.words.len() {
            true => (&self.words, &other.words),
            false => (&other.words, &self.words),
        };
        let shared = short.iter().filter(|word| long.iter().any(|it| is_form(word, it))).count();
        if short.len() < SHARED_MIN || long.len() < SHARED_MIN {
            return shared == short.len() && short.len() == long.len();
        }
        shared >= SHARED_MIN && shared as f64 >= SAME * short.len() as f64
    }
}

/// Whether two words are forms of one: they begin alike, and little follows.
fn is_form(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let common = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let rest = |word: &str| word.chars().count() - common;
    common >= STEM_MIN && rest(one) <= ENDING_MAX && rest(other) <= ENDING_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        Words::of(one, Some("en")).same(&Words::of(other, Some("en")))
    }

    #[test]
    fn the_same_in_other_words_and_what_only_sounds_alike() {
        for (one, other) in [
            ("Call my manager on Monday", "She will call the manager Monday"),
            ("delegation", "Delegation"),
            ("Sleeping before midnight", "Sleep before midnight each day"),
        ] {
            assert!(same(one, other), "{one} / {other}");
        }
        for (one, other) in [
            ("Run 5 km a week", "Run 10 km a week"),
            ("Call my manager", "Do not call my manager"),
            ("sleep", "sleep and work"),
            ("Call my manager", "Call my mother"),
            ("Write the report", "Read the paper"),
        ] {
            assert!(!same(one, other), "{one} / {other}");
        }
        let hebrew = |text| Words::of(text, Some("he"));
        assert!(hebrew("להתקשר למנהל ביום שני").same(&hebrew("להתקשר למנהל שני")));
    }
}
