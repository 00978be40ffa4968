//! Fan-out of wake-ups: positions that have moved in one process are told to the others.
//!
//! A signal says no more than "look again": it may be lost, doubled or late, as every reader also
//! polls. Within a process a signal is a [`watch`] channel. Between processes on one Postgres it
//! is `NOTIFY`, sent after the commit on a connection of its own, and never more often than
//! [`PAUSE`] allows, so that an append waits for none of it. Processes on one SQLite database
//! only poll.

#[cfg(feature = "postgres")]
mod postgres;

use crate::database::sql::Sql;
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Shortest time between two signals of one process.
#[cfg_attr(not(feature = "postgres"), allow(dead_code))]
const PAUSE: Duration = Duration::from_millis(5);

/// A position that processes tell each other of.
#[derive(Debug, Clone)]
pub struct Shared {
    /// Names it; `[a-z_]+`.
    pub topic: String,
    /// Moves with this process, and with the others once it is shared.
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

/// Moves a position forward; answers whether it moved.
#[cfg_attr(not(feature = "postgres"), allow(dead_code))]
fn advance(position: &watch::Sender<i64>, to: i64) -> bool {
    position.send_if_modified(|at| {
        let moved = to > *at;
        *at = to.max(*at);
        moved
    })
}
