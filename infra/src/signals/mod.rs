//! Wake-up signals: positions that advance in one process are announced to the others.
//!
//! A signal only means "look again": it may be lost, duplicated or late, because every reader also
//! polls. Within a process a signal is a [`watch`] channel. Between processes on one Postgres it is
//! `NOTIFY`, sent after the commit on a separate connection, and at most once per [`PAUSE`], so
//! that no append waits for it. Processes on one SQLite database only poll.

#[cfg(feature = "postgres")]
mod postgres;

use crate::database::sql::Sql;
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Minimum time between two signals of one process.
#[cfg_attr(not(feature = "postgres"), allow(dead_code))]
const PAUSE: Duration = Duration::from_millis(5);

/// A position shared between processes.
#[derive(Debug, Clone)]
pub struct Shared {
    /// Name; `[a-z_]+`.
    pub topic: String,
    /// Advances with this process, and with the others once it is shared.
    pub position: watch::Sender<i64>,
}

/// Shares positions with the other processes on this database until `stop`.
pub async fn share(sql: &Sql, shared: Vec<Shared>, stop: CancellationToken) {
    match sql {
        // Others are woken by polling.
        Sql::Sqlite { .. } => drop(shared),
        #[cfg(feature = "postgres")]
        Sql::Postgres(pool) => postgres::share(pool.clone(), shared, stop.clone()).await,
    }
    stop.cancelled().await;
}

/// Advances a position; returns whether it changed.
#[cfg_attr(not(feature = "postgres"), allow(dead_code))]
fn advance(position: &watch::Sender<i64>, to: i64) -> bool {
    position.send_if_modified(|at| {
        let moved = to > *at;
        *at = to.max(*at);
        moved
    })
}
