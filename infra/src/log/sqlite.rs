//! The log in SQLite.
//!
//! A write transaction holds the whole file, so positions follow commit order by themselves. All
//! statements take many rows at once, in a few fixed sizes that stay prepared: through sqlx each
//! statement is a round trip to the connection's thread.

use super::batch::{Outcome, Prepared, State, StoredAnswer, StoredKey, StreamId, decide};
use super::store::{LogStore, StoredEvent};
use crate::database::DatabaseError;
use crate::database::sql::{Row, Sql, Transaction, Value};
use async_trait::async_trait;
use chrono::{DateTime, SubsecRound, Utc};
use debrief_domain::ids::OrganizationId;
use std::collections::HashSet;
use uuid::Uuid;

const EVENT: &str = "SELECT position, id, organization_id, stream_type, stream_id, version, type, \
     schema_version, payload, metadata, recorded_at FROM events";

pub(super) struct SqliteLog {
    sql: Sql,
}

impl SqliteLog {
    pub(super) fn new(sql: Sql) -> Self {
        Self { sql }
    }

    async fn state(tx: &mut Transaction, batch: &[Prepared]) -> Result<State, DatabaseError> {
        let mut state = State::default();
        for row in tx.query("SELECT position FROM log_head", &[]).await? {
            state.position = row.get(0)?;
        }
        let streams: HashSet<StreamId> = batch.iter().map(|append| append.stream).collect();
        let streams: Vec<StreamId> = streams.into_iter().collect();
        let rows = rows_in_chunks(
            tx,
            &streams,
            2,
            |values| {
                format!(
                    "WITH s(type, id) AS (VALUES {values}) SELECT type, id, (SELECT MAX(version) \
                 FROM events WHERE stream_type = s.type AND stream_id = s.id) FROM s"
                )
            },
            |stream| vec![stream.stream_type.into(), stream.id.into()],
        )
        .await?;
        for row in rows {
            let (id, version): (Uuid, Option<i64>) = (row.get(1)?, row.get(2)?);
            let name: String = row.get(0)?;
            let stream = streams.iter().find(|s| s.id == id && s.stream_type == name);
            if let (Some(stream), Some(version)) = (stream, version) {
                state.versions.insert(*stream, version);
            }
        }
        let rows = rows_in_chunks(
            tx,
            batch,
            2,
            |values| {
                format!(
                    "WITH k(org, key) AS (VALUES {values}) SELECT c.organization_id, c.key, \
                 c.fingerprint, c.answer, c.position, c.version FROM k CROSS JOIN command_keys c \
                 ON c.organization_id = k.org AND c.key = k.key"
                )
            },
            |append| vec![append.organization.0.into(), append.key.key.as_str().into()],
        )
        .await?;
        for row in rows {
            let organization = OrganizationId(row.get(0)?);
            state.keys.insert((organization, row.get(1)?), stored_key(&row, 2)?);
        }
        Ok(state)
    }
}

#[async_trait]
impl LogStore for SqliteLog {
    async fn append(&self, batch: &[Prepared]) -> Result<Vec<Outcome>, DatabaseError> {
        let mut tx = self.sql.begin().await?;
        let mut state = Self::state(&mut tx, batch).await?;
        let recorded_at = Utc::now().trunc_subsecs(6); // as it is stored
        let outcomes = decide(&mut state, batch, recorded_at);
        let (mut events, mut keys, mut data_keys) = (Vec::new(), Vec::new(), Vec::new());
        for (append, outcome) in batch.iter().zip(&outcomes) {
            let &Outcome::Committed { position, version, .. } = outcome else {
                continue;
            };
            let before = append.events.len() as i64 - 1;
            for (event, n) in append.events.iter().zip(0..) {
                events.push(vec![
                    (position - before + n).into(),
                    event.id.into(),
                    append.organization.0.into(),
                    append.stream.stream_type.into(),
                    append.stream.id.into(),
                    (version - before + n).into(),
                    event.event_type.as_str().into(),
                    event.schema_version.into(),
                    event.payload.as_str().into(),
                    append.metadata.as_str().into(),
                    recorded_at.timestamp_micros().into(),
                ]);
            }
            keys.push(vec![
                append.organization.0.into(),
                append.key.key.as_str().into(),
                append.key.fingerprint.to_vec().into(),
                append.answer.to_string().into(),
                position.into(),
                version.into(),
            ]);
            data_keys.extend(append.wrapped_keys.iter().map(|key| {
                vec![
                    key.id.into(),
                    key.organization.0.into(),
                    key.parent.into(),
                    key.wrapped.clone().into(),
                ]
            }));
        }
        if keys.is_empty() {
            return Ok(outcomes);
        }
        insert(&mut tx, "INSERT INTO events", events, "").await?;
        insert(&mut tx, "INSERT INTO command_keys", keys, "").await?;
        let rewrap = "ON CONFLICT (id) DO UPDATE SET parent_id = excluded.parent_id, \
             wrapped = excluded.wrapped";
        insert(&mut tx, "INSERT INTO data_keys", data_keys, rewrap).await?;
        tx.execute("UPDATE log_head SET position = $1", &[state.position.into()]).await?;
        tx.commit().await?;
        Ok(outcomes)
    }

