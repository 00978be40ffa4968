//! The interface of a worker.

use crate::confined::Confined;
use crate::job::JobContext;
use async_trait::async_trait;
use debrief_domain::event::DecodeError;
use debrief_infra::blobs::{BlobError, InvalidBlobKey};
use debrief_infra::documents::Documents;
use debrief_infra::keys::KeyError;
use debrief_infra::log::{CommandError, EventLog, LogError, RecordedEvent};
use debrief_infra::queue::QueueError;
use debrief_projections::engine::Views;
use debrief_sessions::LoadError;
use std::sync::Arc;
use std::time::Duration;

/// What workers work with. Clones share everything.
#[derive(Clone, Debug)]
pub struct Context {
    /// The event log, which takes commands.
    pub log: EventLog,
    /// Blobs: long texts.
    pub documents: Documents,
    /// Read models.
    pub views: Views,
    /// Where heavy work runs.
    pub confined: Arc<dyn Confined>,
}

/// Why an attempt did not succeed, which decides what happens next.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// A dependency is unavailable. The job waits; no attempt is used up.
    #[error("{0}")]
    Unavailable(String),
    /// It is too early. No attempt is used up.
    #[error("not before {0:?} from now")]
    Later(Duration),
    /// The attempt failed; a retry may succeed.
    #[error("{0}")]
    Failed(String),
    /// The attempt exceeded a limit. It is retried once, because the machine may have been busy.
    #[error("{0}")]
    Overran(String),
    /// No retry can succeed.
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

impl From<QueueError> for Fault {
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::Log(error) => error.into(),
            QueueError::Database(ref database) if !database.is_temporary() => {
                Self::Failed(error.to_string())
            }
            other => Self::Unavailable(other.to_string()),
        }
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

/// The result of an attempt that succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// The job is done.
    Finished,
    /// What is left are parts, such as deliveries to several places, that are attempted separately
    /// from now on: the worker is given each of these keys in [`JobContext::key`]. A key is an id
    /// and contains no words of a person; a part is not split again.
    Split(Vec<String>),
}

/// Performs the effects of some events. Its name and event types are in its [`Descriptor`].
#[async_trait]
pub trait Worker: Send + Sync + 'static {
    /// Handles an event. May be called again for the same event, even while an earlier call that
    /// lost its lease is still ending.
    async fn handle(&self, event: &RecordedEvent, job: &JobContext) -> Result<Done, Fault>;

    /// Called before a job becomes a dead letter, so that users can be told.
    async fn gave_up(
        &self,
        event: &RecordedEvent,
        job: &JobContext,
        reason: &str,
    ) -> Result<(), Fault> {
        let _ = (event, job, reason);
        Ok(())
    }
}
