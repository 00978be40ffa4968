//! The interface of the log to a database.

use super::batch::{Outcome, Prepared, StoredKey, StreamId};
use crate::database::{DatabaseError, sql::Sql};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use debrief_domain::ids::OrganizationId;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// An event in the database: encrypted, and in the schema it was written in.
#[derive(Debug, Clone)]
pub(super) struct StoredEvent {
    pub(super) position: i64,
    pub(super) id: Uuid,
    pub(super) organization: OrganizationId,
    pub(super) stream_type: String,
    pub(super) stream_id: Uuid,
    pub(super) version: i64,
    pub(super) event_type: String,
    pub(super) schema_version: u32,
    pub(super) payload: String,
    pub(super) metadata: String,
    pub(super) recorded_at: DateTime<Utc>,
}

/// An adapter of the log to one kind of database.
#[async_trait]
pub(super) trait LogStore: Send + Sync {
    /// Decides and writes a batch in one transaction. After an error it is unknown whether the
    /// batch was committed; sending it again is safe because of its keys.
    async fn append(&self, batch: &Arc<[Prepared]>) -> Result<Vec<Outcome>, DatabaseError>;

    /// See [`super::EventLog::read`].
    async fn read(&self, after: i64, limit: u32) -> Result<Vec<StoredEvent>, DatabaseError>;

    /// See [`super::EventLog::read_stream`].
    async fn read_stream(
        &self,
        organization: OrganizationId,
        stream: StreamId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, DatabaseError>;

    /// See [`super::EventLog::find`].
    async fn find(&self, id: Uuid) -> Result<Option<StoredEvent>, DatabaseError>;

    /// Returns the ids of the events at these positions; positions without an event are left out.
    async fn ids_at(&self, positions: &[i64]) -> Result<HashMap<i64, Uuid>, DatabaseError>;

    /// Returns the stored answer for a key.
    async fn find_key(
        &self,
        organization: OrganizationId,
        key: &str,
    ) -> Result<Option<StoredKey>, DatabaseError>;

    /// Returns the position of the last event, and the log's epoch.
    async fn head(&self) -> Result<(i64, String), DatabaseError>;
}

/// Returns the adapter for this database.
pub(super) fn of(sql: Sql) -> Arc<dyn LogStore> {
    match &sql {
        Sql::Sqlite { .. } => Arc::new(super::sqlite::SqliteLog::new(sql)),
        #[cfg(feature = "postgres")]
        Sql::Postgres(pool) => Arc::new(super::postgres::PostgresLog::new(pool.clone())),
    }
}
