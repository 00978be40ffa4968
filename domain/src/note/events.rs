//! Events of a note.

use crate::event::events;
use crate::ids::ClientId;
use crate::personal::Personal;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An external note was written or overwritten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteWritten {
    /// Its id in the system that it comes from.
    pub external_id: Personal<String>,
    /// Its text.
    pub text: Personal<String>,
    /// Its title there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Personal<String>>,
    /// Its URL there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Personal<String>>,
    /// Its client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    /// Date of what it describes, if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_at: Option<DateTime<Utc>>,
    /// BCP 47 tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// An external note was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteDeleted {}

events! {
    /// Events of a note.
    pub enum NoteEvent {
        Written(NoteWritten) = "note.written", 1;
        Deleted(NoteDeleted) = "note.deleted", 1;
    }
}
