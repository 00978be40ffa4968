//! Ranked candidates → hits: drops those that show nothing new.

use super::{Query, Snapshot};
use crate::index::Columns;
use crate::passages::{Kind, PassageKey};
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use tantivy::DocAddress;

/// A candidate, with what is known without reading it.
struct Candidate {
    score: f32,
    address: DocAddress,
    session: u64,
    key: PassageKey,
    kind: Kind,
    at: i64,
    turns: Vec<u32>,
}

impl Candidate {
    fn of(score: f32, address: DocAddress, columns: &Columns) -> Self {
        let doc = address.doc_id;
        Self {
            score,
            address,
            session: columns.session(doc),
            key: columns.key(doc),
            kind: columns.kind(doc),
            at: columns.at(doc),
            turns: columns.turns(doc).collect(),
        }
    }

    /// Orders passages of equal score, the same on every node: newest session first.
    fn place(&self) -> (Reverse<i64>, u64, Kind, Option<u32>, PassageKey) {
        (Reverse(self.at), self.session, self.kind, self.turns.first().copied(), self.key)
    }
}

impl Snapshot<'_> {
    /// Returns the first `limit` of these candidates that do not overlap better ones, and whether
    /// there are more.
    pub(super) fn choose(
        &self,
        ranked: &[(f32, DocAddress)],
        query: &Query,
        limit: usize,
        seen: impl Fn(&PassageKey) -> bool,
    ) -> (Vec<(f32, DocAddress)>, bool) {
        let mut chosen = Vec::with_capacity(limit);
        let mut shown: HashMap<u64, Shown> = HashMap::new();
        for equal in ranked.chunk_by(|(one, _), (other, _)| one == other) {
            let candidate =
                |(score, address): &_| Candidate::of(*score, *address, self.columns(*address));
            let mut candidates: Vec<Candidate> = equal.iter().map(candidate).collect();
            // Without a score, the order is by date.
            if equal.first().is_some_and(|(score, _)| *score > 0.0) {
                candidates.sort_by_cached_key(Candidate::place);
            }
            for candidate in candidates {
                let shown = shown.entry(candidate.session).or_default();
                if !shown.shows_new(&candidate)
                    || query.per_session > 0 && shown.passages >= query.per_session
                {
                    continue;
                }
                shown.add(&candidate);
                if seen(&candidate.key) {
                    continue;
                }
                if chosen.len() == limit {
                    return (chosen, true);
                }
                chosen.push((candidate.score, candidate.address));
            }
        }
        (chosen, false)
    }
}

/// What was chosen of a session.
#[derive(Default)]
struct Shown {
    passages: usize,
    /// Turns shown in windows.
    said: BTreeSet<u32>,
    /// Turns shown in other passages.
    quoted: BTreeSet<u32>,
}

impl Shown {
    /// Returns whether a passage shows something new: a window without a shown turn, or quotes of
    /// turns that were not all shown.
    fn shows_new(&self, passage: &Candidate) -> bool {
        let mut turns = passage.turns.iter();
        match passage.kind {
            Kind::Title | Kind::Notes | Kind::ExternalNote => true,
            Kind::Turns => turns.all(|turn| !self.said.contains(turn)),
            _ => turns.any(|turn| !self.said.contains(turn) && !self.quoted.contains(turn)),
        }
    }

    fn add(&mut self, passage: &Candidate) {
        self.passages += 1;
        match passage.kind {
            Kind::Title | Kind::Notes | Kind::ExternalNote => {}
            Kind::Turns => self.said.extend(&passage.turns),
            _ => self.quoted.extend(&passage.turns),
        }
    }
}
