//! Updates of transcripts and their summaries.

use super::{Channel, Payload};
use debrief_domain::event::DecodeError;
use debrief_domain::ids::{SummaryId, TranscriptId};
use debrief_domain::summary::{Summary, SummaryEvent};
use debrief_domain::transcript::{
    State, Transcript, TranscriptCorrected, TranscriptCorrectionUndone, TranscriptDetailsChanged,
    TranscriptEvent,
};
use debrief_infra::log::RecordedEvent;
use serde::Serialize;

/// A transcript changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TranscriptUpdate {
    /// Id of the transcript.
    pub transcript_id: TranscriptId,
    /// The change.
    #[serde(flatten)]
    pub change: TranscriptChange,
}

/// A change of a transcript. Each variant has fields of its own; the update's kind determines the
/// variant.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum TranscriptChange {
    /// Files were received, or are to be read again.
    Files {
        /// State of processing.
        state: State,
    },
    /// Its turns changed.
    Turns {
        /// State of processing.
        state: State,
        /// Number of turns.
        turns: u32,
    },
    /// Its summary has a new version.
    Summary {
        /// State of processing; absent if a person wrote the version.
        #[serde(skip_serializing_if = "Option::is_none")]
        state: Option<State>,
        /// Id of the summary.
        summary_id: SummaryId,
        /// The number of the newest version.
        version: u32,
    },
    /// Processing failed.
    Failed {
        /// State of processing.
        state: State,
        /// Why it failed.
        error: ProcessingError,
    },
    /// Its title, client, date, language or notes changed.
    Details {
        /// The names of the fields that changed.
        changed: Vec<&'static str>,
    },
    /// It was deleted.
    Deleted {
        /// Always true.
        deleted: bool,
    },
}

/// Why processing of a transcript failed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProcessingError {
    /// A machine-readable reason, such as `unrecognised_format`.
    pub code: String,
    /// A sentence for the coach.
    pub message: String,
}

impl Payload for TranscriptUpdate {
    fn of(event: &RecordedEvent) -> Result<Option<Self>, DecodeError> {
        if let Some(transcript) = event.of::<Transcript>()? {
            let transcript_id = TranscriptId(event.stream_id);
            return Ok(of_transcript(transcript).map(|change| Self { transcript_id, change }));
        }
        let summary = event.of::<Summary>()?;
        Ok(summary.and_then(|summary| of_summary(SummaryId(event.stream_id), summary)))
    }

    fn channels(&self) -> Vec<Channel> {
        vec![Channel::Transcripts, Channel::Transcript(self.transcript_id)]
    }
}

fn of_transcript(event: TranscriptEvent) -> Option<TranscriptChange> {
    let state = State::after(&event);
    Some(match event {
        TranscriptEvent::Uploaded(_)
        | TranscriptEvent::FilesAdded(_)
        | TranscriptEvent::FilesReplaced(_)
        | TranscriptEvent::ProcessingRequested(_) => TranscriptChange::Files { state: state? },
        // The session does not change.
        TranscriptEvent::IndexingRequested(_) => return None,
        TranscriptEvent::Parsed(parsed) => {
            TranscriptChange::Turns { state: state?, turns: parsed.turn_count }
        }
        TranscriptEvent::Corrected(TranscriptCorrected { outline, .. })
        | TranscriptEvent::CorrectionUndone(TranscriptCorrectionUndone { outline, .. }) => {
            TranscriptChange::Turns { state: state?, turns: outline.turn_count }
        }
        TranscriptEvent::ProcessingFailed(failed) => TranscriptChange::Failed {
            state: state?,
            error: ProcessingError { code: failed.code, message: failed.message },
        },
        TranscriptEvent::DetailsChanged(details) => {
            TranscriptChange::Details { changed: changed(&details) }
        }
        TranscriptEvent::Deleted(_) => TranscriptChange::Deleted { deleted: true },
    })
}

