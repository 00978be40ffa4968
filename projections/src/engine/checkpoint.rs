//! How far a projection has come.

use super::table::Copy;
use super::{Projection, ProjectionError};
use chrono::Utc;
use debrief_infra::database::DatabaseError;
use debrief_infra::database::sql::{Row, Sql, Transaction};
use debrief_infra::health::Unwell;
use debrief_infra::log::EventLog;
use debrief_infra::log::follow::{self, Diverged};
use serde::Serialize;

/// A projection's place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checkpoint {
    /// The projection.
    pub name: String,
    /// Version of the code that filled the tables.
    pub version: i64,
    /// Counts rebuilds.
    pub generation: i64,
    /// Last event that is in the tables.
    pub position: i64,
    /// When it last moved, in milliseconds since 1970.
    pub updated_at: i64,
    /// Which log it is a place in; `None` where that was not noted yet.
    #[serde(skip)]
    pub epoch: Option<String>,
}

impl Checkpoint {
    /// As the log sees it.
    pub fn place(&self) -> follow::Checkpoint {
        follow::Checkpoint { epoch: self.epoch.clone(), position: self.position }
    }
}

const COLUMNS: &str = "name, version, generation, position, updated_at, epoch";

fn checkpoint(row: &Row) -> Result<Checkpoint, DatabaseError> {
    Ok(Checkpoint {
        name: row.get(0)?,
        version: row.get(1)?,
        generation: row.get(2)?,
        position: row.get(3)?,
        updated_at: row.get(4)?,
        epoch: row.get(5)?,
    })
}

/// The checkpoints of all projections that ever ran.
pub async fn checkpoints(views: &Sql) -> Result<Vec<Checkpoint>, DatabaseError> {
    // Names with a slash are claims to builds.
    let sql = format!(
        "SELECT {COLUMNS} FROM projection_checkpoints WHERE name NOT LIKE '%/%' ORDER BY name"
    );
    views.query(&sql, &[]).await?.iter().map(checkpoint).collect()
}

/// Whether all checkpoints, in whatever process they are kept up, are ones of this log.
pub async fn check(log: &EventLog, views: &Sql) -> Result<(), Unwell> {
    let checkpoints = checkpoints(views).await?;
    // After them: the log may move on in between, and then they may too.
    let head = log.look().await?;
    for checkpoint in checkpoints {
        checkpoint.place().check(&head).map_err(Diverged::unwell)?;
    }
    Ok(())
}

/// One projection's checkpoint.
pub(super) async fn find(views: &Sql, name: &str) -> Result<Option<Checkpoint>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM projection_checkpoints WHERE name = $1");
    views.query(&sql, &[name.into()]).await?.first().map(checkpoint).transpose()
}

/// One projection's checkpoint, held against other runners until the transaction ends.
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

/// Moves a checkpoint from where it was in the log of this epoch. `false`: another runner moved it
/// first.
pub(super) async fn advance(
    tx: &mut Transaction,
    from: &Checkpoint,
    position: i64,
    epoch: &str,
) -> Result<bool, DatabaseError> {
    let sql = "UPDATE projection_checkpoints SET position = $4, updated_at = $5, \
         epoch = COALESCE(epoch, $6) WHERE name = $1 AND position = $2 AND generation = $3";
    let arguments = [
        from.name.as_str().into(),
        from.position.into(),
        from.generation.into(),
        position.into(),
        Utc::now().timestamp_millis().into(),
        epoch.into(),
    ];
    Ok(tx.execute(sql, &arguments).await? == 1)
}

/// The live checkpoint, made with empty tables where the projection never ran.
pub(super) async fn ensure(
    views: &Sql,
    projection: &dyn Projection,
) -> Result<Checkpoint, ProjectionError> {
    if let Some(found) = find(views, projection.name()).await? {
        return Ok(found);
    }
    let mut tx = views.begin().await?;
    // Of two processes that start together, the second waits here for the first.
    let sql = "INSERT INTO projection_checkpoints (name, version, generation, position, updated_at) \
         VALUES ($1, $2, 1, 0, 0) ON CONFLICT (name) DO NOTHING";
    let arguments = [projection.name().into(), i64::from(projection.version()).into()];
    if tx.execute(sql, &arguments).await? == 1 {
        for table in projection.tables() {
            for statement in table.create(tx.dialect(), Copy::Live, 1) {
                tx.execute(&statement, &[]).await?;
            }
        }
    }
    tx.commit().await?;
    let found = find(views, projection.name()).await?;
    found.ok_or_else(|| ProjectionError::Unknown(projection.name().to_owned()))
}
