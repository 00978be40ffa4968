//! An interpreted question → a query of the engine: which passages match, and their scores.

use super::{About, Filters, Query, Snapshot, WORDS_MAX, WeightedWord};
use crate::analysis::Analyzer;
use crate::index::{Fields, IndexError, Statistics};
use crate::passages::Kind;
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use std::ops::Bound;
use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, EnableScoring,
    Occur, PhraseQuery, Query as EngineQuery, RangeQuery, Scorer, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocId, Term};
use uuid::Uuid;

/// The factor for passages of the requested kind.
const FAVOURED: f32 = 1.5;
/// The extra score of a word in the exact form of the question, in addition to its stem. This, and
/// the two below, are the best of several values tried on QMSum `train`: see `docs/search.md`.
const EXACT: f32 = 0.2;
/// The extra score of two neighbouring words of the question that are close to each other.
const NEAR: f32 = 0.3;
/// Words that may be between them, or changes of their order (tantivy's slop).
const NEAR_WITHIN: u32 = 3;
/// The factor for words joined by hyphens, which are indexed without the length of the passage: what
/// the score of a passage of average length is short of that.
const JOINED: f32 = 0.6;
/// The factor for passages that are made of quotes.
const DERIVED: f32 = 0.6;

/// The clauses of a query.
pub(super) struct Clauses {
    /// Whether it has words to rank by.
    pub(super) ranks: bool,
    /// The words: the union of these, each with its own weight.
    ranked: Vec<Ranked>,
    /// All of these must match.
    pub(super) must: Vec<Box<dyn EngineQuery>>,
    /// For each person that the question is about, the passages that concern them: all must match.
    about: Vec<Box<dyn EngineQuery>>,
    /// None of these may match.
    pub(super) must_not: Vec<Box<dyn EngineQuery>>,
}

impl Clauses {
    /// Returns the query for passages that contain words of the question, if it has any.
    pub(super) fn words(&self) -> Option<Box<dyn EngineQuery>> {
        let ranked = self.ranked.iter().map(Ranked::engine);
        self.ranks
            .then(|| -> Box<dyn EngineQuery> { Box::new(BooleanQuery::union(ranked.collect())) })
    }
}

/// Adds the maximum of these scores to the score of a passage.
struct Ranked(Vec<Box<dyn EngineQuery>>);

impl Ranked {
    fn engine(&self) -> Box<dyn EngineQuery> {
        match self.0.as_slice() {
            [only] => only.box_clone(),
            several => {
                let several = several.iter().map(|engine| engine.box_clone());
                Box::new(DisjunctionMaxQuery::new(several.collect()))
            }
        }
    }
}

