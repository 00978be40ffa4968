//! The queue without a server: workers ask the ledger.

use super::ledger::Ledger;
use super::{Job, Outcome, Queue, QueueError};
use async_trait::async_trait;
use std::time::Duration;
use tokio::time::Instant;

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
            let jobs = self.ledger.claim(consumer, max, lease).await?;
            if !jobs.is_empty() || Instant::now() >= until {
                return Ok(jobs);
            }
            let due = self
                .ledger
                .next_due(consumer)
                .await?
                .map_or(POLL, |millis| Duration::from_millis(millis as u64).min(POLL));
            let pause = due.min(until.saturating_duration_since(Instant::now()));
            let _ = tokio::time::timeout(pause, woken.changed()).await;
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
