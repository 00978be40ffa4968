//! Reading transcripts: the list, one of them, and how far work on it has come.

use crate::http::auth::Caller;
use crate::http::extract::{Path, Query, cursor, page_size};
use crate::http::problem::Problem;
use crate::state::ApiState;
use axum::Json;
use axum::extract::State as Shared;
use chrono::{DateTime, Utc};
use debrief_domain::ids::{ClientId, SummaryId, TranscriptId};
use debrief_domain::transcript::State;
use debrief_domain::transcript::content::{Participant, Warning};
use debrief_projections::transcripts::{self, Failure, TranscriptFilter, TranscriptRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Why work on a transcript ended without a result.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FailureOut {
    /// For programs.
    code: String,
    /// For people.
    message: String,
}

impl From<Failure> for FailureOut {
    fn from(failure: Failure) -> Self {
        Self { code: failure.code, message: failure.message }
    }
}

/// A transcript, without its turns.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TranscriptOut {
    /// Its id.
    id: TranscriptId,
    /// `received`, `parsing`, `summarizing`, `ready` or `failed`.
    state: &'static str,
    /// Why it failed, if it did.
    error: Option<FailureOut>,
    /// What you call the session.
    title: Option<String>,
    /// Whose session it was.
    client_id: Option<ClientId>,
    /// When it was held.
    held_at: Option<DateTime<Utc>>,
    /// Your notes.
    notes: Option<String>,
    /// BCP 47 tag: yours, else the file's.
    language: Option<String>,
    /// The first file's name.
    filename: Option<String>,
    /// Size of the files that were sent at first, or in their place.
    size_bytes: i64,
    /// What the files turned out to be, such as `webvtt`, or `webvtt+zoom_chat`.
    format: Option<String>,
    /// Who spoke, in order of first appearance, and how they talked.
    participants: Vec<Participant>,
    /// Number of turns.
    turn_count: Option<i64>,
    /// Number of words spoken, whoever said them; those of the chat where nothing was spoken.
    word_count: Option<i64>,
    /// Length in milliseconds, where the file has times.
    duration_ms: Option<i64>,
    /// What was skipped or repaired while reading.
    warnings: Vec<Warning>,
    /// Its summary, once there is one.
    summary_id: Option<SummaryId>,
    /// When it was uploaded.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
}

fn time(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

impl From<TranscriptRow> for TranscriptOut {
    fn from(row: TranscriptRow) -> Self {
        Self {
            id: row.id,
            state: row.state.as_str(),
            error: row.error.map(Into::into),
            title: row.title,
            client_id: row.client_id,
            held_at: row.held_at.map(time),
            notes: row.notes,
            language: row.language,
            filename: row.filename,
            size_bytes: row.size_bytes,
            format: row.format,
            participants: row.participants,
            turn_count: row.turn_count,
            word_count: row.word_count,
            duration_ms: row.duration_ms,
            warnings: row.warnings,
            summary_id: row.summary_id,
            created_at: time(row.created_at),
            updated_at: time(row.updated_at),
        }
    }
}

/// A page of transcripts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TranscriptsOut {
    /// Newest upload first.
    items: Vec<TranscriptOut>,
    /// Pass as `after` for the next page; `null` on the last.
    next: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// `next` of the page before.
    after: Option<i64>,
    /// Items in a page, 1 to 200; 50 unless said.
    limit: Option<u32>,
    /// Only this client's.
    client_id: Option<Uuid>,
    /// Only those in this state: `received`, `summarizing`, `ready` or `failed`.
    state: Option<String>,
    /// Wait until the answer holds all writes up to this position.
    min_position: Option<i64>,
}

