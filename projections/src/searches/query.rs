//! Queries of saved searches.

use crate::engine::Views;
use debrief_domain::ids::{NoteId, SavedSearchId};
use debrief_domain::principal::Viewer;
use debrief_domain::saved_search::Criteria;
use debrief_domain::subject::Subject;
use debrief_infra::database::DatabaseError;
use debrief_infra::database::sql::Row;
use uuid::Uuid;

/// A saved search.
#[derive(Debug, Clone)]
pub struct SavedSearchRow {
    /// Id of the saved search.
    pub id: SavedSearchId,
    /// Name; `None` once its key is deleted.
    pub name: Option<String>,
    /// What it searches for; `None` once its key is deleted.
    pub criteria: Option<Criteria>,
    /// Unix time in milliseconds.
    pub created_at: i64,
    /// Position in the list.
    pub position: i64,
}

/// A match of a saved search.
#[derive(Debug, Clone)]
pub struct MatchRow {
    /// Session or external note.
    pub subject: Subject,
    /// Number of its matching passages.
    pub passages: u32,
    /// Unix time in milliseconds.
    pub matched_at: i64,
    /// Position in the list.
    pub position: i64,
}

const SEARCH: &str = "SELECT id, name, criteria, created_at, position FROM saved_searches";

fn search_row(row: &Row) -> Result<SavedSearchRow, DatabaseError> {
    let criteria: Option<String> = row.get(2)?;
    Ok(SavedSearchRow {
        id: SavedSearchId(row.get(0)?),
        name: row.get(1)?,
        criteria: criteria.and_then(|json| serde_json::from_str(&json).ok()),
        created_at: row.get(3)?,
        position: row.get(4)?,
    })
}

/// Returns an organization's saved searches after a position, oldest first.
pub async fn saved_searches(
    views: &Views,
    viewer: Viewer,
    after: i64,
    limit: u32,
) -> Result<Vec<SavedSearchRow>, DatabaseError> {
    let sql =
        format!("{SEARCH} WHERE organization_id = $1 AND position > $2 ORDER BY position LIMIT $3");
    let arguments = [viewer.organization().0.into(), after.into(), limit.into()];
    views.sql().query(&sql, &arguments).await?.iter().map(search_row).collect()
}

/// Returns one saved search.
pub async fn saved_search(
    views: &Views,
    viewer: Viewer,
    id: SavedSearchId,
) -> Result<Option<SavedSearchRow>, DatabaseError> {
    let sql = format!("{SEARCH} WHERE organization_id = $1 AND id = $2");
    let rows = views.sql().query(&sql, &[viewer.organization().0.into(), id.0.into()]).await?;
    rows.first().map(search_row).transpose()
}

/// Returns the matches of a saved search before a position, newest first.
pub async fn matches(
    views: &Views,
    viewer: Viewer,
    id: SavedSearchId,
    before: i64,
    limit: u32,
) -> Result<Vec<MatchRow>, DatabaseError> {
    let sql = "SELECT transcript_id, note, passages, matched_at, position \
         FROM saved_search_matches WHERE organization_id = $1 AND search_id = $2 \
         AND position < $3 ORDER BY position DESC LIMIT $4";
    let arguments = [viewer.organization().0.into(), id.0.into(), before.into(), limit.into()];
    let rows = views.sql().query(sql, &arguments).await?;
    let row = |row: &Row| {
        let (id, note): (Uuid, bool) = (row.get(0)?, row.get(1)?);
        Ok(MatchRow {
            subject: if note { Subject::Note(NoteId(id)) } else { Subject::Transcript(id.into()) },
            passages: row.get(2)?,
            matched_at: row.get(3)?,
            position: row.get(4)?,
        })
    };
    rows.iter().map(row).collect()
}
