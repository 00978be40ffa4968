//! `/v1/summaries`: the summary of a session, and its earlier versions.

use crate::http::auth::{Caller, Read};
use crate::http::extract::Path;
use crate::http::min_position::MinPosition;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::routes::routes;
use crate::state::ApiState;
use crate::times;
use axum::Json;
use axum::extract::State;
use debrief_api_types::Page;
use debrief_api_types::summaries::Summary;
use debrief_domain::ids::SummaryId;
use debrief_projections::transcripts::{self, SummaryRow};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;

pub(crate) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(get)).routes(routes!(versions))
}

fn summary(row: SummaryRow) -> Summary {
    let SummaryRow { id, version, transcript_id, content, created_at } = row;
    Summary { id, version, transcript_id, created_at: times::at(created_at), content }
}

#[derive(Debug, Deserialize, IntoParams)]
struct Version {
    /// The version to get; default the newest.
    #[param(minimum = 1)]
    version: Option<u32>,
}

/// Get a summary.
#[utoipa::path(get, path = "/v1/summaries/{id}", operation_id = "get_summary", tag = "summaries")]
async fn get(
    State(state): State<ApiState>,
    caller: Caller<Read>,
    Path(id): Path<SummaryId>,
    Query(Version { version }, at, ..): Query<Version, MinPosition>,
) -> Result<Json<Summary>, Problem> {
    if version == Some(0) {
        return Err(Problem::invalid_query("version is 0; versions start at 1."));
    }
    at.in_projection(&state, "transcripts").await?;
    let row = transcripts::summary(&state.views, caller.viewer(), id, version).await?;
    row.map(|row| Json(summary(row))).ok_or_else(|| Problem::not_found("summary"))
}

/// List the versions of a summary.
///
/// Newest first, all on one page.
#[utoipa::path(
    get,
    path = "/v1/summaries/{id}/versions",
    operation_id = "list_summary_versions",
    tag = "summaries"
)]
async fn versions(
    State(state): State<ApiState>,
    caller: Caller<Read>,
    Path(id): Path<SummaryId>,
    Query(at, ..): Query<MinPosition>,
) -> Result<Json<Page<Summary>>, Problem> {
    at.in_projection(&state, "transcripts").await?;
    let rows = transcripts::summary_versions(&state.views, caller.viewer(), id).await?;
    if rows.is_empty() {
        return Err(Problem::not_found("summary"));
    }
    Ok(Json(Page::whole(rows).map(summary)))
}
