//! What was asked before, to be suggested again; and `DELETE /v1/search/questions`.
//!
//! Invariants: a question is suggested only to the key that asked it; at most [`KEPT`] of each key
//! are kept, the newest; that one cannot be stored makes no search fail.

use crate::http::auth::Caller;
use crate::http::problem::Problem;
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::Utc;
use debrief_infra::database::DatabaseError;
use debrief_infra::database::sql::Sql;
use uuid::Uuid;

/// Questions of a key that are kept.
const KEPT: i64 = 100;
/// Longer ones are not worth suggesting, in characters.
const LENGTH_MAX: usize = 200;

/// Whose questions they are.
fn asker(caller: &Caller) -> Uuid {
    caller.principal().id().unwrap_or_default()
}

/// Keeps a question that found something.
pub(super) fn remember(state: &ApiState, caller: &Caller, question: &str) {
    let question = question.split_whitespace().collect::<Vec<_>>().join(" ");
    if question.is_empty() || question.chars().count() > LENGTH_MAX || question.contains('\0') {
        return;
    }
    let (sql, key) = (state.views.sql().clone(), asker(caller));
    let organization = caller.organization.0;
    tokio::spawn(async move {
        let [organization, key] = [organization.to_string(), key.to_string()];
        if let Err(error) = keep(&sql, &organization, &key, &question).await {
            tracing::warn!(%error, "a question could not be kept for suggestions");
        }
    });
}

async fn keep(
    sql: &Sql,
    organization: &str,
    key: &str,
    question: &str,
) -> Result<(), DatabaseError> {
    let insert = "INSERT INTO asked_questions (organization_id, key_id, folded, question, asked_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (organization_id, key_id, folded) \
         DO UPDATE SET question = excluded.question, asked_at = excluded.asked_at";
    let folded = question.to_lowercase();
    let now = Utc::now().timestamp_millis();
    let values = [organization.into(), key.into(), folded.into(), question.into(), now.into()];
    sql.execute(insert, &values).await?;
    let trim = "DELETE FROM asked_questions WHERE organization_id = $1 AND key_id = $2 \
         AND asked_at < (SELECT MIN(asked_at) FROM (SELECT asked_at FROM asked_questions \
         WHERE organization_id = $1 AND key_id = $2 ORDER BY asked_at DESC LIMIT $3) AS newest)";
    sql.execute(trim, &[organization.into(), key.into(), KEPT.into()]).await?;
    Ok(())
}

/// What this key asked, newest first.
pub(super) async fn questions(state: &ApiState, caller: &Caller) -> Result<Vec<String>, Problem> {
    let select = "SELECT question FROM asked_questions WHERE organization_id = $1 AND key_id = $2 \
         ORDER BY asked_at DESC LIMIT $3";
    let [organization, key] = [caller.organization.0.to_string(), asker(caller).to_string()];
    let rows =
        state.views.sql().query(select, &[organization.into(), key.into(), KEPT.into()]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?)
}

/// Forget what was asked.
///
/// Questions that found something are suggested again to the key that asked them, the newest 100.
/// This deletes those of the caller's key.
#[utoipa::path(
    delete, path = "/v1/search/questions", operation_id = "forget_questions", tag = "search",
    responses((status = 204, description = "They are gone")),
    security(("api_key" = []))
)]
pub(super) async fn forget(
    State(state): State<ApiState>,
    caller: Caller,
) -> Result<StatusCode, Problem> {
    let delete = "DELETE FROM asked_questions WHERE organization_id = $1 AND key_id = $2";
    let [organization, key] = [caller.organization.0.to_string(), asker(&caller).to_string()];
    state.views.sql().execute(delete, &[organization.into(), key.into()]).await?;
    Ok(StatusCode::NO_CONTENT)
}
