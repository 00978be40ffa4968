//! Events of the running note on a client.

use super::{Line, LineChange};
use crate::event::events;
use crate::ids::{ClientId, SummaryId, TranscriptId};
use crate::personal::Personal;
use serde::{Deserialize, Serialize};

/// Why the note was revised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NoteCause {
    /// A summary was approved.
    Approved {
        /// Its session.
        transcript_id: TranscriptId,
        /// The summary.
        summary_id: SummaryId,
        /// The approved version.
        summary_version: u32,
    },
    /// A person edited it.
    Edited,
    /// A session is no longer one of this client.
    Moved {
        /// The session.
        transcript_id: TranscriptId,
    },
}

/// The note was revised.
///
/// What a summary adds is sealed under the key of its session, and goes with it. What a person
/// writes is sealed under the client's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientNoteRevised {
    /// The client.
    pub client_id: ClientId,
    /// Version of the note; the first is 1.
    pub version: u32,
    /// How many lines were ever added, with those of this revision: ids are not given again, also
    /// when the lines that had them were erased.
    pub numbered: u32,
    /// What was changed, in this order.
    pub changes: Personal<Vec<LineChange>>,
    /// Why.
    pub cause: NoteCause,
}

events! {
    /// Events of the running note on a client.
    pub enum ClientNoteEvent {
        Revised(ClientNoteRevised) = "client_note.revised", 1;
    }
}

impl LineChange {
    /// Returns the line that the change writes.
    pub(super) fn line(&self) -> Option<&Line> {
        match self {
            Self::Put(line) => Some(line),
            Self::Done { .. } | Self::Drop { .. } => None,
        }
    }
}
