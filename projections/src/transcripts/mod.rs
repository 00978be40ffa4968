//! Transcripts, their state, and their summaries.

mod query;
mod state;

pub use query::*;
pub use state::State;

use crate::engine::Kind::{Integer, Text};
use crate::engine::{Op, Projection, Table};
use debrief_domain::event::{DecodeError, Event};
use debrief_domain::ids::{SummaryId, TranscriptId};
use debrief_domain::personal::Personal;
use debrief_domain::summary::SummaryEvent;
use debrief_domain::transcript::{Outline, TranscriptEvent};
use debrief_infra::database::sql::Value;
use debrief_infra::log::RecordedEvent;
use serde::Serialize;
use serde_json::json;

const TRANSCRIPTS: Table = Table {
    name: "transcripts",
    key: &[("id", Text)],
    columns: &[
        ("organization_id", Text),
        ("state", Text),
        // JSON {code, message} of the last failure.
        ("error", Text),
        ("title", Text),
        ("client_id", Text),
        ("held_at", Integer),
        ("notes", Text),
        // As the coach gave it, and as the file has it.
        ("given_language", Text),
        ("found_language", Text),
        ("filename", Text),
        ("size_bytes", Integer),
        ("content", Text),
        // Version of the stream when the turns last changed.
        ("turns_version", Integer),
        ("format", Text),
        // JSON list of participants.
        ("participants", Text),
        ("turn_count", Integer),
        ("word_count", Integer),
        ("duration_ms", Integer),
        // JSON list of warnings.
        ("warnings", Text),
        ("summary_id", Text),
        ("created_at", Integer),
        ("updated_at", Integer),
        // Position of the upload: the place in lists.
        ("position", Integer),
    ],
    indexes: &[&["organization_id", "position"], &["organization_id", "client_id", "position"]],
};

const SUMMARIES: Table = Table {
    name: "summaries",
    key: &[("id", Text), ("version", Integer)],
    columns: &[
        ("organization_id", Text),
        ("transcript_id", Text),
        // JSON of the content; NULL once erased.
        ("content", Text),
        ("created_at", Integer),
    ],
    indexes: &[],
};

/// Fills `transcripts` and `summaries`.
#[derive(Debug, Clone, Copy)]
pub struct Transcripts;

/// JSON text of what a person said, or `NULL` once it was erased.
fn json_of<T: Serialize>(value: Personal<T>) -> Value {
    value.into_known().map(|known| json!(known).to_string()).into()
}

fn words(value: Option<Personal<String>>) -> Value {
    value.and_then(Personal::into_known).into()
}

fn set(event: &RecordedEvent, mut columns: Vec<(&'static str, Value)>) -> Op {
    columns.push(("updated_at", event.recorded_at.timestamp_millis().into()));
    Op::Set { table: TRANSCRIPTS.name, key: vec![event.stream_id.into()], columns }
}

impl Projection for Transcripts {
    fn name(&self) -> &'static str {
        "transcripts"
    }

    fn version(&self) -> u32 {
        2
    }

    fn tables(&self) -> &'static [Table] {
        &[TRANSCRIPTS, SUMMARIES]
    }

    fn project(&self, event: &RecordedEvent) -> Result<Vec<Op>, DecodeError> {
        Ok(match event.event()? {
            Event::Transcript(transcript) => on_transcript(event, transcript),
            Event::Summary(SummaryEvent::Created(created)) => {
                on_summary(event, created.transcript_id, 1, created.content)
            }
            Event::Summary(SummaryEvent::Revised(revised)) => {
                on_summary(event, revised.transcript_id, revised.version, revised.content)
            }
            Event::Summary(SummaryEvent::Erased(_)) => vec![Op::DeleteWhere {
                table: SUMMARIES.name,
                column: "id",
                value: event.stream_id.into(),
            }],
            Event::Organization(_)
            | Event::Client(_)
            | Event::Vocabulary(_)
            | Event::Note(_)
            | Event::SavedSearch(_) => Vec::new(),
        })
    }
}

/// What is to be read, again or for the first time.
fn received() -> Vec<(&'static str, Value)> {
    vec![("state", State::Received.as_str().into()), ("error", Value::Null)]
}

/// The turns are others: they are summarized anew.
fn outlined(event: &RecordedEvent, outline: Outline) -> Op {
    set(
        event,
        vec![
            ("state", State::Summarizing.as_str().into()),
            ("error", Value::Null),
            ("turns_version", event.version.into()),
            ("participants", json_of(outline.participants)),
            ("turn_count", outline.turn_count.into()),
            ("word_count", (outline.word_count as i64).into()),
        ],
    )
}