    async fn read(&self, after: i64, limit: u32) -> Result<Vec<StoredEvent>, DatabaseError> {
        let sql = format!("{EVENT} WHERE position > $1 ORDER BY position LIMIT $2");
        events(self.sql.query(&sql, &[after.into(), limit.into()]).await?)
    }

    async fn read_stream(
        &self,
        organization: OrganizationId,
        stream: StreamId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, DatabaseError> {
        let sql = format!(
            "{EVENT} WHERE stream_type = $1 AND stream_id = $2 AND version > $3 \
             AND organization_id = $4 ORDER BY version LIMIT $5"
        );
        let arguments = [
            stream.stream_type.into(),
            stream.id.into(),
            after.into(),
            organization.0.into(),
            limit.into(),
        ];
        events(self.sql.query(&sql, &arguments).await?)
    }

    async fn find(&self, id: Uuid) -> Result<Option<StoredEvent>, DatabaseError> {
        let sql = format!("{EVENT} WHERE id = $1");
        Ok(events(self.sql.query(&sql, &[id.into()]).await?)?.pop())
    }

    async fn find_key(
        &self,
        organization: OrganizationId,
        key: &str,
    ) -> Result<Option<StoredKey>, DatabaseError> {
        let sql = "SELECT fingerprint, answer, position, version FROM command_keys \
             WHERE organization_id = $1 AND key = $2";
        let rows = self.sql.query(sql, &[organization.0.into(), key.into()]).await?;
        rows.first().map(|row| stored_key(row, 0)).transpose()
    }

    async fn head(&self) -> Result<(i64, String), DatabaseError> {
        let rows = self.sql.query("SELECT position, epoch FROM log_head", &[]).await?;
        let row = rows.first().cloned().unwrap_or(Row(Vec::new()));
        Ok((row.get(0)?, row.get(1)?))
    }
}

fn stored_key(row: &Row, at: usize) -> Result<StoredKey, DatabaseError> {
    let unfit = |expected, found| DatabaseError::Type { column: at, expected, found };
    let fingerprint: Vec<u8> = row.get(at)?;
    let answer: String = row.get(at + 1)?;
    Ok(StoredKey {
        fingerprint: fingerprint.try_into().map_err(|_| unfit("32 bytes", "another number"))?,
        answer: StoredAnswer {
            answer: serde_json::from_str(&answer).map_err(|_| unfit("JSON", "other text"))?,
            position: row.get(at + 2)?,
            version: row.get(at + 3)?,
        },
    })
}

fn events(rows: Vec<Row>) -> Result<Vec<StoredEvent>, DatabaseError> {
    rows.iter()
        .map(|row| {
            Ok(StoredEvent {
                position: row.get(0)?,
                id: row.get(1)?,
                organization: OrganizationId(row.get(2)?),
                stream_type: row.get(3)?,
                stream_id: row.get(4)?,
                version: row.get(5)?,
                event_type: row.get(6)?,
                schema_version: row.get(7)?,
                payload: row.get(8)?,
                metadata: row.get(9)?,
                recorded_at: DateTime::from_timestamp_micros(row.get(10)?).unwrap_or_default(),
            })
        })
        .collect()
}

/// Sizes in which rows are put into one statement, so that few statements have to be prepared.
const SIZES: [usize; 4] = [128, 32, 8, 1];

/// Splits `items` into pieces of the sizes above, largest first.
fn pieces<T>(mut items: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = *SIZES.iter().find(|size| **size <= items.len())?;
        let (piece, rest) = items.split_at(size);
        items = rest;
        Some(piece)
    })
}

/// `(?, ?), (?, ?)` for `rows` rows of `columns` columns. Without numbers: sqlx looks each numbered
/// one up by its name, which takes time in the square of how many there are.
fn placeholders(rows: usize, columns: usize) -> String {
    let mut text = String::with_capacity(rows * (columns * 3 + 4));
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            text.push_str(if column == 0 { "?" } else { ", ?" });
        }
        text.push(')');
    }
    text
}

async fn insert(
    tx: &mut Transaction,
    statement: &str,
    rows: Vec<Vec<Value>>,
    end: &str,
) -> Result<(), DatabaseError> {
    for piece in pieces(&rows) {
        let values = placeholders(piece.len(), piece[0].len());
        tx.execute(&format!("{statement} VALUES {values} {end}"), &piece.concat()).await?;
    }
    Ok(())
}

async fn rows_in_chunks<T>(
    tx: &mut Transaction,
    items: &[T],
    columns: usize,
    statement: impl Fn(&str) -> String,
    arguments: impl Fn(&T) -> Vec<Value>,
) -> Result<Vec<Row>, DatabaseError> {
    let mut rows = Vec::new();
    for piece in pieces(items) {
        let sql = statement(&placeholders(piece.len(), columns));
        let arguments: Vec<Value> = piece.iter().flat_map(&arguments).collect();
        rows.extend(tx.query(&sql, &arguments).await?);
    }
    Ok(rows)
}
