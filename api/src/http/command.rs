//! From a request to a command: its key, its fingerprint, its metadata, its answer.

use super::auth::Caller;
use super::problem::Problem;
use super::trace::current_correlation;
use crate::state::ApiState;
use axum::extract::FromRequestParts;
use axum::http::{HeaderName, HeaderValue, request::Parts};
use axum::response::{IntoResponse, Response};
use debrief_infra::log::{CommandContext, CommandKey, Committed, Metadata};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Longest key.
const KEY_MAX: usize = 200;

/// The client's `Idempotency-Key`, if it sends one.
#[derive(Debug, Clone)]
pub(crate) struct IdempotencyKey(Option<String>);

impl FromRequestParts<ApiState> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &ApiState) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(&HEADER) else { return Ok(Self(None)) };
        match value.to_str() {
            Ok(key) if !key.is_empty() && key.len() <= KEY_MAX => Ok(Self(Some(key.to_owned()))),
            _ => Err(Problem::bad_request(
                "invalid_idempotency_key",
                format!("An Idempotency-Key has 1 to {KEY_MAX} visible ASCII characters."),
            )),
        }
    }
}

impl IdempotencyKey {
    /// The context of a command. `request` is what makes the request what it is: the same key
    /// with another request is refused.
    pub(crate) fn context(
        self,
        caller: &Caller,
        route: &str,
        request: &impl Serialize,
        answer: Value,
    ) -> Result<CommandContext, Problem> {
        let correlation_id = current_correlation().unwrap_or_else(Uuid::now_v7);
        // Clients' keys cannot meet those of workers, which have no such prefix.
        let key = match self.0 {
            Some(key) => format!("client:{key}"),
            // In the order of time: they lie side by side in the index.
            None => format!("auto:{}", Uuid::now_v7()),
        };
        let body = serde_json::to_vec(request).map_err(|error| Problem::internal(&error))?;
        let mut fingerprint = Sha256::new();
        fingerprint.update(route.as_bytes());
        fingerprint.update([0]);
        fingerprint.update(&body);
        Ok(CommandContext {
            organization: caller.organization,
            metadata: Metadata {
                actor: caller.principal().to_string(),
                correlation_id,
                causation_id: None,
            },
            key: CommandKey { key, fingerprint: fingerprint.finalize().into() },
            answer,
            data_key: None,
            wrapped_keys: Vec::new(),
        })
    }
}

/// The answer to a command: its stored answer with the position that it reached.
pub(crate) struct Accepted {
    pub(crate) status: axum::http::StatusCode,
    pub(crate) committed: Committed,
}

impl IntoResponse for Accepted {
    fn into_response(self) -> Response {
        let mut answer = self.committed.answer;
        if let Value::Object(answer) = &mut answer {
            answer.insert("position".to_owned(), self.committed.position.into());
        }
        let mut response = (self.status, axum::Json(answer)).into_response();
        if self.committed.replayed {
            response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}
