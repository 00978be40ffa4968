//! `POST /v1/search/similar`: sessions like this one.

use super::hits::{HitOut, hit_out};
use super::{SearchQuery, ask, wait};
use crate::http::auth::Caller;
use crate::http::extract::{Body, Query, page_size};
use crate::http::problem::Problem;
use crate::state::ApiState;
use axum::Json;
use axum::extract::State;
use debrief_domain::ids::TranscriptId;
use debrief_projections::transcripts;
use debrief_search::query::Asked;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A session to be compared.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SimilarIn {
    /// The session.
    transcript_id: TranscriptId,
    /// How many sessions: 1 to 50, 10 unless said.
    limit: Option<u32>,
}

/// Sessions like another.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SimilarOut {
    /// Of each session the passage that is most like it; best first.
    hits: Vec<HitOut>,
    /// Everything up to this position could be found.
    indexed_through: i64,
}

/// Find sessions like this one.
///
/// By the words that are frequent in it and rare elsewhere; those of its title and summary count
/// most. `highlights` show which of them a passage holds.
#[utoipa::path(
    post, path = "/v1/search/similar", operation_id = "search_similar",
    tag = "search", params(SearchQuery), request_body = SimilarIn,
    responses(
        (status = 200, body = SimilarOut),
        (status = 404, body = Problem),
        (status = 503, description = "The index is not as far as `min_position`", body = Problem),
    ),
    security(("api_key" = []))
)]
pub(super) async fn similar(
    State(state): State<ApiState>,
    caller: Caller,
    Query(SearchQuery { min_position }): Query<SearchQuery>,
    Body(body): Body<SimilarIn>,
) -> Result<Json<SimilarOut>, Problem> {
    let limit = page_size(body.limit, 10, 50)? as usize;
    state.read_at("transcripts", min_position).await?;
    wait(&state, min_position).await?;
    let id = body.transcript_id;
    let row = transcripts::transcript(&state.views, caller.viewer(), id).await?;
    row.ok_or_else(|| Problem::not_found("transcript"))?;
    ask(&state, move |search| {
        let indexed_through = search.position();
        let found = Asked::by(&search.index(), caller.organization)?.similar(id, limit)?;
        let hits = found.hits.into_iter().map(hit_out).collect();
        Ok(SimilarOut { hits, indexed_through })
    })
    .await
    .map(Json)
}
