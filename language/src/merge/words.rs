//! The words of a session, and how much it is about them.

use std::collections::{HashMap, HashSet};

use debrief_domain::summary::content::Point;
use debrief_domain::transcript::content::Content as Transcript;
use unicode_segmentation::UnicodeSegmentation;

use super::known::Known;
use crate::lists::{self, Pack, stop_words};

/// The words of a session.
pub(super) struct Words {
    pub(super) pack: &'static Pack,
    pub(super) stop: HashSet<String>,
    /// Number of turns with a stem.
    pub(super) turns_of: HashMap<String, usize>,
    pub(super) turns: usize,
}

impl Words {
    pub(super) fn of(transcript: &Transcript, language: Option<&str>) -> Self {
        let said = || transcript.turns.iter().map(|turn| turn.text.as_str());
        let pack = match language {
            Some(tag) => lists::pack(tag.split('-').next().unwrap_or(tag)),
            None => {
                let words: Vec<String> =
                    said().flat_map(str::unicode_words).take(3000).map(str::to_lowercase).collect();
                lists::by_stop_words(words.iter().map(String::as_str)).unwrap_or(&lists::ANY)
            }
        };
        let mut words =
            Self { pack, stop: stop_words(pack), turns_of: HashMap::new(), turns: said().count() };
        for text in said() {
            for stem in words.stems(text) {
                *words.turns_of.entry(stem).or_default() += 1;
            }
        }
        words
    }

    /// Returns the stems of a text's content words.
    pub(super) fn stems(&self, text: &str) -> HashSet<String> {
        text.unicode_words()
            .map(str::to_lowercase)
            .filter(|word| !self.stop.contains(word) && word.chars().any(char::is_alphanumeric))
            .map(|word| (self.pack.stem)(&word))
            .collect()
    }

    /// Returns how rare a stem is in the session.
    pub(super) fn weight(&self, stem: &str) -> f64 {
        let turns = self.turns_of.get(stem).copied().unwrap_or(0);
        ((self.turns + 1) as f64 / (turns + 1) as f64).ln() + 0.2
    }

    pub(super) fn sum<'a>(&self, stems: impl Iterator<Item = &'a String>) -> f64 {
        // In order, so that the sum is the same each time.
        let mut stems: Vec<&String> = stems.collect();
        stems.sort_unstable();
        stems.into_iter().map(|stem| self.weight(stem)).sum()
    }

    /// Returns the share, by rarity, of common words in the shorter of two texts.
    pub(super) fn overlap(&self, one: &HashSet<String>, other: &HashSet<String>) -> f64 {
        let least = self.sum(one.iter()).min(self.sum(other.iter()));
        if least > 0.0 { self.sum(one.intersection(other)) / least } else { 0.0 }
    }
}

/// What the points of a session are about.
pub(super) struct Subjects {
    /// In how many points a stem is.
    pub(super) points: HashMap<String, usize>,
    pub(super) all: usize,
    /// The words of the headline.
    pub(super) told: Vec<HashSet<String>>,
}

impl Subjects {
    pub(super) fn of(points: &[HashSet<String>]) -> Self {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for stem in points.iter().flatten() {
            *counts.entry(stem.clone()).or_default() += 1;
        }
        Self { points: counts, all: points.len().max(1), told: Vec::new() }
    }

    /// Returns how much the session supports a point: by its turns and quotes, and by how many
    /// points have its words.
    pub(super) fn worth(&self, known: &Known, words: &Words) -> f64 {
        let Point { turns, quotes, .. } = &known.item.point;
        let mut stems: Vec<&String> = known.words.iter().collect();
        stems.sort_unstable();
        let shared: f64 = stems
            .iter()
            .map(|stem| words.weight(stem) * self.points[*stem].saturating_sub(1) as f64)
            .sum();
        let about = shared / (self.all as f64 * words.sum(known.words.iter()).max(1.0));
        about + 0.1 * ((1 + turns.len()) as f64).ln() + 0.05 * quotes.len() as f64
    }
}
