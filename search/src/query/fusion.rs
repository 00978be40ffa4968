//! Two rankings of passages → one.
//!
//! The weighted sum of both scores after each was put on a scale from 0 to 1, as Bruch et al. have
//! it (*An Analysis of Fusion Functions for Hybrid Retrieval*, 2023, https://arxiv.org/abs/2210.11934):
//! a score by words as a share of the best one there is for the question, a similarity by where it
//! stands between the last and the first of those that were found. What only one engine found has
//! nothing from the other.
//!
//! Weight and depth were chosen on QMSum `train`; see `docs/search.md`.

use super::engine::weight;
use super::{Asked, Query, Weighed};
use crate::analysis::Analyzer;
use crate::index::{IndexError, Statistics};
use crate::passages::Kind;
use debrief_infra::vectors::Near;
use std::collections::HashMap;
use tantivy::collector::TopDocs;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocSet, TERMINATED};

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

impl Asked<'_> {
    /// Puts passages that are near by meaning among those ranked by words; answers all, best first,
    /// and how many of them hold none of the words.
    pub(super) fn fuse(
        &self,
        query: &Query,
        words: &[Weighed],
        analyzer: &mut Analyzer,
        lexical: &[(f32, DocAddress)],
    ) -> Result<(Vec<(f32, DocAddress)>, u64), IndexError> {
        let Dense { near, weight } = &query.dense;
        let similarities = self.similarities(near)?;
        // Which of them may be found, and how well they fit by words.
        let ids: Vec<String> = near.iter().map(|near| near.id.simple().to_string()).collect();
        let named = self.any(self.index.fields.chunk, ids.iter().map(String::as_str));
        let allowed = self.engine_query(query, words, analyzer, Some(named));
        let statistics = Statistics::of(&self.searcher, &self.index.fields, &self.scope)?;
        let all = TopDocs::with_limit(similarities.len().max(1)).order_by_score();
        let mut allowed =
            self.searcher.search_with_statistics_provider(&*allowed, &all, &statistics)?;
        allowed.retain(|(score, address)| {
            *score > 0.0 || similarities.get(address).is_some_and(|near| *near >= RELATED)
        });

        let most = lexical.iter().chain(&allowed).map(|(score, _)| *score).fold(0.0, f32::max);
        let share = |score: f32| if most > 0.0 { (1.0 - weight) * score / most } else { 0.0 };
        let mut scores: HashMap<DocAddress, f32> = HashMap::with_capacity(lexical.len());
        for (score, address) in lexical.iter().chain(&allowed) {
            scores.insert(*address, share(*score));
        }
        let nearest = near.first().map_or(0.0, |near| near.similarity);
        let farthest = near.last().map_or(0.0, |near| near.similarity);
        let span = (nearest - farthest).max(f32::EPSILON);
        for (_, address) in &allowed {
            let Some(similarity) = similarities.get(address) else { continue };
            let nearness = (similarity - farthest) / span * self.kind_weight(query, *address)?;
            *scores.entry(*address).or_default() += weight * nearness;
        }
        let mut fused: Vec<(f32, DocAddress)> =
            scores.into_iter().map(|(address, score)| (score, address)).collect();
        fused.sort_by(|(one, at), (other, there)| other.total_cmp(one).then(at.cmp(there)));
        let without_words = allowed.iter().filter(|(score, _)| *score == 0.0).count();
        Ok((fused, without_words as u64))
    }

    /// Where the chunks lie, and of each passage how near the nearer of its chunks is.
    fn similarities(&self, near: &[Near]) -> Result<HashMap<DocAddress, f32>, IndexError> {
        let field = self.index.fields.chunk;
        let mut similarities: HashMap<DocAddress, f32> = HashMap::new();
        for (ordinal, segment) in (0_u32..).zip(self.searcher.segment_readers()) {
            let inverted = segment.inverted_index(field)?;
            for chunk in near {
                let term = self.scope.term(field, &chunk.id.simple().to_string());
                let Some(mut postings) = inverted.read_postings(&term, IndexRecordOption::Basic)?
                else {
                    continue;
                };
                while postings.doc() != TERMINATED {
                    let address = DocAddress::new(ordinal, postings.doc());
                    let known = similarities.entry(address).or_insert(chunk.similarity);
                    *known = known.max(chunk.similarity);
                    postings.advance();
                }
            }
        }
        Ok(similarities)
    }

    /// How much a passage weighs by its kind.
    fn kind_weight(&self, query: &Query, address: DocAddress) -> Result<f32, IndexError> {
        let segment = self.searcher.segment_reader(address.segment_ord);
        let Some(column) = segment.fast_fields().str("kind")? else { return Ok(1.0) };
        let mut name = String::new();
        if let Some(ordinal) = column.term_ords(address.doc_id).next() {
            column.ord_to_str(ordinal, &mut name)?;
        }
        let name = self.scope.strip(&name).unwrap_or_default();
        let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == name);
        Ok(kind.map_or(1.0, |kind| weight(kind, query)))
    }
}
