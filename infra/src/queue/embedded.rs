//! The queue without a server: workers poll the ledger.

use super::ledger::{Ledger, Settled};
use super::{Job, Outcome, Queue, QueueError, Room};
use async_trait::async_trait;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Delay if jobs are due but other workers were faster.
const CONTENDED: Duration = Duration::from_millis(5);

/// Leases jobs straight from the ledger.
#[derive(Debug)]
pub struct EmbeddedQueue {
    ledger: Ledger,
}

impl EmbeddedQueue {
    /// Creates a queue over this ledger.
    pub fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }
}

#[async_trait]
impl Queue for EmbeddedQueue {
    fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    async fn lease(
        &self,
        consumer: &str,
        room: Room,
        lease: Duration,
        wait: Duration,
        stop: &CancellationToken,
    ) -> Result<Vec<Job>, QueueError> {
        let until = Instant::now() + wait;
        // Subscribes before it looks, so that no wake-up is lost in between.
        let mut woken = self.ledger.woken();
        loop {
            woken.mark_unchanged();
            let claimed = self.ledger.claim(consumer, room, lease).await?;
            if !claimed.jobs.is_empty() || stop.is_cancelled() {
                return Ok(claimed.jobs);
            }
            let left = until.saturating_duration_since(Instant::now());
            let pause = self.ledger.pause();
            let pause = claimed.next.map_or(pause, |due| due.clamp(CONTENDED, pause));
            let woken = tokio::select! {
                () = stop.cancelled() => return Ok(Vec::new()),
                woken = tokio::time::timeout(pause.min(left), woken.changed()) => woken,
            };
            if woken.is_err() && left <= pause {
                return Ok(Vec::new());
            }
        }
    }

    async fn renew(
        &self,
        job: &Job,
        lease: Duration,
        progress: Option<f64>,
    ) -> Result<bool, QueueError> {
        Ok(self.ledger.renew(job, lease, progress).await?)
    }

    async fn settle(&self, job: &Job, outcome: Outcome) -> Result<bool, QueueError> {
        Ok(self.ledger.settle(job, &outcome).await? != Settled::Lost)
    }

    async fn dispatch(&self) -> Result<u64, QueueError> {
        self.ledger.wake();
        Ok(0)
    }

    async fn reconcile(&self, _: Duration) -> Result<(), QueueError> {
        self.ledger.free_expired().await?;
        Ok(())
    }

    async fn check(&self) -> Result<(), QueueError> {
        self.ledger.check().await
    }
}
