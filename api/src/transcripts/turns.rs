//! `GET /v1/transcripts/{id}/turns`.
//!
//! Turns are read from their blob, not from a table, with the coach's corrections: see
//! [`super::contents`].

use super::contents::Contents;
use super::read::row;
use crate::http::auth::{Caller, Read};
use crate::http::extract::Path;
use crate::http::min_position::MinPosition;
use crate::http::paging::Paging;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::state::ApiState;
use axum::Json;
use axum::extract::State;
use debrief_domain::ids::TranscriptId;
use debrief_domain::transcript::content::Turn;
use serde::Serialize;
use utoipa::ToSchema;

/// A page of turns.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TurnsPage {
    /// In the order of the file; empty until the file was read.
    turns: Vec<Turn>,
    /// Pass as `after` for the next page; `null` on the last.
    next: Option<u32>,
    /// Counts changes to the turns. Send it with a correction to correct these turns only. If it
    /// differs from page to page, begin again at the first page.
    revision: u64,
}

/// List the turns of a transcript.
///
/// Turns have the corrections applied. The cursor is the index of a turn.
#[utoipa::path(
    get,
    path = "/v1/transcripts/{id}/turns",
    operation_id = "list_transcript_turns",
    tag = "transcripts"
)]
pub(super) async fn turns(
    State(state): State<ApiState>,
    caller: Caller<Read>,
    State(contents): State<Contents>,
    Path(id): Path<TranscriptId>,
    Query(paging, at, ..): Query<Paging<u32, 200, 2_000>, MinPosition>,
) -> Result<Json<TurnsPage>, Problem> {
    let viewer = caller.viewer();
    let row = row(&state, viewer, id, at).await?;
    let Some(current) = contents.current(viewer, &row).await? else {
        return Ok(Json(TurnsPage { turns: Vec::new(), next: None, revision: 0 }));
    };
    let turns = &current.content.turns;
    let from = paging.after().map_or(0, |after| *after as usize + 1).min(turns.len());
    let rest = &turns[from..];
    let page = &rest[..rest.len().min(paging.limit())];
    let next = page.last().filter(|_| rest.len() > page.len()).map(|turn| turn.index);
    Ok(Json(TurnsPage { turns: page.to_vec(), next, revision: current.revision }))
}
