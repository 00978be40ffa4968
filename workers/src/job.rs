//! What an attempt knows beside its event: which part it is, what it may use, what it did before.

use debrief_domain::principal::Principal;
use debrief_infra::log::{CommandContext, CommandKey, Metadata, RecordedEvent};
use debrief_infra::queue::{Job, Ledger};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;
use tokio::sync::watch;

/// What an attempt is told beside the event. Clones share everything.
#[derive(Clone, Debug)]
pub struct JobContext {
    pub(crate) worker: &'static str,
    pub(crate) job: Arc<Job>,
    pub(crate) ledger: Ledger,
    pub(crate) progress: watch::Sender<Option<f64>>,
    pub(crate) cpu: Duration,
    /// Steps of this attempt so far.
    pub(crate) steps: Arc<AtomicUsize>,
}

impl JobContext {
    pub(crate) fn new(worker: &'static str, job: Job, ledger: Ledger, cpu: Duration) -> Self {
        Self {
            worker,
            job: Arc::new(job),
            ledger,
            progress: watch::Sender::new(None),
            cpu,
            steps: Arc::default(),
        }
    }

    /// Attempts that failed before this one.
    pub fn attempt(&self) -> u32 {
        self.job.attempts
    }

    /// Which part of the work this is; empty where it was not split.
    pub fn key(&self) -> &str {
        &self.job.key
    }

    /// Processor time that the attempt may use in a child process.
    pub fn cpu_budget(&self) -> Duration {
        self.cpu
    }

    /// Tells how far the work is, from 0 to 1. Costs nothing; it is stored with the next
    /// prolonging of the lease.
    pub fn progress(&self, fraction: f64) {
        self.progress.send_replace(Some(fraction.clamp(0.0, 1.0)));
    }

    /// The context of a command that records what was done because of the event. A worker that
    /// records two effects of one event tells them apart by `effect`.
    pub fn command(&self, event: &RecordedEvent, effect: &str) -> CommandContext {
        let part = match self.key() {
            "" => String::new(),
            key => format!("/{key}"),
        };
        let key = format!("{}:{}{part}{effect}", self.worker, event.id);
        CommandContext {
            organization: event.organization,
            metadata: Metadata {
                actor: Principal::Worker { name: self.worker }.to_string(),
                correlation_id: event.metadata.correlation_id,
                causation_id: Some(event.id),
            },
            // The event is all that the work depends on, so the key says it all.
            key: CommandKey { key, fingerprint: [0; 32] },
            answer: Value::Null,
            data_key: None,
            wrapped_keys: Vec::new(),
        }
    }
}
