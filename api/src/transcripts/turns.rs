//! `GET /v1/transcripts/{id}/turns`: what was said.
//!
//! Turns are read from their blob, not from a table, with the coach's corrections: see
//! [`super::content`].

use super::content::current;
use super::read::row;
use crate::http::auth::Caller;
use crate::http::extract::{Path, Query, page_size};
use crate::http::problem::Problem;
use crate::state::ApiState;
use axum::Json;
use axum::extract::State;
use debrief_domain::ids::TranscriptId;
use debrief_domain::transcript::content::Turn;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A page of turns.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TurnsOut {
    /// In the order of the file. Empty until the file was read.
    turns: Vec<Turn>,
    /// Pass as `after` for the next page; `null` on the last.
    next: Option<u32>,
    /// Counts changes of the turns: send it with a correction, and it is only made if the turns
    /// are still these. If it differs from page to page, begin anew.
    revision: u64,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct TurnsQuery {
    /// Turns after this index: `next` of the page before.
    after: Option<u32>,
    /// Turns in a page, 1 to 2,000; 200 unless said.
    limit: Option<u32>,
    /// Wait until the answer holds all writes up to this position.
    min_position: Option<i64>,
}

/// Read a transcript's turns.
#[utoipa::path(
    get, path = "/v1/transcripts/{id}/turns", operation_id = "list_transcript_turns",
    tag = "transcripts",
    params(("id" = Uuid, Path), TurnsQuery),
    responses((status = 200, body = TurnsOut), (status = 404, body = Problem)),
    security(("api_key" = []))
)]
pub(super) async fn turns(
    State(state): State<ApiState>,
    caller: Caller,
    Path(id): Path<TranscriptId>,
    Query(query): Query<TurnsQuery>,
) -> Result<Json<TurnsOut>, Problem> {
    let limit = page_size(query.limit, 200, 2_000)? as usize;
    let row = row(&state, &caller, id, query.min_position).await?;
    let Some(current) = current(&state, &caller, &row).await? else {
        return Ok(Json(TurnsOut { turns: Vec::new(), next: None, revision: 0 }));
    };
    let from = query.after.map_or(0, |after| after as usize + 1).min(current.content.turns.len());
    let rest = &current.content.turns[from..];
    let page = &rest[..rest.len().min(limit)];
    let next = page.last().filter(|_| rest.len() > limit).map(|turn| turn.index);
    Ok(Json(TurnsOut { turns: page.to_vec(), next, revision: current.revision }))
}
