//! Leases for work that only one process may do at a time.
//!
//! Invariant: at most one holder at any time, as far as the machines' clocks agree. A holder that
//! was paused for longer than its lease may briefly believe that it still holds it, so everything
//! done under a lease must tolerate being done twice.

use super::DatabaseError;
use super::sql::Sql;
use std::time::Duration;
use uuid::Uuid;

/// Difference between the clocks of two machines that is no sign of a wrong one.
const SKEW: Duration = Duration::from_secs(60);

/// A claim to some work.
#[derive(Debug, Clone)]
pub struct Lease {
    sql: Sql,
    name: &'static str,
    holder: Uuid,
    length: Duration,
}

impl Lease {
    /// Creates this process's claim to the work `name`. Only [`Lease::hold`] takes the lease.
    pub fn new(sql: Sql, name: &'static str, length: Duration) -> Self {
        Self { sql, name, holder: Uuid::new_v4(), length }
    }

    /// Takes or renews the lease; returns whether it is held now.
    pub async fn hold(&self) -> Result<bool, DatabaseError> {
        let now = chrono::Utc::now().timestamp_millis();
        let length = i64::try_from(self.length.as_millis()).unwrap_or(i64::MAX / 2);
        let sql = "INSERT INTO leases (name, holder, until) VALUES ($1, $2, $3) \
             ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until \
             WHERE leases.holder = excluded.holder OR leases.until < $4 OR leases.until > $5";
        // One that ends later than any taken now was taken while the clock was ahead.
        let latest = now + length + SKEW.as_millis() as i64;
        let values = [
            self.name.into(),
            self.holder.into(),
            (now + length).into(),
            now.into(),
            latest.into(),
        ];
        Ok(self.sql.execute(sql, &values).await? > 0)
    }

    /// Releases the lease, so that another process need not wait until it expires.
    pub async fn release(&self) -> Result<(), DatabaseError> {
        let sql = "DELETE FROM leases WHERE name = $1 AND holder = $2";
        self.sql.execute(sql, &[self.name.into(), self.holder.into()]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Database;

    #[tokio::test]
    async fn a_lease_of_a_clock_that_was_ahead_is_taken() {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", directory.path().join("d.db").display());
        let database = Database::open(&url, 2).await.unwrap();
        database.migrate().await.unwrap();
        let lease = || Lease::new(database.queue.clone(), "test", Duration::from_secs(10));
        let (first, second) = (lease(), lease());
        assert!(first.hold().await.unwrap());
        assert!(!second.hold().await.unwrap(), "it is held");
        let ahead = "UPDATE leases SET until = until + 86400000";
        database.queue.execute(ahead, &[]).await.unwrap();
        assert!(second.hold().await.unwrap(), "nobody can have taken it until tomorrow");
        assert!(!first.hold().await.unwrap());
        database.close().await;
    }
}
