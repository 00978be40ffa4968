//! Errors of blob stores, sorted by what the caller can do about them.

use std::error::Error;
use std::io;

type Source = Box<dyn Error + Send + Sync>;

/// Why a blob could not be stored, read or deleted.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// No blob has this key.
    #[error("no such blob")]
    NotFound,
    /// The source stream failed: the upload was too large, the client disconnected. Wraps the
    /// original error; see [`body_cause`](Self::body_cause).
    #[error("the source stream of the blob failed: {0}")]
    Body(#[source] Source),
    /// The store is unavailable now: retry later.
    #[error("the blob store is unavailable: {0}")]
    Unavailable(#[source] Source),
    /// The stored content is not what was put: damaged, truncated, tampered with, or opened with
    /// the wrong key or context.
    #[error("the blob is corrupt: {0}")]
    Corrupt(String),
    /// The store is misconfigured; the text says what to change.
    #[error("blob store configuration: {0}")]
    Config(String),
    /// Any other error; a retry would fail the same way.
    #[error("the blob store failed: {0}")]
    Other(#[source] Source),
}

impl BlobError {
    /// Wraps an error of a source stream, for streams passed to [`put`](super::BlobStore::put).
    pub fn body(cause: impl Into<Source>) -> Self {
        Self::Body(cause.into())
    }

    /// Returns the original error of the source stream, if this is one and it is an `E`.
    pub fn body_cause<E: Error + 'static>(&self) -> Option<&E> {
        match self {
            Self::Body(cause) => cause.downcast_ref(),
            _ => None,
        }
    }

    /// Returns whether the same call may succeed later.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Returns whether the disk is full.
    pub fn is_full(&self) -> bool {
        let Self::Unavailable(error) = self else { return false };
        error.downcast_ref::<io::Error>().is_some_and(|error| {
            matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
        })
    }

    /// Classifies an I/O error by whether a retry can help: a full disk or a lack of descriptors is
    /// temporary, a denied permission is not.
    pub(super) fn io(error: io::Error) -> Self {
        use io::ErrorKind as Kind;
        // ENFILE and EMFILE have no stable kind.
        let no_descriptors = cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24));
        let passes = matches!(
            error.kind(),
            Kind::StorageFull
                | Kind::QuotaExceeded
                | Kind::ResourceBusy
                | Kind::TimedOut
                | Kind::Interrupted
                | Kind::WouldBlock
                | Kind::OutOfMemory
                | Kind::StaleNetworkFileHandle
                | Kind::HostUnreachable
                | Kind::NetworkUnreachable
        );
        if passes || no_descriptors {
            Self::Unavailable(Box::new(error))
        } else {
            Self::Other(Box::new(error))
        }
    }
}
