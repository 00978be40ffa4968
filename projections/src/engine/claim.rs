//! The right to build a copy of projections' tables.
//!
//! Invariants: of builds of one copy of one projection, one runs at a time, in whatever process;
//! the others wait for it. A build whose process died is set aside by the next one that wants to
//! begin; should it live after all, its next write is refused, so that two never fill one table.
//!
//! A claim is a row `<projection>/<copy>` of `projection_checkpoints` that holds a token. A build
//! that goes on renews the row, one that ends removes it.

use super::table::Copy;
use super::{Projection, ProjectionError};
use chrono::Utc;
use debrief_infra::database::DatabaseError;
use debrief_infra::database::sql::{Sql, Transaction};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

/// How often a claim is renewed.
const RENEWED_EVERY: Duration = Duration::from_secs(2);
/// A claim that was not renewed for so long, by the clock of the one who waits, is set aside.
const DEAD_AFTER: Duration = Duration::from_secs(10);
/// Time between two tries of one who waits.
const POLL: Duration = Duration::from_millis(100);

/// The right to build. It ends when this is dropped.
pub(super) struct Claim {
    names: Vec<String>,
    token: i64,
    stop: DropGuard,
    renewal: JoinHandle<()>,
}

/// Another's claim, as it was last renewed.
#[derive(PartialEq)]
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
        copy: Copy,
    ) -> Result<Self, ProjectionError> {
        let part = copy.suffix().trim_start_matches('_');
        let mut names: Vec<_> =
            projections.iter().map(|projection| format!("{}/{part}", projection.name())).collect();
        // In one order, so that two who want several do not wait for each other.
        names.sort();
        // 63 random bits.
        let token = (Uuid::new_v4().as_u128() >> 65) as i64;
        let mut watched: Option<(Holder, Instant)> = None;
        while let Some(holder) = try_take(views, &names, token).await? {
            match &watched {
                Some((known, _)) if *known != holder => watched = Some((holder, Instant::now())),
                Some((dead, since)) if since.elapsed() > DEAD_AFTER => {
                    tracing::warn!(
                        build = dead.name,
                        "a build was left unfinished; setting it aside"
                    );
                    let sql = "DELETE FROM projection_checkpoints \
                         WHERE name = $1 AND generation = $2 AND updated_at = $3";
                    let arguments =
                        [dead.name.as_str().into(), dead.token.into(), dead.renewed_at.into()];
                    views.execute(sql, &arguments).await?;
                    watched = None;
                    continue;
                }
                Some(_) => {}
                None => watched = Some((holder, Instant::now())),
            }
            tokio::time::sleep(POLL).await;
        }
        let stop = CancellationToken::new();
        let renewal = tokio::spawn(renew(views.clone(), names.clone(), token, stop.clone()));
        Ok(Self { names, token, stop: stop.drop_guard(), renewal })
    }

    /// Makes sure, until the end of the transaction, that the claim still stands; notes how far
    /// the build is.
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

    /// Gives the right back and waits until others can see it.
    pub(super) async fn release(self) {
        drop(self.stop);
        let _ = self.renewal.await;
    }
}

/// Takes the claim; answers who has it, if somebody does.
async fn try_take(
    views: &Sql,
    names: &[String],
    token: i64,
) -> Result<Option<Holder>, DatabaseError> {
    let mut tx = views.begin().await?;
    let now = Utc::now().timestamp_millis();
    for name in names {
        let sql = "INSERT INTO projection_checkpoints \
             (name, version, generation, position, updated_at) VALUES ($1, 0, $2, 0, $3) \
             ON CONFLICT (name) DO NOTHING";
        if tx.execute(sql, &[name.as_str().into(), token.into(), now.into()]).await? == 0 {
            let sql = "SELECT generation, updated_at FROM projection_checkpoints WHERE name = $1";
            let rows = tx.query(sql, &[name.as_str().into()]).await?;
            // It may have been given back in between.
            let (token, renewed_at) = rows
                .first()
                .map_or(Ok((0, 0)), |row| Ok::<_, DatabaseError>((row.get(0)?, row.get(1)?)))?;
            return Ok(Some(Holder { name: name.clone(), token, renewed_at }));
        }
    }
    tx.commit().await?;
    Ok(None)
}

/// Keeps a claim alive until it is to end, then takes it away.
async fn renew(views: Sql, names: Vec<String>, token: i64, stop: CancellationToken) {
    let each = async |sql: &str, now: Option<i64>| {
        for name in &names {
            let mut arguments = vec![name.as_str().into(), token.into()];
            arguments.extend(now.map(Into::into));
            if let Err(error) = views.execute(sql, &arguments).await {
                tracing::warn!(build = name, %error, "the claim to a build cannot be renewed or ended");
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
