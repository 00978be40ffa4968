//! The table `asked_questions`: previous questions, for suggestions.
//!
//! Not a projection: a question is not an event, and a rebuild does not touch the table. It is
//! stored with the read models because losing it only costs suggestions.
//!
//! Invariants: a question belongs to its asker; the newest [`KEPT`] of each asker are kept.

use crate::engine::Views;
use chrono::{DateTime, Utc};
use debrief_domain::principal::Viewer;
use debrief_infra::database::DatabaseError;
use debrief_infra::database::sql::Value;
use uuid::Uuid;

/// Maximum number of questions kept per asker.
pub const KEPT: i64 = 100;

/// Returns the values of the owner columns: the organization, and the key or member.
fn whose(viewer: Viewer, asker: Uuid) -> [Value; 2] {
    [viewer.organization().0.into(), asker.into()]
}

/// Stores a question, replacing one that differs only in case.
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

/// Returns an asker's questions, newest first.
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

/// Deletes an asker's questions.
pub async fn forget(views: &Views, viewer: Viewer, asker: Uuid) -> Result<(), DatabaseError> {
    let delete = "DELETE FROM asked_questions WHERE organization_id = $1 AND key_id = $2";
    views.sql().execute(delete, &whose(viewer, asker)).await?;
    Ok(())
}
