//! The context of an attempt: which part it is, what it may use, what earlier attempts did.

use debrief_domain::principal::Principal;
use debrief_infra::log::{CommandContext, CommandKey, Metadata, RecordedEvent};
use debrief_infra::queue::{Job, Ledger};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;
use tokio::sync::watch;

/// What an attempt gets in addition to the event. Clones share everything.
#[derive(Clone, Debug)]
pub struct JobContext {
    pub(crate) worker: &'static str,
    pub(crate) job: Arc<Job>,
    pub(crate) ledger: Ledger,
    pub(crate) progress: watch::Sender<Option<f64>>,
    pub(crate) cpu: Duration,
    /// Number of steps that this attempt has taken so far.
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

    /// Returns the number of attempts that failed before this one.
    pub fn attempt(&self) -> u32 {
        self.job.attempts
    }

    /// Returns the key of this part of the job; empty if the job was not split.
    pub fn key(&self) -> &str {
        &self.job.key
    }

    /// Returns the processor time that the attempt may use in a child process.
    pub fn cpu_budget(&self) -> Duration {
        self.cpu
    }

    /// Reports progress, from 0 to 1. This is cheap: the value is stored when the lease is next
    /// renewed.
    pub fn progress(&self, fraction: f64) {
        self.progress.send_replace(Some(fraction.clamp(0.0, 1.0)));
    }

    /// Returns the context of a command that records an effect of the event. A worker that records
    /// two effects of one event gives them different names in `effect`.
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
            // The event determines the command, so the key suffices as fingerprint.
            key: CommandKey { key, fingerprint: [0; 32] },
            answer: Value::Null,
            data_key: None,
            wrapped_keys: Vec::new(),
        }
    }
}
