//! Queries of summaries.

use super::query::json_at;
use crate::engine::Views;
use debrief_domain::ids::{MessageId, RequestId, SummaryId, TranscriptId};
use debrief_domain::principal::Viewer;
use debrief_domain::summary::content::Content;
use debrief_domain::summary::{Cause, MessageState};
use debrief_infra::database::DatabaseError;
use debrief_infra::database::sql::Row;

/// One version of a summary.
#[derive(Debug, Clone, PartialEq)]
pub struct SummaryRow {
    /// Id of the summary, common to all versions.
    pub id: SummaryId,
    /// Version number, from 1.
    pub version: u32,
    /// Transcript that it summarizes.
    pub transcript_id: TranscriptId,
    /// `None` once erased.
    pub content: Option<Content>,
    /// Why it was written.
    pub cause: Cause,
    /// Who wrote it, as in the metadata of the event.
    pub actor: String,
    /// When this version was written, a Unix time in milliseconds.
    pub created_at: i64,
}

/// What applies to all versions of a summary. Times are Unix times in milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SummaryStateRow {
    /// The open request to a language model.
    pub request_id: Option<RequestId>,
    /// Why the last request failed.
    pub failure: Option<String>,
    /// The approved version.
    pub approved_version: Option<u32>,
    /// When it was approved.
    pub approved_at: Option<i64>,
    /// The version that stayed although the turns have changed.
    pub outdated_version: Option<u32>,
}

/// A message that refines a summary. Times are Unix times in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    /// Id of the message.
    pub id: MessageId,
    /// Where it is.
    pub state: MessageState,
    /// What was asked; `None` once erased.
    pub text: Option<String>,
    /// The answer, once it is complete.
    pub answer: Option<String>,
    /// Why it failed.
    pub failure: Option<String>,
    /// Who asked, as in the metadata of the event.
    pub actor: String,
    /// The version that its author saw.
    pub base_version: u32,
    /// The version that it led to.
    pub version: Option<u32>,
    /// When it was sent.
    pub created_at: i64,
    /// When its state last changed.
    pub updated_at: i64,
    /// Position in lists.
    pub position: i64,
}

const SUMMARY: &str =
    "SELECT id, version, transcript_id, content, cause, actor, created_at FROM summaries";

fn summary_row(row: &Row) -> Result<SummaryRow, DatabaseError> {
    Ok(SummaryRow {
        id: SummaryId(row.get(0)?),
        version: row.get(1)?,
        transcript_id: TranscriptId(row.get(2)?),
        content: json_at(row, 3)?,
        cause: json_at(row, 4)?.unwrap_or_default(),
        actor: row.get(5)?,
        created_at: row.get(6)?,
    })
}

/// Returns versions of a summary before one of them, newest first.
pub async fn summary_versions(
    views: &Views,
    viewer: Viewer,
    id: SummaryId,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<SummaryRow>, DatabaseError> {
    let sql = format!(
        "{SUMMARY} WHERE organization_id = $1 AND id = $2 AND version < $3 \
         ORDER BY version DESC LIMIT $4"
    );
    let before = before.unwrap_or(i64::MAX);
    let arguments = [viewer.organization().0.into(), id.0.into(), before.into(), limit.into()];
    let rows = views.sql().query(&sql, &arguments).await?;
    rows.iter().map(summary_row).collect()
}

/// Returns a version of a summary, by default the newest.
pub async fn summary(
    views: &Views,
    viewer: Viewer,
    id: SummaryId,
    version: Option<u32>,
) -> Result<Option<SummaryRow>, DatabaseError> {
    let sql = format!(
        "{SUMMARY} WHERE organization_id = $1 AND id = $2 AND ($3 = 0 OR version = $3) \
         ORDER BY version DESC LIMIT 1"
    );
    let arguments = [viewer.organization().0.into(), id.0.into(), version.unwrap_or(0).into()];
    views.sql().query(&sql, &arguments).await?.first().map(summary_row).transpose()
}

/// Returns what applies to all versions of a summary.
pub async fn summary_state(
    views: &Views,
    viewer: Viewer,
    id: SummaryId,
) -> Result<Option<SummaryStateRow>, DatabaseError> {
    let sql = "SELECT request_id, failure, approved_version, approved_at, outdated_version \
         FROM summary_states WHERE organization_id = $1 AND id = $2";
    let rows = views.sql().query(sql, &[viewer.organization().0.into(), id.0.into()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(SummaryStateRow {
        request_id: row.get::<Option<_>>(0)?.map(RequestId),
        failure: row.get(1)?,
        approved_version: row.get(2)?,
        approved_at: row.get(3)?,
        outdated_version: row.get(4)?,
    }))
}

const MESSAGE: &str = "SELECT id, state, text, answer, failure, actor, base_version, version, \
     created_at, updated_at, position FROM summary_messages";

fn message_row(row: &Row) -> Result<MessageRow, DatabaseError> {
    let state: String = row.get(1)?;
    Ok(MessageRow {
        id: MessageId(row.get(0)?),
        state: state.parse().map_err(|_| DatabaseError::Type {
            column: 1,
            expected: "a state of a message",
            found: "other text",
        })?,
        text: row.get(2)?,
        answer: row.get(3)?,
        failure: row.get(4)?,
        actor: row.get(5)?,
        base_version: row.get(6)?,
        version: row.get(7)?,
        created_at: row.get(8)?,
        updated_at: row.get(9)?,
        position: row.get(10)?,
    })
}

/// Returns messages of a summary after a position, oldest first.
pub async fn messages(
    views: &Views,
    viewer: Viewer,
    id: SummaryId,
    after: Option<i64>,
    limit: u32,
) -> Result<Vec<MessageRow>, DatabaseError> {
    let sql = format!(
        "{MESSAGE} WHERE organization_id = $1 AND summary_id = $2 AND position > $3 \
         ORDER BY position LIMIT $4"
    );
    let after = after.unwrap_or(0);
    let arguments = [viewer.organization().0.into(), id.0.into(), after.into(), limit.into()];
    let rows = views.sql().query(&sql, &arguments).await?;
    rows.iter().map(message_row).collect()
}

/// Returns a message of a summary.
pub async fn message(
    views: &Views,
    viewer: Viewer,
    id: SummaryId,
    message: MessageId,
) -> Result<Option<MessageRow>, DatabaseError> {
    let sql = format!("{MESSAGE} WHERE organization_id = $1 AND summary_id = $2 AND id = $3");
    let arguments = [viewer.organization().0.into(), id.0.into(), message.0.into()];
    views.sql().query(&sql, &arguments).await?.first().map(message_row).transpose()
}

/// Returns the approved summaries with their approved versions, those approved last first.
pub async fn approved_summaries(
    views: &Views,
    viewer: Viewer,
    limit: u32,
) -> Result<Vec<(SummaryId, u32)>, DatabaseError> {
    let sql = "SELECT id, approved_version FROM summary_states \
         WHERE organization_id = $1 AND approved_version IS NOT NULL \
         ORDER BY approved_at DESC, id LIMIT $2";
    let rows = views.sql().query(sql, &[viewer.organization().0.into(), limit.into()]).await?;
    rows.iter().map(|row| Ok((SummaryId(row.get(0)?), row.get(1)?))).collect()
}
