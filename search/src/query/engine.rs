//! A question, understood → a query of the engine: who may be found, and how well each fits.

use super::{About, Asked, Filters, Query, WORDS_MAX, Weighed};
use crate::analysis::Analyzer;
use crate::index::Fields;
use crate::passages::Kind;
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use std::ops::Bound;
use tantivy::Term;
use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, Occur, PhraseQuery,
    Query as EngineQuery, RangeQuery, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use uuid::Uuid;

/// How much more a passage of the asked-for kind weighs.
const FAVOURED: f32 = 1.5;
/// What a word in the form that was asked for adds, beside its stem. This, and the two below, are
/// the best of a few that were tried on QMSum `train`: see `docs/search.md`.
const EXACT: f32 = 0.2;
/// What two neighbours of the question add that stand near each other.
const NEAR: f32 = 0.3;
/// Words that may be between them, or turns of their order (tantivy's slop).
const NEAR_WITHIN: u32 = 3;
/// How much less a passage weighs that is made of quotes.
const DERIVED: f32 = 0.6;

impl Asked<'_> {
    /// What may be found, by how well it fits: passages that hold words of the question, or, where
    /// some are named, those of them that may be found, whether they hold words or not.
    pub(super) fn engine_query(
        &self,
        query: &Query,
        words: &[Weighed],
        analyzer: &mut Analyzer,
        named: Option<Box<dyn EngineQuery>>,
    ) -> Box<dyn EngineQuery> {
        let fields = self.index.fields;
        let mut clauses: Vec<(Occur, Box<dyn EngineQuery>)> = Vec::new();
        let must = |engine: Box<dyn EngineQuery>| (Occur::Must, silent(engine));
        clauses.push(must(self.any(fields.organization, [""])));
        if !words.is_empty() {
            let mut ranked: Vec<_> = words.iter().map(|word| self.ranked(&word.stems)).collect();
            ranked.extend(self.as_asked(analyzer, &query.words));
            let occur = if named.is_some() { Occur::Should } else { Occur::Must };
            clauses.push((occur, Box::new(BooleanQuery::union(ranked))));
        }
        if query.every_word {
            let word = |word: &Weighed| {
                must(self.any(fields.stems, word.stems.iter().map(String::as_str)))
            };
            clauses.extend(words.iter().map(word));
        }
        for phrase in &query.phrases {
            clauses.extend(self.phrase(analyzer, phrase).map(must));
        }
        for excluded in &query.excluded {
            let tokens = analyzer.tokens(excluded);
            let engine = match tokens.as_slice() {
                [token] => Some(self.any(fields.stems, token.stems.iter().map(String::as_str))),
                _ => self.phrase(analyzer, excluded).map(excludable),
            };
            clauses.extend(engine.map(|engine| (Occur::MustNot, engine)));
        }
        for about in &query.about {
            clauses.push(must(self.about(analyzer, about)));
        }
        clauses.extend(self.filters(&query.filters).into_iter().map(must));
        clauses.extend(named.map(must));
        let plain: Box<dyn EngineQuery> = Box::new(BooleanQuery::new(clauses));
        if words.is_empty() || !query.filters.kinds.is_empty() {
            return plain;
        }
        let weighed = Kind::ALL.chunk_by(|one, other| weight(*one, query) == weight(*other, query));
        let weighed = weighed.map(|kinds| -> Box<dyn EngineQuery> {
            let of_kinds = self.any(fields.kind, kinds.iter().map(|kind| kind.as_str()));
            let clauses = vec![(Occur::Must, plain.box_clone()), (Occur::Must, silent(of_kinds))];
            let weight = kinds.first().map_or(1.0, |kind| weight(*kind, query));
            Box::new(BoostQuery::new(Box::new(BooleanQuery::new(clauses)), weight))
        });
        Box::new(DisjunctionMaxQuery::new(weighed.collect()))
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
        any(fields.client, filters.clients.iter().map(|id| simple(&id.0)).collect());
        any(fields.transcript, filters.transcripts.iter().map(|id| simple(&id.0)).collect());
        any(fields.speaker, filters.speakers.clone());
        any(fields.coach, filters.coaches.clone());
        any(fields.language, filters.languages.clone());
        if filters.from.is_some() || filters.to.is_some() {
            let at =
                |time: &DateTime<Utc>| Term::from_field_i64(fields.at, time.timestamp_millis());
            let from = filters.from.as_ref().map_or(Bound::Unbounded, |t| Bound::Included(at(t)));
            let to = filters.to.as_ref().map_or(Bound::Unbounded, |t| Bound::Excluded(at(t)));
            engine.push(Box::new(RangeQuery::new(from, to)));
        }
        engine
    }

    /// Whatever has one of these values in this field.
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

    /// A word, by the best of its stems.
    pub(super) fn ranked(&self, stems: &[String]) -> Box<dyn EngineQuery> {
        let stems = stems.iter().map(|stem| -> Box<dyn EngineQuery> {
            let term = self.scope.term(self.index.fields.stems, stem);
            Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
        });
        let mut stems: Vec<_> = stems.collect();
        match stems.len() {
            1 => stems.remove(0),
            _ => Box::new(DisjunctionMaxQuery::new(stems)),
        }
    }

    /// What weighs a little more than its stems do: the words in the very form that was asked for,
    /// and two neighbours close to each other.
    fn as_asked(&self, analyzer: &mut Analyzer, text: &str) -> Vec<Box<dyn EngineQuery>> {
        let field = self.index.fields.words;
        let mut tokens = analyzer.tokens(text);
        tokens.truncate(WORDS_MAX);
        let boosted = |query: Box<dyn EngineQuery>, weight| -> Box<dyn EngineQuery> {
            Box::new(BoostQuery::new(query, weight))
        };
        let words: BTreeSet<&str> = tokens.iter().map(|token| token.word.as_str()).collect();
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

    /// These words one after the other; `None` where there are none.
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
            let words = analyzer.tokens(name);
            let all = words.iter().map(|token| {
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

/// How much a passage of this kind weighs. What is derived from turns holds few words, and fits by
/// them too well: unless it is asked for, what was said comes first.
pub(super) fn weight(kind: Kind, query: &Query) -> f32 {
    match kind {
        kind if Some(kind) == query.favoured => FAVOURED,
        kind if kind.is_derived() => DERIVED,
        _ => 1.0,
    }
}

/// A phrase as something to leave out. The engine asks what is to be left out for documents that
/// it is past already, which its phrases do not stand (an assertion in tantivy 0.27,
/// `PhraseScorer::seek_danger`); its unions do.
fn excludable(phrase: Box<dyn EngineQuery>) -> Box<dyn EngineQuery> {
    Box::new(BooleanQuery::union(vec![phrase.box_clone(), phrase]))
}

/// Decides, but gives no score.
fn silent(engine: Box<dyn EngineQuery>) -> Box<dyn EngineQuery> {
    Box::new(ConstScoreQuery::new(engine, 0.0))
}
