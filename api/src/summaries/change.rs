//! Changes a summary by hand, and brings versions back.

use super::execute;
use crate::http::auth::{Caller, Write};
use crate::http::checks::Checks;
use crate::http::command::{Accepted, IdempotencyKey};
use crate::http::extract::{Body, BodyOrDefault, Path};
use crate::http::problem::Problem;
use crate::http::routes::routes;
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use debrief_api_types::summaries::{ChangedSummary, EditSummary, OnVersion, RestoreVersion};
use debrief_domain::ids::SummaryId;
use debrief_domain::summary::SummaryCommand;
use debrief_domain::summary::edit::EDITS_MAX;
use utoipa_axum::router::OpenApiRouter;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(edit))
        .routes(routes!(undo))
        .routes(routes!(redo))
        .routes(routes!(restore))
        .routes(routes!(approve))
}

/// Edit a summary.
///
/// Writes a version with the edits, all of them or none. What no edit names stays as it is.
#[utoipa::path(
    patch, path = "/v1/summaries/{id}", operation_id = "edit_summary", tag = "summaries",
    responses(
        (status = 200, description = "The version was written"),
        (status = 409, description = "`summary_changed`: The `base_version` is not the newest."),
    )
)]
async fn edit(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Path(id): Path<SummaryId>,
    Body(wanted): Body<EditSummary>,
) -> Result<Accepted<ChangedSummary>, Problem> {
    let mut checks = Checks::default();
    if wanted.edits.is_empty() || wanted.edits.len() > EDITS_MAX {
        checks.fail("edits", format!("must have 1 to {EDITS_MAX} edits"));
    }
    checks.done()?;
    let answer = ChangedSummary { id };
    let route = format!("PATCH /v1/summaries/{id}");
    let context = key.context(&caller, &route, &wanted, &answer)?;
    let EditSummary { base_version, edits } = wanted;
    let command = |_: &_| SummaryCommand::Edit { base_version, edits };
    let committed = execute(&state, context, id, command).await?;
    Ok(Accepted::new(StatusCode::OK, answer, committed))
}

/// Undo the newest version of a summary.
///
/// Writes a version with the content of the one before it.
#[utoipa::path(
    post, path = "/v1/summaries/{id}/undo", operation_id = "undo_summary", tag = "summaries",
    responses(
        (status = 200, description = "The version was written"),
        (status = 409, description = "`conflict`: There is nothing to undo.\n\n\
            `summary_changed`: The `base_version` is not the newest."),
    )
)]
async fn undo(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Path(id): Path<SummaryId>,
    BodyOrDefault(on): BodyOrDefault<OnVersion>,
) -> Result<Accepted<ChangedSummary>, Problem> {
    let command = |base_version| SummaryCommand::Undo { base_version };
    step(&state, &caller, key, (id, "undo"), on, command).await
}

/// Redo what was undone.
///
/// Writes a version with the content of the one that was undone last.
#[utoipa::path(
    post, path = "/v1/summaries/{id}/redo", operation_id = "redo_summary", tag = "summaries",
    responses(
        (status = 200, description = "The version was written"),
        (status = 409, description = "`conflict`: There is nothing to redo.\n\n\
            `summary_changed`: The `base_version` is not the newest."),
    )
)]
async fn redo(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Path(id): Path<SummaryId>,
    BodyOrDefault(on): BodyOrDefault<OnVersion>,
) -> Result<Accepted<ChangedSummary>, Problem> {
    let command = |base_version| SummaryCommand::Redo { base_version };
    step(&state, &caller, key, (id, "redo"), on, command).await
}

/// Restore an earlier version of a summary.
///
/// Writes a version with its content.
#[utoipa::path(
    post, path = "/v1/summaries/{id}/restore", operation_id = "restore_summary", tag = "summaries",
    responses(
        (status = 200, description = "The version was written"),
        (status = 409, description = "`summary_changed`: The `base_version` is not the newest."),
    )
)]
async fn restore(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Path(id): Path<SummaryId>,
    Body(wanted): Body<RestoreVersion>,
) -> Result<Accepted<ChangedSummary>, Problem> {
    let answer = ChangedSummary { id };
    let route = format!("POST /v1/summaries/{id}/restore");
    let context = key.context(&caller, &route, &wanted, &answer)?;
    let committed = execute(&state, context, id, |summary| SummaryCommand::Restore {
        base_version: wanted.base_version.unwrap_or(summary.version()),
        version: wanted.version,
    });
    Ok(Accepted::new(StatusCode::OK, answer, committed.await?))
}

/// Approve a summary.
///
/// The newest version is approved; versions that are written later are drafts again.
#[utoipa::path(
    post, path = "/v1/summaries/{id}/approve", operation_id = "approve_summary", tag = "summaries",
    responses(
        (status = 200, description = "The newest version is approved"),
        (status = 409, description = "`summary_changed`: The `base_version` is not the newest."),
    )
)]
async fn approve(
    State(state): State<ApiState>,
    caller: Caller<Write>,
    key: IdempotencyKey,
    Path(id): Path<SummaryId>,
    BodyOrDefault(on): BodyOrDefault<OnVersion>,
) -> Result<Accepted<ChangedSummary>, Problem> {
    let command = |base_version| SummaryCommand::Approve { base_version };
    step(&state, &caller, key, (id, "approve"), on, command).await
}

/// Executes a command that takes nothing but the version that the person saw.
async fn step(
    state: &ApiState,
    caller: &Caller<Write>,
    key: IdempotencyKey,
    (id, name): (SummaryId, &str),
    on: OnVersion,
    command: impl FnOnce(u32) -> SummaryCommand,
) -> Result<Accepted<ChangedSummary>, Problem> {
    let answer = ChangedSummary { id };
    let context = key.context(caller, &format!("POST /v1/summaries/{id}/{name}"), &on, &answer)?;
    let committed = execute(state, context, id, |summary| {
        command(on.base_version.unwrap_or(summary.version()))
    });
    Ok(Accepted::new(StatusCode::OK, answer, committed.await?))
}
