//! What was promised, decided or asked: first among the hits of a question for it.
//!
//! A promise seldom holds the words of its subject ("I'll talk to Tomas on Thursday" is about the
//! report). So what is of the kind and by the people named comes first, whether or not it holds the
//! other words: what holds them, then what is said near them, then what is from a session with
//! them, then, if people are named, the rest.

use super::engine::{Clauses, unscored};
use super::{CANDIDATES_MAX, Query, Snapshot};
use crate::index::{IndexError, Statistics};
use crate::passages::Kind;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use tantivy::DocAddress;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, Query as EngineQuery};

/// A passage of the kind that a question asks for.
pub(super) struct OfKind {
    pub(super) address: DocAddress,
    /// Whether it holds a word of the question.
    pub(super) holds: bool,
}

/// How a passage is related to the words of a question, closest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Relation {
    /// It holds one, or there are none.
    Holds,
    /// It is said near one.
    Near,
    /// It is from a session with one.
    SameSession,
    None,
}

/// Where the words of a question are said in a session.
#[derive(Default)]
struct Said {
    /// The best score of its passages.
    score: f32,
    turns: Vec<u32>,
}

/// Returns the words of a question without the names of the people that it is about: whether a
/// passage is by them is another question than whether it holds the subject.
pub(super) fn subject(query: &Query) -> String {
    let names: HashSet<String> = query
        .about
        .iter()
        .flat_map(|about| &about.names)
        .flat_map(|name| name.split_whitespace())
        .map(str::to_lowercase)
        .collect();
    let words = query.words.split_whitespace();
    let subject: Vec<&str> = words.filter(|word| !names.contains(&word.to_lowercase())).collect();
    subject.join(" ")
}

impl Snapshot<'_> {
    /// Returns the passages that come first, in order.
    pub(super) fn of_kind(
        &self,
        query: &Query,
        kind: Kind,
        clauses: &Clauses,
    ) -> Result<Vec<OfKind>, IndexError> {
        let fields = self.index.fields;
        let statistics = Statistics::of(&self.searcher, &fields, &self.scope)?;
        let top = || TopDocs::with_limit(CANDIDATES_MAX).order_by_score();
        let find = |engine: &BooleanQuery| {
            self.searcher.search_with_statistics_provider(engine, &top(), &statistics)
        };
        let base = || -> Vec<(Occur, Box<dyn EngineQuery>)> {
            let must =
                clauses.must.iter().map(|engine| (Occur::Must, unscored(engine.box_clone())));
            let not = clauses.must_not.iter().map(|engine| (Occur::MustNot, engine.box_clone()));
            must.chain(not).collect()
        };
        let words = || clauses.words();

        let mut engine = base();
        engine.push((Occur::Must, unscored(self.any(fields.kind, [kind.as_str()]))));
        for about in &query.about {
            let clients = about.clients.iter().map(|client| client.0.simple().to_string());
            let names: Vec<String> = about.names.iter().cloned().chain(clients).collect();
            let by = self.any(fields.by, names.iter().map(String::as_str));
            engine.push((Occur::Must, unscored(by)));
        }
        engine.extend(words().map(|words| (Occur::Should, words)));
        let found = find(&BooleanQuery::new(engine))?;

        let mut said: HashMap<u64, Said> = HashMap::new();
        if let Some(words) = words()
            && !found.is_empty()
        {
            let mut engine = base();
            engine.push((Occur::Must, unscored(self.any(fields.kind, [Kind::Turns.as_str()]))));
            engine.push((Occur::Must, words));
            for (score, address) in find(&BooleanQuery::new(engine))? {
                let columns = self.columns(address);
                let session = said.entry(columns.session(address.doc_id)).or_default();
                session.score = session.score.max(score);
                session.turns.extend(columns.turns(address.doc_id));
            }
        }

        let filters = &query.filters;
        let somebody = !query.about.is_empty()
            || !filters.client_ids.is_empty()
            || !filters.speakers.is_empty()
            || !filters.transcript_ids.is_empty();
        let mut all = Vec::with_capacity(found.len());
        for (score, address) in found {
            let columns = self.columns(address);
            let turn = columns.turns(address.doc_id).next();
            let session = columns.session(address.doc_id);
            let near = said.get(&session);
            let (relation, score) = match near {
                _ if score > 0.0 || !clauses.ranks => (Relation::Holds, score),
                Some(near) if turn.is_some_and(|turn| near.turns.contains(&turn)) => {
                    (Relation::Near, near.score)
                }
                Some(near) => (Relation::SameSession, near.score),
                None if somebody => (Relation::None, 0.0),
                None => continue,
            };
            let at = columns.at(address.doc_id);
            all.push((relation, score, (Reverse(at), session, turn), address));
        }
        all.sort_by(|one, other| {
            one.0.cmp(&other.0).then(other.1.total_cmp(&one.1)).then(one.2.cmp(&other.2))
        });
        Ok(all
            .into_iter()
            .map(|(relation, _, _, address)| OfKind { address, holds: relation == Relation::Holds })
            .collect())
    }
}

/// Puts these passages before the ranked ones, with higher scores.
pub(super) fn first(of_kind: &[OfKind], ranked: Vec<(f32, DocAddress)>) -> Vec<(f32, DocAddress)> {
    if of_kind.is_empty() {
        return ranked;
    }
    let most = ranked.first().map_or(0.0, |(score, _)| *score);
    let known: HashSet<DocAddress> = of_kind.iter().map(|passage| passage.address).collect();
    let ahead = of_kind
        .iter()
        .enumerate()
        .map(|(place, passage)| (most + (of_kind.len() - place) as f32, passage.address));
    let rest = ranked.into_iter().filter(|(_, address)| !known.contains(address));
    ahead.chain(rest).collect()
}
