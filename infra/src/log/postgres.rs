//! The log in Postgres.
//!
//! Order: an append locks the row of `log_head` before it reads and until its commit is visible, so
//! a position is assigned only when all lower ones can be read.
//!
//! A plain batch, without conflicts (nearly every one), is one round trip: the function
//! `log_append` locks, checks and writes, and returns the positions. Any other batch is decided
//! here, in four round trips: begin, lock and read, write, commit.

use super::batch::{Outcome, Prepared, State, StoredAnswer, StoredKey, StreamId, decide, plain};
use super::store::{LogStore, StoredEvent};
use crate::database::DatabaseError;
use async_trait::async_trait;
use chrono::{DateTime, SubsecRound, Utc};
use debrief_domain::ids::OrganizationId;
use sqlx::postgres::{PgConnection, PgPool, PgRow};
use sqlx::{AssertSqlSafe, Row};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use tokio::sync::Mutex;
use uuid::Uuid;

const EVENT: &str = "SELECT position, id, organization_id, stream_type, stream_id, version, type, \
     schema_version, payload::text, metadata::text, recorded_at FROM events";

const WRITE: &str = "WITH head AS (UPDATE log_head SET position = $1), \
     keys AS (INSERT INTO command_keys SELECT * FROM \
        unnest($2::text[], $3::text[], $4::bytea[], $5::text[], $6::bigint[], $7::bigint[])), \
     data AS (INSERT INTO data_keys SELECT * FROM \
        unnest($8::text[], $9::text[], $10::text[], $11::bytea[]) \
        ON CONFLICT (id) DO UPDATE SET parent_id = excluded.parent_id, wrapped = excluded.wrapped) \
     INSERT INTO events SELECT e.position, e.id, e.organization_id, e.stream_type, e.stream_id, \
        e.version, e.type, e.schema_version, e.payload::jsonb, e.metadata::jsonb, $22 FROM \
        unnest($12::bigint[], $13::uuid[], $14::uuid[], $15::text[], $16::uuid[], $17::bigint[], \
               $18::text[], $19::integer[], $20::text[], $21::text[]) \
        AS e(position, id, organization_id, stream_type, stream_id, version, type, \
             schema_version, payload, metadata)";

const APPEND: &str = "SELECT log_append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, \
     $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)";

pub(super) struct PostgresLog {
    pool: PgPool,
    /// The appender's own connection, outside the pool: the pool would check before and after every
    /// batch whether it is alive, and each check is a round trip.
    appending: Mutex<Option<PgConnection>>,
}

impl PostgresLog {
    pub(super) fn new(pool: PgPool) -> Self {
        Self { pool, appending: Mutex::new(None) }
    }
}

async fn lock_and_read(
    tx: &mut sqlx::Transaction<'static, sqlx::Postgres>,
    batch: &[Prepared],
) -> Result<State, DatabaseError> {
    let streams: HashSet<StreamId> = batch.iter().map(|append| append.stream).collect();
    let streams: Vec<StreamId> = streams.into_iter().collect();
    let types: Vec<&str> = streams.iter().map(|s| s.stream_type).collect();
    let ids: Vec<Uuid> = streams.iter().map(|s| s.id).collect();
    let organizations: Vec<String> = batch.iter().map(|a| a.organization.to_string()).collect();
    let keys: Vec<&str> = batch.iter().map(|a| a.key.key.as_str()).collect();
    let rows = sqlx::query("SELECT * FROM log_lock_and_read($1, $2, $3, $4)")
        .bind(types)
        .bind(ids)
        .bind(organizations)
        .bind(keys)
        .fetch_all(&mut **tx)
        .await?;
    let mut state = State::default();
    for row in rows {
        let ordinal = (row.try_get::<i64, _>("ordinal")? - 1) as usize;
        match row.try_get::<i32, _>("kind")? {
            0 => state.position = row.try_get("at_position")?,
            1 => {
                if let Some(version) = row.try_get::<Option<i64>, _>("at_version")? {
                    state.versions.insert(streams[ordinal], version);
                }
            }
            _ => {
                let append = &batch[ordinal];
                let key = (append.organization, append.key.key.clone());
                let stored = stored_key(
                    row.try_get("key_fingerprint")?,
                    row.try_get("key_answer")?,
                    row.try_get("at_position")?,
                    row.try_get("at_version")?,
                )?;
                state.keys.insert(key, stored);
            }
        }
    }
    Ok(state)
}

