//! Rebuilds projections next to the live ones, and switches to them.
//!
//! Invariants: readers see the old tables until the switch and the new ones after it, never a
//! mixture; the switch is one transaction that holds the live checkpoint, so that no event is
//! missed or applied twice; an aborted build leaves the live tables unchanged; of two builds of one
//! projection, the second waits for the first.

use super::claim::Claim;
use super::runner::{BATCH, apply};
use super::table::TableCopy;
use super::{Checkpoint, Projection, ProjectionError, checkpoint};
use chrono::Utc;
use debrief_infra::database::sql::{Sql, Transaction};
use debrief_infra::log::{EventLog, LogError};
use serde::Serialize;
use std::sync::Arc;

/// A rebuilt projection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    /// Name of the projection.
    pub name: &'static str,
    /// Generation of the build.
    pub generation: i64,
    /// Position of the last event included.
    pub position: i64,
}

/// Rebuilds projections in one pass over the log and switches to them. `progress` is called with
/// the position of the build and the last known end of the log.
pub async fn rebuild(
    log: &EventLog,
    views: &Sql,
    projections: &[Arc<dyn Projection>],
    progress: impl FnMut(i64, i64),
) -> Result<Vec<Rebuilt>, ProjectionError> {
    let claim = Claim::take(views, projections, TableCopy::Rebuild).await?;
    let rebuilt = rebuild_claimed(log, views, projections, &claim, progress).await;
    claim.release().await;
    rebuilt
}

/// Returns whether a projection's tables have to be rebuilt: another version of the code filled them,
/// or they were filled from another log. Says so in the log.
pub(super) async fn is_outdated(
    log: &EventLog,
    projection: &Arc<dyn Projection>,
    found: &Checkpoint,
) -> Result<bool, ProjectionError> {
    let version = i64::from(projection.version());
    if found.version != version {
        tracing::info!(
            projection = projection.name(),
            from = found.version,
            to = version,
            "the projection's code has another version; rebuilding its tables"
        );
        return Ok(true);
    }
    match log.verify_place(&found.place()).await {
        Err(LogError::Diverged(diverged)) => {
            tracing::warn!(
                projection = projection.name(),
                %diverged,
                "the read model is of another log; rebuilding it from this one"
            );
            Ok(true)
        }
        verified => Ok(verified.map(|()| false)?),
    }
}

/// Rebuilds a projection if it [is outdated](is_outdated). Of several processes that find it so, one
/// rebuilds and the others wait.
pub(super) async fn rebuild_if_outdated(
    log: &EventLog,
    views: &Sql,
    projection: &Arc<dyn Projection>,
) -> Result<(), ProjectionError> {
    let one = std::slice::from_ref(projection);
    let claim = Claim::take(views, one, TableCopy::Rebuild).await?;
    let rebuilt = async {
        let found = checkpoint::ensure(views, &**projection).await?;
        if is_outdated(log, projection, &found).await? {
            rebuild_claimed(log, views, one, &claim, |_, _| ()).await?;
        }
        Ok(())
    }
    .await;
    claim.release().await;
    rebuilt
}

