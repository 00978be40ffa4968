//! A question → passages, best first.
//!
//! Passages are ranked by BM25 over stems (k₁ 1.2, b 0.75: Robertson & Zaragoza, *The
//! Probabilistic Relevance Framework*, 2009), each word of the question counting once, by the best
//! of its stems, and a little more for words in the form that was asked for and neighbours that stay
//! near each other. What is near the question in meaning, where that was asked too, is put among them
//! ([`Dense`]). Filters decide what may be found, never how well it fits. Where a question has no
//! words to rank by, the newest come first.
//!
//! Invariants:
//! - Everything in a query is a term in the asker's [`Scope`].
//! - Cost is bounded: [`WORDS_MAX`] words, [`CANDIDATES_MAX`] candidates.
//! - Two windows of turns never overlap: of those that share turns, the best is the hit; and what
//!   only quotes turns that better hits show is left out.

mod choose;
mod engine;
mod fusion;
mod similar;
mod values;

pub use debrief_domain::search::Filters;
pub use fusion::Dense;

use crate::analysis::Analyzer;
use crate::answer::{self, Sentence};
use crate::dense::chunks;
use crate::highlight::Matcher;
use crate::index::{Columns, Index, IndexError, Scope, Statistics, Stored};
use crate::passages::{Kind, PassageKey};
use debrief_domain::ids::{ClientId, OrganizationId};
use debrief_infra::vectors::Near;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use tantivy::collector::{Count, TopDocs};
use tantivy::{DocAddress, DocId, Order, Score, Searcher, SegmentReader};

/// Words of a question that are looked at.
pub const WORDS_MAX: usize = 64;
/// Passages that are looked at for one page.
pub const CANDIDATES_MAX: usize = 1_000;

/// Somebody the question is about. A passage has to do with them where it is from their session,
/// they speak in it, or it names them.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// Where they are clients; several where the name may mean each of them.
    pub clients: Vec<ClientId>,
    /// Names they go by.
    pub names: Vec<String>,
}

/// A question, understood.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// What it is about, in words.
    pub words: String,
    /// Each of these must be there, word for word.
    pub phrases: Vec<String>,
    /// Whether a passage has to hold every word, in any form; else one is enough to be ranked.
    pub every_word: bool,
    /// None of these may be there.
    pub excluded: Vec<String>,
    /// Each of these must have to do with it.
    pub about: Vec<About>,
    /// Passages of this kind come first where they fit as well.
    pub favoured: Option<Kind>,
    /// What may be found.
    pub filters: Filters,
    /// At most so many hits of one session; 0: as many as there are.
    pub per_session: usize,
    /// What is near it in meaning, where that was asked.
    pub dense: Dense,
}

/// A passage that was found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The passage and its session.
    pub stored: Stored,
    /// Greater is better; comparable within one answer only.
    pub score: f32,
    /// The line of the passage that fits best.
    pub best: usize,
    /// Words that fit, as ranges of bytes of each line.
    pub highlights: Vec<Vec<Range<usize>>>,
}

impl Hit {
    /// See [`PassageKey`].
    pub fn key(&self) -> PassageKey {
        self.stored.passage.key(self.stored.transcript_id)
    }
}

/// How many passages there are of each value of a field.
pub type Facets = BTreeMap<&'static str, Vec<(String, u64)>>;

/// An answer.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Best first.
    pub hits: Vec<Hit>,
    /// Whether there are more.
    pub more: bool,
    /// Passages that hold words of the question or are near it in meaning, overlapping ones
    /// included.
    pub passages: u64,
    /// The sentences of the hits that hold most of what was asked.
    pub answer: Vec<Sentence>,
}

/// A word of the question.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighed {
    /// What it matches by.
    pub stems: Vec<String>,
    /// How rare it is: the inverse document frequency of its rarest stem.
    pub weight: f32,
}

/// An index as it is at one moment, asked by one organization.
pub struct Asked<'a> {
    index: &'a Index,
    searcher: Searcher,
    /// Of each of the searcher's segments.
    columns: Vec<Arc<Columns>>,
    scope: Scope,
}

impl std::fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Asked")
    }
}

