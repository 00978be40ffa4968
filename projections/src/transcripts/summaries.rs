//! Summaries: their versions, their state, and the messages that refine them.

use super::{TRANSCRIPTS, json_of, moved_to};
use crate::engine::ColumnType::{Integer, Text};
use crate::engine::{Op, Table};
use debrief_domain::ids::{MessageId, SummaryId, TranscriptId};
use debrief_domain::personal::Personal;
use debrief_domain::summary::content::Content;
use debrief_domain::summary::{Cause, MessageState, SummaryEvent};
use debrief_domain::transcript::State;
use debrief_infra::database::sql::Value;
use debrief_infra::log::RecordedEvent;
use serde_json::json;

/// A row per version.
pub(super) const SUMMARIES: Table = Table {
    name: "summaries",
    key: &[("id", Text), ("version", Integer)],
    columns: &[
        ("organization_id", Text),
        ("transcript_id", Text),
        // JSON of the content; NULL once erased.
        ("content", Text),
        // JSON of why it was written.
        ("cause", Text),
        // Who wrote it, as in the event's metadata.
        ("actor", Text),
        ("created_at", Integer),
    ],
    indexes: &[],
};

/// A row per summary.
pub(super) const SUMMARY_STATES: Table = Table {
    name: "summary_states",
    key: &[("id", Text)],
    columns: &[
        ("organization_id", Text),
        // The open request to a language model.
        ("request_id", Text),
        // Why the last request failed.
        ("failure", Text),
        ("approved_version", Integer),
        ("approved_at", Integer),
        // Version that stayed although the turns have changed.
        ("outdated_version", Integer),
    ],
    indexes: &[&["organization_id", "approved_at"]],
};

/// A row per message.
pub(super) const SUMMARY_MESSAGES: Table = Table {
    name: "summary_messages",
    key: &[("summary_id", Text), ("id", Text)],
    columns: &[
        ("organization_id", Text),
        ("state", Text),
        // What was asked, and the answer; NULL once erased.
        ("text", Text),
        ("answer", Text),
        ("failure", Text),
        // Who asked, as in the event's metadata.
        ("actor", Text),
        ("base_version", Integer),
        ("version", Integer),
        ("created_at", Integer),
        ("updated_at", Integer),
        // Position of the message; orders lists.
        ("position", Integer),
    ],
    indexes: &[&["summary_id", "position"]],
};

/// Returns the changes that erase a summary.
pub(super) fn erased(summary: SummaryId) -> Vec<Op> {
    [(SUMMARIES.name, "id"), (SUMMARY_STATES.name, "id"), (SUMMARY_MESSAGES.name, "summary_id")]
        .map(|(table, column)| Op::DeleteWhere { table, column, value: summary.0.into() })
        .into()
}

/// Sets columns of the state; the row comes with the first version.
fn state(event: &RecordedEvent, columns: Vec<(&'static str, Value)>) -> Op {
    Op::Set { table: SUMMARY_STATES.name, key: vec![event.stream_id.into()], columns }
}

/// Sets columns of a message.
fn message(
    event: &RecordedEvent,
    id: MessageId,
    state: MessageState,
    mut columns: Vec<(&'static str, Value)>,
) -> Op {
    columns.extend([
        ("state", state.as_str().into()),
        ("updated_at", event.recorded_at.timestamp_millis().into()),
    ]);
    let key = vec![event.stream_id.into(), id.0.into()];
    Op::Set { table: SUMMARY_MESSAGES.name, key, columns }
}

/// Adds a version.
fn version(
    event: &RecordedEvent,
    transcript: TranscriptId,
    version: u32,
    content: Personal<Content>,
    cause: &Cause,
) -> Op {
    Op::Put {
        table: SUMMARIES.name,
        key: vec![event.stream_id.into(), version.into()],
        columns: vec![
            ("organization_id", event.organization.0.into()),
            ("transcript_id", transcript.0.into()),
            ("content", json_of(content)),
            ("cause", json!(cause).to_string().into()),
            ("actor", event.metadata.actor.clone().into()),
            ("created_at", event.recorded_at.timestamp_millis().into()),
        ],
    }
}

pub(super) fn on_summary(event: &RecordedEvent, summary: SummaryEvent) -> Vec<Op> {
    let at = event.recorded_at.timestamp_millis();
    let mut columns = moved_to(State::after_summary(&summary));
    columns.extend([("summary_id", event.stream_id.into()), ("updated_at", at.into())]);
    let transcript = |id: TranscriptId| Op::Set {
        table: TRANSCRIPTS.name,
        key: vec![id.0.into()],
        columns: columns.clone(),
    };
    match summary {
        SummaryEvent::Created(it) => vec![
            version(event, it.transcript_id, 1, it.content, &Cause::default()),
            Op::Put {
                table: SUMMARY_STATES.name,
                key: vec![event.stream_id.into()],
                columns: vec![("organization_id", event.organization.0.into())],
            },
            transcript(it.transcript_id),
        ],
        SummaryEvent::Revised(it) => {
            let mut ops = vec![version(event, it.transcript_id, it.version, it.content, &it.cause)];
            if let Cause::Written { request_id } = it.cause {
                let mut columns = vec![("outdated_version", Value::Null)];
                if request_id.is_some() {
                    columns.push(("request_id", Value::Null));
                }
                ops.push(state(event, columns));
            }
            ops.push(transcript(it.transcript_id));
            ops
        }
        SummaryEvent::Kept(it) => vec![
            state(event, vec![("outdated_version", it.version.into())]),
            transcript(it.transcript_id),
        ],
        SummaryEvent::Requested(it) => {
            let columns = vec![("request_id", it.request_id.0.into()), ("failure", Value::Null)];
            vec![state(event, columns)]
        }
        SummaryEvent::WritingFailed(it) => {
            let columns = vec![("request_id", Value::Null), ("failure", it.reason.into())];
            vec![state(event, columns)]
        }
        SummaryEvent::Approved(it) => {
            let columns = vec![("approved_version", it.version.into()), ("approved_at", at.into())];
            vec![state(event, columns)]
        }
        SummaryEvent::MessageSent(it) => vec![Op::Put {
            table: SUMMARY_MESSAGES.name,
            key: vec![event.stream_id.into(), it.message_id.0.into()],
            columns: vec![
                ("organization_id", event.organization.0.into()),
                ("state", MessageState::Queued.as_str().into()),
                ("text", it.text.into_known().into()),
                ("actor", event.metadata.actor.clone().into()),
                ("base_version", it.base_version.into()),
                ("created_at", at.into()),
                ("updated_at", at.into()),
                ("position", event.position.into()),
            ],
        }],
        SummaryEvent::MessageStarted(it) => {
            vec![message(event, it.message_id, MessageState::Running, Vec::new())]
        }
        SummaryEvent::MessageAnswered(it) => {
            let columns =
                vec![("answer", it.text.into_known().into()), ("version", it.version.into())];
            vec![message(event, it.message_id, MessageState::Complete, columns)]
        }
        SummaryEvent::MessageCancelled(it) => {
            vec![message(event, it.message_id, MessageState::Cancelled, Vec::new())]
        }
        SummaryEvent::MessageFailed(it) => {
            let columns = vec![("failure", it.reason.into())];
            vec![message(event, it.message_id, MessageState::Failed, columns)]
        }
        SummaryEvent::Erased(_) => erased(SummaryId(event.stream_id)),
    }
}
