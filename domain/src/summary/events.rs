//! Events of a summary.

use super::content::Content;
use crate::event::events;
use crate::ids::TranscriptId;
use crate::personal::Personal;
use serde::{Deserialize, Serialize};

/// The first version was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryCreated {
    /// Its transcript.
    pub transcript_id: TranscriptId,
    /// Its content.
    pub content: Personal<Content>,
}

/// Another version was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryRevised {
    /// Its transcript.
    pub transcript_id: TranscriptId,
    /// Number of this version; the first is 1.
    pub version: u32,
    /// Its content.
    pub content: Personal<Content>,
}

/// The summary was erased with its transcript; no further version is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryErased {}

events! {
    /// Events of a summary.
    pub enum SummaryEvent {
        Created(SummaryCreated) = "summary.created", 2;
        Revised(SummaryRevised) = "summary.revised", 2;
        Erased(SummaryErased) = "summary.erased", 1;
    }
}