/// The rows of a batch, column by column.
#[derive(Default)]
struct Columns<'a> {
    positions: Vec<i64>,
    ids: Vec<Uuid>,
    organizations: Vec<Uuid>,
    stream_types: Vec<&'a str>,
    stream_ids: Vec<Uuid>,
    versions: Vec<i64>,
    types: Vec<&'a str>,
    schema_versions: Vec<i32>,
    payloads: Vec<&'a str>,
    metadata: Vec<&'a str>,
    key_organizations: Vec<String>,
    keys: Vec<&'a str>,
    fingerprints: Vec<&'a [u8]>,
    answers: Vec<String>,
    key_positions: Vec<i64>,
    key_versions: Vec<i64>,
    data_key_ids: Vec<String>,
    data_key_organizations: Vec<String>,
    data_key_parents: Vec<Option<String>>,
    data_key_wrapped: Vec<&'a [u8]>,
}

impl<'a> Columns<'a> {
    fn push(&mut self, append: &'a Prepared, position: i64, version: i64) {
        let before = append.events.len() as i64 - 1;
        for (event, n) in append.events.iter().zip(0..) {
            self.positions.push(position - before + n);
            self.ids.push(event.id);
            self.organizations.push(append.organization.0);
            self.stream_types.push(append.stream.stream_type);
            self.stream_ids.push(append.stream.id);
            self.versions.push(version - before + n);
            self.types.push(&event.event_type);
            self.schema_versions.push(event.schema_version as i32);
            self.payloads.push(&event.payload);
            self.metadata.push(&append.metadata);
        }
        self.key_organizations.push(append.organization.to_string());
        self.keys.push(&append.key.key);
        self.fingerprints.push(&append.key.fingerprint);
        self.answers.push(append.answer.to_string());
        self.key_positions.push(position);
        self.key_versions.push(version);
        for key in &append.wrapped_keys {
            // A statement can write a row only once: the last one of a batch counts.
            let id = key.id.to_string();
            if let Some(i) = self.data_key_ids.iter().position(|known| *known == id) {
                self.data_key_organizations[i] = key.organization.to_string();
                self.data_key_parents[i] = key.parent.map(|parent| parent.to_string());
                self.data_key_wrapped[i] = &key.wrapped;
                continue;
            }
            self.data_key_ids.push(id);
            self.data_key_organizations.push(key.organization.to_string());
            self.data_key_parents.push(key.parent.map(|parent| parent.to_string()));
            self.data_key_wrapped.push(&key.wrapped);
        }
    }
}

impl PostgresLog {
    /// Writes a plain batch in one round trip; returns `None`, with nothing written, if there is a
    /// conflict.
    async fn append_plain(
        &self,
        batch: &[Prepared],
        expected: Vec<i64>,
    ) -> Result<Option<Vec<Outcome>>, DatabaseError> {
        let recorded_at = Utc::now().trunc_subsecs(6); // as it is stored
        let mut columns = Columns::default();
        let mut offset = 0;
        for (append, version) in batch.iter().zip(&expected) {
            let count = append.events.len() as i64;
            offset += count;
            columns.push(append, offset, version + count);
        }
        let types: Vec<&str> = batch.iter().map(|append| append.stream.stream_type).collect();
        let ids: Vec<Uuid> = batch.iter().map(|append| append.stream.id).collect();
        // Positions and versions relative to the head, until the batch is placed.
        let (offsets, versions) = (columns.key_positions.clone(), columns.key_versions.clone());
        let append = sqlx::query_scalar::<_, Option<i64>>(APPEND)
            .bind(types)
            .bind(ids)
            .bind(expected)
            .bind(columns.key_positions)
            .bind(columns.key_versions)
            .bind(columns.key_organizations)
            .bind(columns.keys)
            .bind(columns.fingerprints)
            .bind(columns.answers)
            .bind(columns.data_key_ids)
            .bind(columns.data_key_organizations)
            .bind(columns.data_key_parents)
            .bind(columns.data_key_wrapped)
            .bind(columns.ids)
            .bind(columns.organizations)
            .bind(columns.stream_types)
            .bind(columns.stream_ids)
            .bind(columns.versions)
            .bind(columns.types)
            .bind(columns.schema_versions)
            .bind(columns.payloads)
            .bind(columns.metadata)
            .bind(recorded_at);
        // Taken out while in use: an error, or dropping this future, closes it.
        let mut held = self.appending.lock().await;
        let mut connection = match held.take() {
            Some(connection) => connection,
            None => self.pool.acquire().await?.detach(),
        };
        let head = append.fetch_one(&mut connection).await?;
        *held = Some(connection);
        Ok(head.map(|head| {
            let placed = offsets.into_iter().zip(versions);
            placed
                .map(|(offset, version)| Outcome::Committed { position: head + offset, version })
                .collect()
        }))
    }
}

