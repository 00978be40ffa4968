//! Reads a summary, its versions, and what differs between two.

use crate::http::auth::{Caller, Read};
use crate::http::extract::Path;
use crate::http::min_position::MinPosition;
use crate::http::paging::{Paging, Position};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::routes::routes;
use crate::state::ApiState;
use crate::times;
use axum::Json;
use axum::extract::State;
use debrief_api_types::Page;
use debrief_api_types::summaries::{Summary, SummaryDiff, SummaryState, SummaryVersion};
use debrief_domain::ids::SummaryId;
use debrief_domain::summary::content::Content;
use debrief_domain::summary::diff;
use debrief_projections::transcripts::{self, SummaryRow, SummaryStateRow};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(get)).routes(routes!(versions)).routes(routes!(compare))
}

fn summary(row: SummaryRow, newest: u32, about: SummaryStateRow) -> Summary {
    let SummaryRow { id, version, transcript_id, content, cause, created_at, .. } = row;
    let state = match about.approved_version {
        _ if about.request_id.is_some() => SummaryState::Writing,
        Some(approved) if approved == newest => SummaryState::Approved,
        _ => SummaryState::Draft,
    };
    Summary {
        id,
        version,
        transcript_id,
        created_at: times::at(created_at),
        cause,
        state,
        approved_version: about.approved_version,
        outdated: about.outdated_version.is_some(),
        failure: about.failure,
        content,
    }
}

fn listed(row: SummaryRow) -> SummaryVersion {
    let SummaryRow { id, version, transcript_id, content, cause, created_at, .. } = row;
    SummaryVersion { id, version, transcript_id, created_at: times::at(created_at), cause, content }
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
    let (views, viewer) = (&state.views, caller.viewer());
    // The state first: read after the version, it could be that of a version written in between,
    // and the version of before would pass for what the model wrote.
    let about = transcripts::summary_state(views, viewer, id).await?.unwrap_or_default();
    let newest = transcripts::summary(views, viewer, id, None).await?;
    let newest = newest.ok_or_else(|| Problem::not_found("summary"))?;
    let number = newest.version;
    let row = match version {
        Some(version) if version != number => {
            let row = transcripts::summary(views, viewer, id, Some(version)).await?;
            row.ok_or_else(|| Problem::not_found("summary"))?
        }
        _ => newest,
    };
    Ok(Json(summary(row, number, about)))
}

/// List the versions of a summary.
///
/// Newest first. The cursor is a version.
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
    Query(paging, at, ..): Query<Paging<Position, 200, 200>, MinPosition>,
) -> Result<Json<Page<SummaryVersion>>, Problem> {
    at.in_projection(&state, "transcripts").await?;
    let first = paging.after().is_none();
    let rows = |after: Option<Position>, limit| {
        let before = after.map(|Position(before)| before);
        transcripts::summary_versions(&state.views, caller.viewer(), id, before, limit)
    };
    let page = paging.page(rows, |row| Position(row.version.into()), listed).await?;
    if first && page.items.is_empty() {
        return Err(Problem::not_found("summary"));
    }
    Ok(Json(page))
}

#[derive(Debug, Deserialize, IntoParams)]
struct Versions {
    /// The version to compare with; default the one before `to`.
    #[param(minimum = 1)]
    from: Option<u32>,
    /// The version to look at; default the newest.
    #[param(minimum = 1)]
    to: Option<u32>,
}

/// Compare two versions of a summary.
///
/// Lists what was added, dropped, changed and moved, in the order in which it is shown.
#[utoipa::path(
    get,
    path = "/v1/summaries/{id}/diff",
    operation_id = "compare_summary_versions",
    tag = "summaries"
)]
async fn compare(
    State(state): State<ApiState>,
    caller: Caller<Read>,
    Path(id): Path<SummaryId>,
    Query(Versions { from, to }, at, ..): Query<Versions, MinPosition>,
) -> Result<Json<SummaryDiff>, Problem> {
    at.in_projection(&state, "transcripts").await?;
    let (views, viewer) = (&state.views, caller.viewer());
    let there = transcripts::summary(views, viewer, id, to.filter(|to| *to > 0)).await?;
    let there = match there {
        Some(row) if to != Some(0) => row,
        _ => return Err(missing(&state, &caller, id, "to").await?),
    };
    let from = from.unwrap_or((there.version - 1).max(1));
    let here = match from {
        0 => None,
        from => transcripts::summary(views, viewer, id, Some(from)).await?,
    };
    let Some(here) = here else { return Err(missing(&state, &caller, id, "from").await?) };
    let empty = || Content::empty(debrief_domain::summary::content::Method::Extractive);
    let (before, after) = (here.content.unwrap_or_else(empty), there.content.unwrap_or_else(empty));
    Ok(Json(SummaryDiff {
        id,
        from: here.version,
        to: there.version,
        changes: diff::diff(&before, &after),
    }))
}

/// Returns the problem that there is no such version, or no such summary.
async fn missing(
    state: &ApiState,
    caller: &Caller<Read>,
    id: SummaryId,
    parameter: &str,
) -> Result<Problem, Problem> {
    let newest = transcripts::summary(&state.views, caller.viewer(), id, None).await?;
    Ok(match newest {
        Some(newest) => Problem::invalid_query(format!(
            "{parameter} is no version of this summary; it has 1 to {}.",
            newest.version
        )),
        None => Problem::not_found("summary"),
    })
}
