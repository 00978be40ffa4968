//! What can have happened to a saved search.

use crate::ids::{ApiKeyId, ClientId, TranscriptId};
use crate::personal::Personal;
use crate::search::Filters;
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

/// Somebody wants to hear of what fits from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSearchCreated {
    /// What it is called.
    pub name: Personal<String>,
    /// What it looks for.
    pub criteria: Personal<Criteria>,
    /// The key of whoever wants it.
    pub key_id: ApiKeyId,
}

/// Something new fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSearchMatched {
    /// The session; the note's id where `note` says so.
    pub transcript_id: TranscriptId,
    /// Whether it is a note from elsewhere.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub note: bool,
    /// Passages of it that fit.
    pub passages: u32,
}

/// Nobody wants to hear of it any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSearchDeleted {}

/// Events of a saved search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "payload")]
pub enum SavedSearchEvent {
    /// See [`SavedSearchCreated`].
    #[serde(rename = "saved_search.created")]
    Created(SavedSearchCreated),
    /// See [`SavedSearchMatched`].
    #[serde(rename = "saved_search.matched")]
    Matched(SavedSearchMatched),
    /// See [`SavedSearchDeleted`].
    #[serde(rename = "saved_search.deleted")]
    Deleted(SavedSearchDeleted),
}
