//! What can have happened to a saved search.

use crate::event::events;
use crate::ids::ClientId;
use crate::personal::Personal;
use crate::subject::Subject;
use serde::{Deserialize, Serialize};

/// What a saved search looks for: a question, and what may be found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criteria {
    /// In plain words.
    pub query: String,
    /// Kinds of passages; all where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// Clients whose sessions count; all where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub client_ids: Vec<ClientId>,
    /// Those who speak; anybody where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub speakers: Vec<String>,
    /// Where days begin and end, as in the IANA database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

/// Somebody wants to hear of what fits from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSearchCreated {
    /// What it is called.
    pub name: Personal<String>,
    /// What it looks for.
    pub criteria: Personal<Criteria>,
}

/// Something new fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSearchMatched {
    /// The session or the external note.
    pub subject: Subject,
    /// Passages of it that fit.
    pub passages: u32,
}

/// Nobody wants to hear of it any more.
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
