//! The queue without a server: workers ask the ledger.

use super::ledger::Ledger;
use super::{Job, Outcome, Queue, QueueError};
use async_trait::async_trait;
use std::time::Duration;
use tokio::time::Instant;

/// Pause where work is due and others were faster.
const CONTENDED: Duration = Duration::from_millis(5);

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
    async fn lease(
        &self,
        consumer: &str,
        max: usize,
        lease: Duration,
        wait: Duration,
    ) -> Result<Vec<Job>, QueueError> {
        let until = Instant::now() + wait;
        // Subscribed before looking, so that no wake-up falls between the two.
        let mut woken = self.ledger.woken();
        loop {
            woken.mark_unchanged();
            let due = self.ledger.next_due(consumer).await?;
            if due.is_some_and(|due| due.is_zero()) {
                let jobs = self.ledger.claim(consumer, max, lease).await?;
                // Another worker may have been faster.
                if !jobs.is_empty() {
                    return Ok(jobs);
                }
            }
            let left = until.saturating_duration_since(Instant::now());
            let pause = self.ledger.pause();
            let pause = due.map_or(pause, |due| due.clamp(CONTENDED, pause));
            let woken = tokio::time::timeout(pause.min(left), woken.changed()).await;
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
        Ok(self.ledger.settle(job, &outcome).await?)
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
