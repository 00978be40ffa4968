//! `/v1/transcripts`.

use chrono::{DateTime, Utc};
use debrief_domain::ids::{ClientId, SummaryId, TranscriptId};
use debrief_domain::transcript::State;
use debrief_domain::transcript::content::{Participant, Warning};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why the processing of a transcript failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Failure {
    /// For programs.
    pub code: String,
    /// For people.
    pub message: String,
}

/// A transcript, without its turns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Transcript {
    /// Identifies the transcript.
    pub id: TranscriptId,
    /// The processing state.
    pub state: State,
    /// Why it failed, if it did.
    pub error: Option<Failure>,
    /// The title of the session.
    pub title: Option<String>,
    /// The client whose session it was.
    pub client_id: Option<ClientId>,
    /// When the session was held.
    pub held_at: Option<DateTime<Utc>>,
    /// The coach's notes.
    pub notes: Option<String>,
    /// BCP 47 tag: as given by the coach, else as found in the file.
    pub language: Option<String>,
    /// Name of the first file.
    pub filename: Option<String>,
    /// Size of the files that were first uploaded, or of those that replaced them.
    pub size_bytes: i64,
    /// The format that was recognised, such as `webvtt`, or `webvtt+zoom_chat` for two files.
    pub format: Option<String>,
    /// Who spoke, in order of first appearance, and how they talked.
    pub participants: Vec<Participant>,
    /// Number of turns.
    pub turn_count: Option<i64>,
    /// Number of words spoken; of words written, where the chat is all there is.
    pub word_count: Option<i64>,
    /// Length in milliseconds, where the file has times.
    pub duration_ms: Option<i64>,
    /// What was skipped or repaired while reading the files.
    pub warnings: Vec<Warning>,
    /// The summary, once there is one.
    pub summary_id: Option<SummaryId>,
    /// When it was uploaded.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// The progress of a transcript.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TranscriptStatus {
    /// The processing state.
    pub state: State,
    /// Share of the work that is done, from 0 to 1.
    pub progress: f64,
    /// Why it failed, if it did.
    pub error: Option<Failure>,
}

/// A transcript that is going to be parsed and summarized.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Received {
    /// Identifies the transcript.
    pub id: TranscriptId,
    /// The processing state.
    pub state: State,
    /// Whether the same files had been uploaded before. Then `id` is that of the transcript that
    /// exists, and nothing in it was changed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub duplicate: bool,
}

impl Received {
    /// Creates the answer for a transcript whose files are stored.
    pub fn new(id: TranscriptId) -> Self {
        Self { id, state: State::Received, duplicate: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Answers are stored with command keys since the first release: a repeated key must return the
    /// same answer.
    #[test]
    fn the_answer_to_an_upload_is_stored_as_it_always_was() {
        let id = "0198c5a2-7d1e-7bd0-9a55-0d3f3c1a2b4c".parse().unwrap();
        let received = Received::new(id);
        let stored = json!({"id": id, "state": "received"});
        assert_eq!(serde_json::to_value(&received).unwrap(), stored);
        assert_eq!(serde_json::from_value::<Received>(stored).unwrap(), received);
    }
}
