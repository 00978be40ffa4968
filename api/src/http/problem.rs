//! Errors as problem details (RFC 9457). [`codes`] lists them.
//!
//! Invariants: a 4xx says what is wrong and what would be accepted; a 5xx reveals nothing but the
//! correlation id under which the log has the rest.
//!
//! [`codes`]: super::codes

use super::codes::Code;
use super::correlation;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use debrief_api_types as types;
use debrief_api_types::FieldError;
use debrief_infra::blobs::BlobError;
use debrief_infra::database::DatabaseError;
use debrief_infra::keys::KeyError;
use debrief_infra::log::{CommandError, LogError};
use debrief_infra::queue::QueueError;
use debrief_sessions::LoadError;
use debrief_workers::Fault;

/// The media type of problems.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";
/// Value of `Retry-After`, in seconds.
const RETRY_AFTER: u32 = 1;
/// After how many seconds to try again what has to wait until other work is done.
const RETRY_AFTER_WORK: u32 = 5;

/// An error before it is serialized as [`debrief_api_types::Problem`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    code: Code,
    detail: String,
    errors: Box<[FieldError]>,
}

impl Problem {
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), errors: Box::default() }
    }

    pub(crate) fn invalid_query(detail: impl Into<String>) -> Self {
        Self::new(Code::InvalidQuery, detail)
    }

    pub(crate) fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(Code::Unauthorized, detail)
    }

    /// Returns the problem that there is no such thing, or not in the caller's organization.
    pub(crate) fn not_found(what: &str) -> Self {
        let detail = format!("There is no {what} with this id in your organization.");
        Self::new(Code::NotFound, detail)
    }

    pub(crate) fn conflict(detail: impl Into<String>) -> Self {
        Self::new(Code::Conflict, detail)
    }

    pub(crate) fn too_large(detail: impl Into<String>) -> Self {
        Self::new(Code::TooLarge, detail)
    }

    /// Returns the problem that fields break a rule.
    pub(crate) fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = errors
            .iter()
            .map(|error| format!("{}: {}", error.field, error.message))
            .collect::<Vec<_>>()
            .join(" ");
        Self { errors: errors.into(), ..Self::new(Code::InvalidFields, detail) }
    }

    /// Returns the problem that one field breaks a rule.
    pub(crate) fn invalid_field(field: &str, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError { field: field.to_owned(), message: message.into() }])
    }

    pub(crate) fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(Code::Unavailable, detail)
    }

    /// Returns an internal error. `error` goes to the log.
    pub(crate) fn internal(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a request failed");
        Self::new(
            Code::Internal,
            "The server failed. Nothing was lost: try again, and if it fails again, tell the operator \
             the correlation id.",
        )
    }

    fn temporary(error: &dyn std::fmt::Display) -> Self {
        tracing::warn!(%error, "a request found something unavailable");
        Self::unavailable(
            "A service that this operation depends on is unavailable. Send the same request again, \
             with the same Idempotency-Key: it takes effect once.",
        )
    }

    fn full(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a request found the disk full");
        Self::new(
            Code::StorageFull,
            "The server's disk is full, and nothing was stored. What is there can still be read. Once \
             the operator has made space, send the same request again, with the same Idempotency-Key: \
             it takes effect once.",
        )
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.code.status()
    }

    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    pub(crate) fn code(&self) -> Code {
        self.code
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (code, status) = (self.code.as_str(), self.status());
        let problem = types::Problem {
            kind: format!("/problems/{code}"),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            code: code.to_owned(),
            detail: self.detail,
            errors: self.errors.into(),
            correlation_id: correlation::current(),
        };
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        match self.code {
            Code::Unavailable | Code::SearchBusy => {
                headers.insert(header::RETRY_AFTER, RETRY_AFTER.into());
            }
            Code::TooMuchPending => {
                headers.insert(header::RETRY_AFTER, RETRY_AFTER_WORK.into());
            }
            Code::Unauthorized => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        response
    }
}

impl From<DatabaseError> for Problem {
    fn from(error: DatabaseError) -> Self {
        match error.is_temporary() {
            _ if error.is_full() => Self::full(&error),
            true => Self::temporary(&error),
            false => Self::internal(&error),
        }
    }
}

impl From<LogError> for Problem {
    fn from(error: LogError) -> Self {
        match error.is_temporary() {
            _ if error.is_full() => Self::full(&error),
            true => Self::temporary(&error),
            false => Self::internal(&error),
        }
    }
}

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Self {
        LogError::from(error).into()
    }
}

impl From<QueueError> for Problem {
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::Database(error) => error.into(),
            QueueError::Log(error) => error.into(),
            QueueError::Unavailable(_) => Self::temporary(&error),
            QueueError::Config(_) => Self::internal(&error),
        }
    }
}

impl From<BlobError> for Problem {
    fn from(error: BlobError) -> Self {
        match error.is_temporary() {
            _ if error.is_full() => Self::full(&error),
            true => Self::temporary(&error),
            false => Self::internal(&error),
        }
    }
}

impl From<LoadError> for Problem {
    fn from(error: LoadError) -> Self {
        match error.is_temporary() {
            _ if error.is_full() => Self::full(&error),
            true => Self::temporary(&error),
            false => Self::internal(&error),
        }
    }
}

impl From<Fault> for Problem {
    fn from(error: Fault) -> Self {
        match error {
            Fault::Unavailable(_) | Fault::Later(_) => Self::temporary(&error),
            Fault::Failed(_) | Fault::Overran(_) | Fault::Never(_) => Self::internal(&error),
        }
    }
}

/// Converts errors that are not refusals of the domain; the handler explains those.
pub(crate) fn of_command<E: std::error::Error>(
    error: CommandError<E>,
    refused: impl FnOnce(E) -> Problem,
) -> Problem {
    match error {
        CommandError::Refused(error) => refused(error),
        CommandError::Conflict => Problem::conflict(
            "This was changed at the same time by another request. Read it again and repeat the request.",
        ),
        CommandError::KeyReused => Problem::new(
            Code::IdempotencyKeyReused,
            "This Idempotency-Key was used for a different request. Use a new key for each request; \
             repeat a key only with the same request.",
        ),
        CommandError::Log(error) => error.into(),
        error @ (CommandError::Decode(_) | CommandError::Encode(_)) => Problem::internal(&error),
    }
}
