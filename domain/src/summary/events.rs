//! Events of a summary: its versions, what writes them, and the messages that refine it.

use super::content::Content;
use crate::event::events;
use crate::ids::{MessageId, RequestId, TranscriptId};
use crate::personal::Personal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a version was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = SummaryCause)]
pub enum Cause {
    /// The transcript was summarized.
    Written {
        /// The request that a language model answered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request_id: Option<RequestId>,
    },
    /// A person changed it by hand.
    Edited,
    /// A message asked for it.
    Message {
        /// Which message.
        message_id: MessageId,
    },
    /// The version before was undone: the content is that of an earlier one.
    Undone {
        /// Whose content it has.
        of: u32,
    },
    /// An undone version was brought back.
    Redone {
        /// Whose content it has.
        of: u32,
    },
    /// An earlier version was brought back.
    Restored {
        /// Whose content it has.
        of: u32,
    },
}

impl Cause {
    /// Whether a person decided what this version says.
    pub fn is_by_person(&self) -> bool {
        !matches!(self, Self::Written { .. })
    }

    /// Whether the transcript was summarized without a request: what an event without a cause says.
    fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for Cause {
    fn default() -> Self {
        Self::Written { request_id: None }
    }
}

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
    /// Why it was written.
    #[serde(default, skip_serializing_if = "Cause::is_plain")]
    pub cause: Cause,
}

/// The turns changed, and the version stays because a person worked on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryKept {
    /// Its transcript.
    pub transcript_id: TranscriptId,
    /// The version that stays.
    pub version: u32,
}

/// A language model was asked to write a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryRequested {
    /// Its transcript.
    pub transcript_id: TranscriptId,
    /// Identifies the request.
    pub request_id: RequestId,
    /// Name of the prompt; absent for that of the client or the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// BCP 47 tag of the language to write in; absent for that of the transcript.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What the coach asks for in addition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<Personal<String>>,
}

/// A request to a language model ended without a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryWritingFailed {
    /// Its transcript.
    pub transcript_id: TranscriptId,
    /// Which request.
    pub request_id: RequestId,
    /// Why, in a sentence that says what can be done, without a person's words.
    pub reason: String,
}

/// A version was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryApproved {
    /// Its transcript.
    pub transcript_id: TranscriptId,
    /// The approved version.
    pub version: u32,
}

/// Somebody asked for a change or an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageSent {
    /// Transcript of the summary.
    pub transcript_id: TranscriptId,
    /// Identifies the message.
    pub message_id: MessageId,
    /// What was asked.
    pub text: Personal<String>,
    /// The version that its author saw.
    pub base_version: u32,
}

/// Work on a message began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageStarted {
    /// Transcript of the summary.
    pub transcript_id: TranscriptId,
    /// Which message.
    pub message_id: MessageId,
}

/// A message was answered. If it changed the summary, `summary.revised` precedes this event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageAnswered {
    /// Transcript of the summary.
    pub transcript_id: TranscriptId,
    /// Which message.
    pub message_id: MessageId,
    /// The answer: what was changed and why, or a reply.
    pub text: Personal<String>,
    /// The version that it led to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
}

/// A message was cancelled before it was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageCancelled {
    /// Transcript of the summary.
    pub transcript_id: TranscriptId,
    /// Which message.
    pub message_id: MessageId,
}

/// A message could not be answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageFailed {
    /// Transcript of the summary.
    pub transcript_id: TranscriptId,
    /// Which message.
    pub message_id: MessageId,
    /// Why, in a sentence that says what can be done, without a person's words.
    pub reason: String,
}

/// The summary was erased with its transcript; no further version is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryErased {}

events! {
    /// Events of a summary.
    pub enum SummaryEvent {
        Created(SummaryCreated) = "summary.created", 2;
        Revised(SummaryRevised) = "summary.revised", 2;
        Kept(SummaryKept) = "summary.kept", 1;
        Requested(SummaryRequested) = "summary.requested", 1;
        WritingFailed(SummaryWritingFailed) = "summary.writing_failed", 1;
        Approved(SummaryApproved) = "summary.approved", 1;
        MessageSent(MessageSent) = "summary.message_sent", 1;
        MessageStarted(MessageStarted) = "summary.message_started", 1;
        MessageAnswered(MessageAnswered) = "summary.message_answered", 1;
        MessageCancelled(MessageCancelled) = "summary.message_cancelled", 1;
        MessageFailed(MessageFailed) = "summary.message_failed", 1;
        Erased(SummaryErased) = "summary.erased", 1;
    }
}
