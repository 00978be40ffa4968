//! The queue without a server: workers ask the ledger.

use super::ledger::{Ledger, Settled};
use super::{Job, Outcome, Queue, QueueError};
use async_trait::async_trait;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Longest time between two looks at the ledger: other processes cannot wake this one.
const POLL: Duration = Duration::from_millis(200);

/// Work straight from the ledger.
#[derive(Debug)]
pub struct EmbeddedQueue {
    ledger: Ledger,
}

impl EmbeddedQueue {
    /// A queue over this ledger.
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
        max: usize,
        lease: Duration,
        wait: Duration,
        stop: &CancellationToken,
    ) -> Result<Vec<Job>, QueueError> {
        let until = Instant::now() + wait;
        // Subscribed before looking, so that no wake-up falls between the two.
        let mut woken = self.ledger.woken();
        loop {
            woken.mark_unchanged();
            let claimed = self.ledger.claim(consumer, max, lease).await?;
            if !claimed.jobs.is_empty() || Instant::now() >= until || stop.is_cancelled() {
                return Ok(claimed.jobs);
            }
            let due = claimed.next.map_or(POLL, |due| due.min(POLL));
            let pause = due.min(until.saturating_duration_since(Instant::now()));
            tokio::select! {
                () = stop.cancelled() => return Ok(Vec::new()),
                _ = tokio::time::timeout(pause, woken.changed()) => {}
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
