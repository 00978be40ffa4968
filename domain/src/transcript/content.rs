//! Participants and turns of a transcript, independent of its file format.
//!
//! Invariant: nothing here is invented. A speaker, a time or a language that the file does not
//! state is `None`, never a guess.

use super::words;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The role of a person in a session.
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
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Participant {
    /// The name as the file spells it, trimmed.
    pub name: String,
    /// Coach or client, where known.
    #[serde(default)]
    pub role: Role,
    /// Number of turns, spoken and written.
    pub turns: u32,
    /// Number of words spoken, by Unicode word boundaries (UAX #29).
    pub words: u32,
    /// Milliseconds of speech, without the silence between cues; `None` where the file has no
    /// times.
    pub talk_ms: Option<u64>,
    /// Other spellings of the name: of the file, or before a correction.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_names: Vec<String>,
    /// Questions asked, by question marks at the ends of sentences.
    #[serde(default)]
    pub questions: u32,
    /// Longest monologue in milliseconds: speech while nobody else has a turn; `None` where the
    /// file has no times.
    #[serde(default)]
    pub longest_ms: Option<u64>,
    /// How often this speaker began while somebody else who is named was still speaking; `None`
    /// where the file has no ends.
    #[serde(default)]
    pub interruptions: Option<u32>,
    /// Words for each minute of speech; `None` where the file has no times, or under ten seconds.
    #[serde(default)]
    pub words_per_minute: Option<u32>,
    /// Messages written in the chat; their words are not counted as spoken.
    #[serde(default)]
    pub messages: u32,
    /// Whether the account is called like a note-taking program, although somebody speaks through
    /// it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub named_like_a_bot: bool,
}

/// The channel of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TurnKind {
    /// Spoken.
    #[default]
    Speech,
    /// Written in the chat of the call.
    Chat,
}

/// A part of a turn with its own time in the file, so that a player can jump to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cue {
    /// Where it begins in the turn's text, in characters (Unicode scalar values).
    pub at: u32,
    /// Start, in milliseconds from the start of the recording.
    pub start_ms: Option<u64>,
    /// End, in milliseconds from the start of the recording.
    pub end_ms: Option<u64>,
}

/// An interval in which nobody speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Gap {
    /// Start, in milliseconds from the start of the recording.
    pub start_ms: u64,
    /// End, in milliseconds from the start of the recording.
    pub end_ms: u64,
}

/// The longest text of a turn, in characters (Unicode scalar values).
pub const TURN_CHARS_MAX: usize = 4_000;

/// One uninterrupted contribution of one speaker.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Turn {
    /// Position in the transcript, from 0 without gaps.
    pub index: u32,
    /// Spoken or written.
    #[serde(default)]
    pub kind: TurnKind,
    /// The speaker's name as in [`Participant::name`]; `None` where the file names nobody.
    pub speaker: Option<String>,
    /// Start, in milliseconds from the start of the recording.
    pub start_ms: Option<u64>,
    /// End, in milliseconds from the start of the recording.
    pub end_ms: Option<u64>,
    /// BCP 47 language tag, where it differs from the transcript's or the file states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What was said.
    pub text: String,
    /// The cues that make up the turn, where the file has times for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cues: Vec<Cue>,
}

/// Something that was skipped or repaired while reading a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Warning {
    /// Line in the file, from 1.
    pub line: u32,
    /// What was found and what was done about it.
    pub message: String,
    /// Words of the file (UAX #29) that are in no turn because of this; 0 if none are missing.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub words: u64,
}

impl Warning {
    /// A warning about something that costs no words.
    pub fn new(line: u32, message: impl Into<String>) -> Self {
        Self { line, message: message.into(), words: 0 }
    }
}

/// Takes a reference because serde passes one.
fn is_zero(words: &u64) -> bool {
    *words == 0
}

/// The parsed content of a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
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
    /// Silences of 30 seconds and more between spoken turns, where the file has their times.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
    /// What was skipped or repaired; capped by the reader.
    pub warnings: Vec<Warning>,
}

impl Content {
    /// Words spoken, whoever said them, by Unicode word boundaries (UAX #29). What was written in
    /// the chat is not counted, unless all there is was written.
    pub fn word_count(&self) -> u64 {
        let spoken = self.turns.iter().any(|turn| turn.kind == TurnKind::Speech);
        let counted = if spoken { TurnKind::Speech } else { TurnKind::Chat };
        self.turns
            .iter()
            .filter(|turn| turn.kind == counted)
            .map(|turn| words::count(&turn.text))
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(kind: TurnKind, speaker: Option<&str>, text: &str) -> Turn {
        Turn { kind, speaker: speaker.map(str::to_owned), text: text.into(), ..Turn::default() }
    }

    #[test]
    fn words_are_those_spoken_unless_all_was_written() {
        let written = turn(TurnKind::Chat, Some("Ben"), "see https://a.example");
        let mut content = Content { turns: vec![written], ..Content::default() };
        assert_eq!(content.word_count(), 3);
        content.turns.push(turn(TurnKind::Speech, None, "Nobody's words count, too."));
        content.turns.push(turn(TurnKind::Speech, Some("Noa"), "שלום לכם"));
        assert_eq!(content.word_count(), 6);
    }
}