#[async_trait]
impl LogStore for PostgresLog {
    async fn append(&self, batch: &Arc<[Prepared]>) -> Result<Vec<Outcome>, DatabaseError> {
        if let Some(expected) = plain(batch)
            && let Some(outcomes) = self.append_plain(batch, expected).await?
        {
            return Ok(outcomes);
        }
        let mut tx = self.pool.begin().await?;
        let mut state = lock_and_read(&mut tx, batch).await?;
        let recorded_at = Utc::now().trunc_subsecs(6); // as it is stored
        let outcomes = decide(&mut state, batch);
        let mut columns = Columns::default();
        for (append, outcome) in batch.iter().zip(&outcomes) {
            if let &Outcome::Committed { position, version } = outcome {
                columns.push(append, position, version);
            }
        }
        if columns.keys.is_empty() {
            tx.rollback().await?;
            return Ok(outcomes);
        }
        sqlx::query(WRITE)
            .bind(state.position)
            .bind(columns.key_organizations)
            .bind(columns.keys)
            .bind(columns.fingerprints)
            .bind(columns.answers)
            .bind(columns.key_positions)
            .bind(columns.key_versions)
            .bind(columns.data_key_ids)
            .bind(columns.data_key_organizations)
            .bind(columns.data_key_parents)
            .bind(columns.data_key_wrapped)
            .bind(columns.positions)
            .bind(columns.ids)
            .bind(columns.organizations)
            .bind(columns.stream_types)
            .bind(columns.stream_ids)
            .bind(columns.versions)
            .bind(columns.types)
            .bind(columns.schema_versions)
            .bind(columns.payloads)
            .bind(columns.metadata)
            .bind(recorded_at)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(outcomes)
    }

    async fn read(&self, after: i64, limit: u32) -> Result<Vec<StoredEvent>, DatabaseError> {
        let sql = format!("{EVENT} WHERE position > $1 ORDER BY position LIMIT $2");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(after).bind(i64::from(limit));
        events(query.fetch_all(&self.pool).await?)
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
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(stream.stream_type)
            .bind(stream.id)
            .bind(after)
            .bind(organization.0)
            .bind(i64::from(limit));
        events(query.fetch_all(&self.pool).await?)
    }

    async fn find(&self, id: Uuid) -> Result<Option<StoredEvent>, DatabaseError> {
        let sql = format!("{EVENT} WHERE id = $1");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(id);
        Ok(events(query.fetch_all(&self.pool).await?)?.pop())
    }

    async fn ids_at(&self, positions: &[i64]) -> Result<HashMap<i64, Uuid>, DatabaseError> {
        let sql = "SELECT position, id FROM events WHERE position = ANY($1)";
        let rows = sqlx::query(sql).bind(positions).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    async fn find_key(
        &self,
        organization: OrganizationId,
        key: &str,
    ) -> Result<Option<StoredKey>, DatabaseError> {
        let sql = "SELECT fingerprint, answer, position, version FROM command_keys \
             WHERE organization_id = $1 AND key = $2";
        let query = sqlx::query(sql).bind(organization.to_string()).bind(key);
        let Some(row) = query.fetch_optional(&self.pool).await? else {
            return Ok(None);
        };
        stored_key(row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?).map(Some)
    }

    async fn head(&self) -> Result<(i64, String), DatabaseError> {
        let query = sqlx::query("SELECT position, epoch FROM log_head");
        let row = query.fetch_one(&self.pool).await?;
        Ok((row.try_get(0)?, row.try_get(1)?))
    }
}

fn stored_key(
    fingerprint: Vec<u8>,
    answer: String,
    position: i64,
    version: i64,
) -> Result<StoredKey, DatabaseError> {
    let unfit = |expected, found| DatabaseError::Type { column: 0, expected, found };
    Ok(StoredKey {
        fingerprint: fingerprint.try_into().map_err(|_| unfit("32 bytes", "another number"))?,
        answer: StoredAnswer {
            answer: serde_json::from_str(&answer).map_err(|_| unfit("JSON", "other text"))?,
            position,
            version,
        },
    })
}

fn events(rows: Vec<PgRow>) -> Result<Vec<StoredEvent>, DatabaseError> {
    rows.iter()
        .map(|row| {
            Ok(StoredEvent {
                position: row.try_get(0)?,
                id: row.try_get(1)?,
                organization: OrganizationId(row.try_get(2)?),
                stream_type: row.try_get(3)?,
                stream_id: row.try_get(4)?,
                version: row.try_get(5)?,
                event_type: row.try_get(6)?,
                schema_version: row.try_get::<i32, _>(7)? as u32,
                payload: row.try_get(8)?,
                metadata: row.try_get(9)?,
                recorded_at: row.try_get::<DateTime<Utc>, _>(10)?,
            })
        })
        .collect()
}
