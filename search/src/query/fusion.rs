//! Two rankings of passages → one.
//!
//! The weighted sum of both scores after each was put on a scale from 0 to 1, as Bruch et al. have
//! it (*An Analysis of Fusion Functions for Hybrid Retrieval*, 2023, https://arxiv.org/abs/2210.11934):
//! a score by words as a share of the best one there is for the question, a similarity by where it
//! stands between that of the [`NEAR_MAX`]th chunk and the first. What only one engine found has
//! nothing from the other.
//!
//! Weight and depth were chosen on QMSum `train`; see `docs/search.md`.

use super::engine::{self, Clauses};
use super::{Asked, Query};
use crate::dense::leg::NEAR_MAX;
use crate::index::IndexError;
use debrief_infra::vectors::Near;
use std::collections::HashMap;
use tantivy::DocAddress;

/// What nearness in meaning weighs, out of 1.
const WEIGHT: f32 = 0.3;

/// Less near than this, a passage without a word of the question has nothing to do with it: in a
/// small practice something is nearest to any question. Unrelated texts are mostly below it with
/// all-MiniLM-L6-v2 and with OpenAI's models of 2024; models whose texts are all near each other are
/// not cut by it.
const RELATED: f32 = 0.25;

/// What was found by meaning.
#[derive(Debug, Clone)]
pub struct Dense {
    /// Chunks, nearest first.
    pub near: Vec<Near>,
    /// What they weigh beside words, from 0 to 1.
    pub weight: f32,
}

impl Default for Dense {
    fn default() -> Self {
        Self { near: Vec::new(), weight: WEIGHT }
    }
}

/// Passages near a question in meaning that may be found.
pub(super) struct Nearby {
    /// Where they lie, what they score by words, and how near they are, from 0 to 1.
    passages: Vec<(DocAddress, f32, f32)>,
    weight: f32,
}

impl Nearby {
    /// How many of them hold none of the words.
    pub(super) fn without_words(&self) -> u64 {
        self.passages.iter().filter(|(_, score, _)| *score == 0.0).count() as u64
    }

    /// These and passages ranked by words, best first.
    pub(super) fn fuse(&self, lexical: &[(f32, DocAddress)]) -> Vec<(f32, DocAddress)> {
        let by_words = self.passages.iter().map(|(address, score, _)| (*score, *address));
        let by_words = || lexical.iter().copied().chain(by_words.clone());
        let most = by_words().map(|(score, _)| score).fold(f32::EPSILON, f32::max);
        let mut scores: HashMap<DocAddress, f32> = by_words()
            .map(|(score, address)| (address, (1.0 - self.weight) * score / most))
            .collect();
        for (address, _, nearness) in &self.passages {
            *scores.entry(*address).or_default() += self.weight * nearness;
        }
        let mut fused: Vec<(f32, DocAddress)> =
            scores.into_iter().map(|(address, score)| (score, address)).collect();
        fused.sort_by(|(one, at), (other, there)| other.total_cmp(one).then(at.cmp(there)));
        fused
    }
}

impl Asked<'_> {
    /// Which passages the chunks near a question lie in, as far as they may be found.
    pub(super) fn nearby(&self, query: &Query, clauses: &Clauses) -> Result<Nearby, IndexError> {
        let Dense { near, weight } = &query.dense;
        let similarities = self.similarities(near);
        // Which of them may be found, and how well they fit by words.
        let allowed = self.score(query, clauses, similarities.keys().copied().collect())?;

        // The same scale however many are looked at.
        let nearest = near.first().map_or(0.0, |near| near.similarity);
        let last = near.get(NEAR_MAX - 1).or(near.last());
        let farthest = last.map_or(0.0, |near| near.similarity);
        let span = (nearest - farthest).max(f32::EPSILON);
        let mut passages = Vec::with_capacity(allowed.len());
        for (score, address) in allowed {
            let Some(similarity) = similarities.get(&address) else { continue };
            if score == 0.0 && *similarity < RELATED {
                continue;
            }
            let nearness = ((similarity - farthest) / span).clamp(0.0, 1.0);
            let kind = self.columns(address).kind(address.doc_id);
            passages.push((address, score, nearness * engine::weight(kind, query)));
        }
        Ok(Nearby { passages, weight: *weight })
    }

    /// Where the chunks lie, and of each passage how near the nearer of its chunks is.
    fn similarities(&self, near: &[Near]) -> HashMap<DocAddress, f32> {
        let mut similarities: HashMap<DocAddress, f32> = HashMap::new();
        for chunk in near {
            let name = self.scope.chunk(chunk.id);
            for (ordinal, columns) in (0_u32..).zip(&self.columns) {
                for doc in columns.with_chunk(name) {
                    let address = DocAddress::new(ordinal, doc);
                    let known = similarities.entry(address).or_insert(chunk.similarity);
                    *known = known.max(chunk.similarity);
                }
            }
        }
        similarities
    }
}
