//! Indexed values: languages, names, titles, topics, and their counts.

use super::{Facets, Query, Snapshot};
use crate::analysis::{Analyzer, ENGLISH};
use crate::index::IndexError;
use crate::suggest::Source;
use std::collections::BTreeSet;
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::aggregation::agg_result::AggregationResults;
use tantivy::aggregation::{AggContextParams, AggregationCollector};
use tantivy::schema::Field;

/// The maximum number of languages of an organization.
const LANGUAGES_MAX: usize = 50;
/// The maximum number of values of a facet.
const FACET_VALUES: usize = 50;

impl Snapshot<'_> {
    /// Returns the languages of this organization's passages (BCP 47), and English, whose rules
    /// apply to passages of unknown language.
    pub fn languages(&self) -> Result<Vec<String>, IndexError> {
        let mut languages = self.values(self.index.fields.language, LANGUAGES_MAX)?;
        if !languages.iter().any(|language| language == ENGLISH) {
            languages.push(ENGLISH.to_owned());
        }
        Ok(languages)
    }

    /// Returns the speakers in this organization's passages, up to `limit` names.
    pub fn speakers(&self, limit: usize) -> Result<Vec<String>, IndexError> {
        self.values(self.index.fields.speaker, limit)
    }

    /// Returns the values of a field in this scope, each once, in order.
    fn values(&self, field: Field, limit: usize) -> Result<Vec<String>, IndexError> {
        let first = self.scope.term(field, "");
        let mut values = BTreeSet::new();
        for segment in self.searcher.segment_readers() {
            let index = segment.inverted_index(field)?;
            let mut stream = index
                .terms()
                .range()
                .ge(first.serialized_value_bytes())
                .into_stream()
                .map_err(IndexError::Directory)?;
            let mut left = limit;
            while left > 0 && stream.advance() {
                let value = std::str::from_utf8(stream.key()).ok();
                let Some(value) = value.and_then(|value| self.scope.strip(value)) else { break };
                values.insert(value.to_owned());
                left -= 1;
            }
        }
        Ok(values.into_iter().take(limit).collect())
    }

    /// Returns whether each word of this text, in some form, is in one of this organization's
    /// passages.
    pub fn holds(&self, text: &str, languages: &[String]) -> Result<bool, IndexError> {
        let mut analyzer = Analyzer::new(languages.iter().map(String::as_str));
        for token in analyzer.asked(text) {
            let mut passages = 0;
            for stem in token.stems.iter().chain(&token.joined) {
                passages += self.count(stem)?;
            }
            if passages == 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns names, titles and topics to suggest, up to `limit` of each.
    pub fn suggestions(&self, limit: usize) -> Result<Vec<(Source, String)>, IndexError> {
        let fields = self.index.fields;
        let mut all = Vec::new();
        for (source, field) in [
            (Source::Speaker, fields.speaker),
            (Source::Title, fields.title),
            (Source::Topic, fields.topic),
        ] {
            all.extend(self.values(field, limit)?.into_iter().map(|value| (source, value)));
        }
        Ok(all)
    }

    /// Counts the matching passages by kind, client, speaker and language.
    pub fn facets(&self, query: &Query, languages: &[&str]) -> Result<Facets, IndexError> {
        if query.nothing {
            return Ok(Facets::new());
        }
        let mut analyzer = Analyzer::new(languages.iter().copied());
        let words = self.words(&mut analyzer, &query.words)?;
        let clauses = self.clauses(query, &words, &mut analyzer);
        let engine = self.engine_query(&clauses);
        const FACETS: [&str; 4] = ["kind", "client", "speaker", "language"];
        let request: serde_json::Map<_, _> = FACETS
            .iter()
            .map(|name| {
                let terms = serde_json::json!({"terms": {"field": name, "size": FACET_VALUES}});
                ((*name).to_owned(), terms)
            })
            .collect();
        let unreadable = |error: serde_json::Error| IndexError::Damaged(error.to_string());
        let request: Aggregations = serde_json::from_value(request.into()).map_err(unreadable)?;
        let collector = AggregationCollector::from_aggs(request, AggContextParams::default());
        let results: AggregationResults = self.searcher.search(&*engine, &collector)?;
        let results = serde_json::to_value(results).map_err(unreadable)?;
        let mut facets = Facets::new();
        for name in FACETS {
            let buckets = results[name]["buckets"].as_array().into_iter().flatten();
            let counted = buckets.filter_map(|bucket| {
                let value = self.scope.strip(bucket["key"].as_str()?)?;
                Some((value.to_owned(), bucket["doc_count"].as_u64()?))
            });
            facets.insert(name, counted.collect());
        }
        Ok(facets)
    }
}
