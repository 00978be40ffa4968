//! What is known of a worker without making it.
//!
//! A [`Descriptor`] is static, so that a relay learns which events are work for whom, and `/metrics`
//! which workers there are, in a process that opens no model, no mail server and no blobs.

use crate::worker::{Context, Worker};
use debrief_infra::queue::{Begins, Subscription};
use std::sync::Arc;
use std::time::Duration;

/// A kind of worker.
#[derive(Debug)]
pub struct Descriptor {
    /// Names it in the queue, in keys and in logs: it never changes.
    pub name: &'static str,
    /// Types of the events that are work for it.
    pub events: &'static [&'static str],
    /// Which events are work for it when it is new to an installation.
    pub begins: Begins,
    /// Bounds of its jobs.
    pub limits: Limits,
    /// Makes it.
    pub make: fn(&Context) -> Arc<dyn Worker>,
}

impl Descriptor {
    /// What the relay has to know.
    pub fn subscription(&self) -> Subscription {
        Subscription { consumer: self.name, event_types: self.events, begins: self.begins }
    }
}

/// Bounds of the jobs of one worker; `None`: as the configuration says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest time that an attempt may take; else `worker_timeout`.
    pub timeout: Option<Duration>,
    /// Most processor time that an attempt may use in a child process; else `worker_cpu_budget`.
    pub cpu: Option<Duration>,
    /// Jobs under way at a time in one process; else `worker_concurrency`.
    pub concurrency: Option<usize>,
    /// Attempts until a job is a dead letter; else `worker_max_attempts`.
    pub attempts: Option<u32>,
}

impl Limits {
    /// For a worker that needs nothing special.
    pub const DEFAULT: Self = Self { timeout: None, cpu: None, concurrency: None, attempts: None };
}