fn of_summary(summary_id: SummaryId, event: SummaryEvent) -> Option<TranscriptUpdate> {
    let state = State::after_summary(&event);
    let (transcript_id, version) = match event {
        SummaryEvent::Created(created) => (created.transcript_id, 1),
        SummaryEvent::Revised(revised) => (revised.transcript_id, revised.version),
        SummaryEvent::Kept(kept) => (kept.transcript_id, kept.version),
        // What happens to a summary beside its versions is no change of the transcript; it is
        // deleted with its transcript, which has its own update.
        _ => return None,
    };
    let change = TranscriptChange::Summary { state, summary_id, version };
    Some(TranscriptUpdate { transcript_id, change })
}

fn changed(details: &TranscriptDetailsChanged) -> Vec<&'static str> {
    let fields = [
        ("title", details.title.is_keep()),
        ("client_id", details.client_id.is_keep()),
        ("held_at", details.held_at.is_keep()),
        ("language", details.language.is_keep()),
        ("notes", details.notes.is_keep()),
    ];
    fields.into_iter().filter(|(_, kept)| !kept).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::updates::tests::assert_stored;

    #[test]
    fn payloads_are_stored_as_they_always_were() {
        assert_stored::<TranscriptUpdate>(&[
            (
                r#"{"state":"received","transcript_id":"STREAM"}"#,
                &[
                    "transcript.files_added",
                    "transcript.files_added.minimal",
                    "transcript.files_replaced",
                    "transcript.files_replaced.minimal",
                    "transcript.processing_requested",
                    "transcript.processing_requested.minimal",
                    "transcript.uploaded",
                    "transcript.uploaded.minimal",
                ],
            ),
            (
                r#"{"state":"summarizing","transcript_id":"STREAM","turns":122}"#,
                &["transcript.parsed"],
            ),
            (
                r#"{"state":"summarizing","transcript_id":"STREAM","turns":1}"#,
                &["transcript.parsed.minimal"],
            ),
            (
                r#"{"state":"summarizing","transcript_id":"STREAM","turns":123}"#,
                &["transcript.corrected", "transcript.correction_undone"],
            ),
            (
                r#"{"state":"summarizing","transcript_id":"STREAM","turns":0}"#,
                &["transcript.corrected.minimal", "transcript.correction_undone.minimal"],
            ),
            (
                r#"{"state":"ready","summary_id":"STREAM","transcript_id":"TRANSCRIPT","version":1}"#,
                &["summary.created", "summary.created.minimal"],
            ),
            (
                r#"{"summary_id":"STREAM","transcript_id":"TRANSCRIPT","version":2}"#,
                &["summary.revised"],
            ),
            (
                r#"{"state":"ready","summary_id":"STREAM","transcript_id":"TRANSCRIPT","version":2}"#,
                &["summary.revised.minimal"],
            ),
            (
                r#"{"state":"ready","summary_id":"STREAM","transcript_id":"TRANSCRIPT","version":3}"#,
                &["summary.kept", "summary.kept.minimal"],
            ),
            (
                r#"{"error":{"code":"language_model_unavailable","message":"The language model did not answer; ask for processing again later."},"state":"failed","transcript_id":"STREAM"}"#,
                &["transcript.processing_failed"],
            ),
            (
                r#"{"error":{"code":"","message":""},"state":"failed","transcript_id":"STREAM"}"#,
                &["transcript.processing_failed.minimal"],
            ),
            (
                r#"{"changed":["title","client_id","held_at","language","notes"],"transcript_id":"STREAM"}"#,
                &["transcript.details_changed"],
            ),
            (
                r#"{"changed":["notes"],"transcript_id":"STREAM"}"#,
                &["transcript.details_changed.minimal"],
            ),
            (
                r#"{"deleted":true,"transcript_id":"STREAM"}"#,
                &["transcript.deleted", "transcript.deleted.minimal"],
            ),
        ]);
    }
}
