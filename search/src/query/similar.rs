//! Finds similar sessions.

use super::{CANDIDATES_MAX, Found, Query, Snapshot, WeightedWord, idf};
use crate::analysis::{Analyzer, ENGLISH};
use crate::highlight::Matcher;
use crate::index::{IndexError, Statistics};
use crate::passages::Kind;
use debrief_domain::ids::TranscriptId;
use std::collections::{BTreeMap, BTreeSet};
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query as EngineQuery};

/// The number of words that sessions are compared by.
const SIMILAR_WORDS: usize = 25;
/// The share of passages beyond which a word is common.
const COMMON: f32 = 0.2;
/// No word is common in fewer passages than this.
const COMMON_MIN: u64 = 20;
/// The statistics of a word in a session.
#[derive(Default)]
struct WordStatistics {
    /// Its frequency in the session, weighted more in title and summary.
    weight: f32,
    /// The number of the session's passages with it.
    passages: u64,
}

impl Snapshot<'_> {
    /// Finds sessions similar to this one, each by its most similar passage: by words that are
    /// frequent in this session and rare elsewhere.
    pub fn similar(&self, transcript: TranscriptId, limit: usize) -> Result<Found, IndexError> {
        let fields = self.index.fields;
        let id = transcript.0.simple().to_string();
        let own = self.any(fields.transcript, [id.as_str()]);
        let own_passages =
            self.searcher.search(&*own, &TopDocs::with_limit(CANDIDATES_MAX).order_by_score())?;
        let mut counts: BTreeMap<String, WordStatistics> = BTreeMap::new();
        let mut analyzers: BTreeMap<Option<String>, Analyzer> = BTreeMap::new();
        for (_, address) in own_passages {
            let passage = self.index.stored(&self.searcher, address)?.passage;
            let analyzer = analyzers
                .entry(passage.language.clone())
                .or_insert_with_key(|language| Analyzer::new(language.as_deref()));
            // Title and summary characterize a session more than its turns.
            let weight = if passage.kind == Kind::Turns { 1.0 } else { 5.0 };
            let tokens = passage.lines.iter().flat_map(|line| analyzer.tokens(&line.text));
            let mut here = BTreeSet::new();
            for stem in tokens.filter_map(|mut token| token.stems.pop()) {
                counts.entry(stem.clone()).or_default().weight += weight;
                here.insert(stem);
            }
            for stem in here {
                counts.entry(stem).or_default().passages += 1;
            }
        }
        let passages = self.passages()?;
        let common = ((passages as f32 * COMMON) as u64).max(COMMON_MIN);
        let mut words: Vec<WeightedWord> = Vec::new();
        for (stem, own) in counts {
            let with = self.searcher.doc_freq(&self.scope.term(fields.stems, &stem))?.min(passages);
            // Words of nearly every session do not distinguish sessions, and words of this session
            // alone lead to no other.
            if with > own.passages && with <= common {
                let weight = idf(passages, with) * (1.0 + own.weight).ln();
                words.push(WeightedWord { stems: vec![stem], joined: Vec::new(), weight });
            }
        }
        words.sort_by(|one, other| other.weight.total_cmp(&one.weight));
        words.truncate(SIMILAR_WORDS);
        if words.is_empty() {
            return Ok(Found::default());
        }
        let liked = words.iter().map(|word| -> Box<dyn EngineQuery> {
            Box::new(BoostQuery::new(self.word(&word.stems), word.weight))
        });
        let engine = BooleanQuery::new(vec![
            (Occur::Must, Box::new(BooleanQuery::union(liked.collect()))),
            (Occur::MustNot, own),
        ]);
        let statistics = Statistics::of(&self.searcher, &fields, &self.scope)?;
        let top = TopDocs::with_limit(CANDIDATES_MAX).order_by_score();
        let ranked = self.searcher.search_with_statistics_provider(&engine, &top, &statistics)?;
        let once = Query { per_session: 1, ..Query::default() };
        let (chosen, more) = self.choose(&ranked, &once, limit, |_| false);
        let mut analyzer = Analyzer::new([ENGLISH]);
        let hits = self.hits(chosen, &[], &mut Matcher::new(&mut analyzer, &words))?;
        Ok(Found { passages: hits.len() as u64, hits, more, ..Found::default() })
    }
}
