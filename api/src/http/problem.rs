//! Errors as RFC 9457 problem details.
//!
//! A 4xx says what is wrong and what would be accepted. A 5xx says nothing but the correlation id
//! under which the log has the rest.

use super::trace;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use debrief_infra::blobs::BlobError;
use debrief_infra::database::DatabaseError;
use debrief_infra::keys::KeyError;
use debrief_infra::log::{CommandError, LogError};
use debrief_infra::queue::QueueError;
use debrief_sessions::LoadError;
use serde::Serialize;
use utoipa::ToSchema;

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// The field, as in the request.
    pub(crate) field: String,
    /// What is wrong with it and what would be accepted.
    pub(crate) message: String,
}

/// An error, as `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Identifies the kind of problem; stable.
    #[serde(rename = "type")]
    pub(crate) kind: Box<str>,
    /// The status in words.
    #[schema(value_type = String)]
    pub(crate) title: &'static str,
    /// The HTTP status.
    pub(crate) status: u16,
    /// The last part of `type`, for programs.
    pub(crate) code: &'static str,
    /// What is wrong and what to do.
    pub(crate) detail: String,
    /// What is wrong field by field, where fields are.
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    pub(crate) errors: Box<[FieldError]>,
    /// Under this id the operator finds the request in the logs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) correlation_id: Option<uuid::Uuid>,
    #[serde(skip)]
    retry_after: Option<u32>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/problems/{code}").into(),
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code,
            detail: detail.into(),
            errors: Box::default(),
            correlation_id: None,
            retry_after: None,
        }
    }

    pub(crate) fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    pub(crate) fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
    }

    /// There is no such thing, or not in the caller's organization.
    pub(crate) fn not_found(what: &str) -> Self {
        let detail = format!("There is no {what} with this id in your organization.");
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    pub(crate) fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    pub(crate) fn too_large(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
    }

    pub(crate) fn unprocessable(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    /// Fields that break a rule.
    pub(crate) fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = errors
            .iter()
            .map(|error| format!("{}: {}", error.field, error.message))
            .collect::<Vec<_>>()
            .join(" ");
        Self { errors: errors.into(), ..Self::unprocessable("invalid_fields", detail) }
    }

    pub(crate) fn unavailable(detail: impl Into<String>) -> Self {
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail);
        Self { retry_after: Some(1), ..problem }
    }

    /// A fault of ours. `error` goes to the log.
    pub(crate) fn internal(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "This is a fault on our side. Nothing was lost; try again, and if it stays, tell the \
             operator the correlation id.",
        )
    }

    fn temporary(error: &dyn std::fmt::Display) -> Self {
        tracing::warn!(%error, "a request found something unavailable");
        Self::unavailable(
            "Something this needs cannot be reached just now. Send the same request again, with \
             the same Idempotency-Key: it takes effect once.",
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        self.correlation_id = trace::current_correlation();
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<DatabaseError> for Problem {
    fn from(error: DatabaseError) -> Self {
        if error.is_temporary() { Self::temporary(&error) } else { Self::internal(&error) }
    }
}

impl From<LogError> for Problem {
    fn from(error: LogError) -> Self {
        if error.is_temporary() { Self::temporary(&error) } else { Self::internal(&error) }
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
        if error.is_temporary() { Self::temporary(&error) } else { Self::internal(&error) }
    }
}

impl From<LoadError> for Problem {
    fn from(error: LoadError) -> Self {
        if error.is_temporary() { Self::temporary(&error) } else { Self::internal(&error) }
    }
}

/// What is not refused by the domain; a refusal is the handler's to explain.
pub(crate) fn of_command<E: std::error::Error>(
    error: CommandError<E>,
    refused: impl FnOnce(E) -> Problem,
) -> Problem {
    match error {
        CommandError::Refused(error) => refused(error),
        CommandError::Conflict => Problem::conflict(
            "conflict",
            "Others changed this at the same time. Read it again and repeat the request.",
        ),
        CommandError::KeyReused => Problem::unprocessable(
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request. Use a new key for a new request; \
             repeat a key only with the very same request.",
        ),
        CommandError::Log(error) => error.into(),
        error @ (CommandError::Decode(_) | CommandError::Encode(_)) => Problem::internal(&error),
    }
}
