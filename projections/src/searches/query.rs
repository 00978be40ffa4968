//! Reading saved searches.

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
    /// Identifies it.
    pub id: SavedSearchId,
    /// What it is called; `None` once its key is gone.
    pub name: Option<String>,
    /// What it looks for; `None` once its key is gone.
    pub criteria: Option<Criteria>,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// Its place in the list.
    pub position: i64,
}

/// Something that a saved search was told of.
#[derive(Debug, Clone)]
pub struct MatchRow {
    /// The session or the external note.
    pub subject: Subject,
    /// Passages of it that fit.
    pub passages: u32,
    /// Milliseconds since 1970.
    pub matched_at: i64,
    /// Its place in the list.
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

/// An organization's saved searches after a place in the list, oldest first.
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

/// One saved search.
pub async fn saved_search(
    views: &Views,
    viewer: Viewer,
    id: SavedSearchId,
) -> Result<Option<SavedSearchRow>, DatabaseError> {
    let sql = format!("{SEARCH} WHERE organization_id = $1 AND id = $2");
    let rows = views.sql().query(&sql, &[viewer.organization().0.into(), id.0.into()]).await?;
    rows.first().map(search_row).transpose()
}

/// What a saved search was told of before a place in the list, newest first.
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
