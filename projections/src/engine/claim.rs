//! The exclusive right to build a copy of projections' tables.
//!
//! Invariants: one build of one copy of one projection runs at a time, in any process; the others
//! wait. The builds of dead processes are taken over by the next one that waits, all at once; if a
//! process is alive after all, its next write fails, so that two never fill one table.
//!
//! A claim is a row `<projection>/<copy>` of `projection_checkpoints` that holds a token. A running
//! build renews the row, and shows its presence; at its end it removes both.

use super::table::TableCopy;
use super::{Projection, ProjectionError};
use chrono::Utc;
use debrief_infra::database::sql::{Sql, Transaction};
use debrief_infra::database::{DatabaseError, Presence};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

/// Interval at which a claim is renewed.
const RENEWED_EVERY: Duration = Duration::from_secs(2);
/// A claim not renewed for this long, by the waiting process's clock, is taken over if its holder is
/// not present.
const GONE_AFTER: Duration = Duration::from_secs(3);
/// A claim not renewed for this long is taken over in any case: its holder may be on a machine that
/// lost its network.
const DEAD_AFTER: Duration = Duration::from_secs(10);
/// Interval between attempts while waiting.
const POLL: Duration = Duration::from_millis(100);

/// The right to build. Ends when dropped.
pub(super) struct Claim {
    names: Vec<String>,
    token: i64,
    stop: DropGuard,
    renewal: JoinHandle<()>,
    _presence: Presence,
}

/// Another process's claim, as last renewed.
#[derive(Debug, Clone, PartialEq)]
struct Holder {
    name: String,
    token: i64,
    renewed_at: i64,
}

impl Claim {
    /// Waits for the right to build this copy of all these projections.
    pub(super) async fn take(
        views: &Sql,
        projections: &[Arc<dyn Projection>],
        copy: TableCopy,
    ) -> Result<Self, ProjectionError> {
        let part = copy.suffix().trim_start_matches('_');
        let mut names: Vec<_> =
            projections.iter().map(|projection| format!("{}/{part}", projection.name())).collect();
        // In a fixed order, so that two that want several do not deadlock.
        names.sort();
        // 63 random bits.
        let token = (Uuid::new_v4().as_u128() >> 65) as i64;
        let presence = views.show_presence(token).await?;
        // What is known of the claims in the way, and since when.
        let mut watched: Vec<(Holder, Instant)> = Vec::new();
        loop {
            let holders = try_take(views, &names, token).await?;
            if holders.is_empty() {
                break;
            }
            watched.retain(|(known, _)| holders.contains(known));
            for holder in holders {
                match watched.iter().find(|(known, _)| *known == holder) {
                    None => watched.push((holder, Instant::now())),
                    Some((_, since)) if is_dead(views, &holder, since.elapsed()).await? => {
                        take_over(views, &holder).await?;
                    }
                    Some(_) => {}
                }
            }
            tokio::time::sleep(POLL).await;
        }
        let claims = "SELECT generation FROM projection_checkpoints WHERE name LIKE '%/%'";
        let claims = views.query(claims, &[]).await?;
        let claims = claims.iter().map(|row| row.get(0)).collect::<Result<Vec<i64>, _>>()?;
        views.clear_presences(&claims);
        let stop = CancellationToken::new();
        let renewal = tokio::spawn(renew(views.clone(), names.clone(), token, stop.clone()));
        Ok(Self { names, token, stop: stop.drop_guard(), renewal, _presence: presence })
    }

    /// Ensures, until the end of the transaction, that the claim is still valid; records the
    /// build's position.
    pub(super) async fn hold(
        &self,
        tx: &mut Transaction,
        position: i64,
    ) -> Result<(), ProjectionError> {
        for name in &self.names {
            let sql = "UPDATE projection_checkpoints SET position = $3 \
                 WHERE name = $1 AND generation = $2";
            let arguments = [name.as_str().into(), self.token.into(), position.into()];
            if tx.execute(sql, &arguments).await? == 0 {
                return Err(ProjectionError::SetAside(name.clone()));
            }
        }
        Ok(())
    }

    /// Releases the claim and waits until others can see that.
    pub(super) async fn release(self) {
        drop(self.stop);
        let _ = self.renewal.await;
    }
}

/// Returns whether the holder of a claim that was not renewed for this long is dead.
async fn is_dead(views: &Sql, holder: &Holder, unrenewed: Duration) -> Result<bool, DatabaseError> {
    if unrenewed > DEAD_AFTER {
        return Ok(true);
    }
    Ok(unrenewed > GONE_AFTER && views.is_present(holder.token).await? == Some(false))
}

/// Removes the claim of a dead holder, unless it was renewed after all.
async fn take_over(views: &Sql, dead: &Holder) -> Result<(), DatabaseError> {
    tracing::warn!(build = dead.name, "taking over an unfinished build");
    let sql = "DELETE FROM projection_checkpoints \
         WHERE name = $1 AND generation = $2 AND updated_at = $3";
    let arguments = [dead.name.as_str().into(), dead.token.into(), dead.renewed_at.into()];
    views.execute(sql, &arguments).await?;
    Ok(())
}

/// Takes the claim, or returns all holders that are in its way.
async fn try_take(views: &Sql, names: &[String], token: i64) -> Result<Vec<Holder>, DatabaseError> {
    let mut tx = views.begin().await?;
    let now = Utc::now().timestamp_millis();
    let mut holders = Vec::new();
    for name in names {
        let sql = "INSERT INTO projection_checkpoints \
             (name, version, generation, position, updated_at) VALUES ($1, 0, $2, 0, $3) \
             ON CONFLICT (name) DO NOTHING";
        if tx.execute(sql, &[name.as_str().into(), token.into(), now.into()]).await? == 0 {
            let sql = "SELECT generation, updated_at FROM projection_checkpoints WHERE name = $1";
            let rows = tx.query(sql, &[name.as_str().into()]).await?;
            // It may have been released in between.
            let (token, renewed_at) = rows
                .first()
                .map_or(Ok((0, 0)), |row| Ok::<_, DatabaseError>((row.get(0)?, row.get(1)?)))?;
            holders.push(Holder { name: name.clone(), token, renewed_at });
        }
    }
    if holders.is_empty() {
        tx.commit().await?;
    }
    Ok(holders)
}

/// Renews a claim until it is released, then removes it.
async fn renew(views: Sql, names: Vec<String>, token: i64, stop: CancellationToken) {
    let each = async |sql: &str, now: Option<i64>| {
        for name in &names {
            let mut arguments = vec![name.as_str().into(), token.into()];
            arguments.extend(now.map(Into::into));
            if let Err(error) = views.execute(sql, &arguments).await {
                tracing::warn!(build = name, %error, "the claim to a build cannot be renewed or released");
            }
        }
    };
    while tokio::time::timeout(RENEWED_EVERY, stop.cancelled()).await.is_err() {
        let sql = "UPDATE projection_checkpoints SET updated_at = $3 \
             WHERE name = $1 AND generation = $2";
        each(sql, Some(Utc::now().timestamp_millis())).await;
    }
    each("DELETE FROM projection_checkpoints WHERE name = $1 AND generation = $2", None).await;
}
