//! Work that follows from events: who does it, when, and what became of it.
//!
//! The truth is the [`ledger`], a table with a row for each piece of work that is not done. The
//! [`relay`] writes those rows as it moves along the log, in one transaction with its checkpoint;
//! a worker claims a row under a lease, and the row goes when the work is done. A [`Queue`] only
//! decides how a worker learns that there is something to claim: the embedded one asks the
//! ledger, JetStream is sent a message for each row. Which row is claimed is the ledger's choice
//! either way, so that no organization waits for another's backlog; and JetStream may lose
//! everything it has: rows that are still there are dispatched again.
//!
//! Invariants: delivery is at least once, and whoever does the work makes its effect idempotent;
//! a lease is held by one worker at a time; a row whose lease ran out is claimed by another; a row
//! that failed for good stays as a dead letter, in nobody's way. Work that is split into parts
//! becomes a row for each part, each with attempts and an end of its own.

mod embedded;
#[cfg(feature = "nats")]
mod jetstream;
mod ledger;
mod relay;

pub use embedded::EmbeddedQueue;
#[cfg(feature = "nats")]
pub use jetstream::JetStreamQueue;
pub use ledger::{Attempt, Backlog, DeadLetter, LEASE_MAX, Ledger, PAUSE_MAX};
pub use relay::{Begins, Relay, Subscription, check};

use crate::database::DatabaseError;
use crate::url::has_scheme;
use async_trait::async_trait;
use debrief_domain::ids::OrganizationId;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A queue did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The ledger cannot be reached.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] crate::log::LogError),
    /// The message server cannot be reached.
    #[error("the queue server is unavailable: {0}")]
    Unavailable(String),
    /// The configuration names no usable queue.
    #[error("{0}")]
    Config(String),
}

/// Names a piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkId<'a> {
    /// The event it follows from.
    pub position: i64,
    /// Who does it.
    pub consumer: &'a str,
    /// Which part of it; empty where it was not split.
    pub key: &'a str,
}

/// A piece of work under a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Who does it.
    pub consumer: String,
    /// The event it follows from.
    pub position: i64,
    /// Which part of the work; empty where it was not split.
    pub key: String,
    /// That event's id.
    pub event_id: Uuid,
    /// Whose it is.
    pub organization: OrganizationId,
    /// The aggregate it is about.
    pub stream_id: Uuid,
    /// Attempts that failed before this one.
    pub attempts: u32,
    /// Leases before this one that ended without an outcome.
    pub abandoned: u32,
    /// Proof of the lease.
    pub token: String,
}

impl Job {
    /// Names the work.
    pub fn id(&self) -> WorkId<'_> {
        WorkId { position: self.position, consumer: &self.consumer, key: &self.key }
    }
}

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// What is left are parts, each of which is a job of its own from now on.
    Split {
        /// Names the parts: distinct, not empty, and no words of a person.
        keys: Vec<String>,
    },
    /// It failed; another attempt comes `after` this time.
    Retry {
        /// Pause before the next attempt.
        after: Duration,
        /// What went wrong.
        error: String,
    },
    /// It was not its time; no attempt is used up.
    Snooze {
        /// Pause before the next try.
        after: Duration,
    },
    /// It will never succeed: a dead letter.
    Dead {
        /// What went wrong.
        error: String,
    },
}

/// How workers learn of work.
#[async_trait]
pub trait Queue: Send + Sync {
    /// The rows behind it.
    fn ledger(&self) -> &Ledger;

    /// Leases up to `max` jobs of a consumer, waiting up to `wait` for the first. `stop` ends the
    /// wait. Dropped in the middle, it may have leased jobs that nobody does until their leases
    /// run out.
    async fn lease(
        &self,
        consumer: &str,
        max: usize,
        lease: Duration,
        wait: Duration,
        stop: &CancellationToken,
    ) -> Result<Vec<Job>, QueueError>;

    /// Prolongs a lease and notes progress between 0 and 1. `false`: the lease was lost.
    async fn renew(
        &self,
        job: &Job,
        lease: Duration,
        progress: Option<f64>,
    ) -> Result<bool, QueueError>;

    /// Ends a lease. `false`: it was lost before, and the outcome does not count.
    async fn settle(&self, job: &Job, outcome: Outcome) -> Result<bool, QueueError>;

    /// Sends out what the ledger holds and was not sent; answers how much that was.
    async fn dispatch(&self) -> Result<u64, QueueError>;

    /// Makes up for what was lost on the way; called every second by the relay.
    async fn reconcile(&self, lease: Duration) -> Result<(), QueueError>;

    /// Whether the queue answers.
    async fn check(&self) -> Result<(), QueueError>;
}

/// The URLs that [`from_url`] takes.
const FORMS: &str = "\"embedded\" or \"nats://HOST:4222\"";

/// Whether [`from_url`] takes a URL of this form; if not, which it takes.
pub fn check_url(url: &str) -> Result<(), String> {
    let known = url == "embedded" || has_scheme(url, &["nats://", "tls://"]);
    if known { Ok(()) } else { Err(FORMS.to_owned()) }
}

/// Opens `embedded` or `nats://host:port`.
pub async fn from_url(
    url: &str,
    prefix: &str,
    ledger: Ledger,
) -> Result<Arc<dyn Queue>, QueueError> {
    if url == "embedded" {
        return Ok(Arc::new(EmbeddedQueue::new(ledger)));
    }
    if url.starts_with("nats://") || url.starts_with("tls://") {
        #[cfg(feature = "nats")]
        return Ok(Arc::new(JetStreamQueue::connect(url, prefix, ledger).await?));
        #[cfg(not(feature = "nats"))]
        {
            let _ = prefix;
            return Err(QueueError::Config(
                "this build has no NATS: build with --features nats".to_owned(),
            ));
        }
    }
    Err(QueueError::Config(format!("the URL of a queue is {FORMS}")))
}
