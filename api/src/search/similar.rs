//! `POST /v1/search/similar`: sessions similar to a session.

use super::{hits, index};
use crate::http::auth::{Caller, Read};
use crate::http::extract::Body;
use crate::http::min_position::MinPosition;
use crate::http::paging::Limit;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::state::ApiState;
use axum::Json;
use axum::extract::State;
use debrief_api_types::search::Hit;
use debrief_domain::ids::TranscriptId;
use debrief_projections::transcripts;
use debrief_search::query::Snapshot;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The session to compare with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SimilarRequest {
    /// The session.
    transcript_id: TranscriptId,
    /// Number of sessions, 1 to 50; default 10.
    limit: Option<u32>,
}

/// Similar sessions.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SimilarSessions {
    /// The most similar passage of each session, best first.
    hits: Vec<Hit>,
    /// The position up to which sessions are indexed.
    indexed_through: i64,
}

/// Find similar sessions.
///
/// Compares the words that are frequent in the session and rare elsewhere; words of its title and
/// summary count most. `highlights` show which of them a passage holds.
#[utoipa::path(
    post, path = "/v1/search/similar", operation_id = "search_similar", tag = "search",
    responses(
        (status = 404, description = "There is no such session"),
        (status = 503, description = "The index has not reached `min_position` yet"),
    )
)]
pub(super) async fn similar(
    State(state): State<ApiState>,
    caller: Caller<Read>,
    Query(at, ..): Query<MinPosition>,
    Body(body): Body<SimilarRequest>,
) -> Result<Json<SimilarSessions>, Problem> {
    let limit = Limit::<10, 50>::in_body(body.limit)?.get();
    at.in_projection(&state, "transcripts").await?;
    at.in_search(&state).await?;
    let id = body.transcript_id;
    let row = transcripts::transcript(&state.views, caller.viewer(), id).await?;
    row.ok_or_else(|| Problem::not_found("transcript"))?;
    let found = index::ask(&state, move |search| {
        let indexed_through = search.position();
        let found = Snapshot::by(&search.index(), caller.viewer())?.similar(id, limit)?;
        let hits = found.hits.into_iter().map(hits::hit).collect();
        Ok(SimilarSessions { hits, indexed_through })
    });
    found.await.map(Json)
}
