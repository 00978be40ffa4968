//! Updates: what clients may see, per channel, with consecutive offsets.
//!
//! Channels of an organization: `transcripts` tells of every transcript, `transcripts/<id>` of
//! one. An update names what changed and how far it came, and never holds a person's words: a
//! client that wants them reads them, with the update's `position` as `min_position`.
//!
//! Invariants: a channel's offsets run 1, 2, 3 …; the newest `retention` of them are kept; offset
//! and content are functions of the log, so a rebuild gives every update the offset it had, and an
//! event that is delivered again publishes nothing again. The
//! epoch joins the log's own with the projection's generation: where either is another, offsets
//! of before mean nothing, and a client is told to reload.

mod query;

pub use query::*;

use crate::engine::Kind::{Integer, Text};
use crate::engine::{Op, Projection, Table};
use debrief_domain::event::DecodeError;
use debrief_domain::ids::OrganizationId;
use debrief_domain::saved_search::{SavedSearch, SavedSearchEvent, SavedSearchMatched};
use debrief_domain::summary::{Summary, SummaryEvent};
use debrief_domain::transcript::{
    State, Transcript, TranscriptCorrected, TranscriptCorrectionUndone, TranscriptEvent,
};
use debrief_infra::log::RecordedEvent;
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub(crate) const CHANNELS: Table = Table {
    name: "update_channels",
    key: &[("channel", Text)],
    // Offset and position of the newest update that was ever published.
    columns: &[("head", Integer), ("position", Integer)],
    indexes: &[],
};

pub(crate) const UPDATES: Table = Table {
    name: "updates",
    key: &[("channel", Text), ("offset", Integer)],
    columns: &[("position", Integer), ("kind", Text), ("payload", Text), ("recorded_at", Integer)],
    indexes: &[],
};

/// Fills `updates` and `update_channels`.
#[derive(Debug, Clone, Copy)]
pub struct Updates {
    /// Updates kept for each channel.
    pub retention: u32,
}

/// The stored name of an organization's channel.
fn stored_name(organization: OrganizationId, channel: &str) -> String {
    format!("{organization}/{channel}")
}

impl Projection for Updates {
    fn name(&self) -> &'static str {
        "updates"
    }

    fn version(&self) -> u32 {
        2
    }

    fn tables(&self) -> &'static [Table] {
        &[CHANNELS, UPDATES]
    }

    fn retention(&self) -> u32 {
        self.retention
    }

    fn project(&self, event: &RecordedEvent) -> Result<Vec<Op>, DecodeError> {
        let (transcript, more): (Uuid, Value) = if let Some(transcript) =
            event.of::<Transcript>()?
        {
            // The session itself stays as it is.
            if matches!(transcript, TranscriptEvent::IndexingRequested(_)) {
                return Ok(Vec::new());
            }
            (event.stream_id, about_transcript(transcript))
        } else if let Some(summary) = event.of::<Summary>()? {
            let state = State::after_summary(&summary).map(State::as_str);
            let (transcript, version) = match summary {
                SummaryEvent::Created(created) => (created.transcript_id, 1),
                SummaryEvent::Revised(revised) => (revised.transcript_id, revised.version),
                SummaryEvent::Erased(_) => return Ok(Vec::new()),
            };
            let more = json!({"state": state, "summary_id": event.stream_id, "version": version});
            (transcript.0, more)
        } else if let Some(SavedSearchEvent::Matched(matched)) = event.of::<SavedSearch>()? {
            return Ok(told(event, &matched));
        } else {
            return Ok(Vec::new());
        };
        let mut payload = Map::from_iter([("transcript_id".to_owned(), json!(transcript))]);
        if let Value::Object(more) = more {
            payload.extend(more);
        }
        let channels = ["transcripts".to_owned(), format!("transcripts/{transcript}")];
        Ok(publish(event, channels, &Value::Object(payload)))
    }
}

fn publish(event: &RecordedEvent, channels: [String; 2], payload: &Value) -> Vec<Op> {
    let payload = payload.to_string();
    let update = |channel: String| Op::Publish {
        channel: stored_name(event.organization, &channel),
        kind: event.event_type.clone(),
        payload: payload.clone(),
    };
    channels.into_iter().map(update).collect()
}

/// Something new fits a saved search.
fn told(event: &RecordedEvent, matched: &SavedSearchMatched) -> Vec<Op> {
    let id = event.stream_id;
    let payload = json!({
        "saved_search_id": id, "transcript_id": matched.subject.transcript(),
        "note": matched.subject.is_note(), "passages": matched.passages,
    });
    publish(event, ["searches".to_owned(), format!("searches/{id}")], &payload)
}

fn about_transcript(event: TranscriptEvent) -> Value {
    let state = State::after(&event).map(State::as_str);
    match event {
        TranscriptEvent::Uploaded(_)
        | TranscriptEvent::FilesAdded(_)
        | TranscriptEvent::FilesReplaced(_)
        | TranscriptEvent::ProcessingRequested(_) => json!({"state": state}),
        TranscriptEvent::IndexingRequested(_) => Value::Null,
        TranscriptEvent::Parsed(parsed) => json!({"state": state, "turns": parsed.turn_count}),
        TranscriptEvent::Corrected(TranscriptCorrected { outline, .. })
        | TranscriptEvent::CorrectionUndone(TranscriptCorrectionUndone { outline, .. }) => {
            json!({"state": state, "turns": outline.turn_count})
        }
        TranscriptEvent::ProcessingFailed(failed) => json!({
            "state": state, "error": {"code": failed.code, "message": failed.message}
        }),
        TranscriptEvent::DetailsChanged(change) => {
            let mut changed = Vec::new();
            for (name, kept) in [
                ("title", change.title.is_keep()),
                ("client_id", change.client_id.is_keep()),
                ("held_at", change.held_at.is_keep()),
                ("language", change.language.is_keep()),
                ("notes", change.notes.is_keep()),
            ] {
                if !kept {
                    changed.push(name);
                }
            }
            json!({"changed": changed})
        }
        TranscriptEvent::Deleted(_) => json!({"deleted": true}),
    }
}