impl Snapshot<'_> {
    /// Returns the clauses of a question.
    pub(super) fn clauses(
        &self,
        query: &Query,
        words: &[WeightedWord],
        analyzer: &mut Analyzer,
    ) -> Clauses {
        let fields = self.index.fields;
        let mut must = vec![self.any(fields.organization, [""])];
        let mut must_not = Vec::new();
        let mut ranked: Vec<Ranked> = words
            .chunk_by(|one, other| !one.joined.is_empty() && one.joined == other.joined)
            .map(|words| self.together(words))
            .collect();
        if !words.is_empty() {
            ranked.extend(self.exact_clauses(analyzer, &query.words));
        }
        if query.every_word {
            must.extend(words.iter().map(|word| self.has(word)));
        }
        for phrase in &query.phrases {
            must.extend(self.phrase(analyzer, phrase));
        }
        for excluded in &query.excluded {
            let tokens = analyzer.tokens(excluded);
            must_not.extend(match tokens.as_slice() {
                [token] => Some(self.any(fields.stems, token.stems.iter().map(String::as_str))),
                _ => self.phrase(analyzer, excluded).map(excludable),
            });
        }
        let about = query.about.iter().map(|about| self.about(analyzer, about)).collect();
        must.extend(self.filters(&query.filters));
        Clauses { ranks: !words.is_empty(), ranked, must, about, must_not }
    }

    /// Returns the query for passages that contain words of the question, scored by those words.
    pub(super) fn engine_query(&self, clauses: &Clauses) -> Box<dyn EngineQuery> {
        let mut all: Vec<(Occur, Box<dyn EngineQuery>)> = Vec::new();
        all.extend(clauses.words().map(|words| (Occur::Must, words)));
        let must = clauses.must.iter().chain(&clauses.about);
        all.extend(must.map(|engine| (Occur::Must, unscored(engine.box_clone()))));
        all.extend(clauses.must_not.iter().map(|engine| (Occur::MustNot, engine.box_clone())));
        Box::new(BooleanQuery::new(all))
    }

    /// Scores given passages: returns those that pass the filters, whether or not they contain
    /// words of the question, with their score, or 0.
    ///
    /// Each clause is evaluated for these passages only; the engine's own unions scan everything
    /// between them.
    pub(super) fn score(
        &self,
        query: &Query,
        clauses: &Clauses,
        mut addresses: Vec<DocAddress>,
    ) -> Result<Vec<(f32, DocAddress)>, IndexError> {
        addresses.sort_unstable();
        let statistics = Statistics::of(&self.searcher, &self.index.fields, &self.scope)?;
        let scoring = EnableScoring::enabled_from_statistics_provider(&statistics, &self.searcher);
        let unscored = EnableScoring::disabled_from_searcher(&self.searcher);
        let weights = |all: &[Box<dyn EngineQuery>], scoring| {
            all.iter().map(|engine| engine.weight(scoring)).collect::<Result<Vec<_>, _>>()
        };
        let mut must = weights(&clauses.must, unscored)?;
        must.extend(weights(&clauses.about, unscored)?);
        let must_not = weights(&clauses.must_not, unscored)?;
        let ranked = clauses.ranked.iter().map(|ranked| weights(&ranked.0, scoring));
        let ranked = ranked.collect::<Result<Vec<_>, _>>()?;
        let mut scored = Vec::with_capacity(addresses.len());
        for of_segment in addresses.chunk_by(|one, other| one.segment_ord == other.segment_ord) {
            let ordinal = of_segment[0].segment_ord;
            let segment = self.searcher.segment_reader(ordinal);
            let alive = segment.alive_bitset();
            let mut docs: Vec<(DocId, f32)> = of_segment
                .iter()
                .filter(|address| alive.is_none_or(|alive| alive.is_alive(address.doc_id)))
                .map(|address| (address.doc_id, 0.0))
                .collect();
            for weight in &must {
                let mut scorer = weight.scorer(segment, 1.0)?;
                docs.retain(|(doc, _)| matches_at(&mut *scorer, *doc));
            }
            for weight in &must_not {
                let mut scorer = weight.scorer(segment, 1.0)?;
                docs.retain(|(doc, _)| !matches_at(&mut *scorer, *doc));
            }
            for ways in &ranked {
                let mut best = vec![0.0_f32; docs.len()];
                for weight in ways {
                    let mut scorer = weight.scorer(segment, 1.0)?;
                    for ((doc, _), best) in docs.iter().zip(&mut best) {
                        if matches_at(&mut *scorer, *doc) {
                            *best = best.max(scorer.score());
                        }
                    }
                }
                for ((_, score), best) in docs.iter_mut().zip(best) {
                    *score += best;
                }
            }
            for (doc, score) in docs {
                let address = DocAddress::new(ordinal, doc);
                let kind = self.columns(address).kind(doc);
                scored.push((score * weight(kind, query), address));
            }
        }
        Ok(scored)
    }

    fn filters(&self, filters: &Filters) -> Vec<Box<dyn EngineQuery>> {
        let fields: Fields = self.index.fields;
        let mut engine: Vec<Box<dyn EngineQuery>> = Vec::new();
        let mut any = |field, values: Vec<String>| {
            if !values.is_empty() {
                engine.push(self.any(field, values.iter().map(String::as_str)));
            }
        };
        any(fields.kind, filters.kinds.iter().map(|kind| kind.as_str().to_owned()).collect());
        let simple = |id: &Uuid| id.simple().to_string();
        any(fields.client, filters.client_ids.iter().map(|id| simple(&id.0)).collect());
        any(fields.transcript, filters.transcript_ids.iter().map(|id| simple(&id.0)).collect());
        any(fields.speaker, filters.speakers.clone());
        any(fields.coach, filters.coaches.clone());
        any(fields.language_range, filters.languages.clone());
        if filters.from.is_some() || filters.to.is_some() {
            let at =
                |time: &DateTime<Utc>| Term::from_field_i64(fields.at, time.timestamp_millis());
            let from = filters.from.as_ref().map_or(Bound::Unbounded, |t| Bound::Included(at(t)));
            let to = filters.to.as_ref().map_or(Bound::Unbounded, |t| Bound::Excluded(at(t)));
            engine.push(Box::new(RangeQuery::new(from, to)));
        }
        engine
    }

    /// Matches any of these values of a field.
    pub(super) fn any<'v>(
        &self,
        field: Field,
        values: impl IntoIterator<Item = &'v str>,
    ) -> Box<dyn EngineQuery> {
        let mut terms: Vec<Term> =
            values.into_iter().map(|value| self.scope.term(field, value)).collect();
        match (terms.pop(), terms.is_empty()) {
            (Some(only), true) => Box::new(TermQuery::new(only, IndexRecordOption::Basic)),
            (Some(last), false) => Box::new(TermSetQuery::new(terms.into_iter().chain([last]))),
            (None, _) => Box::new(EmptyQuery),
        }
    }

    /// Scores a word by the best of its stems, also in words joined by hyphens.
    fn ranked(&self, stems: &[String]) -> Ranked {
        let term = |field, stem: &String| {
            TermQuery::new(self.scope.term(field, stem), IndexRecordOption::WithFreqs)
        };
        let fields = self.index.fields;
        let ways = stems.iter().flat_map(|stem| -> [Box<dyn EngineQuery>; 2] {
            let joined = BoostQuery::new(Box::new(term(fields.forms, stem)), JOINED);
            [Box::new(term(fields.stems, stem)), Box::new(joined)]
        });
        Ranked(ways.collect())
    }

    /// Scores a word, or the parts of a hyphenated word: by all parts, or by the word written as
    /// one.
    fn together(&self, words: &[WeightedWord]) -> Ranked {
        let [first, ..] = words else { return Ranked(Vec::new()) };
        if first.joined.is_empty() {
            return self.ranked(&first.stems);
        }
        let said = words.iter().filter(|word| !word.stems.is_empty());
        let parts: Vec<Box<dyn EngineQuery>> =
            said.map(|word| self.ranked(&word.stems).engine()).collect();
        if parts.is_empty() {
            return self.ranked(&first.joined);
        }
        // A passage with the hyphenated word has its parts.
        let one = first.joined.iter().map(|stem| -> Box<dyn EngineQuery> {
            let term = self.scope.term(self.index.fields.stems, stem);
            Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
        });
        let mut ways: Vec<Box<dyn EngineQuery>> = vec![Box::new(BooleanQuery::union(parts))];
        ways.extend(one);
        Ranked(ways)
    }

    /// Matches passages that have a word, in any form.
    fn has(&self, word: &WeightedWord) -> Box<dyn EngineQuery> {
        let fields = self.index.fields;
        let all = || word.stems.iter().chain(&word.joined).map(String::as_str);
        let ways = vec![self.any(fields.stems, all()), self.any(fields.forms, all())];
        Box::new(BooleanQuery::union(ways))
    }

    /// Matches a word by the best of its stems.
    pub(super) fn word(&self, stems: &[String]) -> Box<dyn EngineQuery> {
        self.ranked(stems).engine()
    }

    /// Returns the clauses that score slightly more than stems: words in their exact form, and two
    /// neighbours close to each other.
    fn exact_clauses(&self, analyzer: &mut Analyzer, text: &str) -> Vec<Ranked> {
        let field = self.index.fields.words;
        let mut tokens = analyzer.tokens(text);
        tokens.truncate(WORDS_MAX);
        let boosted = |query: Box<dyn EngineQuery>, weight| {
            Ranked(vec![Box::new(BoostQuery::new(query, weight))])
        };
        // Not a single letter of a word, as of "e-mail" and "会議".
        let asked = analyzer.asked(text);
        let asked = asked.iter().take(WORDS_MAX).filter(|token| !token.stems.is_empty());
        let words: BTreeSet<&str> = asked.map(|token| token.word.as_str()).collect();
        let exact = words.into_iter().map(|word| {
            let term = self.scope.term(field, word);
            boosted(Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)), EXACT)
        });
        let pairs = tokens.windows(2).filter(|pair| pair[0].word != pair[1].word);
        let near = pairs.map(|pair| {
            let terms = pair.iter().enumerate();
            let terms = terms.map(|(at, token)| (at, self.scope.term(field, &token.word)));
            let phrase = PhraseQuery::new_with_offset_and_slop(terms.collect(), NEAR_WITHIN);
            boosted(Box::new(phrase), NEAR)
        });
        exact.chain(near).collect()
    }

    /// Matches these words in sequence; `None` if there are none.
    fn phrase(&self, analyzer: &mut Analyzer, text: &str) -> Option<Box<dyn EngineQuery>> {
        let field = self.index.fields.words;
        let tokens = analyzer.tokens(text);
        let mut terms: Vec<Term> = tokens
            .iter()
            .take(WORDS_MAX)
            .map(|token| self.scope.term(field, &token.word))
            .collect();
        match terms.len() {
            0 => None,
            1 => Some(Box::new(TermQuery::new(terms.remove(0), IndexRecordOption::Basic))),
            _ => Some(Box::new(PhraseQuery::new(terms))),
        }
    }

    fn about(&self, analyzer: &mut Analyzer, about: &About) -> Box<dyn EngineQuery> {
        let fields = self.index.fields;
        let mut ways: Vec<Box<dyn EngineQuery>> = Vec::new();
        for client in &about.clients {
            ways.push(self.any(fields.client, [client.0.simple().to_string().as_str()]));
        }
        for name in &about.names {
            ways.push(self.any(fields.speaker, [name.as_str()]));
            // All words of the name, in any form: the speaker's name is among the stems too.
            let words = analyzer.asked(name);
            let said = words.iter().filter(|token| !token.stems.is_empty());
            let all = said.map(|token| {
                let stems = token.stems.iter().map(String::as_str);
                (Occur::Must, self.any(fields.stems, stems))
            });
            let all: Vec<_> = all.collect();
            if !all.is_empty() {
                ways.push(Box::new(BooleanQuery::new(all)));
            }
        }
        Box::new(BooleanQuery::union(ways))
    }
}