impl<'a> Asked<'a> {
    /// By this organization.
    pub fn by(index: &'a Index, organization: OrganizationId) -> Result<Self, IndexError> {
        let searcher = index.searcher();
        let columns = index.columns(&searcher)?;
        Ok(Self { index, searcher, columns, scope: Scope::of(organization) })
    }

    fn columns(&self, address: DocAddress) -> &Columns {
        &self.columns[address.segment_ord as usize]
    }

    /// The best `limit` hits that were not `seen` on the pages before, of which there were
    /// `shown`. `languages` are those in which words may be found in other forms.
    pub fn search(
        &self,
        query: &Query,
        languages: &[&str],
        limit: usize,
        shown: usize,
        seen: impl Fn(&PassageKey) -> bool,
    ) -> Result<Found, IndexError> {
        let fields = self.index.fields;
        let statistics = Statistics::of(&self.searcher, &fields, &self.scope)?;
        let mut analyzer = self.index.analyzers.take(languages.iter().copied());
        let words = self.words(&mut analyzer, &query.words)?;
        let clauses = self.clauses(query, &words, &mut analyzer);
        let engine = self.engine_query(&clauses);
        let nearby = match words.is_empty() || query.dense.near.is_empty() {
            true => None,
            false => Some(self.nearby(query, &clauses)?),
        };
        // Overlapping windows and what was seen take places among the candidates.
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
            let (places, more) = self.choose(&ranked, query, limit, &seen);
            if more || all {
                let without_words = nearby.as_ref().map_or(0, fusion::Nearby::without_words);
                break (places, more, count as u64 + without_words);
            }
            wanted = (wanted * 4).min(CANDIDATES_MAX);
        };
        let mut matcher = Matcher::new(&mut analyzer, &words);
        let hits = self.hits(places, &query.dense.near, &mut matcher)?;
        let answer = answer::sentences(&hits, &mut matcher);
        self.index.analyzers.rest(analyzer);
        Ok(Found { hits, more, passages, answer })
    }

    /// Reads what was chosen.
    fn hits(
        &self,
        places: Vec<(f32, DocAddress)>,
        near: &[Near],
        matcher: &mut Matcher<'_>,
    ) -> Result<Vec<Hit>, IndexError> {
        let read = |(score, address)| {
            Ok(hit(self.index.stored(&self.searcher, address)?, score, near, matcher))
        };
        places.into_iter().map(read).collect()
    }

    /// The words of a question that can be ranked by, each once, with their weights.
    fn words(&self, analyzer: &mut Analyzer, text: &str) -> Result<Vec<Weighed>, IndexError> {
        let mut words: Vec<Weighed> = Vec::new();
        let passages = self.passages()?;
        for token in analyzer.tokens(text) {
            if words.iter().any(|word| word.stems == token.stems) {
                continue;
            }
            let mut weight: f32 = 0.0;
            for stem in &token.stems {
                let term = self.scope.term(self.index.fields.stems, stem);
                let count = self.searcher.doc_freq(&term)?.min(passages);
                weight = weight.max(idf(passages, count));
            }
            words.push(Weighed { stems: token.stems, weight });
            if words.len() == WORDS_MAX {
                break;
            }
        }
        Ok(words)
    }

    fn passages(&self) -> Result<u64, IndexError> {
        let organization = self.scope.term(self.index.fields.organization, "");
        Ok(self.searcher.doc_freq(&organization)?)
    }
}

/// Inverse document frequency, as BM25 has it.
fn idf(passages: u64, with: u64) -> f32 {
    let (passages, with) = (passages as f32, with as f32);
    (1.0 + (passages - with + 0.5) / (with + 0.5)).ln()
}

/// A hit, with its best line and the words that fit.
fn hit(stored: Stored, score: f32, near: &[Near], matcher: &mut Matcher<'_>) -> Hit {
    let (highlights, mut best) = matcher.lines(&stored.passage.lines);
    if highlights.iter().all(Vec::is_empty) {
        // Found by meaning alone: what says most of the chunk that did it.
        let nearer = chunks::nearest(stored.transcript_id, &stored.passage, near);
        let length = |at: &usize| stored.passage.lines[*at].text.len();
        best = nearer.and_then(|lines| lines.max_by_key(length)).unwrap_or(best);
    }
    Hit { stored, score, best, highlights }
}
