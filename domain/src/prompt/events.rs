//! Events of a prompt.

use super::PromptTemplate;
use crate::event::events;
use crate::personal::Personal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A version of the prompt was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptWritten {
    /// Its name, which never changes.
    pub name: String,
    /// Its version; the first is 1.
    pub version: u32,
    /// The key that seals it, until it is deleted.
    pub key_id: Uuid,
    /// The template; personal, as it may name people.
    pub template: Personal<PromptTemplate>,
}

/// The prompt was deleted, with the key that sealed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptDeleted {
    /// Its name.
    pub name: String,
    /// The key to be deleted.
    pub key_id: Uuid,
}

events! {
    /// Events of a prompt.
    pub enum PromptEvent {
        Written(PromptWritten) = "prompt.written", 1;
        Deleted(PromptDeleted) = "prompt.deleted", 1;
    }
}
