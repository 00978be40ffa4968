//! What a search may find: the words that requests, saved searches and the index share.

use crate::ids::{ClientId, TranscriptId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use utoipa::ToSchema;

/// What a passage is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = PassageKind)]
pub enum Kind {
    /// Something that was said.
    Turns,
    /// The session's title.
    Title,
    /// The coach's notes.
    Notes,
    /// An external note.
    ExternalNote,
    /// The overview of the summary.
    Summary,
    /// What somebody will do.
    ActionItem,
    /// What was decided.
    Decision,
    /// What was left open.
    Question,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::Turns,
        Self::Title,
        Self::Notes,
        Self::ExternalNote,
        Self::Summary,
        Self::ActionItem,
        Self::Decision,
        Self::Question,
    ];

    /// Whether it is made of quotes from turns.
    pub fn is_derived(self) -> bool {
        match self {
            Self::Turns | Self::Title | Self::Notes | Self::ExternalNote => false,
            Self::Summary | Self::ActionItem | Self::Decision | Self::Question => true,
        }
    }

    /// Its place in [`Kind::ALL`].
    pub fn number(self) -> u64 {
        self as u64
    }

    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Turns => "turns",
            Self::Title => "title",
            Self::Notes => "notes",
            Self::ExternalNote => "external_note",
            Self::Summary => "summary",
            Self::ActionItem => "action_item",
            Self::Decision => "decision",
            Self::Question => "question",
        }
    }
}

/// There is no kind of passages with this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a kind is turns, title, notes, external_note, summary, action_item, decision or question")]
pub struct UnknownKind;

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownKind)
    }
}

/// Which passages a search may find. A list that is empty or left out allows everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Filters {
    /// Only passages of these kinds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<Kind>,
    /// Only sessions of these clients.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub client_ids: Vec<ClientId>,
    /// Only these sessions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transcript_ids: Vec<TranscriptId>,
    /// Only passages in which one of these people speaks, by the names in the transcript.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub speakers: Vec<String>,
    /// Only sessions that one of these people leads.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub coaches: Vec<String>,
    /// Only passages in these languages (BCP 47).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// Only sessions held at this time or later. A session without a date counts from its upload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
    /// Only sessions held before this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_read_as_it_is_written() {
        for (number, kind) in (0..).zip(Kind::ALL) {
            assert_eq!(kind.number(), number);
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
            assert!(UnknownKind.to_string().contains(kind.as_str()));
        }
        assert_eq!("turn".parse::<Kind>(), Err(UnknownKind));
    }
}
