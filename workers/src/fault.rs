//! Why an attempt at a job fails.

use debrief_domain::event::DecodeError;
use debrief_infra::blobs::{BlobError, InvalidBlobKey};
use debrief_infra::keys::KeyError;
use debrief_infra::log::{CommandError, LogError};
use debrief_infra::queue::QueueError;
use debrief_sessions::LoadError;
use std::time::Duration;

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
