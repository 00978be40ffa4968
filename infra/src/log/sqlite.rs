//! The log in SQLite.
//!
//! A write transaction locks the whole file, so positions follow commit order. Batches are written
//! through a connection of rusqlite, on a thread for blocking work: through sqlx, each statement is
//! a round trip to the connection's thread and each value is copied, which costs more than SQLite
//! itself. All reads use sqlx.
//!
//! A plain batch, without conflicts (nearly every one), is written without reading whether its keys
//! and streams are new: if they are not, a unique index is violated, and the batch is rolled back
//! and decided like any other.

use super::batch::{Outcome, Prepared, State, StoredAnswer, StoredKey, StreamId, decide, plain};
use super::store::{LogStore, StoredEvent};
use crate::database::DatabaseError;
use crate::database::sql::{Row, Sql};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use debrief_domain::ids::OrganizationId;
use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Statement, Transaction, TransactionBehavior, params,
};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

const EVENT: &str = "SELECT position, id, organization_id, stream_type, stream_id, version, type, \
     schema_version, payload, metadata, recorded_at FROM events";

pub(super) struct SqliteLog {
    sql: Sql,
    /// Opened by the first append.
    writer: Arc<Mutex<Option<Connection>>>,
}

impl SqliteLog {
    pub(super) fn new(sql: Sql) -> Self {
        Self { sql, writer: Arc::default() }
    }
}

/// An id as stored.
struct Id([u8; uuid::fmt::Hyphenated::LENGTH]);

impl Id {
    fn of(id: Uuid) -> Self {
        let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
        id.hyphenated().encode_lower(&mut text);
        Self(text)
    }
}

impl rusqlite::ToSql for Id {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        Ok(rusqlite::types::ToSqlOutput::Borrowed(rusqlite::types::ValueRef::Text(&self.0)))
    }
}

const VERSION: &str =
    "SELECT COALESCE(MAX(version), 0) FROM events WHERE stream_type = ?1 AND stream_id = ?2";

fn head(tx: &Connection) -> rusqlite::Result<i64> {
    tx.query_row("SELECT position FROM log_head", [], |row| row.get(0))
}

fn version(statement: &mut Statement<'_>, stream: StreamId) -> rusqlite::Result<i64> {
    statement.query_row(params![stream.stream_type, Id::of(stream.id)], |row| row.get(0))
}

/// Reads the state needed to decide the batch.
fn state(tx: &Connection, batch: &[Prepared]) -> rusqlite::Result<State> {
    let mut state = State { position: head(tx)?, ..State::default() };
    let mut versions = tx.prepare_cached(VERSION)?;
    let mut key = tx.prepare_cached(
        "SELECT fingerprint, answer, position, version FROM command_keys \
         WHERE organization_id = ?1 AND key = ?2",
    )?;
    for append in batch {
        if let Entry::Vacant(new) = state.versions.entry(append.stream) {
            new.insert(version(&mut versions, append.stream)?);
        }
        let values = params![Id::of(append.organization.0), append.key.key];
        let stored = key.query_row(values, |row| {
            let answer: String = row.get(1)?;
            let answer = serde_json::from_str(&answer).map_err(|error| {
                let text = rusqlite::types::Type::Text;
                rusqlite::Error::FromSqlConversionFailure(1, text, Box::new(error))
            })?;
            let (position, version) = (row.get(2)?, row.get(3)?);
            let answer = StoredAnswer { answer, position, version };
            Ok(StoredKey { fingerprint: row.get(0)?, answer })
        });
        if let Some(stored) = stored.optional()? {
            state.keys.insert((append.organization, append.key.key.clone()), stored);
        }
    }
    Ok(state)
}

