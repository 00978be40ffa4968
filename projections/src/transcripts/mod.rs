//! Transcripts, their state, and their summaries.

mod query;
mod summaries;
mod summary_query;

pub use query::*;
pub use summary_query::*;

use crate::engine::ColumnType::{Integer, Text};
use crate::engine::{Op, Projection, Table};
use debrief_domain::event::DecodeError;
use debrief_domain::ids::{SummaryId, TranscriptId};
use debrief_domain::personal::Personal;
use debrief_domain::summary::Summary;
use debrief_domain::transcript::content::Participant;
use debrief_domain::transcript::participants::Participants;
use debrief_domain::transcript::{
    Outline, State, Transcript, TranscriptCorrected, TranscriptCorrectionUndone,
    TranscriptDetailsChanged, TranscriptEvent,
};
use debrief_infra::database::sql::Value;
use debrief_infra::log::RecordedEvent;
use serde::Serialize;
use serde_json::json;
use summaries::{SUMMARIES, SUMMARY_MESSAGES, SUMMARY_STATES};

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
        // As given by the coach, and as in the file.
        ("given_language", Text),
        ("found_language", Text),
        ("filename", Text),
        ("size_bytes", Integer),
        ("content", Text),
        // Version of the stream when the turns last changed.
        ("turns_version", Integer),
        ("format", Text),
        // JSON list of participants, before the changes in `participant_changes`.
        ("participants", Text),
        // Number of those changes.
        ("participant_changes", Integer),
        ("turn_count", Integer),
        ("word_count", Integer),
        ("duration_ms", Integer),
        // JSON list of warnings.
        ("warnings", Text),
        ("summary_id", Text),
        ("created_at", Integer),
        ("updated_at", Integer),
        // Position of the upload; orders lists.
        ("position", Integer),
    ],
    indexes: &[
        &["organization_id", "position"],
        &["organization_id", "client_id", "position"],
        &["organization_id", "state", "position"],
    ],
};

/// What corrections have changed about the participants since the list in `transcripts`. Rows of
/// before that list may lie beyond those that count.
const PARTICIPANT_CHANGES: Table = Table {
    name: "participant_changes",
    key: &[("transcript_id", Text), ("nth", Integer)],
    columns: &[
        ("organization_id", Text),
        // Version of the stream that the change came with.
        ("version", Integer),
        // JSON of the change; NULL once erased.
        ("content", Text),
    ],
    indexes: &[],
};

/// Fills `transcripts`, `participant_changes`, and the tables of summaries.
#[derive(Debug, Clone, Copy)]
pub struct Transcripts;

/// Returns the JSON text of a personal value, or `NULL` once erased.
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
        4
    }

    fn tables(&self) -> &'static [Table] {
        &[TRANSCRIPTS, PARTICIPANT_CHANGES, SUMMARIES, SUMMARY_STATES, SUMMARY_MESSAGES]
    }

    fn project(&self, event: &RecordedEvent) -> Result<Vec<Op>, DecodeError> {
        if let Some(transcript) = event.of::<Transcript>()? {
            return Ok(on_transcript(event, transcript));
        }
        if let Some(summary) = event.of::<Summary>()? {
            return Ok(summaries::on_summary(event, summary));
        }
        Ok(Vec::new())
    }
}

/// Returns the columns of a transcript's state; none if it does not change.
fn moved_to(state: Option<State>) -> Vec<(&'static str, Value)> {
    match state {
        Some(state) => vec![("state", state.as_str().into()), ("error", Value::Null)],
        None => Vec::new(),
    }
}

/// Returns the columns that change with the turns of a transcript.
fn counted(event: &RecordedEvent, turns: u32, words: u64) -> Vec<(&'static str, Value)> {
    vec![
        ("turns_version", event.version.into()),
        ("turn_count", turns.into()),
        ("word_count", (words as i64).into()),
    ]
}

