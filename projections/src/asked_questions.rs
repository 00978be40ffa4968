//! Questions that were asked before, to be suggested again: the table `asked_questions`.
//!
//! Not a projection: a question is no event, and a rebuild does not touch the table. It lies
//! beside the read models because losing it costs suggestions and nothing else.
//!
//! Invariants: a question belongs to whoever asked it; of each asker at most [`KEPT`] are kept,
//! the newest.

use crate::engine::Views;
use chrono::{DateTime, Utc};
use debrief_domain::principal::Viewer;
use debrief_infra::database::DatabaseError;
use debrief_infra::database::sql::Value;
use uuid::Uuid;

/// Questions that are kept of each asker.
pub const KEPT: i64 = 100;

/// The columns that say whose a question is: the organization, and the key or member.
fn whose(viewer: Viewer, asker: Uuid) -> [Value; 2] {
    [viewer.organization().0.into(), asker.into()]
}

/// Keeps a question; one that differs only in the case of its letters takes the place of the one
/// before.
pub async fn remember(
    views: &Views,
    viewer: Viewer,
    asker: Uuid,
    question: &str,
    at: DateTime<Utc>,
) -> Result<(), DatabaseError> {
    let insert = "INSERT INTO asked_questions (organization_id, key_id, folded, question, asked_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (organization_id, key_id, folded) \
         DO UPDATE SET question = excluded.question, asked_at = excluded.asked_at";
    let [organization, key] = whose(viewer, asker);
    let folded = question.to_lowercase();
    let values = [
        organization.clone(),
        key.clone(),
        folded.into(),
        question.into(),
        at.timestamp_millis().into(),
    ];
    views.sql().execute(insert, &values).await?;
    let trim = "DELETE FROM asked_questions WHERE organization_id = $1 AND key_id = $2 \
         AND asked_at < (SELECT MIN(asked_at) FROM (SELECT asked_at FROM asked_questions \
         WHERE organization_id = $1 AND key_id = $2 ORDER BY asked_at DESC LIMIT $3) AS newest)";
    views.sql().execute(trim, &[organization, key, KEPT.into()]).await?;
    Ok(())
}

/// What an asker asked, newest first.
pub async fn questions(
    views: &Views,
    viewer: Viewer,
    asker: Uuid,
) -> Result<Vec<String>, DatabaseError> {
    let select = "SELECT question FROM asked_questions WHERE organization_id = $1 AND key_id = $2 \
         ORDER BY asked_at DESC LIMIT $3";
    let [organization, key] = whose(viewer, asker);
    let rows = views.sql().query(select, &[organization, key, KEPT.into()]).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Deletes what an asker asked.
pub async fn forget(views: &Views, viewer: Viewer, asker: Uuid) -> Result<(), DatabaseError> {
    let delete = "DELETE FROM asked_questions WHERE organization_id = $1 AND key_id = $2";
    views.sql().execute(delete, &whose(viewer, asker)).await?;
    Ok(())
}
