//! Anything that search can find.

use crate::ids::{NoteId, TranscriptId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Something that search can find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Subject {
    /// A session.
    Transcript(TranscriptId),
    /// An external note.
    Note(NoteId),
}

impl Subject {
    /// The id. No two subjects share one, not even of different kinds.
    pub fn id(self) -> Uuid {
        match self {
            Self::Transcript(id) => id.0,
            Self::Note(id) => id.0,
        }
    }

    /// The transcript, if it is one.
    pub fn transcript(self) -> Option<TranscriptId> {
        match self {
            Self::Transcript(id) => Some(id),
            Self::Note(_) => None,
        }
    }

    /// Whether it is an external note.
    pub fn is_note(self) -> bool {
        matches!(self, Self::Note(_))
    }
}
