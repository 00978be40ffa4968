//! Wake-up signals: positions that advance in one process are announced to the others.
//!
//! A signal only means "look again": it may be lost, duplicated or late, because every reader also
//! polls. Within a process a signal is a [`watch`] channel. Between processes on one Postgres it is
//! `NOTIFY`, sent after the commit on a separate connection, and at most once per [`PAUSE`], so
//! that no append waits for it. Processes on one SQLite database only poll.
//!
//! How often readers poll depends on whether signals can be trusted: see [`Trust`] and [`Pace`].

mod pace;
#[cfg(feature = "postgres")]
mod postgres;

pub use pace::{Pace, QUICK, SLOW, Trust};

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

/// Shares positions with the other processes on this database until `stop`. While they can be
/// heard, there is trust. Processes on one SQLite database cannot be heard: there trust holds if
/// this one is `alone`, doing everything that moves a position.
pub async fn share(
    sql: &Sql,
    shared: Vec<Shared>,
    alone: bool,
    trust: &Trust,
    stop: CancellationToken,
) {
    match sql {
        Sql::Sqlite { .. } => {
            drop(shared);
            trust.set(alone);
        }
        #[cfg(feature = "postgres")]
        Sql::Postgres(pool) => postgres::share(pool.clone(), shared, trust, stop.clone()).await,
    }
    stop.cancelled().await;
}

/// Advances a position; returns whether it changed.
pub(crate) fn advance(position: &watch::Sender<i64>, to: i64) -> bool {
    position.send_if_modified(|at| {
        let moved = to > *at;
        *at = to.max(*at);
        moved
    })
}
