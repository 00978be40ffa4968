//! `/v1/dead-letters`: work that failed for good.

use crate::http::auth::Caller;
use crate::http::extract::{Path, Query, page_size};
use crate::http::problem::Problem;
use crate::state::ApiState;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use debrief_infra::queue::{DeadLetter, WorkId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

pub(crate) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get, discard)).routes(routes!(retry))
}

/// What happened at one attempt.
#[derive(Debug, Serialize, ToSchema)]
struct AttemptOut {
    /// When it ended.
    at: DateTime<Utc>,
    /// What went wrong.
    error: String,
}

/// Work that failed for good.
#[derive(Debug, Serialize, ToSchema)]
struct DeadLetterOut {
    /// The worker that could not do it.
    consumer: String,
    /// Position of the event it follows from.
    position: i64,
    /// Which part of the work; empty where it was not split.
    key: String,
    /// That event's id.
    event_id: Uuid,
    /// What it is about, such as a transcript's id.
    stream_id: Uuid,
    /// Attempts that failed.
    attempts: u32,
    /// Attempts that ended with the process.
    abandoned: u32,
    /// When the event was recorded.
    created_at: DateTime<Utc>,
    /// What happened at each attempt, oldest first.
    history: Vec<AttemptOut>,
}

fn time(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

impl From<DeadLetter> for DeadLetterOut {
    fn from(letter: DeadLetter) -> Self {
        Self {
            consumer: letter.consumer,
            position: letter.position,
            key: letter.key,
            event_id: letter.event_id,
            stream_id: letter.stream_id,
            attempts: letter.attempts,
            abandoned: letter.abandoned,
            created_at: time(letter.created_at),
            history: letter
                .history
                .into_iter()
                .map(|attempt| AttemptOut { at: time(attempt.at), error: attempt.error })
                .collect(),
        }
    }
}

/// A page of dead letters.
#[derive(Debug, Serialize, ToSchema)]
struct DeadLettersOut {
    /// Oldest first.
    items: Vec<DeadLetterOut>,
    /// Pass as `after` for the next page; `null` on the last.
    next: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    /// `next` of the page before.
    after: Option<String>,
    /// Items in a page, 1 to 500; 50 unless said.
    limit: Option<u32>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct PartQuery {
    /// Which part of the work; none where it was not split.
    #[serde(default)]
    key: String,
}

/// The place in the list that `next` of a page names: `position:consumer`, with `:key` behind it
/// where the work was split.
fn place(next: &str) -> Option<WorkId<'_>> {
    let (position, rest) = next.split_once(':')?;
    let (consumer, key) = rest.split_once(':').unwrap_or((rest, ""));
    Some(WorkId { position: position.parse().ok()?, consumer, key })
}

/// The inverse of [`place`].
fn next_of(letter: &DeadLetter) -> String {
    let DeadLetter { position, consumer, key, .. } = letter;
    match key.as_str() {
        "" => format!("{position}:{consumer}"),
        key => format!("{position}:{consumer}:{key}"),
    }
}

/// List dead letters.
#[utoipa::path(
    get, path = "/v1/dead-letters", operation_id = "list_dead_letters",
    tag = "dead letters", params(ListQuery),
    responses((status = 200, body = DeadLettersOut)), security(("api_key" = []))
)]
async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<DeadLettersOut>, Problem> {
    let limit = page_size(query.limit, 50, 500)?;
    let after = match &query.after {
        None => None,
        Some(after) => Some(place(after).ok_or_else(|| {
            Problem::bad_request("invalid_query", "after is not the `next` of a page.")
        })?),
    };
    let organization = Some(caller.organization);
    let mut letters = state.ledger.dead_letters(organization, after, limit + 1).await?;
    let more = letters.len() > limit as usize;
    letters.truncate(limit as usize);
    let next = letters.last().filter(|_| more).map(next_of);
    Ok(Json(DeadLettersOut { items: letters.into_iter().map(Into::into).collect(), next }))
}

/// Read a dead letter.
#[utoipa::path(
    get, path = "/v1/dead-letters/{consumer}/{position}", operation_id = "get_dead_letter",
    tag = "dead letters",
    params(("consumer" = String, Path), ("position" = i64, Path), PartQuery),
    responses((status = 200, body = DeadLetterOut), (status = 404, body = Problem)),
    security(("api_key" = []))
)]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Path((consumer, position)): Path<(String, i64)>,
    Query(part): Query<PartQuery>,
) -> Result<Json<DeadLetterOut>, Problem> {
    let id = WorkId { position, consumer: &consumer, key: &part.key };
    let letter = state.ledger.dead_letter(Some(caller.organization), id).await?;
    letter.map(|letter| Json(letter.into())).ok_or_else(none)
}

/// Give a dead letter all its attempts back.
#[utoipa::path(
    post, path = "/v1/dead-letters/{consumer}/{position}/retry", operation_id = "retry_dead_letter",
    tag = "dead letters",
    params(("consumer" = String, Path), ("position" = i64, Path), PartQuery),
    responses((status = 202), (status = 404, body = Problem)), security(("api_key" = []))
)]
async fn retry(
    State(state): State<ApiState>,
    caller: Caller,
    Path((consumer, position)): Path<(String, i64)>,
    Query(part): Query<PartQuery>,
) -> Result<StatusCode, Problem> {
    let id = WorkId { position, consumer: &consumer, key: &part.key };
    let found = state.ledger.retry(Some(caller.organization), id).await?;
    if found { Ok(StatusCode::ACCEPTED) } else { Err(none()) }
}

/// Forget a dead letter: the work is never done.
#[utoipa::path(
    delete, path = "/v1/dead-letters/{consumer}/{position}", operation_id = "discard_dead_letter",
    tag = "dead letters",
    params(("consumer" = String, Path), ("position" = i64, Path), PartQuery),
    responses((status = 204), (status = 404, body = Problem)), security(("api_key" = []))
)]
async fn discard(
    State(state): State<ApiState>,
    caller: Caller,
    Path((consumer, position)): Path<(String, i64)>,
    Query(part): Query<PartQuery>,
) -> Result<StatusCode, Problem> {
    let id = WorkId { position, consumer: &consumer, key: &part.key };
    let found = state.ledger.discard(Some(caller.organization), id).await?;
    if found { Ok(StatusCode::NO_CONTENT) } else { Err(none()) }
}

fn none() -> Problem {
    Problem::not_found("dead letter")
}
