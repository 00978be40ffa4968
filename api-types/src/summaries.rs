//! `/v1/summaries` and what refines them.

use chrono::{DateTime, Utc};
use debrief_domain::ids::{MessageId, SummaryId, TranscriptId};
use debrief_domain::summary::content::Content;
use debrief_domain::summary::diff::Change;
use debrief_domain::summary::edit::Edit;
use debrief_domain::summary::{Cause, MessageState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a summary is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SummaryState {
    /// A language model is writing; until then there is the version of before.
    Writing,
    /// It can be read, refined and approved.
    Draft,
    /// The newest version is approved.
    Approved,
}

/// A version of a summary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Summary {
    /// Identifies the summary, through all versions.
    pub id: SummaryId,
    /// Versions count from 1.
    pub version: u32,
    /// The transcript it summarizes.
    pub transcript_id: TranscriptId,
    /// When this version was written.
    pub created_at: DateTime<Utc>,
    /// Why this version was written.
    pub cause: Cause,
    /// Where the summary is.
    pub state: SummaryState,
    /// The approved version, if one is.
    pub approved_version: Option<u32>,
    /// Whether the turns have changed after this summary, and it stayed because a person worked on
    /// it.
    pub outdated: bool,
    /// Why the language model's last version was not written, if it was not.
    pub failure: Option<String>,
    /// What it says; left out once it was erased.
    #[serde(flatten)]
    pub content: Option<Content>,
}

/// A version in the list of versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SummaryVersion {
    /// Identifies the summary, through all versions.
    pub id: SummaryId,
    /// Versions count from 1.
    pub version: u32,
    /// The transcript it summarizes.
    pub transcript_id: TranscriptId,
    /// When this version was written.
    pub created_at: DateTime<Utc>,
    /// Why it was written.
    pub cause: Cause,
    /// What it says; left out once it was erased.
    #[serde(flatten)]
    pub content: Option<Content>,
}

/// Edits by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditSummary {
    /// The version that the edits were made on; if it is not the newest, nothing is changed.
    #[schema(minimum = 1)]
    pub base_version: u32,
    /// The edits, in order. All are made or none.
    #[schema(min_items = 1, max_items = 500)]
    pub edits: Vec<Edit>,
}

/// The version on which a person decides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OnVersion {
    /// The version that the person saw; if it is not the newest, nothing is changed. Default the
    /// newest.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub base_version: Option<u32>,
}

/// A version to bring back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoreVersion {
    /// The version to bring back, as a new version.
    #[schema(minimum = 1)]
    pub version: u32,
    /// The version that the person saw; if it is not the newest, nothing is changed. Default the
    /// newest.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub base_version: Option<u32>,
}

/// A summary that was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangedSummary {
    /// Id of the summary.
    pub id: SummaryId,
}

/// A request to summarize a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnalyzeSession {
    /// Which session.
    pub transcript_id: TranscriptId,
    /// Name of the prompt; default that of the client, else that of the organization.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    pub prompt: Option<String>,
    /// BCP 47 tag of the language to write in; default that of the session.
    #[serde(default)]
    #[schema(min_length = 2, max_length = 35)]
    pub language: Option<String>,
    /// What the summary should pay attention to, in addition.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 2000)]
    pub instructions: Option<String>,
}

/// An accepted request to summarize a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnalyzedSession {
    /// The summary, whose next version was asked for.
    pub summary_id: SummaryId,
}

/// A message that refines a summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refine {
    /// Which summary.
    pub summary_id: SummaryId,
    /// What to change, or a question about the session.
    #[schema(min_length = 1, max_length = 4000)]
    pub message: String,
    /// The version that its author saw; default the newest.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub base_version: Option<u32>,
}

/// An accepted message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SentMessage {
    /// Id of the message.
    pub message_id: MessageId,
}

/// A message that refines a summary, and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChatMessage {
    /// Id of the message.
    pub id: MessageId,
    /// Where it is.
    pub state: MessageState,
    /// Who sent it, such as `api_key:` and the id of the key.
    pub from: String,
    /// What was asked; left out once it was erased.
    pub text: Option<String>,
    /// The answer, once it is complete.
    pub answer: Option<String>,
    /// Why it failed, if it did.
    pub failure: Option<String>,
    /// The version that its author saw.
    pub base_version: u32,
    /// The version that it led to, if it changed anything.
    pub version: Option<u32>,
    /// When it was sent.
    pub created_at: DateTime<Utc>,
    /// When its state last changed.
    pub updated_at: DateTime<Utc>,
}

/// What differs between two versions of a summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SummaryDiff {
    /// Id of the summary.
    pub id: SummaryId,
    /// The version that is compared with.
    pub from: u32,
    /// The version that is looked at.
    pub to: u32,
    /// The differences, in the order in which they are shown.
    pub changes: Vec<Change>,
}
