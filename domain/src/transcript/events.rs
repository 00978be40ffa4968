//! What can have happened to a transcript.

use super::content::{Participant, Warning};
use super::correction::Correction;
use crate::change::Change;
use crate::event::events;
use crate::ids::ClientId;
use crate::personal::Personal;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A file arrived and lies, sealed, in the blob store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscriptUploaded {
    /// Blob that holds the file as it came.
    pub source: String,
    /// The file's name as it was sent.
    pub filename: Option<Personal<String>>,
    /// Size of the file.
    pub size_bytes: u64,
    /// SHA-256 of the file in lower-case hex; personal, as it identifies the words.
    pub sha256: Personal<String>,
    /// What the coach calls the session.
    pub title: Option<Personal<String>>,
    /// Whose session it was.
    pub client_id: Option<ClientId>,
    /// When it was held.
    pub held_at: Option<DateTime<Utc>>,
    /// BCP 47 tag that the coach gave.
    pub language: Option<String>,
    /// The coach's notes.
    pub notes: Option<Personal<String>>,
    /// Further files of the same session that came with it, such as the chat.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more_files: Vec<SourceFile>,
}

/// A file of a session, as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Blob that holds it.
    pub source: String,
    /// Its name as it was sent.
    pub filename: Option<Personal<String>>,
    /// Its size.
    pub size_bytes: u64,
    /// Its SHA-256 in lower-case hex; personal, as it identifies the words.
    pub sha256: Personal<String>,
}

/// More files of the same session arrived: a later part of the recording, or its chat. All of its
/// files are read together from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscriptFilesAdded {
    /// In the order in which they were sent; not empty.
    pub files: Vec<SourceFile>,
}

/// A better transcript of the same session arrived. What it replaces stays in its blobs until the
/// transcript is deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscriptFilesReplaced {
    /// In the order in which they were sent; not empty.
    pub files: Vec<SourceFile>,
}

/// The file was read and understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscriptParsed {
    /// Blob that holds the turns: [`super::content::Content`] as JSON.
    pub content: String,
    /// Identifier of the format.
    pub format: String,
    /// BCP 47 tag, where the file gives one.
    pub language: Option<String>,
    /// Who spoke.
    pub participants: Personal<Vec<Participant>>,
    /// Number of turns.
    pub turn_count: u32,
    /// Number of words.
    pub word_count: u64,
    /// Length in milliseconds, where the file has times.
    pub duration_ms: Option<u64>,
    /// What was skipped or repaired; personal, as the warnings of several files name them.
    pub warnings: Personal<Vec<Warning>>,
}

/// The step at which work on a transcript ended without a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Reading the file.
    Parsing,
    /// Writing the summary.
    Summarizing,
}

/// Work ended without a result; it can be asked for again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscriptProcessingFailed {
    /// Where it ended.
    pub stage: Stage,
    /// Machine-readable reason, such as `unrecognised_format`.
    pub code: String,
    /// A sentence for the coach; holds none of the session's words.
    pub message: String,
}

/// Somebody asked to have the file read and summarized again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscriptProcessingRequested {}

/// Somebody wants it to be put into the search indexes again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscriptIndexingRequested {}

/// Title, client, date, language or notes were changed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TranscriptDetailsChanged {
    /// New title.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub title: Change<Personal<String>>,
    /// New client.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub client_id: Change<ClientId>,
    /// New date.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub held_at: Change<DateTime<Utc>>,
    /// New language.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub language: Change<String>,
    /// New notes.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub notes: Change<Personal<String>>,
}

impl TranscriptDetailsChanged {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a transcript amounts to after a correction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// Who spoke.
    pub participants: Personal<Vec<Participant>>,
    /// Number of turns.
    pub turn_count: u32,
    /// Number of words.
    pub word_count: u64,
}

/// A coach, or the organization's vocabulary, corrected the turns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscriptCorrected {
    /// Names the correction.
    pub correction_id: Uuid,
    /// What was corrected.
    pub correction: Personal<Correction>,
    /// What the transcript amounts to now.
    pub outline: Outline,
}

/// A correction was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscriptCorrectionUndone {
    /// Which one.
    pub correction_id: Uuid,
    /// What the transcript amounts to now.
    pub outline: Outline,
}

/// The transcript was deleted; its blobs and key follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscriptDeleted {
    /// Blobs to be removed.
    pub blobs: Vec<String>,
}

events! {
    /// Events of a transcript.
    pub enum TranscriptEvent {
        Uploaded(TranscriptUploaded) = "transcript.uploaded", 1;
        FilesAdded(TranscriptFilesAdded) = "transcript.files_added", 1;
        FilesReplaced(TranscriptFilesReplaced) = "transcript.files_replaced", 1;
        Parsed(TranscriptParsed) = "transcript.parsed", 2;
        ProcessingFailed(TranscriptProcessingFailed) = "transcript.processing_failed", 1;
        ProcessingRequested(TranscriptProcessingRequested) = "transcript.processing_requested", 1;
        IndexingRequested(TranscriptIndexingRequested) = "transcript.indexing_requested", 1;
        DetailsChanged(TranscriptDetailsChanged) = "transcript.details_changed", 1;
        Corrected(TranscriptCorrected) = "transcript.corrected", 1;
        CorrectionUndone(TranscriptCorrectionUndone) = "transcript.correction_undone", 1;
        Deleted(TranscriptDeleted) = "transcript.deleted", 1;
    }
}
