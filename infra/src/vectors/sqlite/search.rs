//! Finds the nearest passages: coarse vectors select the candidates, exact ones decide.
//!
//! Runs on a blocking thread, on its own connection: a search reads megabytes, which sqlx would
//! copy and hand over row by row.

use super::failure::Failure;
use super::file::File;
use super::packed::{Question, Record, unpack};
use super::particulars::{Particulars, are_named};
use super::{Stored, json, stored};
use crate::vectors::rules::{other_dimensions, unit};
use crate::vectors::{Filters, Neighbor, VectorError};
use chrono::{DateTime, Utc};
use debrief_domain::ids::OrganizationId;
use rusqlite::{Connection, OptionalExtension, ToSql, params_from_iter};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// Selects the sessions that pass the filters, except those by name. The planner has no statistics:
/// a CROSS JOIN is evaluated from left to right.
macro_rules! sessions {
    ($columns:literal, $join:literal, $and:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM session s ",
            $join,
            " WHERE s.collection = ?1 AND s.organization = ?2 \
             AND (?3 IS NULL OR s.client IN (SELECT value FROM json_each(?3))) \
             AND (?4 IS NULL OR s.transcript IN (SELECT value FROM json_each(?4))) \
             AND s.at >= ?5 AND s.at < ?6",
            $and
        )
    };
}

const NAMES: &str = sessions!("s.number, s.particulars", "", "");
const PASSAGES: &str = sessions!(
    "s.number, k.passages",
    "CROSS JOIN coarse k ON k.session = s.number",
    " AND (?7 IS NULL OR s.number IN (SELECT value FROM json_each(?7)))"
);

/// The scope of a search.
struct Scope {
    collection: i64,
    organization: String,
    clients: Option<String>,
    transcripts: Option<String>,
    from: i64,
    to: i64,
}

impl Scope {
    fn new(
        collection: i64,
        organization: OrganizationId,
        filters: &Filters,
    ) -> Result<Self, Failure> {
        let list = |ids: Vec<Uuid>| (!ids.is_empty()).then(|| json(&ids)).transpose();
        let micros = |at: Option<DateTime<Utc>>| at.map(|at| at.timestamp_micros());
        Ok(Self {
            collection,
            organization: organization.0.to_string(),
            clients: list(filters.clients.iter().map(|it| it.0).collect())?,
            transcripts: list(filters.transcripts.iter().map(|it| it.0).collect())?,
            from: micros(filters.from).unwrap_or(i64::MIN),
            to: micros(filters.to).unwrap_or(i64::MAX),
        })
    }

    /// Returns the values of the first six placeholders.
    fn values(&self) -> [&dyn ToSql; 6] {
        [
            &self.collection,
            &self.organization,
            &self.clients,
            &self.transcripts,
            &self.from,
            &self.to,
        ]
    }

    /// Returns the groups of passages that pass the filters by name, by session.
    fn groups(
        &self,
        tx: &Connection,
        filters: &Filters,
    ) -> Result<HashMap<i64, Vec<bool>>, Failure> {
        let mut groups = HashMap::new();
        let mut statement = tx.prepare_cached(NAMES)?;
        let mut rows = statement.query(params_from_iter(self.values()))?;
        while let Some(row) = rows.next()? {
            let particulars: Particulars = serde_json::from_str(row.get_ref(1)?.as_str()?)
                .map_err(|error| Failure::Damaged(format!("a session's names: {error}")))?;
            if let Some(allowed) = particulars.allowed(filters) {
                groups.insert(row.get(0)?, allowed);
            }
        }
        Ok(groups)
    }
}

/// A search request.
pub(super) struct Wanted {
    pub(super) collection: String,
    pub(super) organization: OrganizationId,
    pub(super) question: Vec<f32>,
    pub(super) limit: usize,
    pub(super) filters: Filters,
}

pub(super) async fn nearest(file: &Arc<File>, wanted: Wanted) -> Result<Vec<Neighbor>, Failure> {
    let file = Arc::clone(file);
    let found = tokio::task::spawn_blocking(move || {
        let mut connection = file.searcher()?;
        // One snapshot for everything below.
        let tx = connection.transaction()?;
        let found = nearest_in(&tx, &wanted)?;
        tx.finish()?;
        file.rest(connection);
        Ok(found)
    });
    found.await.unwrap_or_else(|panic| Err(VectorError::Unavailable(panic.to_string()).into()))
}

