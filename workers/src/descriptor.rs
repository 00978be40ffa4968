//! Static descriptions of workers.
//!
//! A [`Descriptor`] is static, so that a relay knows which events are jobs of which worker, and
//! `/metrics` knows all workers, in a process that opens no model and no blobs.

use crate::worker::{Context, Worker};
use debrief_infra::queue::{Begins, Subscription};
use std::sync::Arc;
use std::time::Duration;

/// A kind of worker.
#[derive(Debug)]
pub struct Descriptor {
    /// The name in the queue, in command keys and in logs. Never changes.
    pub name: &'static str,
    /// Types of the events that it handles.
    pub events: &'static [&'static str],
    /// Where it starts in the log when it is new to an installation.
    pub begins: Begins,
    /// Limits of its jobs.
    pub limits: Limits,
    /// Creates the worker.
    pub make: fn(&Context) -> Arc<dyn Worker>,
}

impl Descriptor {
    /// Returns what the relay needs to know.
    pub fn subscription(&self) -> Subscription {
        Subscription { consumer: self.name, event_types: self.events, begins: self.begins }
    }
}

/// Limits of the jobs of one worker; `None` means that the configuration decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Maximum duration of an attempt; default `worker_timeout`.
    pub timeout: Option<Duration>,
    /// Maximum processor time of an attempt in a child process; default `worker_cpu_budget`.
    pub cpu: Option<Duration>,
    /// Maximum number of concurrent jobs in one process; default `worker_concurrency`.
    pub concurrency: Option<usize>,
    /// Number of attempts before a job becomes a dead letter; default `worker_max_attempts`.
    pub attempts: Option<u32>,
}

impl Limits {
    /// For a worker that needs nothing special.
    pub const DEFAULT: Self = Self { timeout: None, cpu: None, concurrency: None, attempts: None };
}
