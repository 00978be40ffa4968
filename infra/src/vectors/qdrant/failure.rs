//! Classifies Qdrant's errors.

use crate::vectors::VectorError;
use qdrant_client::QdrantError;
use tonic::{Code, Status};

/// Converts the client's errors to [`VectorError`], without the API key.
pub(super) struct Failures {
    key: Option<String>,
}

impl Failures {
    pub(super) fn new(key: Option<&str>) -> Self {
        Self { key: key.filter(|key| !key.is_empty()).map(str::to_owned) }
    }

    /// Converts a result.
    pub(super) fn tell<T>(&self, result: Result<T, QdrantError>) -> Result<T, VectorError> {
        result.map_err(|error| match error {
            QdrantError::ResponseError { status }
            | QdrantError::ResourceExhaustedError { status, .. } => self.meaning(&status),
            QdrantError::Io(error) => VectorError::Unavailable(self.clean(&error.to_string())),
            other => VectorError::Other(self.clean(&other.to_string())),
        })
    }

    fn meaning(&self, status: &Status) -> VectorError {
        let text = self.clean(&format!("{:?}: {}", status.code(), status.message()));
        match status.code() {
            // The client reports a failed connection as an internal error.
            Code::Unavailable
            | Code::DeadlineExceeded
            | Code::ResourceExhausted
            | Code::Cancelled
            | Code::Aborted
            | Code::Internal
            | Code::Unknown => VectorError::Unavailable(text),
            Code::NotFound => VectorError::Gone(text),
            Code::Unauthenticated | Code::PermissionDenied => VectorError::Config(text),
            _ => VectorError::Other(text),
        }
    }

    fn clean(&self, text: &str) -> String {
        match &self.key {
            Some(key) => text.replace(key, "…"),
            None => text.to_owned(),
        }
    }
}

/// Returns whether a collection could not be created because it exists. Servers before 1.9 say so
/// only in the message.
pub(super) fn is_there_already(error: &QdrantError) -> bool {
    match error {
        QdrantError::ResponseError { status } => {
            status.code() == Code::AlreadyExists || status.message().contains("already exists")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_a_meaning_and_no_key() {
        let failures = Failures::new(Some("hunter2"));
        for (code, prefix) in [
            (Code::Unavailable, "the vector store is unavailable"),
            (Code::Internal, "the vector store is unavailable"),
            (Code::NotFound, "the vectors are gone"),
            (Code::Unauthenticated, "vector store configuration"),
            (Code::InvalidArgument, "the vector store failed"),
        ] {
            let status = Status::new(code, "who is hunter2?");
            let error = failures.tell::<()>(Err(QdrantError::from(status))).unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(text.starts_with(prefix) && !text.contains("hunter2"), "{text}");
        }
    }
}
