//! Queries of prompts.

use crate::engine::Views;
use debrief_domain::principal::Viewer;
use debrief_infra::database::DatabaseError;
use debrief_infra::database::sql::Row;

/// A prompt of an organization's own, as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptRow {
    /// Its name.
    pub name: String,
    /// The number of its newest version.
    pub version: u32,
    /// Its name for people; `None` once its key is deleted.
    pub title: Option<String>,
    /// When the newest version was written: Unix time in milliseconds.
    pub written_at: i64,
}

/// Returns an organization's own prompts, by name.
pub async fn own_prompts(
    views: &Views,
    viewer: Viewer,
    limit: u32,
) -> Result<Vec<PromptRow>, DatabaseError> {
    let sql = "SELECT name, version, title, written_at FROM own_prompts \
         WHERE organization_id = $1 ORDER BY name LIMIT $2";
    let arguments = [viewer.organization().0.into(), limit.into()];
    let row = |row: &Row| {
        Ok(PromptRow {
            name: row.get(0)?,
            version: row.get(1)?,
            title: row.get(2)?,
            written_at: row.get(3)?,
        })
    };
    views.sql().query(sql, &arguments).await?.iter().map(row).collect()
}
