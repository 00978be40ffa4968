//! A point with its words: whether another says the same, and how the two are joined.

use std::collections::HashSet;

use debrief_domain::summary::content::{ActionItem, Point};
use unicode_segmentation::UnicodeSegmentation;

use super::words::Words;
use crate::evidence::{same_dates, same_numbers};

/// Overlap from which points that share a turn are the same.
const SAME_NEAR: f64 = 0.6;
/// Overlap from which points without a common turn are.
const SAME_FAR: f64 = 0.85;
/// Maximum number of quotes of a joined point.
const MAX_QUOTES: usize = 4;
/// Words that deny, of the languages with word lists.
const NOT: &[&str] = &[
    "not",
    "no",
    "never",
    "without",
    "cannot",
    "nobody",
    "nothing",
    "stop",
    "stops",
    "stopped",
    "לא",
    "אין",
    "בלי",
    "אל",
    "אף",
    "nicht",
    "kein",
    "keine",
    "keinen",
    "nie",
    "ohne",
    "pas",
    "jamais",
    "sans",
    "nunca",
    "sin",
    "não",
    "sem",
    "non",
    "mai",
    "senza",
    "niet",
    "geen",
    "nooit",
    "zonder",
    "не",
    "нет",
    "без",
    "никогда",
    "لا",
    "لن",
    "ليس",
    "بدون",
];

/// Whether a word denies what is said.
pub(crate) fn denies(word: &str) -> bool {
    let word = word.to_lowercase().replace('’', "'");
    NOT.contains(&word.as_str()) || word.ends_with("n't")
}

/// A point and its words.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) item: ActionItem,
    pub(super) words: HashSet<String>,
    /// Words inside its sentences that have a capital.
    pub(super) names: HashSet<String>,
    pub(super) denies: bool,
}

impl Known {
    pub(super) fn new(item: ActionItem, words: &Words) -> Self {
        let stems = words.stems(&item.point.text);
        let denies = item.point.text.unicode_words().any(denies);
        let inside = item.point.text.unicode_words().skip(1);
        let capital = inside.filter(|word| word.starts_with(char::is_uppercase));
        let names = capital.map(|word| word.trim_end_matches("'s").to_lowercase()).collect();
        Self { item, words: stems, names, denies }
    }

    /// Returns where it was said: the first turn of its quotes.
    pub(super) fn place(&self) -> u32 {
        let point = &self.item.point;
        let quoted = point.quotes.iter().map(|quote| quote.turn).min();
        quoted.or(point.turns.first().copied()).unwrap_or(u32::MAX)
    }

    /// Returns whether another says the same.
    pub(super) fn is_same(&self, other: &Self, words: &Words) -> bool {
        let (one, two) = (&self.item, &other.item);
        let differs = |one: &Option<String>, two: &Option<String>| {
            one.as_ref().zip(two.as_ref()).is_some_and(|(one, two)| one != two)
        };
        if self.denies != other.denies
            || differs(&one.owner, &two.owner)
            || one.due_on.zip(two.due_on).is_some_and(|(one, two)| one != two)
            || one.due_on.is_none() && two.due_on.is_none() && differs(&one.due, &two.due)
            || !same_numbers(&one.point.text, &two.point.text)
            || !same_dates(&one.point.text, &two.point.text)
            || self.names.difference(&other.names).next().is_some()
                && other.names.difference(&self.names).next().is_some()
        {
            return false;
        }
        let near = one.point.turns.iter().any(|turn| two.point.turns.contains(turn));
        let overlap = words.overlap(&self.words, &other.words);
        // One word in common of one is too little to say the same.
        let few = self.words.len().min(other.words.len()) < 2;
        if few {
            return self.words == other.words && !self.words.is_empty();
        }
        overlap >= if near { SAME_NEAR } else { SAME_FAR }
    }

    /// Takes in another that says the same: its turns, its quotes, what it knows more, and its text
    /// if that says more.
    pub(super) fn join(&mut self, other: Self) {
        let more = other.words.len() > self.words.len();
        let ActionItem { point, owner, due, due_on, done } = other.item;
        if more {
            self.item.point.text.clone_from(&point.text);
            (self.words, self.names) = (other.words, other.names);
        }
        self.item.owner = self.item.owner.take().or(owner);
        if self.item.due.is_none() {
            (self.item.due, self.item.due_on) = (due, due_on);
        }
        self.item.done |= done;
        self.ground(point);
    }

    /// Takes in the turns and quotes of another. Those of its own text stay first.
    pub(super) fn ground(&mut self, other: Point) {
        let point = &mut self.item.point;
        point.turns.extend(other.turns);
        point.turns.sort_unstable();
        point.turns.dedup();
        for quote in other.quotes {
            if point.quotes.len() < MAX_QUOTES && !point.quotes.contains(&quote) {
                point.quotes.push(quote);
            }
        }
    }
}
