//! Events of a saved search.

use crate::event::events;
use crate::ids::ClientId;
use crate::personal::Personal;
use crate::search::Filters;
use crate::subject::Subject;
use serde::{Deserialize, Serialize};

/// The query and filters of a saved search.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criteria {
    /// The question, in plain words.
    pub query: String,
    /// Kinds of passages; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// Clients whose sessions match; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub client_ids: Vec<ClientId>,
    /// Speakers; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub speakers: Vec<String>,
    /// IANA time zone that days are counted in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

impl Criteria {
    /// Which passages count. A kind that this program does not know, from a newer one, is left out.
    pub fn filters(&self) -> Filters {
        Filters {
            kinds: self.kinds.iter().filter_map(|kind| kind.parse().ok()).collect(),
            client_ids: self.client_ids.clone(),
            speakers: self.speakers.clone(),
            ..Filters::default()
        }
    }
}

/// A search was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSearchCreated {
    /// Its name.
    pub name: Personal<String>,
    /// Its query and filters.
    pub criteria: Personal<Criteria>,
}

/// A session or note matches for the first time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSearchMatched {
    /// The session or the external note.
    pub subject: Subject,
    /// Number of passages that match.
    pub passages: u32,
}

/// The saved search was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSearchDeleted {}

events! {
    /// Events of a saved search.
    pub enum SavedSearchEvent {
        Created(SavedSearchCreated) = "saved_search.created", 2;
        Matched(SavedSearchMatched) = "saved_search.matched", 2;
        Deleted(SavedSearchDeleted) = "saved_search.deleted", 1;
    }
}
