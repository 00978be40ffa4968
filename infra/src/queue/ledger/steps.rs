//! Results of a job's finished steps.
//!
//! Invariants: only the holder of the job's lease stores results, one for each step; all results of
//! a job are deleted with its row, so nothing outlives its job.

use super::{HELD, Ledger, held, of};
use crate::queue::{Job, QueueError, WorkId};

impl Ledger {
    /// Returns the result of a step in an earlier attempt.
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

    /// Stores the result of a step, replacing an earlier one. Returns `false` if the lease was lost
    /// and another worker has the job.
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
