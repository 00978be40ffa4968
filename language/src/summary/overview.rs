//! Selects the overview: the most informative set of sentences.
//!
//! Greedy: the next sentence is the one with the highest worth, counting what its words add to the
//! sentences already chosen. A word adds more the more turns contain it, and less each time it has
//! been chosen. Linear in the words of the transcript for each sentence chosen.

use super::rank::Ranking;
use super::worth::Worth;
use crate::sentences::Sentence;

/// Weight of a sentence's centrality in the graph of sentences; the rest is the weight of what its
/// words add. This and the next two were tuned on QMSum's training meetings.
const GRAPH: f32 = 0.4;
/// Factor of a word's weight each time it has been chosen.
const SAID_AGAIN: f32 = 0.5;
/// Factor of a sentence's worth for each one chosen from the same part.
const SAME_PART: f32 = 0.8;
/// Approximate words in a sentence worth quoting: determines the number of parts.
const WORDS_EACH: usize = 18;

/// Maximum length of an overview.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Budget {
    Sentences(usize),
    /// Separated by white space.
    Words(usize),
}

impl Budget {
    fn sentences(self) -> usize {
        match self {
            Self::Sentences(most) => most,
            Self::Words(most) => most.div_ceil(WORDS_EACH),
        }
    }

    fn fits(self, sentence: &Sentence) -> bool {
        match self {
            Self::Sentences(left) => left > 0,
            Self::Words(left) => sentence.spoken <= left,
        }
    }

    fn less(self, sentence: &Sentence) -> Self {
        match self {
            Self::Sentences(left) => Self::Sentences(left - 1),
            Self::Words(left) => Self::Words(left - sentence.spoken),
        }
    }
}

/// Returns the indexes of the chosen sentences, best first.
pub(crate) fn choose(
    sentences: &[Sentence],
    worth: &[Worth],
    ranking: &Ranking,
    mut budget: Budget,
) -> Vec<usize> {
    // A word of a single turn is not a subject of the session.
    let mut weights: Vec<f32> =
        ranking.turns_of.iter().map(|turns| (turns.saturating_sub(1) as f32).sqrt()).collect();
    let adds = |place: usize, weights: &[f32]| -> f32 {
        ranking.terms(place).map(|term| weights[term]).sum()
    };
    let most = (0..sentences.len()).map(|place| adds(place, &weights)).fold(1.0, f32::max);
    let parts = budget.sentences();
    let part = |place: usize| place * parts / sentences.len();
    let mut crowd = vec![0; parts];
    // Similarity to the nearest chosen sentence.
    let mut same = vec![0.0f32; sentences.len()];
    let mut chosen: Vec<usize> = Vec::new();
    loop {
        let best = (0..sentences.len())
            .filter(|place| budget.fits(&sentences[*place]) && same[*place] <= 0.75)
            .map(|place| {
                let new = adds(place, &weights) / most;
                let says = GRAPH * ranking.central[place] + (1.0 - GRAPH) * new;
                let spread = SAME_PART.powi(crowd[part(place)]);
                (place, worth[place].score(says) * spread * (1.0 - 0.7 * same[place]))
            })
            .filter(|(_, score)| *score > 0.0)
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        let Some((place, _)) = best else { break };
        budget = budget.less(&sentences[place]);
        ranking.terms(place).for_each(|term| weights[term] *= SAID_AGAIN);
        crowd[part(place)] += 1;
        for (other, same) in same.iter_mut().enumerate() {
            *same = same.max(ranking.similarity(other, place));
        }
        // A sentence without content words has no similarity to itself.
        same[place] = 1.0;
        chosen.push(place);
    }
    chosen
}
