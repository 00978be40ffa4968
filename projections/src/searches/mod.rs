//! Saved searches and their matches.

mod query;

pub use query::*;

use crate::engine::ColumnType::{Integer, Text};
use crate::engine::{Op, Projection, Table};
use debrief_domain::event::DecodeError;
use debrief_domain::saved_search::{SavedSearch, SavedSearchEvent};
use debrief_infra::log::RecordedEvent;
use serde_json::json;

const SEARCHES: Table = Table {
    name: "saved_searches",
    key: &[("id", Text)],
    columns: &[
        ("organization_id", Text),
        ("name", Text),
        ("criteria", Text),
        ("created_at", Integer),
        ("position", Integer),
    ],
    indexes: &[&["organization_id", "position"]],
};

const MATCHES: Table = Table {
    name: "saved_search_matches",
    // Id of the subject; `note` tells whether it is an external note.
    key: &[("search_id", Text), ("transcript_id", Text)],
    columns: &[
        ("organization_id", Text),
        ("note", Integer),
        ("passages", Integer),
        ("matched_at", Integer),
        ("position", Integer),
    ],
    indexes: &[&["search_id", "position"]],
};

/// Fills `saved_searches` and `saved_search_matches`.
#[derive(Debug, Clone, Copy)]
pub struct Searches;

impl Projection for Searches {
    fn name(&self) -> &'static str {
        "searches"
    }

    fn version(&self) -> u32 {
        1
    }

    fn tables(&self) -> &'static [Table] {
        &[SEARCHES, MATCHES]
    }

    fn project(&self, event: &RecordedEvent) -> Result<Vec<Op>, DecodeError> {
        let Some(of_search) = event.of::<SavedSearch>()? else { return Ok(Vec::new()) };
        let id = event.stream_id;
        let at = event.recorded_at.timestamp_millis();
        Ok(match of_search {
            SavedSearchEvent::Created(created) => {
                let criteria = created.criteria.into_known();
                vec![Op::Put {
                    table: SEARCHES.name,
                    key: vec![id.into()],
                    columns: vec![
                        ("organization_id", event.organization.0.into()),
                        ("name", created.name.into_known().into()),
                        ("criteria", criteria.map(|it| json!(it).to_string()).into()),
                        ("created_at", at.into()),
                        ("position", event.position.into()),
                    ],
                }]
            }
            SavedSearchEvent::Matched(matched) => vec![Op::Put {
                table: MATCHES.name,
                key: vec![id.into(), matched.subject.id().into()],
                columns: vec![
                    ("organization_id", event.organization.0.into()),
                    ("note", matched.subject.is_note().into()),
                    ("passages", matched.passages.into()),
                    ("matched_at", at.into()),
                    ("position", event.position.into()),
                ],
            }],
            SavedSearchEvent::Deleted(_) => vec![
                Op::Delete { table: SEARCHES.name, key: vec![id.into()] },
                Op::DeleteWhere { table: MATCHES.name, column: "search_id", value: id.into() },
            ],
        })
    }
}