fn nearest_in(tx: &Connection, wanted: &Wanted) -> Result<Vec<Neighbor>, Failure> {
    let Wanted { collection: name, organization, question, limit, filters } = wanted;
    let collection = collection(tx, name)?;
    if question.len() != collection.dimensions {
        return Err(other_dimensions(collection.dimensions, question.len()).into());
    }
    let question = Question::new(unit(question)?);
    let scope = Scope::new(collection.number, *organization, filters)?;
    if *limit == 0 {
        return Ok(Vec::new());
    }
    let groups = match are_named(filters) {
        true => Some(scope.groups(tx, filters)?),
        false => None,
    };
    let only = groups.as_ref().map(|it| json(&it.keys().collect::<Vec<_>>())).transpose()?;
    let mut candidates = Candidates::new(*limit);
    let mut statement = tx.prepare_cached(PASSAGES)?;
    let values = scope.values().into_iter().chain([&only as &dyn ToSql]);
    let mut rows = statement.query(params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        let allowed = match &groups {
            Some(groups) => groups.get(&row.get(0)?).map_or(&[][..], Vec::as_slice),
            None => &[],
        };
        for record in unpack(row.get_ref(1)?.as_blob()?, collection.dimensions)? {
            if groups.is_none() || allowed.get(record.group as usize) == Some(&true) {
                candidates.offer(&record, question.bounds(&record));
            }
        }
    }
    exact(tx, &question, candidates.into_passages(), *limit)
}

fn collection(tx: &Connection, name: &str) -> Result<Stored, Failure> {
    let sql = "SELECT number, dimensions FROM collection WHERE name = ?1";
    let mut statement = tx.prepare_cached(sql)?;
    let found = statement.query_row([name], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    stored(name, found)
}

/// Returns the nearest of the candidates, compared exactly.
fn exact(
    tx: &Connection,
    question: &Question,
    mut passages: Vec<Candidate>,
    limit: usize,
) -> Result<Vec<Neighbor>, Failure> {
    // In the order in which they are stored in the file.
    passages.sort_unstable_by_key(|passage| passage.number);
    let mut statement = tx.prepare_cached("SELECT vector FROM exact WHERE number = ?1")?;
    let mut nearest = Vec::with_capacity(passages.len());
    for passage in passages {
        let similarity = statement
            .query_row([passage.number], |row| Ok(question.similarity(row.get_ref(0)?.as_blob()?)));
        match similarity.optional()?.flatten() {
            Some(similarity) => nearest.push(Neighbor { id: passage.id, similarity }),
            None => return Err(Failure::Damaged("exact vectors are missing".to_owned())),
        }
    }
    nearest.sort_unstable_by(|a, b| {
        b.similarity.total_cmp(&a.similarity).then_with(|| a.id.cmp(&b.id))
    });
    nearest.truncate(limit);
    Ok(nearest)
}

/// Passages that may be among the `limit` nearest: those whose upper bound reaches the lower bound
/// of the last of the `limit` surely nearest.
struct Candidates {
    limit: usize,
    /// The largest lower bounds, as integers of the same order.
    lows: BinaryHeap<Reverse<i32>>,
    passages: Vec<Candidate>,
}

struct Candidate {
    high: i32,
    number: i64,
    id: Uuid,
}

impl Candidates {
    fn new(limit: usize) -> Self {
        Self { limit, lows: BinaryHeap::with_capacity(limit + 1), passages: Vec::new() }
    }

    /// Returns the bound that a passage must reach.
    fn threshold(&self) -> i32 {
        match self.lows.peek() {
            Some(Reverse(low)) if self.lows.len() == self.limit => *low,
            _ => i32::MIN,
        }
    }

    fn offer(&mut self, record: &Record<'_>, (low, high): (f32, f32)) {
        let (low, high) = (ordered(low), ordered(high));
        let threshold = self.threshold();
        if high < threshold {
            return;
        }
        self.passages.push(Candidate { high, number: record.number, id: record.id });
        if low > threshold || self.lows.len() < self.limit {
            self.lows.push(Reverse(low));
            if self.lows.len() > self.limit {
                self.lows.pop();
            }
        }
    }

    fn into_passages(self) -> Vec<Candidate> {
        let threshold = self.threshold();
        self.passages.into_iter().filter(|it| it.high >= threshold).collect()
    }
}

/// Maps floats to integers of the same order, as [`f32::total_cmp`] does.
fn ordered(float: f32) -> i32 {
    let bits = float.to_bits().cast_signed();
    bits ^ (bits >> 31).cast_unsigned().wrapping_shr(1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_keep_their_order() {
        let floats = [-2.0, -1.0, -0.5, -0.0, 0.0, 0.25, 0.5, 1.0, 2.0];
        let ordered: Vec<i32> = floats.iter().map(|&it| ordered(it)).collect();
        assert!(ordered.is_sorted());
    }
}
