//! Reads transcripts: the list, a single one, and its progress.

use crate::http::auth::{Caller, Read};
use crate::http::extract::Path;
use crate::http::min_position::MinPosition;
use crate::http::paging::{Paging, Position};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::state::ApiState;
use crate::times;
use axum::Json;
use axum::extract::State as Shared;
use debrief_api_types::Page;
use debrief_api_types::transcripts::{Failure, Transcript, TranscriptStatus};
use debrief_domain::ids::{ClientId, TranscriptId};
use debrief_domain::principal::Viewer;
use debrief_domain::transcript::State;
use debrief_projections::transcripts::{self, TranscriptFilter, TranscriptRow};
use serde::Deserialize;
use utoipa::IntoParams;

fn failure(failure: transcripts::Failure) -> Failure {
    Failure { code: failure.code, message: failure.message }
}

fn transcript(row: TranscriptRow) -> Transcript {
    Transcript {
        id: row.id,
        state: row.state,
        error: row.error.map(failure),
        title: row.title,
        client_id: row.client_id,
        held_at: row.held_at.map(times::at),
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
        created_at: times::at(row.created_at),
        updated_at: times::at(row.updated_at),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct ListFilter {
    /// Only transcripts of this client.
    #[param(inline)]
    client_id: Option<ClientId>,
    /// Only transcripts in this state.
    #[param(inline)]
    state: Option<State>,
}

/// List transcripts.
///
/// Newest upload first.
#[utoipa::path(
    get,
    path = "/v1/transcripts",
    operation_id = "list_transcripts",
    tag = "transcripts"
)]
pub(super) async fn list(
    Shared(state): Shared<ApiState>,
    caller: Caller<Read>,
    Query(filter, paging, at): Query<ListFilter, Paging<Position, 50, 200>, MinPosition>,
) -> Result<Json<Page<Transcript>>, Problem> {
    at.in_projection(&state, "transcripts").await?;
    let filter = TranscriptFilter { client_id: filter.client_id, state: filter.state };
    let rows = |after: Option<Position>, limit| {
        let before = after.map(|Position(before)| before);
        transcripts::transcripts(&state.views, caller.viewer(), filter, before, limit)
    };
    let page = paging.page(rows, |row| Position(row.position)).await?;
    Ok(Json(page.map(transcript)))
}

/// Returns the row of a transcript.
pub(super) async fn row(
    state: &ApiState,
    viewer: Viewer,
    id: TranscriptId,
    at: MinPosition,
) -> Result<TranscriptRow, Problem> {
    at.in_projection(state, "transcripts").await?;
    let row = transcripts::transcript(&state.views, viewer, id).await?;
    row.ok_or_else(|| Problem::not_found("transcript"))
}

/// Get a transcript.
#[utoipa::path(
    get,
    path = "/v1/transcripts/{id}",
    operation_id = "get_transcript",
    tag = "transcripts"
)]
pub(super) async fn get(
    Shared(state): Shared<ApiState>,
    caller: Caller<Read>,
    Path(id): Path<TranscriptId>,
    Query(at, ..): Query<MinPosition>,
) -> Result<Json<Transcript>, Problem> {
    Ok(Json(transcript(row(&state, caller.viewer(), id, at).await?)))
}

/// Get the status of a transcript.
///
/// The processing state, and the share of the work that is done.
#[utoipa::path(
    get,
    path = "/v1/transcripts/{id}/status",
    operation_id = "get_transcript_status",
    tag = "transcripts"
)]
pub(super) async fn status(
    Shared(state): Shared<ApiState>,
    caller: Caller<Read>,
    Path(id): Path<TranscriptId>,
    Query(at, ..): Query<MinPosition>,
) -> Result<Json<TranscriptStatus>, Problem> {
    let row = row(&state, caller.viewer(), id, at).await?;
    // What events do not tell: that a worker is at it right now, and how far it is.
    let under_way = match row.state {
        State::Ready | State::Failed => None,
        _ => state.ledger.under_way(caller.organization(), id.0).await?,
    };
    let worker = under_way.as_ref().map(|(worker, fraction)| (worker.as_str(), *fraction));
    let (now, progress) = progress(row.state, worker);
    Ok(Json(TranscriptStatus { state: now, progress, error: row.error.map(failure) }))
}

/// Shares of the whole: 0.1 once the file is stored, 0.6 once it is parsed, 1 once it is
/// summarized.
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
