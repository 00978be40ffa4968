//! What finished steps of a job came to.
//!
//! Invariants: a result is stored by whoever holds the job's lease, once for each step; all of a
//! job's results go with its row, so nothing outlives the work it was for.

use super::{HELD, Ledger, held, of};
use crate::queue::{Job, QueueError, WorkId};

impl Ledger {
    /// What a step came to in an earlier attempt.
    pub async fn step_result(
        &self,
        id: WorkId<'_>,
        step: &str,
    ) -> Result<Option<Vec<u8>>, QueueError> {
        let sql = "SELECT result FROM work_steps WHERE consumer = $1 AND position = $2 \
             AND key = $3 AND step = $4";
        let mut arguments = of(id).to_vec();
        arguments.push(step.into());
        let rows = self.sql.query(sql, &arguments).await?;
        Ok(rows.first().map(|row| row.get(0)).transpose()?)
    }

    /// Stores what a step came to, over what was there. `false`: the lease was lost, and another
    /// has the job.
    pub async fn store_step(
        &self,
        job: &Job,
        step: &str,
        result: Vec<u8>,
    ) -> Result<bool, QueueError> {
        let sql = format!(
            "INSERT INTO work_steps (consumer, position, key, step, result) \
             SELECT consumer, position, key, $5, $6 FROM work WHERE {HELD} \
             ON CONFLICT (consumer, position, key, step) DO UPDATE SET result = excluded.result"
        );
        let mut arguments = held(job).to_vec();
        arguments.extend([step.into(), result.into()]);
        Ok(self.sql.execute(&sql, &arguments).await? > 0)
    }
}
