//! Past questions, which are suggested again; and `DELETE /v1/search/questions`.
//!
//! Invariants: a question is suggested only to the key that asked it; a search does not fail
//! because its question cannot be stored.

use crate::http::auth::{Caller, Read};
use crate::http::problem::Problem;
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::Utc;
use debrief_projections::asked_questions;
use uuid::Uuid;

/// Maximum length of a question that is stored, in characters.
const LENGTH_MAX: usize = 200;

/// Returns whose questions they are.
fn asker(caller: &Caller<Read>) -> Uuid {
    caller.principal().id().unwrap_or_default()
}

/// Stores a question that found something.
pub(super) fn remember(state: &ApiState, caller: &Caller<Read>, question: &str) {
    let question = question.split_whitespace().collect::<Vec<_>>().join(" ");
    if question.is_empty() || question.chars().count() > LENGTH_MAX || question.contains('\0') {
        return;
    }
    let (views, viewer, asker) = (state.views.clone(), caller.viewer(), asker(caller));
    tokio::spawn(async move {
        let kept = asked_questions::remember(&views, viewer, asker, &question, Utc::now());
        if let Err(error) = kept.await {
            tracing::warn!(%error, "a question could not be kept for suggestions");
        }
    });
}

/// Returns the caller's questions, newest first.
pub(super) async fn asked(state: &ApiState, caller: &Caller<Read>) -> Result<Vec<String>, Problem> {
    Ok(asked_questions::questions(&state.views, caller.viewer(), asker(caller)).await?)
}

/// Forget past questions.
///
/// Questions that found something are suggested again to the key that asked them, the newest 100.
/// This deletes the questions of the key that calls.
// Whoever may ask may forget what they asked.
#[utoipa::path(
    delete, path = "/v1/search/questions", operation_id = "forget_questions", tag = "search",
    responses((status = 204, description = "The questions are gone"))
)]
pub(super) async fn forget(
    State(state): State<ApiState>,
    caller: Caller<Read>,
) -> Result<StatusCode, Problem> {
    asked_questions::forget(&state.views, caller.viewer(), asker(&caller)).await?;
    Ok(StatusCode::NO_CONTENT)
}
