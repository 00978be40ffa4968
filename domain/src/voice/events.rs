//! Events of a coach's voice.

use super::habit::Habit;
use super::lesson::Observation;
use super::{Passage, Trait};
use crate::event::events;
use crate::ids::SummaryId;
use crate::personal::Personal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What was measured in a coach's texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// Number of texts.
    pub samples: u32,
    /// What was measured.
    pub traits: Vec<Trait>,
    /// Passages that show how the coach writes.
    pub passages: Vec<Passage>,
}

/// A change that the coach makes to a profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = VoiceChange)]
pub enum VoiceChange {
    /// Adds a rule in the coach's own words.
    AddRule {
        /// The rule, up to 300 characters.
        #[schema(min_length = 1, max_length = 300)]
        text: String,
    },
    /// Gives a rule other words, which are followed in place of what was measured or learned.
    EditRule {
        /// Which rule.
        id: String,
        /// The words, up to 300 characters.
        #[schema(min_length = 1, max_length = 300)]
        text: String,
    },
    /// Removes a rule that the coach wrote, or the words that they gave to another.
    RemoveRule {
        /// Which rule.
        id: String,
    },
    /// Switches a rule on or off. One that is off is not learned again.
    SwitchRule {
        /// Which rule.
        id: String,
        /// Whether it is followed.
        on: bool,
    },
    /// Forgets what edits have taught about one habit. It is learned again only if later edits
    /// teach it.
    ForgetLesson {
        /// Which lesson.
        id: String,
    },
    /// Changes the words of a passage.
    EditPassage {
        /// Its place in the list, from 0.
        passage: u32,
        /// The words, up to 2,000 characters.
        #[schema(min_length = 1, max_length = 2_000)]
        text: String,
    },
    /// Removes a passage.
    RemovePassage {
        /// Its place in the list, from 0.
        passage: u32,
    },
}

/// A voice was measured in texts. What edits have taught and what the coach says stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoiceTrained {
    /// Version of the profile.
    pub version: u32,
    /// The key that seals the voice, until it is deleted.
    pub key_id: Uuid,
    /// What was measured.
    pub measured: Personal<Measured>,
    /// The approved summaries that it was measured in, if no other texts were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub summaries: Vec<SummaryId>,
}

/// The coach changed the profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoiceEdited {
    /// Version of the profile.
    pub version: u32,
    /// The key that seals the voice, until it is deleted.
    pub key_id: Uuid,
    /// What was changed, in this order.
    pub changes: Personal<Vec<VoiceChange>>,
}

/// The edits of a summary, between what was generated and what was approved, taught something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoiceLearned {
    /// Version of the profile.
    pub version: u32,
    /// The key that seals the voice, until it is deleted.
    pub key_id: Uuid,
    /// The summary.
    pub summary_id: SummaryId,
    /// Its approved version.
    pub summary_version: u32,
    /// What the edits say.
    pub observations: Personal<Vec<Observation>>,
}

/// What a summary had taught was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoiceReverted {
    /// Version of the profile.
    pub version: u32,
    /// The summary.
    pub summary_id: SummaryId,
}

/// The voice was deleted, with the key that sealed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoiceDeleted {
    /// Version of the empty profile.
    pub version: u32,
    /// The key to be deleted.
    pub key_id: Uuid,
}

events! {
    /// Events of a coach's voice.
    pub enum VoiceEvent {
        Trained(VoiceTrained) = "voice.trained", 1;
        Edited(VoiceEdited) = "voice.edited", 1;
        Learned(VoiceLearned) = "voice.learned", 1;
        Reverted(VoiceReverted) = "voice.reverted", 1;
        Deleted(VoiceDeleted) = "voice.deleted", 1;
    }
}

/// Returns how much of an observation is kept: what edits say is short, and a text that is not is
/// of no use as a rule.
pub(super) fn bounded(mut observations: Vec<Observation>) -> Vec<Observation> {
    observations.truncate(super::OBSERVATIONS_MAX);
    for seen in &mut observations {
        seen.before = super::lesson::excerpt(&seen.before);
        seen.after = super::lesson::excerpt(&seen.after);
    }
    observations.retain(|seen| !is_long(&seen.habit));
    observations
}

fn is_long(habit: &Habit) -> bool {
    let texts: [&str; 2] = match habit {
        Habit::Greeting { text } | Habit::SignOff { text } => {
            [text.as_deref().unwrap_or_default(), ""]
        }
        Habit::ClosingWords { text } | Habit::Phrase { text } => [text, ""],
        Habit::Words { from, to } => [from, to],
        _ => ["", ""],
    };
    texts.iter().any(|text| text.chars().nth(super::RULE_MAX).is_some())
}
