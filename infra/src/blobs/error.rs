//! What can go wrong with blobs, sorted by what the caller can do about it.

use std::error::Error;
use std::io;

type Source = Box<dyn Error + Send + Sync>;

/// Why a blob could not be stored, read or removed.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// There is no blob of this key.
    #[error("there is no such blob")]
    NotFound,
    /// The stream that was to be stored failed by itself: the upload was too
    /// large, the client hung up. Wraps the original; see
    /// [`body_cause`](Self::body_cause).
    #[error("the source of the blob failed: {0}")]
    Body(#[source] Source),
    /// The store cannot serve now: retry later.
    #[error("the blob store is unavailable: {0}")]
    Unavailable(#[source] Source),
    /// What is stored is not what was put: damaged, truncated, tampered with,
    /// or opened with the wrong key or context.
    #[error("the blob is corrupt: {0}")]
    Corrupt(String),
    /// The store is set up wrongly; the text says what to change.
    #[error("blob store configuration: {0}")]
    Config(String),
    /// Anything else; a retry would end the same way.
    #[error("the blob store failed: {0}")]
    Other(#[source] Source),
}

impl BlobError {
    /// Wraps an error of a source stream, for the streams given to
    /// [`put`](super::BlobStore::put).
    pub fn body(cause: impl Into<Source>) -> Self {
        Self::Body(cause.into())
    }

    /// The original error of the source stream, if this is one and it is an `E`.
    pub fn body_cause<E: Error + 'static>(&self) -> Option<&E> {
        match self {
            Self::Body(cause) => cause.downcast_ref(),
            _ => None,
        }
    }

    /// Whether the same call may succeed later.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Sorts an I/O error by whether waiting can help: a full disk or a lack
    /// of descriptors passes, a denied permission does not.
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
