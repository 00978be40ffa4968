//! Why a session cannot be loaded.

use debrief_domain::event::DecodeError;
use debrief_infra::blobs::{BlobError, InvalidBlobKey};
use debrief_infra::keys::KeyError;
use debrief_infra::log::LogError;

/// A session cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The log failed.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A stored event cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The key of the turns is unavailable.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The blob of the turns cannot be read.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The blob of the turns has an impossible name.
    #[error(transparent)]
    Name(#[from] InvalidBlobKey),
    /// The content of the blob is not turns.
    #[error("the turns cannot be read: {0}")]
    Turns(#[from] serde_json::Error),
    /// The task that processed the turns ended early.
    #[error("loading the turns was cancelled: {0}")]
    CutOff(#[from] tokio::task::JoinError),
}

impl LoadError {
    /// Returns whether the disk is full.
    pub fn is_full(&self) -> bool {
        match self {
            Self::Log(error) => error.is_full(),
            Self::Key(KeyError::Database(error)) => error.is_full(),
            Self::Blob(error) => error.is_full(),
            _ => false,
        }
    }

    /// Returns whether a later attempt may succeed.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Log(error) => error.is_temporary(),
            Self::Key(KeyError::Database(error)) => error.is_temporary(),
            Self::Blob(error) => error.is_temporary(),
            Self::Key(KeyError::WrongMaster(_))
            | Self::Decode(_)
            | Self::Name(_)
            | Self::Turns(_)
            | Self::CutOff(_) => false,
        }
    }
}