/// List transcripts.
#[utoipa::path(
    get, path = "/v1/transcripts", operation_id = "list_transcripts",
    tag = "transcripts", params(ListQuery),
    responses((status = 200, body = TranscriptsOut)), security(("api_key" = []))
)]
pub(super) async fn list(
    Shared(state): Shared<ApiState>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<TranscriptsOut>, Problem> {
    let limit = page_size(query.limit, 50, 200)?;
    let after = cursor(query.after)?;
    let filter = TranscriptFilter {
        client_id: query.client_id.map(ClientId),
        state: match query.state.as_deref().map(str::parse::<State>) {
            None => None,
            Some(Ok(state)) => Some(state),
            Some(Err(_)) => {
                return Err(Problem::bad_request(
                    "invalid_query",
                    "state can be received, summarizing, ready or failed.",
                ));
            }
        },
    };
    state.read_at("transcripts", query.min_position).await?;
    let mut rows =
        transcripts::transcripts(&state.views, caller.viewer(), filter, after, limit + 1).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|row| row.position.to_string());
    Ok(Json(TranscriptsOut { items: rows.into_iter().map(Into::into).collect(), next }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct GetQuery {
    /// Wait until the answer holds all writes up to this position.
    min_position: Option<i64>,
}

/// The row of a transcript that the caller may see.
pub(super) async fn row(
    state: &ApiState,
    caller: &Caller,
    id: TranscriptId,
    min_position: Option<i64>,
) -> Result<TranscriptRow, Problem> {
    state.read_at("transcripts", min_position).await?;
    let row = transcripts::transcript(&state.views, caller.viewer(), id).await?;
    row.ok_or_else(|| Problem::not_found("transcript"))
}

/// Read a transcript.
#[utoipa::path(
    get, path = "/v1/transcripts/{id}", operation_id = "get_transcript",
    tag = "transcripts",
    params(("id" = Uuid, Path), GetQuery),
    responses((status = 200, body = TranscriptOut), (status = 404, body = Problem)),
    security(("api_key" = []))
)]
pub(super) async fn get(
    Shared(state): Shared<ApiState>,
    caller: Caller,
    Path(id): Path<TranscriptId>,
    Query(query): Query<GetQuery>,
) -> Result<Json<TranscriptOut>, Problem> {
    Ok(Json(row(&state, &caller, id, query.min_position).await?.into()))
}

/// How far work on a transcript has come.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StatusOut {
    /// `received`, `parsing`, `summarizing`, `ready` or `failed`.
    state: &'static str,
    /// From 0 to 1.
    progress: f64,
    /// Why it failed, if it did.
    error: Option<FailureOut>,
}

/// Read how far work on a transcript has come.
#[utoipa::path(
    get, path = "/v1/transcripts/{id}/status", operation_id = "get_transcript_status",
    tag = "transcripts",
    params(("id" = Uuid, Path), GetQuery),
    responses((status = 200, body = StatusOut), (status = 404, body = Problem)),
    security(("api_key" = []))
)]
pub(super) async fn status(
    Shared(state): Shared<ApiState>,
    caller: Caller,
    Path(id): Path<TranscriptId>,
    Query(query): Query<GetQuery>,
) -> Result<Json<StatusOut>, Problem> {
    let row = row(&state, &caller, id, query.min_position).await?;
    // What events do not tell: that a worker is at it right now, and how far it is.
    let under_way = match row.state {
        State::Ready | State::Failed => None,
        _ => state.ledger.under_way(caller.organization, id.0).await?,
    };
    let worker = under_way.as_ref().map(|(worker, fraction)| (worker.as_str(), *fraction));
    let (now, progress) = progress(row.state, worker);
    Ok(Json(StatusOut { state: now.as_str(), progress, error: row.error.map(Into::into) }))
}

/// Shares of the whole: the file is here 0.1, it is read 0.6, it is summarized 1.
fn progress(state: State, worker: Option<(&str, f64)>) -> (State, f64) {
    match (state, worker) {
        (State::Received, Some(("parse", done))) => (State::Parsing, 0.1 + 0.5 * done),
        (State::Received | State::Parsing, _) => (state, 0.1),
        (State::Summarizing, Some(("summarize", done))) => (state, 0.6 + 0.4 * done),
        (State::Summarizing, _) => (state, 0.6),
        (State::Ready | State::Failed, _) => (state, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_only_grows_along_the_way() {
        let way = [
            progress(State::Received, None),
            progress(State::Received, Some(("parse", 0.0))),
            progress(State::Received, Some(("parse", 1.0))),
            progress(State::Summarizing, None),
            progress(State::Summarizing, Some(("summarize", 0.9))),
            progress(State::Ready, None),
        ];
        assert!(way.windows(2).all(|pair| pair[0].1 <= pair[1].1), "{way:?}");
        assert_eq!(way[1].0, State::Parsing);
    }
}