/// Writes the accepted part of a batch, and the log's new head.
fn write(
    tx: &Connection,
    batch: &[Prepared],
    outcomes: &[Outcome],
    head: i64,
) -> rusqlite::Result<()> {
    let recorded_at = Utc::now().timestamp_micros();
    let mut events = tx.prepare_cached(
        "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    let mut keys = tx.prepare_cached("INSERT INTO command_keys VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    let mut data_keys = tx.prepare_cached(
        "INSERT INTO data_keys VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO UPDATE \
         SET parent_id = excluded.parent_id, wrapped = excluded.wrapped",
    )?;
    for (append, outcome) in batch.iter().zip(outcomes) {
        let &Outcome::Committed { position, version } = outcome else {
            continue;
        };
        let organization = Id::of(append.organization.0);
        let before = append.events.len() as i64 - 1;
        for (event, n) in append.events.iter().zip(0..) {
            events.execute(params![
                position - before + n,
                Id::of(event.id),
                organization,
                append.stream.stream_type,
                Id::of(append.stream.id),
                version - before + n,
                event.event_type,
                event.schema_version,
                event.payload,
                append.metadata,
                recorded_at,
            ])?;
        }
        keys.execute(params![
            organization,
            append.key.key,
            append.key.fingerprint,
            append.answer.to_string(),
            position,
            version,
        ])?;
        for key in &append.wrapped_keys {
            data_keys.execute(params![
                Id::of(key.id),
                Id::of(key.organization.0),
                key.parent.map(Id::of),
                key.wrapped,
            ])?;
        }
    }
    tx.execute("UPDATE log_head SET position = ?1", [head])?;
    Ok(())
}

/// Writes a plain batch; returns `None`, with nothing written, if there is a conflict.
fn append_plain(
    connection: &mut Connection,
    batch: &[Prepared],
    expected: &[i64],
) -> rusqlite::Result<Option<Vec<Outcome>>> {
    let tx = begin(connection)?;
    let mut position = head(&tx)?;
    let mut outcomes = Vec::with_capacity(batch.len());
    {
        let mut versions = tx.prepare_cached(VERSION)?;
        for (append, &expected) in batch.iter().zip(expected) {
            // A conflict on a new stream's first version shows when it is written.
            let is_new = expected == 0 && !append.events.is_empty();
            if !is_new && version(&mut versions, append.stream)? != expected {
                return Ok(None);
            }
            let count = append.events.len() as i64;
            position += count;
            outcomes.push(Outcome::Committed { position, version: expected + count });
        }
    }
    match write(&tx, batch, &outcomes, position) {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => Ok(None),
        Err(error) => Err(error),
        Ok(()) => tx.commit().map(|()| Some(outcomes)),
    }
}

/// IMMEDIATE: a transaction that reads first and then writes would fail if another process wrote in
/// between.
fn begin(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

fn append(connection: &mut Connection, batch: &[Prepared]) -> rusqlite::Result<Vec<Outcome>> {
    if let Some(expected) = plain(batch)
        && let Some(outcomes) = append_plain(connection, batch, &expected)?
    {
        return Ok(outcomes);
    }
    let tx = begin(connection)?;
    let mut state = state(&tx, batch)?;
    let outcomes = decide(&mut state, batch);
    if outcomes.iter().any(|outcome| matches!(outcome, Outcome::Committed { .. })) {
        write(&tx, batch, &outcomes, state.position)?;
        tx.commit()?;
    }
    Ok(outcomes)
}

#[async_trait]
impl LogStore for SqliteLog {
    async fn append(&self, batch: &Arc<[Prepared]>) -> Result<Vec<Outcome>, DatabaseError> {
        let (writer, batch, sql) = (Arc::clone(&self.writer), Arc::clone(batch), self.sql.clone());
        let written = tokio::task::spawn_blocking(move || {
            // After a panic, the transaction is rolled back and the connection is intact.
            let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
            let connection = match &mut *writer {
                Some(connection) => connection,
                none => none.insert(sql.blocking_writer()?),
            };
            append(connection, &batch).map_err(|error| sql.seen(error.into()))
        });
        written.await.unwrap_or_else(|panic| Err(DatabaseError::broken(panic)))
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

    async fn ids_at(&self, positions: &[i64]) -> Result<HashMap<i64, Uuid>, DatabaseError> {
        let mut ids = HashMap::with_capacity(positions.len());
        for positions in positions.chunks(1_000) {
            let marks: Vec<String> = (1..=positions.len()).map(|i| format!("${i}")).collect();
            let sql =
                format!("SELECT position, id FROM events WHERE position IN ({})", marks.join(", "));
            let arguments: Vec<_> = positions.iter().map(|&position| position.into()).collect();
            for row in self.sql.query(&sql, &arguments).await? {
                ids.insert(row.get(0)?, row.get(1)?);
            }
        }
        Ok(ids)
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