fn on_transcript(event: &RecordedEvent, transcript: TranscriptEvent) -> Vec<Op> {
    let at = event.recorded_at.timestamp_millis();
    match transcript {
        TranscriptEvent::Uploaded(uploaded) => {
            let more: u64 = uploaded.more_files.iter().map(|file| file.size_bytes).sum();
            let size = uploaded.size_bytes.saturating_add(more);
            vec![Op::Put {
                table: TRANSCRIPTS.name,
                key: vec![event.stream_id.into()],
                columns: vec![
                    ("organization_id", event.organization.0.into()),
                    ("state", State::Received.as_str().into()),
                    ("title", words(uploaded.title)),
                    ("client_id", uploaded.client_id.map(|id| id.0).into()),
                    ("held_at", uploaded.held_at.map(|at| at.timestamp_millis()).into()),
                    ("notes", words(uploaded.notes)),
                    ("given_language", uploaded.language.into()),
                    ("filename", words(uploaded.filename)),
                    ("size_bytes", (size as i64).into()),
                    ("created_at", at.into()),
                    ("updated_at", at.into()),
                    ("position", event.position.into()),
                ],
            }]
        }
        TranscriptEvent::FilesAdded(_) => vec![set(event, received())],
        TranscriptEvent::FilesReplaced(replaced) => {
            let size: u64 = replaced.files.iter().map(|file| file.size_bytes).sum();
            let name = replaced.files.into_iter().next().and_then(|file| file.filename);
            let mut columns = received();
            columns.extend([("filename", words(name)), ("size_bytes", (size as i64).into())]);
            vec![set(event, columns)]
        }
        TranscriptEvent::Parsed(parsed) => vec![set(
            event,
            vec![
                ("state", State::Summarizing.as_str().into()),
                ("error", Value::Null),
                ("content", parsed.content.into()),
                ("turns_version", event.version.into()),
                ("format", parsed.format.into()),
                ("found_language", parsed.language.into()),
                ("participants", json_of(parsed.participants)),
                ("turn_count", parsed.turn_count.into()),
                ("word_count", (parsed.word_count as i64).into()),
                ("duration_ms", parsed.duration_ms.map(|ms| ms as i64).into()),
                ("warnings", json_of(parsed.warnings)),
            ],
        )],
        TranscriptEvent::Corrected(corrected) => vec![outlined(event, corrected.outline)],
        TranscriptEvent::CorrectionUndone(undone) => vec![outlined(event, undone.outline)],
        TranscriptEvent::ProcessingFailed(failed) => {
            let error = json!({"code": failed.code, "message": failed.message});
            vec![set(
                event,
                vec![("state", State::Failed.as_str().into()), ("error", error.to_string().into())],
            )]
        }
        TranscriptEvent::ProcessingRequested(_) => vec![set(event, received())],
        TranscriptEvent::IndexingRequested(_) => Vec::new(),
        TranscriptEvent::DetailsChanged(change) => {
            let mut columns: Vec<(&'static str, Value)> = Vec::new();
            if let Some(title) = change.title.as_change() {
                columns.push(("title", words(title.cloned())));
            }
            if let Some(client) = change.client_id.as_change() {
                columns.push(("client_id", client.map(|id| id.0).into()));
            }
            if let Some(held_at) = change.held_at.as_change() {
                columns.push(("held_at", held_at.map(|at| at.timestamp_millis()).into()));
            }
            if let Some(language) = change.language.as_change() {
                columns.push(("given_language", language.cloned().into()));
            }
            if let Some(notes) = change.notes.as_change() {
                columns.push(("notes", words(notes.cloned())));
            }
            vec![set(event, columns)]
        }
        TranscriptEvent::Deleted(_) => vec![
            Op::Delete { table: TRANSCRIPTS.name, key: vec![event.stream_id.into()] },
            Op::DeleteWhere {
                table: SUMMARIES.name,
                column: "id",
                value: SummaryId::of(TranscriptId(event.stream_id)).0.into(),
            },
        ],
    }
}

fn on_summary(
    event: &RecordedEvent,
    transcript: TranscriptId,
    version: u32,
    content: Personal<debrief_domain::summary::content::Content>,
) -> Vec<Op> {
    let at = event.recorded_at.timestamp_millis();
    vec![
        Op::Put {
            table: SUMMARIES.name,
            key: vec![event.stream_id.into(), version.into()],
            columns: vec![
                ("organization_id", event.organization.0.into()),
                ("transcript_id", transcript.0.into()),
                ("content", json_of(content)),
                ("created_at", at.into()),
            ],
        },
        Op::Set {
            table: TRANSCRIPTS.name,
            key: vec![transcript.0.into()],
            columns: vec![
                ("state", State::Ready.as_str().into()),
                ("error", Value::Null),
                ("summary_id", event.stream_id.into()),
                ("updated_at", at.into()),
            ],
        },
    ]
}
