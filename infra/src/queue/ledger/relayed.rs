//! The checkpoints of the relay, and the events that have jobs.

use super::Ledger;
use crate::database::DatabaseError;
use crate::database::sql::{Row, Transaction};
use crate::log::follow::Checkpoint;
use crate::queue::QueueError;
use uuid::Uuid;

const RELAY_CHECKPOINTS: &str =
    "SELECT consumer, epoch, position, event_id FROM relay_checkpoints ORDER BY consumer";

fn relay_checkpoint(row: &Row) -> Result<(String, Checkpoint), DatabaseError> {
    let checkpoint = Checkpoint { epoch: row.get(1)?, position: row.get(2)?, event: row.get(3)? };
    Ok((row.get(0)?, checkpoint))
}

impl Ledger {
    /// Returns the checkpoint of the relay for each consumer.
    pub async fn relay_checkpoints(&self) -> Result<Vec<(String, Checkpoint)>, QueueError> {
        let rows = self.sql.query(RELAY_CHECKPOINTS, &[]).await?;
        Ok(rows.iter().map(relay_checkpoint).collect::<Result<_, DatabaseError>>()?)
    }

    /// Returns the same, locked until the transaction ends.
    pub(in crate::queue) async fn lock_relay_checkpoints(
        tx: &mut Transaction,
    ) -> Result<Vec<(String, Checkpoint)>, DatabaseError> {
        let sql = format!("{RELAY_CHECKPOINTS}{}", tx.dialect().for_update());
        tx.query(&sql, &[]).await?.iter().map(relay_checkpoint).collect()
    }

    /// Returns events that have jobs, after this position and in order: all of a position or none.
    pub(in crate::queue) async fn events_with_work(
        tx: &mut Transaction,
        after: i64,
        positions: u32,
    ) -> Result<Vec<(i64, Uuid)>, DatabaseError> {
        let sql = "SELECT DISTINCT position, event_id FROM work WHERE position IN \
             (SELECT DISTINCT position FROM work WHERE position > $1 ORDER BY position LIMIT $2) \
             ORDER BY position";
        let rows = tx.query(sql, &[after.into(), positions.into()]).await?;
        rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
    }

    /// Deletes all jobs of an event; returns their number.
    pub(in crate::queue) async fn forget_event(
        tx: &mut Transaction,
        position: i64,
        event: Uuid,
    ) -> Result<u64, DatabaseError> {
        let sql = "DELETE FROM work WHERE position = $1 AND event_id = $2";
        tx.execute(sql, &[position.into(), event.into()]).await
    }
}
