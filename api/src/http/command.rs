//! From a request to a command: key, fingerprint, metadata and answer.

use super::auth::{Caller, Commands, Grant};
use super::codes::Code;
use super::correlation;
use super::operation::{Describe, Described};
use super::problem::Problem;
use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::{HeaderName, HeaderValue, StatusCode, request::Parts};
use axum::response::{IntoResponse, Response};
use debrief_api_types::Written;
use debrief_domain::ids::TranscriptId;
use debrief_infra::log::{CommandContext, CommandKey, Committed, Metadata};
use debrief_workers::Account;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use utoipa::openapi::Required;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use uuid::Uuid;

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Maximum length of a key.
const KEY_MAX: usize = 200;

/// The client's `Idempotency-Key`, if it sends one.
#[derive(Debug, Clone)]
pub(crate) struct IdempotencyKey(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(&HEADER) else { return Ok(Self(None)) };
        match value.to_str() {
            Ok(key) if !key.is_empty() && key.len() <= KEY_MAX => Ok(Self(Some(key.to_owned()))),
            _ => Err(Problem::new(
                Code::InvalidIdempotencyKey,
                format!("An Idempotency-Key must have 1 to {KEY_MAX} visible ASCII characters."),
            )),
        }
    }
}

impl Describe for IdempotencyKey {
    fn describe(described: &mut Described<'_>) {
        let schema = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(KEY_MAX));
        let parameter = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some("The same key with the same request takes effect once."))
            .schema(Some(schema));
        described.takes(parameter.build());
        described.refuses(Code::InvalidIdempotencyKey);
        described.refuses(Code::IdempotencyKeyReused);
    }
}

impl IdempotencyKey {
    /// Returns the context of a command. `request` is what identifies the request: the same key
    /// with another request is refused. `answer` is stored with the key and returned again when the
    /// request is repeated; it contains ids only, no words.
    pub(crate) fn context<T: Serialize>(
        self,
        caller: &Caller<impl Commands>,
        route: &str,
        request: &impl Serialize,
        answer: &T,
    ) -> Result<CommandContext, Problem> {
        let correlation_id = correlation::current().unwrap_or_else(Uuid::now_v7);
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
            organization: caller.organization(),
            metadata: Metadata {
                actor: caller.principal().to_string(),
                correlation_id,
                causation_id: None,
            },
            key: CommandKey { key, fingerprint: fingerprint.finalize().into() },
            answer: serde_json::to_value(answer).map_err(|error| Problem::internal(&error))?,
            data_key: None,
            wrapped_keys: Vec::new(),
        })
    }
}

/// Returns the account of a call of the language model that a request makes.
pub(crate) fn account(caller: &Caller<impl Grant>, transcript_id: Option<TranscriptId>) -> Account {
    Account {
        organization: caller.organization(),
        transcript_id,
        metadata: Metadata {
            actor: caller.principal().to_string(),
            correlation_id: correlation::current().unwrap_or_else(Uuid::now_v7),
            causation_id: None,
        },
    }
}

/// The result of a command: `T`, and the position that it reached.
#[derive(Debug)]
pub(crate) struct Accepted<T> {
    status: StatusCode,
    answer: Answer<T>,
    position: i64,
}

#[derive(Debug)]
enum Answer<T> {
    /// The answer to this request.
    New(T),
    /// The answer to the first request with this key, as it was stored then, perhaps by an older
    /// version.
    Stored(Value),
}

impl<T> Accepted<T> {
    /// Returns the answer to a command: `answer`, or the first one if the request is a repetition.
    pub(crate) fn new(status: StatusCode, answer: T, committed: Committed) -> Self {
        let answer = match committed.replayed {
            true => Answer::Stored(committed.answer),
            false => Answer::New(answer),
        };
        Self { status, answer, position: committed.position }
    }

    /// Returns an answer without a command: nothing had to change.
    pub(crate) fn unchanged(status: StatusCode, answer: T, position: i64) -> Self {
        Self { status, answer: Answer::New(answer), position }
    }

    /// Returns the answer to a repeated request.
    pub(crate) fn again(status: StatusCode, answer: Value, position: i64) -> Self {
        Self { status, answer: Answer::Stored(answer), position }
    }

    /// Returns whether the request is a repetition.
    pub(crate) fn is_again(&self) -> bool {
        matches!(self.answer, Answer::Stored(_))
    }
}

impl<T: Serialize> IntoResponse for Accepted<T> {
    fn into_response(self) -> Response {
        let Self { status, answer, position } = self;
        match answer {
            Answer::New(answer) => (status, Json(Written { answer, position })).into_response(),
            Answer::Stored(answer) => {
                let written = Written { answer, position };
                let mut response = (status, Json(written)).into_response();
                response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
                response
            }
        }
    }
}

impl<T: ToSchema> Describe for Accepted<T> {
    fn describe(described: &mut Described<'_>) {
        described.answers::<Written<T>>();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Serialize)]
    struct Planted {
        id: u32,
    }

    async fn sent(accepted: Accepted<Planted>) -> (Option<HeaderValue>, Value) {
        let response = accepted.into_response();
        assert_eq!(response.status(), StatusCode::CREATED);
        let replayed = response.headers().get(REPLAYED).cloned();
        let body = axum::body::to_bytes(response.into_body(), 1_000).await.unwrap();
        (replayed, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn a_request_that_comes_again_is_answered_with_what_was_stored() {
        let committed = |answer, replayed| Committed { position: 3, version: 1, answer, replayed };
        let created = StatusCode::CREATED;
        let new = committed(json!({"id": 1}), false);
        let new = Accepted::new(created, Planted { id: 1 }, new);
        assert!(!new.is_again());
        assert_eq!(sent(new).await, (None, json!({"id": 1, "position": 3})));
        // What an older program stored has other fields.
        let old = committed(json!({"id": 1, "was": "else"}), true);
        let old = Accepted::new(created, Planted { id: 2 }, old);
        assert!(old.is_again());
        let (replayed, body) = sent(old).await;
        assert_eq!(body, json!({"id": 1, "was": "else", "position": 3}));
        assert_eq!(replayed.unwrap(), "true");
    }
}
