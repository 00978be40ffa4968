//! `/v1/summaries`: what a session came to, and how that was put before.

use crate::http::auth::Caller;
use crate::http::extract::{Path, Query};
use crate::http::problem::Problem;
use crate::state::ApiState;
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use debrief_domain::ids::{SummaryId, TranscriptId};
use debrief_domain::summary::content::Content;
use debrief_projections::transcripts::{self, SummaryRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(get)).routes(routes!(versions))
}

/// A version of a summary.
#[derive(Debug, Serialize, ToSchema)]
struct SummaryOut {
    /// The summary's id, through all versions.
    id: SummaryId,
    /// From 1.
    version: u32,
    /// The transcript it is about.
    transcript_id: TranscriptId,
    /// When this version was written.
    created_at: DateTime<Utc>,
    /// What it says; `null` once erased.
    #[serde(flatten)]
    content: Option<Content>,
}

impl From<SummaryRow> for SummaryOut {
    fn from(row: SummaryRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            transcript_id: row.transcript_id,
            created_at: DateTime::from_timestamp_millis(row.created_at).unwrap_or_default(),
            content: row.content,
        }
    }
}

/// The versions of a summary.
#[derive(Debug, Serialize, ToSchema)]
struct VersionsOut {
    /// Newest first.
    items: Vec<SummaryOut>,
    /// Always `null`: all versions are on one page.
    next: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct GetQuery {
    /// Which version; the newest unless said.
    version: Option<u32>,
    /// Wait until the answer holds all writes up to this position.
    min_position: Option<i64>,
}

/// Read a summary.
#[utoipa::path(
    get, path = "/v1/summaries/{id}", operation_id = "get_summary",
    tag = "summaries", params(("id" = Uuid, Path), GetQuery),
    responses((status = 200, body = SummaryOut), (status = 404, body = Problem)),
    security(("api_key" = []))
)]
async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Path(id): Path<SummaryId>,
    Query(query): Query<GetQuery>,
) -> Result<Json<SummaryOut>, Problem> {
    if query.version == Some(0) {
        return Err(Problem::bad_request("invalid_query", "version is 0; versions count from 1."));
    }
    state.read_at("transcripts", query.min_position).await?;
    let row = transcripts::summary(&state.views, caller.viewer(), id, query.version).await?;
    row.map(|row| Json(row.into())).ok_or_else(|| Problem::not_found("summary"))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct VersionsQuery {
    /// Wait until the answer holds all writes up to this position.
    min_position: Option<i64>,
}

/// Read all versions of a summary.
#[utoipa::path(
    get, path = "/v1/summaries/{id}/versions", operation_id = "list_summary_versions",
    tag = "summaries",
    params(("id" = Uuid, Path), VersionsQuery),
    responses((status = 200, body = VersionsOut), (status = 404, body = Problem)),
    security(("api_key" = []))
)]
async fn versions(
    State(state): State<ApiState>,
    caller: Caller,
    Path(id): Path<SummaryId>,
    Query(query): Query<VersionsQuery>,
) -> Result<Json<VersionsOut>, Problem> {
    state.read_at("transcripts", query.min_position).await?;
    let rows = transcripts::summary_versions(&state.views, caller.viewer(), id).await?;
    if rows.is_empty() {
        return Err(Problem::not_found("summary"));
    }
    Ok(Json(VersionsOut { items: rows.into_iter().map(Into::into).collect(), next: None }))
}
