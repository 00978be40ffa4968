//! Whether two lines say the same, by their words.

use crate::lists::{self, stop_words};
use std::collections::BTreeSet;
use unicode_segmentation::UnicodeSegmentation;

/// Share of the words of the shorter line that the longer one has, from which they are the same.
const SAME: f64 = 0.75;
/// The same for all words, where those that carry meaning are shared.
const SAME_REST: f64 = 0.6;
/// Words that carry meaning from which they decide alone; and that lines must share.
const SHARED_MIN: usize = 2;
/// Letters that the beginning of a word must have to stand for its forms.
const STEM_MIN: usize = 4;
/// Letters that may follow it.
const ENDING_MAX: usize = 3;

/// The words of a line that carry its meaning, and its numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    /// Those that carry meaning.
    words: BTreeSet<String>,
    /// All but numbers.
    all: BTreeSet<String>,
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
        let words = rest.iter().filter(|word| !stop.contains(*word)).cloned().collect();
        Self {
            words,
            all: rest.into_iter().collect(),
            numbers: numbers.into_iter().collect(),
            denied,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty() && self.numbers.is_empty()
    }

    /// Whether both say the same: most words of the shorter one, no other number, and neither
    /// denies what the other says.
    pub(super) fn same(&self, other: &Self) -> bool {
        if self.numbers != other.numbers || self.denied != other.denied {
            return false;
        }
        let (shared, least) = shared(&self.words, &other.words);
        if least >= SHARED_MIN {
            return shared >= SHARED_MIN && shared as f64 >= SAME * least as f64;
        }
        // Too little carries meaning: all of it must be shared, and most of the rest, more if one
        // says something that the other does not.
        if shared < least {
            return false;
        }
        let most = if self.words.len() == other.words.len() { SAME_REST } else { SAME };
        let (shared, least) = self::shared(&self.all, &other.all);
        match least >= SHARED_MIN {
            true => shared as f64 >= most * least as f64,
            false => shared == least && self.all.len() == other.all.len(),
        }
    }
}

/// Returns how many words of the shorter list the longer one has, and how many it has itself.
fn shared(one: &BTreeSet<String>, other: &BTreeSet<String>) -> (usize, usize) {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let shared = short.iter().filter(|word| long.iter().any(|it| is_form(word, it))).count();
    (shared, short.len())
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
            ("No meetings after five", "No meetings after five o'clock"),
        ] {
            assert!(same(one, other), "{one} / {other}");
        }
        for (one, other) in [
            ("Run 5 km a week", "Run 10 km a week"),
            ("Call my manager", "Do not call my manager"),
            ("sleep", "sleep and work"),
            ("Call my manager", "Call my mother"),
            ("I call my mother", "I call my father"),
            ("Write the report", "Read the paper"),
            ("Walk to work", "Walk to school"),
        ] {
            assert!(!same(one, other), "{one} / {other}");
        }
        let hebrew = |text| Words::of(text, Some("he"));
        assert!(hebrew("להתקשר למנהל ביום שני").same(&hebrew("להתקשר למנהל שני")));
    }
}
