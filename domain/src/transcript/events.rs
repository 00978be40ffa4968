//! Events of a transcript.

use super::content::{Content, Participant, Warning};
use super::correction::Correction;
use super::participants::Participants;
use crate::change::Change;
use crate::event::events;
use crate::ids::ClientId;
use crate::personal::Personal;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A file was uploaded and is stored, sealed, in the blob store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscriptUploaded {
    /// Blob with the file, unchanged.
    pub source: String,
    /// File name, as uploaded.
    pub filename: Option<Personal<String>>,
    /// File size.
    pub size_bytes: u64,
    /// SHA-256 of the file in lower-case hex; personal, as it identifies the words.
    pub sha256: Personal<String>,
    /// Title of the session.
    pub title: Option<Personal<String>>,
    /// Client of the session.
    pub client_id: Option<ClientId>,
    /// Date of the session.
    pub held_at: Option<DateTime<Utc>>,
    /// BCP 47 language tag, as given by the coach.
    pub language: Option<String>,
    /// The coach's notes.
    pub notes: Option<Personal<String>>,
    /// Further files of the same session, such as the chat.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more_files: Vec<SourceFile>,
}

/// An uploaded file of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Blob with the file.
    pub source: String,
    /// File name, as uploaded.
    pub filename: Option<Personal<String>>,
    /// File size.
    pub size_bytes: u64,
    /// SHA-256 of the file in lower-case hex; personal, as it identifies the words.
    pub sha256: Personal<String>,
}

/// More files of the same session were uploaded: a later part of the recording, or its chat. From
/// then on all files are parsed together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscriptFilesAdded {
    /// In upload order; not empty.
    pub files: Vec<SourceFile>,
}

/// The files were replaced by a better transcript of the same session. The old blobs are kept until
/// the transcript is deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscriptFilesReplaced {
    /// In upload order; not empty.
    pub files: Vec<SourceFile>,
}

/// The files were parsed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscriptParsed {
    /// Blob that holds the turns: [`super::content::Content`] as JSON.
    pub content: String,
    /// Identifier of the format.
    pub format: String,
    /// BCP 47 tag, where the file gives one.
    pub language: Option<String>,
    /// Participants.
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

/// The processing step that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Parsing the files.
    Parsing,
    /// Writing the summary.
    Summarizing,
}

/// Processing failed; it can be requested again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscriptProcessingFailed {
    /// The step that failed.
    pub stage: Stage,
    /// Machine-readable reason, such as `unrecognised_format`.
    pub code: String,
    /// A sentence for the coach; holds none of the session's words.
    pub message: String,
}

/// Parsing and summarizing was requested again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscriptProcessingRequested {}

/// Indexing for search was requested again.
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
    /// Whether the change is empty.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Participants and counts of a transcript after a correction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// Participants, or what has changed about them.
    pub participants: Personal<Participants>,
    /// Number of turns.
    pub turn_count: u32,
    /// Number of words.
    pub word_count: u64,
}

impl Outline {
    /// What these turns amount to, with all participants.
    pub fn of(content: &Content) -> Self {
        Self::with(Participants::All(content.participants.clone()), content)
    }

    /// What turns amount to that come of others, which are `changes` changes of the participants
    /// away from the last event with all of them.
    pub fn between(before: &Content, after: &Content, changes: u32) -> Self {
        let (before, now) = (&before.participants, &after.participants);
        Self::with(Participants::between(before, now, changes), after)
    }

    fn with(participants: Participants, content: &Content) -> Self {
        Self {
            participants: participants.into(),
            turn_count: u32::try_from(content.turns.len()).unwrap_or(u32::MAX),
            word_count: content.word_count(),
        }
    }

    /// How many changes away from an event with all participants this is.
    pub(super) fn changes(&self) -> u32 {
        self.participants.known().map_or(0, Participants::changes)
    }
}

/// A coach, or the organization's vocabulary, corrected the turns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscriptCorrected {
    /// Id of the correction.
    pub correction_id: Uuid,
    /// The correction.
    pub correction: Personal<Correction>,
    /// Participants and counts after it.
    pub outline: Outline,
}

/// A correction was undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscriptCorrectionUndone {
    /// Which one.
    pub correction_id: Uuid,
    /// Participants and counts after it.
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
        Corrected(TranscriptCorrected) = "transcript.corrected", 2;
        CorrectionUndone(TranscriptCorrectionUndone) = "transcript.correction_undone", 2;
        Deleted(TranscriptDeleted) = "transcript.deleted", 1;
    }
}