/// Returns the factor for a kind. Passages derived from turns are short, which inflates their
/// scores: unless their kind is requested, turns come first.
pub(super) fn weight(kind: Kind, query: &Query) -> f32 {
    if !query.filters.kinds.is_empty() {
        return 1.0;
    }
    match kind {
        kind if Some(kind) == query.favoured => FAVOURED,
        kind if kind.is_derived() => DERIVED,
        _ => 1.0,
    }
}

/// Wraps a phrase so that it can be excluded. The engine seeks excluded clauses to documents that
/// they have already passed, which tantivy's phrases do not support (an assertion in 0.27,
/// `PhraseScorer::seek_danger`); its unions do.
fn excludable(phrase: Box<dyn EngineQuery>) -> Box<dyn EngineQuery> {
    Box::new(BooleanQuery::union(vec![phrase.box_clone(), phrase]))
}

/// Returns whether a scorer that was not advanced beyond `doc` matches it.
fn matches_at(scorer: &mut dyn Scorer, doc: DocId) -> bool {
    let at = scorer.doc();
    at == doc || at < doc && scorer.seek(doc) == doc
}

/// Matches without a score.
pub(super) fn unscored(engine: Box<dyn EngineQuery>) -> Box<dyn EngineQuery> {
    Box::new(ConstScoreQuery::new(engine, 0.0))
}
