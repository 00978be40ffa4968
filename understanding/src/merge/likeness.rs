//! Measures how much of the same speech two files contain.
//!
//! The measure is Dice's coefficient (Dice 1945) of the two multisets of [`WORDS`] consecutive
//! words ("shingles", Broder 1997): twice the common ones, divided by the total. Case, punctuation,
//! speakers and times are ignored.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use debrief_domain::transcript::content::{Content, TurnKind};
use unicode_segmentation::UnicodeSegmentation;

/// Number of words in a shingle.
const WORDS: usize = 3;
/// Above this similarity, two files have the same text.
pub const COPY: f32 = 0.8;
/// Above this similarity, two files are transcripts of the same call, perhaps by two tools.
///
/// Files of different calls of a series stay far below: they share phrases, not sentences.
pub const SAME_CALL: f32 = 0.3;

/// Returns the similarity of two transcripts' text, from 0 (nothing in common) to 1 (the same
/// words). See [`COPY`] and [`SAME_CALL`].
pub fn same_call(a: &Content, b: &Content) -> f32 {
    Shingles::of(a).likeness(&Shingles::of(b))
}

/// The words of a file in overlapping groups.
#[derive(Debug)]
pub(super) struct Shingles {
    counts: HashMap<u64, u32>,
    total: u64,
}

impl Shingles {
    /// Collects the speech, or the chat if there is no speech.
    pub(super) fn of(content: &Content) -> Self {
        let spoken = content.turns.iter().any(|turn| turn.kind == TurnKind::Speech);
        let kind = if spoken { TurnKind::Speech } else { TurnKind::Chat };
        let mut shingles = Self { counts: HashMap::new(), total: 0 };
        let mut last = [0u64; WORDS];
        let mut seen = 0;
        let turns = content.turns.iter().filter(|turn| turn.kind == kind);
        for word in turns.flat_map(|turn| turn.text.unicode_words()) {
            last.rotate_left(1);
            last[WORDS - 1] = hash(&word.to_lowercase());
            seen += 1;
            if seen >= WORDS {
                shingles.add(hash(&last));
            }
        }
        if (1..WORDS).contains(&seen) {
            // Too few words for a group: they form one.
            shingles.add(hash(&(seen, last)));
        }
        shingles
    }

    fn add(&mut self, shingle: u64) {
        *self.counts.entry(shingle).or_default() += 1;
        self.total += 1;
    }

    /// See [`same_call`].
    pub(super) fn likeness(&self, other: &Self) -> f32 {
        let together = self.total + other.total;
        if together == 0 {
            return 0.0;
        }
        let (few, many) = match self.counts.len() <= other.counts.len() {
            true => (self, other),
            false => (other, self),
        };
        let shared: u64 = few
            .counts
            .iter()
            .filter_map(|(shingle, count)| {
                Some(u64::from((*count).min(*many.counts.get(shingle)?)))
            })
            .sum();
        (2.0 * shared as f64 / together as f64) as f32
    }
}

fn hash(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use debrief_domain::transcript::content::Turn;

    fn said(texts: &[&str]) -> Content {
        let turn = |text: &&str| Turn { text: (*text).to_owned(), ..Turn::default() };
        Content { turns: texts.iter().map(turn).collect(), ..Content::default() }
    }

    #[test]
    fn the_same_words_are_alike_however_they_are_cut() {
        let whole = said(&["One two three, four five six seven eight."]);
        let cut = said(&["one TWO three", "four five", "six seven eight"]);
        assert_eq!(same_call(&whole, &cut), 1.0);
        let other = said(&["one two three nine ten eleven twelve thirteen"]);
        assert!((same_call(&whole, &other) - 2.0 / 12.0).abs() < 1e-6);
        assert_eq!(same_call(&whole, &said(&["nothing of the kind"])), 0.0);
        assert_eq!(same_call(&said(&["hi"]), &said(&["Hi!"])), 1.0);
        assert_eq!(same_call(&said(&["hi"]), &said(&["no"])), 0.0);
        assert_eq!(same_call(&said(&[]), &said(&[])), 0.0);
    }
}