/// Returns the columns with all participants.
fn listed(participants: Personal<Vec<Participant>>) -> Vec<(&'static str, Value)> {
    vec![("participants", json_of(participants)), ("participant_changes", 0_i64.into())]
}

/// Adds the columns that change with a correction; returns what else changes.
fn outlined(
    event: &RecordedEvent,
    outline: Outline,
    columns: &mut Vec<(&'static str, Value)>,
) -> Option<Op> {
    columns.extend(counted(event, outline.turn_count, outline.word_count));
    let change = match outline.participants.into_known() {
        Some(Participants::Changed(change)) => change,
        Some(Participants::All(all)) => {
            columns.extend(listed(Personal::Known(all)));
            return None;
        }
        None => {
            columns.extend(listed(Personal::Erased));
            return None;
        }
    };
    columns.push(("participant_changes", change.nth.into()));
    Some(Op::Put {
        table: PARTICIPANT_CHANGES.name,
        key: vec![event.stream_id.into(), change.nth.into()],
        columns: vec![
            ("organization_id", event.organization.0.into()),
            ("version", event.version.into()),
            ("content", json!(change).to_string().into()),
        ],
    })
}

fn on_transcript(event: &RecordedEvent, transcript: TranscriptEvent) -> Vec<Op> {
    let at = event.recorded_at.timestamp_millis();
    let mut columns = moved_to(State::after(&transcript));
    match transcript {
        TranscriptEvent::Uploaded(uploaded) => {
            let more: u64 = uploaded.more_files.iter().map(|file| file.size_bytes).sum();
            let size = uploaded.size_bytes.saturating_add(more);
            columns.extend([
                ("organization_id", event.organization.0.into()),
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
            ]);
            let key = vec![event.stream_id.into()];
            return vec![Op::Put { table: TRANSCRIPTS.name, key, columns }];
        }
        TranscriptEvent::Deleted(_) => {
            let summary = SummaryId::of(TranscriptId(event.stream_id));
            let mut ops = vec![
                Op::Delete { table: TRANSCRIPTS.name, key: vec![event.stream_id.into()] },
                Op::DeleteWhere {
                    table: PARTICIPANT_CHANGES.name,
                    column: "transcript_id",
                    value: event.stream_id.into(),
                },
            ];
            ops.extend(summaries::erased(summary));
            return ops;
        }
        // Nothing in the read model changes.
        TranscriptEvent::IndexingRequested(_) => return Vec::new(),
        TranscriptEvent::FilesAdded(_) | TranscriptEvent::ProcessingRequested(_) => {}
        TranscriptEvent::FilesReplaced(replaced) => {
            let size: u64 = replaced.files.iter().map(|file| file.size_bytes).sum();
            let name = replaced.files.into_iter().next().and_then(|file| file.filename);
            columns.extend([("filename", words(name)), ("size_bytes", (size as i64).into())]);
        }
        TranscriptEvent::Parsed(parsed) => {
            columns.extend([
                ("content", parsed.content.into()),
                ("format", parsed.format.into()),
                ("found_language", parsed.language.into()),
                ("duration_ms", parsed.duration_ms.map(|ms| ms as i64).into()),
                ("warnings", json_of(parsed.warnings)),
            ]);
            columns.extend(counted(event, parsed.turn_count, parsed.word_count));
            columns.extend(listed(parsed.participants));
        }
        TranscriptEvent::Corrected(TranscriptCorrected { outline, .. })
        | TranscriptEvent::CorrectionUndone(TranscriptCorrectionUndone { outline, .. }) => {
            let change = outlined(event, outline, &mut columns);
            return change.into_iter().chain([set(event, columns)]).collect();
        }
        TranscriptEvent::ProcessingFailed(failed) => {
            let error = json!({"code": failed.code, "message": failed.message});
            columns.push(("error", error.to_string().into()));
        }
        TranscriptEvent::DetailsChanged(change) => columns.extend(details(change)),
    }
    vec![set(event, columns)]
}

fn details(change: TranscriptDetailsChanged) -> Vec<(&'static str, Value)> {
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
    columns
}
