//! Corrections of a transcript, as stored in events.
//!
//! Invariants:
//! - A correction never says "turn 17 of what is shown now": a [`TurnRef`] means the same turn
//!   whatever other corrections are made or undone.
//! - A correction of a text states the text that it was made on. If that text is gone, because the
//!   file was read again or an earlier correction was undone, the correction is dormant and has no
//!   effect.
//! - Undoing a correction removes it from the list.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::content::Role;
use crate::change::Change;

/// Refers to a turn independently of its current index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct TurnRef {
    /// Its index in the transcript as the file was read, or that of the turn it was split from.
    pub base: u32,
    /// The correction that split it off, for the second half of a split turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Uuid>,
}

/// A term, and what transcribers hear instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VocabularyEntry {
    /// The correct spelling.
    pub term: String,
    /// Wrong spellings, words or phrases, matched without regard to case.
    pub heard: Vec<String>,
}

/// One correction of a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Correction {
    /// Renames a speaker. The name of another speaker merges the two.
    RenameSpeaker {
        /// The current name.
        from: String,
        /// The new name.
        to: String,
    },
    /// Merges several speakers.
    MergeSpeakers {
        /// The current names.
        from: Vec<String>,
        /// The name of the merged speaker: one of these names or a new one.
        into: String,
    },
    /// Sets the role of a speaker.
    SetRole {
        /// The current name.
        speaker: String,
        /// The role.
        role: Role,
    },
    /// Replaces the text of a turn.
    EditTurn {
        /// Which turn.
        turn: TurnRef,
        /// Its text when the correction was made.
        was: String,
        /// The new text.
        text: String,
    },
    /// Assigns a turn to another speaker.
    SetSpeaker {
        /// Which turn.
        turn: TurnRef,
        /// Its text when the correction was made.
        was: String,
        /// The speaker, existing or new; `null` where unknown.
        #[serde(default)]
        speaker: Option<String>,
    },
    /// Splits a turn in two.
    SplitTurn {
        /// Which turn.
        turn: TurnRef,
        /// Its text when the correction was made.
        was: String,
        /// Where the second half begins in `was`, in characters (Unicode scalar values).
        at: u32,
        /// The speaker of the second half; absent for the same speaker, `null` where unknown.
        #[serde(default, skip_serializing_if = "Change::is_keep")]
        #[schema(value_type = Option<String>)]
        speaker: Change<String>,
    },
    /// Applies a vocabulary.
    ApplyVocabulary {
        /// The terms.
        entries: Vec<VocabularyEntry>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn corrections_are_stored_as_they_are_sent() {
        let id = Uuid::from_u128(7);
        for (correction, stored) in [
            (
                Correction::RenameSpeaker { from: "Speaker 1".into(), to: "Noa".into() },
                json!({"kind": "rename_speaker", "from": "Speaker 1", "to": "Noa"}),
            ),
            (
                Correction::SetRole { speaker: "Noa".into(), role: Role::Coach },
                json!({"kind": "set_role", "speaker": "Noa", "role": "coach"}),
            ),
            (
                Correction::SplitTurn {
                    turn: TurnRef { base: 3, part: None },
                    was: "So. Yes.".into(),
                    at: 4,
                    speaker: Change::Keep,
                },
                json!({"kind": "split_turn", "turn": {"base": 3}, "was": "So. Yes.", "at": 4}),
            ),
            (
                Correction::SplitTurn {
                    turn: TurnRef { base: 3, part: Some(id) },
                    was: "So. Yes.".into(),
                    at: 4,
                    speaker: Change::Clear,
                },
                json!({"kind": "split_turn", "turn": {"base": 3, "part": id}, "was": "So. Yes.", "at": 4, "speaker": null}),
            ),
            (
                Correction::ApplyVocabulary {
                    entries: vec![VocabularyEntry {
                        term: "GROW".into(),
                        heard: vec!["grow".into()],
                    }],
                },
                json!({"kind": "apply_vocabulary", "entries": [{"term": "GROW", "heard": ["grow"]}]}),
            ),
        ] {
            assert_eq!(serde_json::to_value(&correction).unwrap(), stored);
            assert_eq!(serde_json::from_value::<Correction>(stored).unwrap(), correction);
        }
    }
}
