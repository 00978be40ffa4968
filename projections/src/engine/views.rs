//! Access to read models, including reading one's own writes.

use super::checkpoint;
use super::runner::shared;
use debrief_infra::database::DatabaseError;
use debrief_infra::database::sql::Sql;
use debrief_infra::signals::Shared;
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// Interval at which a checkpoint is polled, in case a signal is lost.
const POLL: Duration = Duration::from_millis(20);

/// A read model did not reach the requested position in time.
#[derive(Debug, thiserror::Error)]
pub enum Stale {
    /// It is still behind.
    #[error("the read model has reached position {reached}, not yet {asked}")]
    Behind {
        /// Position reached.
        reached: i64,
        /// Position requested.
        asked: i64,
    },
    /// The checkpoint cannot be read.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// The read models. Clones share everything.
#[derive(Clone, Debug)]
pub struct Views {
    sql: Sql,
    reached: HashMap<&'static str, watch::Receiver<i64>>,
}

impl Views {
    /// Creates read models with the positions in `reached`, if their runners are in this process.
    pub fn new(sql: Sql, reached: HashMap<&'static str, watch::Receiver<i64>>) -> Self {
        Self { sql, reached }
    }

    /// Creates read models that other processes keep up to date, and the positions to be shared
    /// with those.
    pub fn of_others(
        sql: Sql,
        names: impl IntoIterator<Item = &'static str>,
    ) -> (Self, Vec<Shared>) {
        let (mut reached, mut to_share) = (HashMap::new(), Vec::new());
        for name in names {
            let position = watch::Sender::new(0);
            reached.insert(name, position.subscribe());
            to_share.push(shared(name, position));
        }
        (Self::new(sql, reached), to_share)
    }

    /// Returns the database of the tables.
    pub fn sql(&self) -> &Sql {
        &self.sql
    }

    /// Returns a watch on the position of a projection in this process; `None` if it runs
    /// elsewhere.
    pub fn watch(&self, projection: &str) -> Option<watch::Receiver<i64>> {
        self.reached.get(projection).cloned()
    }

    /// Waits until a read model includes all events up to `position`.
    pub async fn wait_for(
        &self,
        projection: &'static str,
        position: i64,
        timeout: Duration,
    ) -> Result<(), Stale> {
        let deadline = Instant::now() + timeout;
        let mut here = self.watch(projection);
        loop {
            if let Some(here) = &mut here
                && *here.borrow_and_update() >= position
            {
                return Ok(());
            }
            // A runner in another process may be ahead of this one's.
            let found = checkpoint::find(&self.sql, projection).await?;
            let reached = found.map_or(0, |found| found.position);
            if reached >= position {
                return Ok(());
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Stale::Behind { reached, asked: position });
            }
            match &mut here {
                Some(watched) => {
                    let moved = tokio::time::timeout(left.min(POLL * 10), watched.changed()).await;
                    if let Ok(Err(_)) = moved {
                        // The runner in this process ended; another process's may continue.
                        here = None;
                    }
                }
                None => tokio::time::sleep(left.min(POLL)).await,
            }
        }
    }
}
