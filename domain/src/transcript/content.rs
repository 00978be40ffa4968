//! What a transcript says: participants and turns, whatever file they came from.
//!
//! Invariant: nothing here is invented. A speaker, a time or a language that the file does not
//! state is `None`, never a guess.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The part a person plays in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Leads the session.
    Coach,
    /// Is coached.
    Client,
    /// The file does not say.
    #[default]
    Unknown,
}

/// A person who speaks in a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Participant {
    /// The name as the file spells it, trimmed.
    pub name: String,
    /// Coach or client, where known.
    #[serde(default)]
    pub role: Role,
    /// Number of turns.
    pub turns: u32,
    /// Number of words, by Unicode word boundaries (UAX #29).
    pub words: u32,
    /// Milliseconds of speech; `None` where the file has no times.
    pub talk_ms: Option<u64>,
}

/// One uninterrupted contribution of one speaker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Turn {
    /// Position in the transcript, from 0 without gaps.
    pub index: u32,
    /// The speaker's name as in [`Participant::name`]; `None` where the file names nobody.
    pub speaker: Option<String>,
    /// Start, in milliseconds from the start of the recording.
    pub start_ms: Option<u64>,
    /// End, in milliseconds from the start of the recording.
    pub end_ms: Option<u64>,
    /// What was said.
    pub text: String,
}

/// Something that was skipped or repaired while reading a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Warning {
    /// Line in the file, from 1.
    pub line: u32,
    /// What was found and what was done about it.
    pub message: String,
}

/// A transcript file, understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Identifier of the format, such as `webvtt`.
    pub format: String,
    /// BCP 47 language tag, where the file states it or its script leaves no doubt.
    pub language: Option<String>,
    /// Speakers in order of first appearance.
    pub participants: Vec<Participant>,
    /// Turns in the order of the file.
    pub turns: Vec<Turn>,
    /// End of the last turn in milliseconds; `None` where the file has no times.
    pub duration_ms: Option<u64>,
    /// What was skipped or repaired; capped by the reader.
    pub warnings: Vec<Warning>,
}