async fn rebuild_claimed(
    log: &EventLog,
    views: &Sql,
    projections: &[Arc<dyn Projection>],
    claim: &Claim,
    mut progress: impl FnMut(i64, i64),
) -> Result<Vec<Rebuilt>, ProjectionError> {
    let mut generation = 1;
    for projection in projections {
        generation = generation.max(checkpoint::ensure(views, &**projection).await?.generation);
    }
    generation += 1;
    let copy = TableCopy::Rebuild;
    let built = fill(log, views, projections, copy, claim, generation, &mut progress).await?;

    let mut rebuilt = Vec::new();
    for projection in projections {
        let mut tx = views.begin().await?;
        let live = checkpoint::lock(&mut tx, projection.name()).await?;
        let live = live.ok_or_else(|| ProjectionError::Unknown(projection.name().to_owned()))?;
        claim.hold(&mut tx, built).await?;
        // The new tables must include everything that the live ones include by now.
        let position = up_to(log, &mut tx, &**projection, copy, built, live.position).await?;
        for table in projection.tables() {
            let (old, new) = (table.name_in(TableCopy::Live), table.name_in(copy));
            // A table that a new version of the code adds does not exist yet.
            tx.execute(&format!("DROP TABLE IF EXISTS {old}"), &[]).await?;
            tx.execute(&format!("ALTER TABLE {new} RENAME TO {old}"), &[]).await?;
        }
        let place = log.place_at(position).await?;
        let sql = "UPDATE projection_checkpoints SET version = $2, generation = $3, \
             position = $4, updated_at = $5, epoch = $6, event_id = $7 WHERE name = $1";
        let arguments = [
            projection.name().into(),
            i64::from(projection.version()).into(),
            generation.into(),
            position.into(),
            Utc::now().timestamp_millis().into(),
            place.epoch.into(),
            place.event.into(),
        ];
        tx.execute(sql, &arguments).await?;
        tx.commit().await?;
        tracing::info!(
            projection = projection.name(),
            generation,
            position,
            "rebuilt and switched"
        );
        rebuilt.push(Rebuilt { name: projection.name(), generation, position });
    }
    Ok(rebuilt)
}

/// Creates the tables of a copy and fills them from the log, almost to its end: later events are
/// left to [`up_to`], because the build would never end on a busy log. Returns the last position.
pub(super) async fn fill(
    log: &EventLog,
    views: &Sql,
    projections: &[Arc<dyn Projection>],
    copy: TableCopy,
    claim: &Claim,
    generation: i64,
    progress: &mut impl FnMut(i64, i64),
) -> Result<i64, ProjectionError> {
    let mut tx = views.begin().await?;
    claim.hold(&mut tx, 0).await?;
    for projection in projections {
        drop_copy(&mut tx, &**projection, copy).await?;
        for table in projection.tables() {
            for statement in table.create(tx.dialect(), copy, generation) {
                tx.execute(&statement, &[]).await?;
            }
        }
    }
    tx.commit().await?;

    let (mut position, mut head) = (0, log.head().await?);
    let mut events = log.read(position, BATCH).await?;
    while let Some(last) = events.last().map(|event| event.position) {
        // The next page is read while this one is written.
        let write = async {
            let mut tx = views.begin().await?;
            claim.hold(&mut tx, last).await?;
            for projection in projections {
                apply(&mut tx, &**projection, copy, &events).await?;
            }
            Ok::<_, ProjectionError>(tx.commit().await?)
        };
        let full = events.len() == BATCH as usize;
        let read = async {
            Ok::<_, ProjectionError>(match full {
                true => log.read(last, BATCH).await?,
                false => Vec::new(),
            })
        };
        let ((), next) = tokio::try_join!(write, read)?;
        position = last;
        events = next;
        if position >= head {
            head = log.head().await?;
        }
        progress(position, head.max(position));
    }
    Ok(position)
}

/// Advances a copy to position `to`, within the caller's transaction.
pub(super) async fn up_to(
    log: &EventLog,
    tx: &mut Transaction,
    projection: &dyn Projection,
    copy: TableCopy,
    from: i64,
    to: i64,
) -> Result<i64, ProjectionError> {
    let mut position = from;
    while position < to {
        let limit = u32::try_from(to - position).unwrap_or(BATCH).min(BATCH);
        let events = log.read(position, limit).await?;
        let Some(last) = events.last() else { break };
        position = last.position;
        apply(tx, projection, copy, &events).await?;
    }
    Ok(position)
}

/// Drops the tables of a copy, if they exist.
pub(super) async fn drop_copy(
    tx: &mut Transaction,
    projection: &dyn Projection,
    copy: TableCopy,
) -> Result<(), ProjectionError> {
    assert!(copy != TableCopy::Live, "the live tables must not be dropped");
    for table in projection.tables() {
        tx.execute(&format!("DROP TABLE IF EXISTS {}", table.name_in(copy)), &[]).await?;
    }
    Ok(())
}
