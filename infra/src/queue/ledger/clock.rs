//! Leases that are over, and times that were written while the clock of the machine was ahead.
//!
//! Invariant: no lease and no pause is longer than [`LEASE_MAX`] and [`PAUSE_MAX`], so that a time
//! further ahead is known to be wrong.

use super::{Ledger, millis, now};
use crate::database::DatabaseError;
use crate::queue::QueueError;
use std::time::Duration;

/// Longest pause before work is due; a longer one is cut to this, and work that is due later than
/// that counts as due.
pub const PAUSE_MAX: Duration = Duration::from_secs(60 * 60);
/// Longest lease; one that ends later than that counts as ended.
pub const LEASE_MAX: Duration = Duration::from_secs(10 * 60);

impl Ledger {
    /// Returns the number of jobs that are due further ahead than any pause.
    pub async fn far_ahead(&self) -> Result<i64, QueueError> {
        let sql = "SELECT COUNT(*) FROM work WHERE state = 'ready' AND available_at > $1";
        let rows = self.sql.query(sql, &[(now() + millis(PAUSE_MAX)).into()]).await?;
        Ok(rows.first().map_or(Ok(0), |row| row.get(0))?)
    }

    /// Makes jobs due that are due further ahead than any pause, because that was written while the
    /// clock was ahead. Returns their number.
    ///
    /// Reads all jobs that are ready, so it is for starts and for steps of the clock.
    pub async fn bring_forward(&self) -> Result<u64, DatabaseError> {
        let now = now();
        // Its message may have been put off for as long: another is sent.
        let sql = "UPDATE work SET available_at = $1, dispatched_at = NULL \
             WHERE state = 'ready' AND available_at > $2";
        let arguments = [now.into(), (now + millis(PAUSE_MAX)).into()];
        let moved = self.sql.execute(sql, &arguments).await?;
        // Whether its message was lost, the time of sending would not tell for as long.
        let sql = "UPDATE work SET dispatched_at = NULL WHERE dispatched_at > $1";
        self.sql.execute(sql, &[(now + millis(PAUSE_MAX)).into()]).await?;
        if moved > 0 {
            tracing::warn!(moved, "jobs were due further ahead than any pause; they are due now");
            self.wake();
        }
        Ok(moved)
    }

    /// Frees jobs whose leases have expired, because their workers are gone, or end later than any
    /// lease can, because they were taken while the clock was ahead. Returns their number.
    pub async fn free_expired(&self) -> Result<u64, DatabaseError> {
        let now = now();
        let arguments = [now.into(), (now + millis(LEASE_MAX)).into()];
        let look = "SELECT 1 FROM work WHERE state = 'leased' \
             AND (lease_until < $1 OR lease_until > $2) LIMIT 1";
        if self.sql.query(look, &arguments).await?.is_empty() {
            return Ok(0);
        }
        // A job that kills its worker takes along the jobs beside it. From the second time on they
        // are freed one after another, so that the harmless ones finish before it kills again, and
        // do not become dead letters with it.
        let sql = "UPDATE work SET state = 'ready', abandoned = abandoned + 1, available_at = $1 + \
             CASE WHEN abandoned > 0 THEN (position % 16) * 250 ELSE 0 END, \
             dispatched_at = CASE WHEN lease_until > $2 THEN NULL ELSE dispatched_at END, \
             lease_until = NULL, lease_token = NULL WHERE state = 'leased' \
             AND (lease_until < $1 OR lease_until > $2)";
        let freed = self.sql.execute(sql, &arguments).await?;
        if freed > 0 {
            tracing::warn!(freed, "leases expired; their jobs are free again");
            self.wake();
        }
        Ok(freed)
    }
}
