//! `/v1/dead-letters`: jobs that failed for good.

use crate::http::auth::{Admin, Caller};
use crate::http::extract::Paths;
use crate::http::paging::Paging;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::routes::routes;
use crate::state::ApiState;
use crate::times;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use debrief_api_types::Page;
use debrief_infra::queue::{self, WorkId};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

pub(crate) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get, discard)).routes(routes!(retry))
}

/// An attempt that failed.
#[derive(Debug, Serialize, ToSchema)]
struct FailedAttempt {
    /// When it ended.
    at: DateTime<Utc>,
    /// What went wrong.
    error: String,
}

/// A job that failed for good.
#[derive(Debug, Serialize, ToSchema)]
struct DeadLetter {
    /// The worker that failed.
    consumer: String,
    /// Position of the event that the job follows from.
    position: i64,
    /// The part of the work; empty if the work was not split.
    key: String,
    /// Identifies that event.
    event_id: Uuid,
    /// What the job is about, such as a transcript's id.
    stream_id: Uuid,
    /// Attempts that failed.
    attempts: u32,
    /// Attempts that ended with the worker's process.
    abandoned: u32,
    /// When the event was recorded.
    created_at: DateTime<Utc>,
    /// What happened at each attempt, oldest first.
    history: Vec<FailedAttempt>,
}

impl From<queue::DeadLetter> for DeadLetter {
    fn from(letter: queue::DeadLetter) -> Self {
        let attempt = |attempt: queue::Attempt| FailedAttempt {
            at: times::at(attempt.at),
            error: attempt.error,
        };
        Self {
            consumer: letter.consumer,
            position: letter.position,
            key: letter.key,
            event_id: letter.event_id,
            stream_id: letter.stream_id,
            attempts: letter.attempts,
            abandoned: letter.abandoned,
            created_at: times::at(letter.created_at),
            history: letter.history.into_iter().map(attempt).collect(),
        }
    }
}

/// A cursor: `position:consumer`, and `:key` if the work was split.
struct Place {
    position: i64,
    consumer: String,
    key: String,
}

impl Place {
    fn of(letter: &queue::DeadLetter) -> Self {
        let queue::DeadLetter { position, consumer, key, .. } = letter;
        Self { position: *position, consumer: consumer.clone(), key: key.clone() }
    }

    fn id(&self) -> WorkId<'_> {
        WorkId { position: self.position, consumer: &self.consumer, key: &self.key }
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (position, rest) = text.split_once(':').ok_or(())?;
        let (consumer, key) = rest.split_once(':').unwrap_or((rest, ""));
        let position = position.parse().map_err(drop)?;
        Ok(Self { position, consumer: consumer.to_owned(), key: key.to_owned() })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.position, self.consumer)?;
        if !self.key.is_empty() {
            write!(f, ":{}", self.key)?;
        }
        Ok(())
    }
}

#[derive(Debug, Deserialize, IntoParams)]
struct Part {
    /// The part of the work; left out if the work was not split.
    #[serde(default)]
    key: String,
}

/// List dead letters.
///
/// Jobs that failed for good, oldest first.
#[utoipa::path(
    get,
    path = "/v1/dead-letters",
    operation_id = "list_dead_letters",
    tag = "dead letters"
)]
async fn list(
    State(state): State<ApiState>,
    caller: Caller<Admin>,
    Query(paging, ..): Query<Paging<Place, 50, 500>>,
) -> Result<Json<Page<DeadLetter>>, Problem> {
    let letters = async |after: Option<Place>, limit| {
        let after = after.as_ref().map(Place::id);
        state.ledger.dead_letters(Some(caller.organization()), after, limit).await
    };
    Ok(Json(paging.page(letters, Place::of).await?.map(DeadLetter::from)))
}

/// Get a dead letter.
#[utoipa::path(
    get,
    path = "/v1/dead-letters/{consumer}/{position}",
    operation_id = "get_dead_letter",
    tag = "dead letters"
)]
async fn get(
    State(state): State<ApiState>,
    caller: Caller<Admin>,
    Paths(consumer, position): Paths<String, i64>,
    Query(part, ..): Query<Part>,
) -> Result<Json<DeadLetter>, Problem> {
    let id = WorkId { position, consumer: &consumer, key: &part.key };
    let letter = state.ledger.dead_letter(Some(caller.organization()), id).await?;
    letter.map(|letter| Json(letter.into())).ok_or_else(none)
}

/// Retry a dead letter.
///
/// The job gets all its attempts again.
#[utoipa::path(
    post, path = "/v1/dead-letters/{consumer}/{position}/retry", operation_id = "retry_dead_letter",
    tag = "dead letters", responses((status = 202, description = "The job has been queued"))
)]
async fn retry(
    State(state): State<ApiState>,
    caller: Caller<Admin>,
    Paths(consumer, position): Paths<String, i64>,
    Query(part, ..): Query<Part>,
) -> Result<StatusCode, Problem> {
    let id = WorkId { position, consumer: &consumer, key: &part.key };
    let found = state.ledger.retry(Some(caller.organization()), id).await?;
    if found { Ok(StatusCode::ACCEPTED) } else { Err(none()) }
}

/// Discard a dead letter.
///
/// The job will never be done.
#[utoipa::path(
    delete, path = "/v1/dead-letters/{consumer}/{position}", operation_id = "discard_dead_letter",
    tag = "dead letters", responses((status = 204, description = "The dead letter is gone"))
)]
async fn discard(
    State(state): State<ApiState>,
    caller: Caller<Admin>,
    Paths(consumer, position): Paths<String, i64>,
    Query(part, ..): Query<Part>,
) -> Result<StatusCode, Problem> {
    let id = WorkId { position, consumer: &consumer, key: &part.key };
    let found = state.ledger.discard(Some(caller.organization()), id).await?;
    if found { Ok(StatusCode::NO_CONTENT) } else { Err(none()) }
}

fn none() -> Problem {
    Problem::not_found("dead letter")
}
