//! Checkpoints of projections.

use super::table::TableCopy;
use super::{Projection, ProjectionError};
use chrono::Utc;
use debrief_infra::database::DatabaseError;
use debrief_infra::database::sql::{Row, Sql, Transaction};
use debrief_infra::health::Unwell;
use debrief_infra::log::follow::{self, Diverged};
use debrief_infra::log::{EventLog, LogError, RecordedEvent};
use serde::Serialize;
use uuid::Uuid;

/// A projection's position in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checkpoint {
    /// Name of the projection.
    pub name: String,
    /// Version of the code that filled the tables.
    pub version: i64,
    /// Number of rebuilds.
    pub generation: i64,
    /// Position of the last event included in the tables.
    pub position: i64,
    /// Unix time of the last advance, in milliseconds.
    pub updated_at: i64,
    /// Which log it is a position in; `None` if it has not advanced since that is recorded.
    #[serde(skip)]
    pub epoch: Option<String>,
    /// The event at the position; `None` if it has not advanced since that is recorded.
    #[serde(skip)]
    pub event: Option<Uuid>,
}

impl Checkpoint {
    /// Returns the part that the log can check.
    pub fn place(&self) -> follow::Checkpoint {
        follow::Checkpoint { epoch: self.epoch.clone(), position: self.position, event: self.event }
    }
}

const COLUMNS: &str = "name, version, generation, position, updated_at, epoch, event_id";

fn checkpoint(row: &Row) -> Result<Checkpoint, DatabaseError> {
    Ok(Checkpoint {
        name: row.get(0)?,
        version: row.get(1)?,
        generation: row.get(2)?,
        position: row.get(3)?,
        updated_at: row.get(4)?,
        epoch: row.get(5)?,
        event: row.get(6)?,
    })
}

/// Returns the checkpoints of all projections that ever ran.
pub async fn checkpoints(views: &Sql) -> Result<Vec<Checkpoint>, DatabaseError> {
    // Names with a slash are claims to builds.
    let sql = format!(
        "SELECT {COLUMNS} FROM projection_checkpoints WHERE name NOT LIKE '%/%' ORDER BY name"
    );
    views.query(&sql, &[]).await?.iter().map(checkpoint).collect()
}

/// Checks that all checkpoints, of whatever process, are ones of this log.
pub async fn check(log: &EventLog, views: &Sql) -> Result<(), Unwell> {
    let checkpoints = checkpoints(views).await?;
    // After them: the log may advance in between, and then the checkpoints may too.
    let head = log.look().await?;
    for checkpoint in checkpoints {
        checkpoint.place().check(&head).map_err(Diverged::unwell)?;
        match log.verify_place(&checkpoint.place()).await {
            Err(LogError::Diverged(diverged)) => return Err(diverged.unwell()),
            verified => verified?,
        }
    }
    Ok(())
}

/// Returns one projection's checkpoint.
pub(super) async fn find(views: &Sql, name: &str) -> Result<Option<Checkpoint>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM projection_checkpoints WHERE name = $1");
    views.query(&sql, &[name.into()]).await?.first().map(checkpoint).transpose()
}

/// Returns one projection's checkpoint, locked until the transaction ends.
pub(super) async fn lock(
    tx: &mut Transaction,
    name: &str,
) -> Result<Option<Checkpoint>, DatabaseError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM projection_checkpoints WHERE name = $1{}",
        tx.dialect().for_update()
    );
    tx.query(&sql, &[name.into()]).await?.first().map(checkpoint).transpose()
}

/// Advances a checkpoint from its known position to the last event processed, in the log of this
/// epoch. Returns `false` if
/// another runner advanced it first.
pub(super) async fn advance(
    tx: &mut Transaction,
    from: &Checkpoint,
    last: &RecordedEvent,
    epoch: &str,
) -> Result<bool, DatabaseError> {
    let sql = "UPDATE projection_checkpoints SET position = $4, updated_at = $5, \
         epoch = COALESCE(epoch, $6), event_id = $7 WHERE name = $1 AND position = $2 AND generation = $3";
    let arguments = [
        from.name.as_str().into(),
        from.position.into(),
        from.generation.into(),
        last.position.into(),
        Utc::now().timestamp_millis().into(),
        epoch.into(),
        last.id.into(),
    ];
    Ok(tx.execute(sql, &arguments).await? == 1)
}

/// Returns the live checkpoint; creates it with empty tables if the projection never ran.
pub(super) async fn ensure(
    views: &Sql,
    projection: &dyn Projection,
) -> Result<Checkpoint, ProjectionError> {
    if let Some(found) = find(views, projection.name()).await? {
        return Ok(found);
    }
    let mut tx = views.begin().await?;
    // If two processes start together, the second waits here for the first.
    let sql = "INSERT INTO projection_checkpoints (name, version, generation, position, updated_at) \
         VALUES ($1, $2, 1, 0, 0) ON CONFLICT (name) DO NOTHING";
    let arguments = [projection.name().into(), i64::from(projection.version()).into()];
    if tx.execute(sql, &arguments).await? == 1 {
        for table in projection.tables() {
            for statement in table.create(tx.dialect(), TableCopy::Live, 1) {
                tx.execute(&statement, &[]).await?;
            }
        }
    }
    tx.commit().await?;
    let found = find(views, projection.name()).await?;
    found.ok_or_else(|| ProjectionError::Unknown(projection.name().to_owned()))
}
