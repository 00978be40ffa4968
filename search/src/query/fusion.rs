//! Combines two rankings of passages.
//!
//! The result is the weighted sum of both scores, each scaled to 0 to 1, following Bruch et al.
//! (*An Analysis of Fusion Functions for Hybrid Retrieval*, 2023,
//! https://arxiv.org/abs/2210.11934): a word score is divided by the best one for the question, a
//! similarity is scaled between that of the [`NEAR_MAX`]th chunk and the first. A passage that only
//! one engine found gets nothing from the other.
//!
//! Weight and depth were chosen on QMSum `train`; see `docs/search.md`.

use super::engine::{self, Clauses};
use super::{Query, Snapshot};
use crate::index::IndexError;
use debrief_infra::vectors::Neighbor;
use std::collections::HashMap;
use tantivy::DocAddress;

/// The maximum number of chunks for a question.
pub const NEAR_MAX: usize = 200;
/// The weight of similarity, out of 1.
const WEIGHT: f32 = 0.3;

/// The minimum similarity of a passage without a word of the question: in a small practice
/// something is always nearest. Unrelated texts are mostly below it with all-MiniLM-L6-v2 and with
/// OpenAI's models of 2024; it excludes nothing with models whose texts are all close to each
/// other.
const RELATED: f32 = 0.25;

/// The results of search by meaning.
#[derive(Debug, Clone)]
pub struct Dense {
    /// Chunks, nearest first.
    pub near: Vec<Neighbor>,
    /// Their weight relative to words, from 0 to 1.
    pub weight: f32,
}

impl Default for Dense {
    fn default() -> Self {
        Self { near: Vec::new(), weight: WEIGHT }
    }
}

/// Passages near a question that pass the filters.
pub(super) struct NearestPassages {
    /// Their address, word score, and nearness from 0 to 1.
    passages: Vec<(DocAddress, f32, f32)>,
    weight: f32,
}

impl NearestPassages {
    /// Returns how many of them contain none of the words.
    pub(super) fn without_words(&self) -> u64 {
        self.passages.iter().filter(|(_, score, _)| *score == 0.0).count() as u64
    }

    /// Merges these with passages ranked by words, best first.
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

impl Snapshot<'_> {
    /// Returns the passages that contain the nearest chunks and pass the filters.
    pub(super) fn nearest_passages(
        &self,
        query: &Query,
        clauses: &Clauses,
    ) -> Result<NearestPassages, IndexError> {
        let Dense { near, weight } = &query.dense;
        let similarities = self.similarities(near);
        // Which of them pass the filters, and their word scores.
        let allowed = self.score(query, clauses, similarities.keys().copied().collect())?;

        // The scale does not depend on the number of chunks.
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
        Ok(NearestPassages { passages, weight: *weight })
    }

    /// Returns the passages of the chunks, each with the similarity of its nearer chunk.
    fn similarities(&self, near: &[Neighbor]) -> HashMap<DocAddress, f32> {
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
