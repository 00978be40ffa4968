//! A query → passages, best first.
//!
//! Passages are ranked by BM25 over stems (k₁ 1.2, b 0.75: Robertson & Zaragoza, *The Probabilistic
//! Relevance Framework*, 2009). Each word of the question counts once, by the best of its stems;
//! words in the exact form of the question and neighbours that are close to each other score
//! slightly more. Passages near the question in meaning, if search by meaning was used, are merged
//! in ([`Dense`]). Filters decide what may be found, never its score. Without words to rank by, the
//! newest passages come first.
//!
//! Invariants:
//! - Everything in a query is a term in the caller's [`Scope`].
//! - Cost is bounded: [`WORDS_MAX`] words, [`CANDIDATES_MAX`] candidates.
//! - Two windows of turns never overlap: of those that share turns, the best is the hit. Passages
//!   that only quote turns of better hits are dropped.

mod choose;
mod engine;
mod fusion;
pub(crate) mod hit;
mod kinds;
mod similar;
mod spelling;
mod values;

pub use crate::highlight::WeightedWord;
pub use debrief_domain::search::Filters;
pub use fusion::{Dense, NEAR_MAX};
pub use hit::Hit;

use crate::analysis::Analyzer;
use crate::answer::{self, Sentence};
use crate::dense::chunks;
use crate::highlight::Matcher;
use crate::index::{Columns, Index, IndexError, Scope, Statistics, StoredPassage};
use crate::passages::{Kind, PassageKey};
use debrief_domain::ids::ClientId;
use debrief_domain::principal::Viewer;
use debrief_infra::vectors::Neighbor;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use tantivy::collector::{Count, TopDocs};
use tantivy::{DocAddress, DocId, Order, Score, Searcher, SegmentReader};

/// The maximum number of words of a question.
pub const WORDS_MAX: usize = 64;
/// The maximum number of candidates for one page.
pub const CANDIDATES_MAX: usize = 1_000;

/// A person that the question is about. A passage concerns them if it is from their session, they
/// speak in it, or it names them.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// Their ids as clients; several if the name is ambiguous.
    pub clients: Vec<ClientId>,
    /// Their names.
    pub names: Vec<String>,
}

/// An interpreted question.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// The words to search for.
    pub words: String,
    /// Each of these must occur verbatim.
    pub phrases: Vec<String>,
    /// Whether a passage must contain every word, in any form; otherwise one is enough.
    pub every_word: bool,
    /// None of these may occur.
    pub excluded: Vec<String>,
    /// The passage must concern each of these.
    pub about: Vec<About>,
    /// Passages of this kind and by these people come first.
    pub favoured: Option<Kind>,
    /// Whether nothing is to be found: the question has no words.
    pub nothing: bool,
    /// The filters.
    pub filters: Filters,
    /// The maximum number of hits per session; 0 for no limit.
    pub per_session: usize,
    /// The results of search by meaning, if it was used.
    pub dense: Dense,
}

/// The number of passages with each value of a field.
pub type Facets = BTreeMap<&'static str, Vec<(String, u64)>>;

/// The result of a search.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The hits, best first.
    pub hits: Vec<Hit>,
    /// Whether there are more hits.
    pub more: bool,
    /// Number of passages that contain words of the question or are near it in meaning, including
    /// overlapping ones.
    pub passages: u64,
    /// How many hits, from the first on, are of the kind that the question asks for, and by the
    /// people whom it names, whether or not they hold its other words.
    pub of_kind: usize,
    /// The sentences of the hits that contain most of the question.
    pub answer: Vec<Sentence>,
}

/// A snapshot of an index, in the scope of one organization.
pub struct Snapshot<'a> {
    index: &'a Index,
    searcher: Searcher,
    /// The columns of each of the searcher's segments.
    columns: Vec<Arc<Columns>>,
    scope: Scope,
}

impl std::fmt::Debug for Snapshot<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Snapshot")
    }
}

impl<'a> Snapshot<'a> {
    /// Takes a snapshot of what this viewer may find.
    pub fn by(index: &'a Index, viewer: Viewer) -> Result<Self, IndexError> {
        let searcher = index.searcher();
        let columns = index.columns(&searcher)?;
        Ok(Self { index, searcher, columns, scope: Scope::of(viewer.organization()) })
    }

    fn columns(&self, address: DocAddress) -> &Columns {
        &self.columns[address.segment_ord as usize]
    }

