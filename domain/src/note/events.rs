//! What can have happened to a note.

use crate::event::events;
use crate::ids::ClientId;
use crate::personal::Personal;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A note came in, or came in again and says this now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteWritten {
    /// What the system that it comes from calls it.
    pub external_id: Personal<String>,
    /// Its words.
    pub text: Personal<String>,
    /// What it is called there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Personal<String>>,
    /// Where it can be opened there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Personal<String>>,
    /// Whom it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    /// When what it tells of was, where somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_at: Option<DateTime<Utc>>,
    /// BCP 47 tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// A note is to be found no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteDeleted {}

events! {
    /// Events of a note.
    pub enum NoteEvent {
        Written(NoteWritten) = "note.written", 1;
        Deleted(NoteDeleted) = "note.deleted", 1;
    }
}
