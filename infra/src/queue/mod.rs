//! Jobs that follow from events: which worker does them, when, and with what outcome.
//!
//! The truth is the [`ledger`], a table with a row for each job that is not done. The [`relay`]
//! inserts those rows as it reads the log, in one transaction with its checkpoint; a worker claims
//! a row under a lease, and the row is deleted when the job is done. A [`Queue`] only decides how a
//! worker learns that there is something to claim: the embedded queue polls the ledger, JetStream
//! is sent a message for each row. In both cases the ledger chooses which row is claimed, so that
//! no organization waits for another's backlog; and JetStream may lose everything it has, because
//! rows that are still there are dispatched again.
//!
//! Invariants: delivery is at least once, and a worker makes its effect idempotent. One worker at a
//! time holds a lease. A row whose lease has expired is claimed by another worker. A row that
//! failed for good stays as a dead letter and blocks nothing. A job that is split into parts
//! becomes a row for each part, each with attempts and an outcome of its own.

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

/// An error of a queue.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The ledger is unavailable.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] crate::log::LogError),
    /// The message server is unavailable.
    #[error("the queue server is unavailable: {0}")]
    Unavailable(String),
    /// The configuration names no usable queue.
    #[error("{0}")]
    Config(String),
}

/// Identifies a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkId<'a> {
    /// Position of the event that it follows from.
    pub position: i64,
    /// Name of the worker.
    pub consumer: &'a str,
    /// Key of the part; empty if the job was not split.
    pub key: &'a str,
}

/// A leased job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
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
    /// Number of attempts that failed before this one.
    pub attempts: u32,
    /// Number of earlier leases that ended without an outcome.
    pub abandoned: u32,
    /// Token that proves the lease.
    pub token: String,
}

impl Job {
    /// Returns the job's identity.
    pub fn id(&self) -> WorkId<'_> {
        WorkId { position: self.position, consumer: &self.consumer, key: &self.key }
    }
}

/// The outcome of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The job is done.
    Done,
    /// What is left are parts, each of which is a job of its own from now on.
    Split {
        /// Keys of the parts: distinct, not empty, and without words of a person.
        keys: Vec<String>,
    },
    /// The attempt failed; the next one follows after `after`.
    Retry {
        /// Delay before the next attempt.
        after: Duration,
        /// The error.
        error: String,
    },
    /// It was too early; no attempt is used up.
    Snooze {
        /// Delay before the next try.
        after: Duration,
    },
    /// No retry can succeed: a dead letter.
    Dead {
        /// The error.
        error: String,
    },
}

/// How many jobs a lease may bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Maximum number of jobs.
    pub jobs: usize,
    /// How many of them only organizations without running jobs may have.
    pub reserved: usize,
}

impl From<usize> for Room {
    /// Returns room for this many jobs of any organization.
    fn from(jobs: usize) -> Self {
        Self { jobs, reserved: 0 }
    }
}

/// How workers learn of jobs.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Returns the ledger with the rows.
    fn ledger(&self) -> &Ledger;

    /// Leases jobs of a consumer, as many as there is room for, waiting up to `wait` for the first. `stop` ends the
    /// wait. If this future is dropped, it may have leased jobs that nobody does until their leases
    /// expire.
    async fn lease(
        &self,
        consumer: &str,
        room: Room,
        lease: Duration,
        wait: Duration,
        stop: &CancellationToken,
    ) -> Result<Vec<Job>, QueueError>;

    /// Renews a lease and records progress between 0 and 1. Returns `false` if the lease was lost.
    async fn renew(
        &self,
        job: &Job,
        lease: Duration,
        progress: Option<f64>,
    ) -> Result<bool, QueueError>;

    /// Ends a lease. Returns `false` if it was lost before, in which case the outcome does not
    /// count.
    async fn settle(&self, job: &Job, outcome: Outcome) -> Result<bool, QueueError>;

    /// Dispatches rows of the ledger that have not been dispatched; returns their number.
    async fn dispatch(&self) -> Result<u64, QueueError>;

    /// Repairs losses; called every second by the relay.
    async fn reconcile(&self, lease: Duration) -> Result<(), QueueError>;

    /// Checks that the queue is available.
    async fn check(&self) -> Result<(), QueueError>;
}

/// The URLs that [`from_url`] accepts.
const FORMS: &str = "\"embedded\" or \"nats://HOST:4222\"";

/// Checks that [`from_url`] accepts a URL of this form. The error says which forms it accepts.
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