    /// Returns the best `limit` hits that were not `seen` on previous pages, which showed `shown`
    /// hits. `languages` are those in which words may occur in other forms.
    pub fn search(
        &self,
        query: &Query,
        languages: &[&str],
        limit: usize,
        shown: usize,
        seen: impl Fn(&PassageKey) -> bool,
    ) -> Result<Found, IndexError> {
        if query.nothing {
            return Ok(Found::default());
        }
        let fields = self.index.fields;
        let statistics = Statistics::of(&self.searcher, &fields, &self.scope)?;
        let mut analyzer = self.index.analyzers.take(languages.iter().copied());
        let words = self.words(&mut analyzer, &query.words)?;
        let clauses = self.clauses(query, &words, &mut analyzer);
        let engine = self.engine_query(&clauses);
        let of_kind = match query.favoured {
            Some(kind) if !query.every_word => {
                let subject = self.words(&mut analyzer, &kinds::subject(query))?;
                let clauses = self.clauses(query, &subject, &mut analyzer);
                self.of_kind(query, kind, &clauses)?
            }
            _ => Vec::new(),
        };
        let nearby = match words.is_empty() || query.dense.near.is_empty() {
            true => None,
            false => Some(self.nearest_passages(query, &clauses)?),
        };
        // Overlapping windows and seen passages take up candidates.
        let mut wanted = ((limit + shown) * 4 + 20).min(CANDIDATES_MAX);
        let (places, more, passages) = loop {
            let top = TopDocs::with_limit(wanted);
            let (ranked, count): (Vec<(f32, DocAddress)>, usize) = if words.is_empty() {
                let newest = top.order_by_fast_field::<i64>("at", Order::Desc);
                let (newest, count) = self.searcher.search(&*engine, &(newest, Count))?;
                (newest.into_iter().map(|(_, address)| (0.0, address)).collect(), count)
            } else {
                let weighed = self.columns.clone();
                let weights = Kind::ALL.map(|kind| engine::weight(kind, query));
                let by_score = top.tweak_score(move |segment: &SegmentReader| {
                    let columns = weighed.iter().find(|columns| columns.are_of(segment)).cloned();
                    move |doc: DocId, score: Score| match &columns {
                        Some(columns) => score * weights[columns.kind(doc).number() as usize],
                        None => score,
                    }
                });
                let collector = (by_score, Count);
                self.searcher.search_with_statistics_provider(&*engine, &collector, &statistics)?
            };
            let all = ranked.len() < wanted || wanted == CANDIDATES_MAX;
            let ranked = match &nearby {
                Some(nearby) => nearby.fuse(&ranked),
                None => ranked,
            };
            let ranked = kinds::first(&of_kind, ranked);
            let (places, more) = self.choose(&ranked, query, limit, &seen);
            if more || all {
                let without_words =
                    nearby.as_ref().map_or(0, fusion::NearestPassages::without_words);
                let others = match words.is_empty() {
                    true => 0,
                    false => of_kind.iter().filter(|passage| !passage.holds).count() as u64,
                };
                break (places, more, count as u64 + without_words + others);
            }
            wanted = (wanted * 4).min(CANDIDATES_MAX);
        };
        let first: HashSet<DocAddress> = of_kind.iter().map(|passage| passage.address).collect();
        let of_kind = places.iter().take_while(|(_, address)| first.contains(address)).count();
        let mut matcher = Matcher::new(&mut analyzer, &words);
        let hits = self.hits(places, &query.dense.near, &mut matcher)?;
        let answer = answer::sentences(&hits, of_kind, &mut matcher);
        self.index.analyzers.rest(analyzer);
        Ok(Found { hits, more, passages, of_kind, answer })
    }

    /// Reads the chosen passages.
    fn hits(
        &self,
        places: Vec<(f32, DocAddress)>,
        near: &[Neighbor],
        matcher: &mut Matcher<'_>,
    ) -> Result<Vec<Hit>, IndexError> {
        let read = |(score, address)| {
            Ok(hit(self.index.stored(&self.searcher, address)?, score, near, matcher))
        };
        places.into_iter().map(read).collect()
    }

    /// Returns the rankable words of a question, each once, with their weights.
    fn words(&self, analyzer: &mut Analyzer, text: &str) -> Result<Vec<WeightedWord>, IndexError> {
        let mut words: Vec<WeightedWord> = Vec::new();
        let passages = self.passages()?;
        for token in analyzer.asked(text) {
            let known =
                |word: &WeightedWord| word.stems == token.stems && word.joined == token.joined;
            if words.iter().any(known) {
                continue;
            }
            let mut weight: f32 = 0.0;
            for stem in token.stems.iter().chain(&token.joined) {
                let count = self.count(stem)?.min(passages);
                weight = weight.max(idf(passages, count));
            }
            words.push(WeightedWord { stems: token.stems, joined: token.joined, weight });
            if words.len() == WORDS_MAX {
                break;
            }
        }
        Ok(words)
    }

    /// Returns the number of passages with a stem, also of words joined by hyphens.
    fn count(&self, stem: &str) -> Result<u64, IndexError> {
        let fields = self.index.fields;
        let count = self.searcher.doc_freq(&self.scope.term(fields.stems, stem))?;
        Ok(match count {
            0 => self.searcher.doc_freq(&self.scope.term(fields.forms, stem))?,
            count => count,
        })
    }

    fn passages(&self) -> Result<u64, IndexError> {
        let organization = self.scope.term(self.index.fields.organization, "");
        Ok(self.searcher.doc_freq(&organization)?)
    }
}

/// Computes the inverse document frequency as in BM25.
fn idf(passages: u64, with: u64) -> f32 {
    let (passages, with) = (passages as f32, with as f32);
    (1.0 + (passages - with + 0.5) / (with + 0.5)).ln()
}

/// Creates a hit, with its best line and the matching words.
fn hit(stored: StoredPassage, score: f32, near: &[Neighbor], matcher: &mut Matcher<'_>) -> Hit {
    let (highlights, mut best) = matcher.lines(&stored.passage.lines);
    if highlights.iter().all(Vec::is_empty) {
        // Found by meaning alone: the best line is in the nearest chunk.
        let nearer = chunks::nearest(stored.subject, &stored.passage, near);
        let length = |at: &usize| stored.passage.lines[*at].text.len();
        best = nearer.and_then(|lines| lines.max_by_key(length)).unwrap_or(best);
    }
    Hit { stored, score, best, highlights }
}
