//! Dead letters: listed, read, retried, discarded.

use super::{Attempt, Ledger, now, of, read_history};
use crate::database::DatabaseError;
use crate::database::sql::{Row, Value};
use crate::queue::{QueueError, WorkId};
use debrief_domain::ids::OrganizationId;
use serde::Serialize;
use uuid::Uuid;

/// A job that failed for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeadLetter {
    /// Name of the worker.
    pub consumer: String,
    /// Position of the event that it follows from.
    pub position: i64,
    /// Key of the part; empty if the job was not split.
    pub key: String,
    /// Id of the event.
    pub event_id: Uuid,
    /// The organization of the event.
    pub organization: OrganizationId,
    /// The aggregate of the event.
    pub stream_id: Uuid,
    /// Number of attempts that failed.
    pub attempts: u32,
    /// Number of leases that ended without an outcome.
    pub abandoned: u32,
    /// When the event was recorded, in milliseconds since 1970.
    pub created_at: i64,
    /// The errors of its attempts, oldest first.
    pub history: Vec<Attempt>,
}

impl DeadLetter {
    /// Returns the job's identity.
    pub fn id(&self) -> WorkId<'_> {
        WorkId { position: self.position, consumer: &self.consumer, key: &self.key }
    }
}

const DEAD: &str = "consumer, position, key, event_id, organization_id, stream_id, attempts, \
     abandoned, created_at, history";

/// Selects one dead letter; `$1` to `$4` are [`one`].
const ONE: &str = "state = 'dead' AND consumer = $1 AND position = $2 AND key = $3 \
     AND ($4 = '' OR organization_id = $4)";

fn one(organization: Option<OrganizationId>, id: WorkId<'_>) -> Vec<Value> {
    let mut arguments = of(id).to_vec();
    arguments.push(whose(organization));
    arguments
}

fn whose(organization: Option<OrganizationId>) -> Value {
    organization.map(|o| o.to_string()).unwrap_or_default().into()
}

fn dead_letter(row: &Row) -> Result<DeadLetter, DatabaseError> {
    Ok(DeadLetter {
        consumer: row.get(0)?,
        position: row.get(1)?,
        key: row.get(2)?,
        event_id: row.get(3)?,
        organization: OrganizationId(row.get(4)?),
        stream_id: row.get(5)?,
        attempts: row.get(6)?,
        abandoned: row.get(7)?,
        created_at: row.get(8)?,
        history: read_history(&row.get::<String>(9)?),
    })
}

impl Ledger {
    /// Returns dead letters after one in the list, oldest first; of one organization, or of all.
    pub async fn dead_letters(
        &self,
        organization: Option<OrganizationId>,
        after: Option<WorkId<'_>>,
        limit: u32,
    ) -> Result<Vec<DeadLetter>, QueueError> {
        let sql = format!(
            "SELECT {DEAD} FROM work WHERE state = 'dead' \
             AND ($4 = '' OR organization_id = $4) \
             AND (position, consumer, key) > ($2, $1, $3) \
             ORDER BY position, consumer, key LIMIT $5"
        );
        let first = WorkId { position: 0, consumer: "", key: "" };
        let mut arguments = one(organization, after.unwrap_or(first));
        arguments.push(limit.into());
        let rows = self.sql.query(&sql, &arguments).await?;
        Ok(rows.iter().map(dead_letter).collect::<Result<_, _>>()?)
    }

    /// Returns one dead letter; of one organization, or of any.
    pub async fn dead_letter(
        &self,
        organization: Option<OrganizationId>,
        id: WorkId<'_>,
    ) -> Result<Option<DeadLetter>, QueueError> {
        let sql = format!("SELECT {DEAD} FROM work WHERE {ONE}");
        let rows = self.sql.query(&sql, &one(organization, id)).await?;
        Ok(rows.first().map(dead_letter).transpose()?)
    }

    /// Gives a dead letter all its attempts back. Returns `false` if there is no such dead letter.
    pub async fn retry(
        &self,
        organization: Option<OrganizationId>,
        id: WorkId<'_>,
    ) -> Result<bool, QueueError> {
        let sql = format!(
            "UPDATE work SET state = 'ready', attempts = 0, abandoned = 0, available_at = $5, \
             dispatched_at = NULL WHERE {ONE}"
        );
        let mut arguments = one(organization, id);
        arguments.push(now().into());
        let found = self.sql.execute(&sql, &arguments).await? > 0;
        self.wake();
        Ok(found)
    }

    /// Deletes a dead letter; the job is never done. Returns `false` if there is no such dead
    /// letter.
    pub async fn discard(
        &self,
        organization: Option<OrganizationId>,
        id: WorkId<'_>,
    ) -> Result<bool, QueueError> {
        let sql = format!("DELETE FROM work WHERE {ONE}");
        Ok(self.sql.execute(&sql, &one(organization, id)).await? > 0)
    }
}
