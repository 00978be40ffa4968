//! The processing state of a transcript and its transitions.

use super::events::TranscriptEvent;
use crate::summary::SummaryEvent;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use utoipa::ToSchema;

/// Processing state of a transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TranscriptState)]
pub enum State {
    /// The file is stored.
    Received,
    /// The file is being parsed.
    Parsing,
    /// The summary is being written.
    Summarizing,
    /// Turns and summary are available.
    Ready,
    /// Processing failed; it can be requested again.
    Failed,
}

impl State {
    pub const ALL: [Self; 5] =
        [Self::Received, Self::Parsing, Self::Summarizing, Self::Ready, Self::Failed];

    /// Returns the state after an event of the transcript; `None` if the event does not change it.
    pub fn after(event: &TranscriptEvent) -> Option<Self> {
        match event {
            TranscriptEvent::Uploaded(_)
            | TranscriptEvent::FilesAdded(_)
            | TranscriptEvent::FilesReplaced(_)
            | TranscriptEvent::ProcessingRequested(_) => Some(Self::Received),
            // The turns have changed, so the summary is written again.
            TranscriptEvent::Parsed(_)
            | TranscriptEvent::Corrected(_)
            | TranscriptEvent::CorrectionUndone(_) => Some(Self::Summarizing),
            TranscriptEvent::ProcessingFailed(_) => Some(Self::Failed),
            TranscriptEvent::DetailsChanged(_)
            | TranscriptEvent::IndexingRequested(_)
            | TranscriptEvent::Deleted(_) => None,
        }
    }

    /// Returns the state of the transcript after an event of its summary; `None` if unchanged.
    pub fn after_summary(event: &SummaryEvent) -> Option<Self> {
        match event {
            SummaryEvent::Created(_) | SummaryEvent::Kept(_) => Some(Self::Ready),
            SummaryEvent::Revised(revised) if !revised.cause.is_by_person() => Some(Self::Ready),
            // What people do with a summary does not say whether it was written for these turns.
            _ => None,
        }
    }

    /// Returns the name used in the API and in read models.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Parsing => "parsing",
            Self::Summarizing => "summarizing",
            Self::Ready => "ready",
            Self::Failed => "failed",
        }
    }
}

/// There is no state of this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such state")]
pub struct UnknownState;

impl FromStr for State {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(UnknownState)
    }
}
