//! What a worker is.

use crate::descriptor::Descriptor;
use async_trait::async_trait;
use debrief_domain::event::DecodeError;
use debrief_domain::principal::Principal;
use debrief_infra::blobs::{BlobError, InvalidBlobKey};
use debrief_infra::documents::Documents;
use debrief_infra::keys::KeyError;
use debrief_infra::log::{
    CommandContext, CommandError, CommandKey, EventLog, LogError, Metadata, RecordedEvent,
};
use debrief_projections::engine::Views;
use debrief_sessions::LoadError;
use serde_json::Value;
use std::time::Duration;
use tokio::sync::watch;

/// What workers work with. Clones share everything.
#[derive(Clone, Debug)]
pub struct Context {
    /// Where commands go.
    pub log: EventLog,
    /// Long texts.
    pub documents: Documents,
    /// Read models.
    pub views: Views,
}

/// Why an attempt did not succeed, and so what comes next.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Something that is needed cannot be reached. The work waits; no attempt is used up.
    #[error("{0}")]
    Unavailable(String),
    /// It is not time yet. No attempt is used up.
    #[error("not before {0:?} from now")]
    Later(Duration),
    /// It went wrong and may go right another time.
    #[error("{0}")]
    Failed(String),
    /// It will never go right.
    #[error("{0}")]
    Never(String),
}

impl From<BlobError> for Fault {
    fn from(error: BlobError) -> Self {
        if error.is_temporary() {
            Self::Unavailable(error.to_string())
        } else {
            Self::Failed(error.to_string())
        }
    }
}

impl From<LogError> for Fault {
    fn from(error: LogError) -> Self {
        if error.is_temporary() {
            Self::Unavailable(error.to_string())
        } else {
            Self::Failed(error.to_string())
        }
    }
}

impl From<KeyError> for Fault {
    fn from(error: KeyError) -> Self {
        LogError::from(error).into()
    }
}

impl From<DecodeError> for Fault {
    fn from(error: DecodeError) -> Self {
        Self::Never(error.to_string())
    }
}

impl From<InvalidBlobKey> for Fault {
    fn from(error: InvalidBlobKey) -> Self {
        Self::Never(error.to_string())
    }
}

impl From<LoadError> for Fault {
    fn from(error: LoadError) -> Self {
        match error {
            error if error.is_temporary() => Self::Unavailable(error.to_string()),
            LoadError::Name(_) | LoadError::Turns(_) => Self::Never(error.to_string()),
            error => Self::Failed(error.to_string()),
        }
    }
}

impl<E: std::error::Error> From<CommandError<E>> for Fault {
    fn from(error: CommandError<E>) -> Self {
        match error {
            CommandError::Log(error) => error.into(),
            other => Self::Failed(other.to_string()),
        }
    }
}

/// What an attempt is told beside the event.
#[derive(Clone, Debug)]
pub struct JobContext {
    pub(crate) progress: watch::Sender<Option<f64>>,
    /// Attempts that came before this one.
    pub attempt: u32,
}

impl JobContext {
    /// Tells how far the work is, from 0 to 1. Costs nothing; it is stored with the next
    /// prolonging of the lease.
    pub fn progress(&self, fraction: f64) {
        self.progress.send_replace(Some(fraction.clamp(0.0, 1.0)));
    }
}

/// Does what follows from some events. Its name and its events are in its [`Descriptor`].
#[async_trait]
pub trait Worker: Send + Sync + 'static {
    /// Does the work. May be called again for the same event, also while an earlier call that
    /// lost its lease is still ending.
    async fn handle(&self, event: &RecordedEvent, job: &JobContext) -> Result<(), Fault>;

    /// Told once the work will not be tried again, so that users can be told.
    async fn gave_up(&self, event: &RecordedEvent, reason: &str) -> Result<(), Fault> {
        let _ = (event, reason);
        Ok(())
    }
}

/// The context of a command that records what `worker` did because of `event`. A worker that
/// records two effects of one event tells them apart by `effect`.
pub(crate) fn command_context(
    worker: &Descriptor,
    event: &RecordedEvent,
    effect: &str,
) -> CommandContext {
    let key = format!("{}:{}{effect}", worker.name, event.id);
    CommandContext {
        organization: event.organization,
        metadata: Metadata {
            actor: Principal::Worker { name: worker.name }.to_string(),
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
