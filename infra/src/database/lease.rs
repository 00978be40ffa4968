//! Work that one process does at a time.
//!
//! Invariant: at most one holder at any time, as far as the clocks of the machines agree. A holder
//! that was stopped for longer than its lease may believe for a moment that it still holds it, so
//! what is done under a lease must bear being done twice.

use super::DatabaseError;
use super::sql::Sql;
use std::time::Duration;
use uuid::Uuid;

/// A claim to some work.
#[derive(Debug, Clone)]
pub struct Lease {
    sql: Sql,
    name: &'static str,
    holder: Uuid,
    length: Duration,
}

impl Lease {
    /// A claim of this process to the work called `name`; taken only by [`Lease::hold`].
    pub fn new(sql: Sql, name: &'static str, length: Duration) -> Self {
        Self { sql, name, holder: Uuid::new_v4(), length }
    }

    /// Takes the lease, or prolongs it; answers whether it is held now.
    pub async fn hold(&self) -> Result<bool, DatabaseError> {
        let now = chrono::Utc::now().timestamp_millis();
        let length = i64::try_from(self.length.as_millis()).unwrap_or(i64::MAX / 2);
        let sql = "INSERT INTO leases (name, holder, until) VALUES ($1, $2, $3) \
             ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until \
             WHERE leases.holder = excluded.holder OR leases.until < $4";
        let values = [self.name.into(), self.holder.into(), (now + length).into(), now.into()];
        Ok(self.sql.execute(sql, &values).await? > 0)
    }

    /// Gives it up, so that another need not wait for its end.
    pub async fn release(&self) -> Result<(), DatabaseError> {
        let sql = "DELETE FROM leases WHERE name = $1 AND holder = $2";
        self.sql.execute(sql, &[self.name.into(), self.holder.into()]).await?;
        Ok(())
    }
}
