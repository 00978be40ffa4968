//! What a coach corrects in a transcript, as it is stored in events.
//!
//! Invariants:
//! - A correction never says "turn 17 of what is shown now": a [`TurnRef`] means the same turn
//!   whatever other corrections are made or undone.
//! - A correction of a text states the text that it was made on. Where that is gone, because the
//!   file was read again or an earlier correction was undone, the correction rests and harms
//!   nothing.
//! - To undo a correction is to leave it out of the list.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::content::Role;
use crate::change::Change;

/// A turn, whatever its index is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct TurnRef {
    /// Its index in the transcript as the file was read, or that of the turn it was split from.
    pub base: u32,
    /// The correction that split it off, for the second half of a split turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Uuid>,
}

/// A term of an organization, and what transcribers hear instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VocabularyEntry {
    /// As it is to be written.
    pub term: String,
    /// As it has been written, in any case; words or phrases.
    pub heard: Vec<String>,
}

/// One correction of a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Correction {
    /// A speaker has another name. The name of another speaker makes one person of the two.
    RenameSpeaker {
        /// The name now.
        from: String,
        /// The right name.
        to: String,
    },
    /// Several speakers are one person.
    MergeSpeakers {
        /// Names now.
        from: Vec<String>,
        /// The name of them all, one of theirs or a new one.
        into: String,
    },
    /// A speaker is coach, client, or neither is known.
    SetRole {
        /// The name now.
        speaker: String,
        /// The part this person plays.
        role: Role,
    },
    /// A turn has other words.
    EditTurn {
        /// Which turn.
        turn: TurnRef,
        /// Its text when the correction was made.
        was: String,
        /// What was said.
        text: String,
    },
    /// Somebody else said a turn.
    SetSpeaker {
        /// Which turn.
        turn: TurnRef,
        /// Its text when the correction was made.
        was: String,
        /// Who said it, also somebody new; `null` where that is not known.
        #[serde(default)]
        speaker: Option<String>,
    },
    /// A turn is two.
    SplitTurn {
        /// Which turn.
        turn: TurnRef,
        /// Its text when the correction was made.
        was: String,
        /// Where the second half begins in `was`, in characters (Unicode scalar values).
        at: u32,
        /// Who said the second half; absent where the same person did, `null` where that is not
        /// known.
        #[serde(default, skip_serializing_if = "Change::is_keep")]
        #[schema(value_type = Option<String>)]
        speaker: Change<String>,
    },
    /// Terms are written as the organization writes them.
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
