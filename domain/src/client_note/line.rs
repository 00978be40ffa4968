//! Lines of the running note, and changes of them.

use crate::ids::TranscriptId;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a line is about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = ClientNoteKind)]
pub enum LineKind {
    /// What the client wants to reach, and how far they are.
    Goal,
    /// What was decided or agreed.
    Agreement,
    /// What somebody said they would do.
    ActionItem,
    /// What sessions are about again and again.
    Theme,
    /// Anything else worth remembering.
    Other,
}

impl LineKind {
    /// Every kind, in the order in which they are shown.
    pub const ALL: [Self; 5] =
        [Self::Goal, Self::Agreement, Self::ActionItem, Self::Theme, Self::Other];
}

/// Who wrote a line as it stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ClientNoteAuthor)]
pub enum LineAuthor {
    /// It was taken from a summary.
    #[default]
    Machine,
    /// A person wrote or changed it: it stays as they left it.
    Person,
}

/// A line of the note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ClientNoteLine)]
pub struct Line {
    /// Identifies the line within its note, through all versions.
    pub id: String,
    /// What it is about.
    pub kind: LineKind,
    /// The words.
    pub text: String,
    /// Who will do it; of an action item.
    #[serde(default)]
    pub owner: Option<String>,
    /// By which day; of an action item.
    #[serde(default)]
    pub due_on: Option<NaiveDate>,
    /// Whether it is done.
    #[serde(default)]
    pub done: bool,
    /// The session that it was last taken from; absent if a person wrote it.
    #[serde(default)]
    pub transcript_id: Option<TranscriptId>,
    /// The turn of that session, where known.
    #[serde(default)]
    pub turn: Option<u32>,
    /// The day of that session, where known.
    #[serde(default)]
    pub held_on: Option<NaiveDate>,
    /// Who wrote it as it stands.
    #[serde(default)]
    pub by: LineAuthor,
}

/// What a revision does with a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineChange {
    /// Writes it: in place of the line with its id, or at the end.
    Put(Line),
    /// Opens or closes it.
    Done {
        /// Which line.
        id: String,
        /// Whether it is done.
        done: bool,
    },
    /// Drops it.
    Drop {
        /// Which line.
        id: String,
    },
}

/// A person's change of the note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "edit", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = ClientNoteEdit)]
pub enum NoteEdit {
    /// Adds a line.
    Add {
        /// What it is about.
        kind: LineKind,
        /// The words, up to 500 characters.
        #[schema(min_length = 1, max_length = 500)]
        text: String,
    },
    /// Changes a line. What is absent stays.
    Change {
        /// Which line.
        id: String,
        /// What it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<LineKind>,
        /// The words, up to 500 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(min_length = 1, max_length = 500)]
        text: Option<String>,
        /// Whether it is done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        done: Option<bool>,
    },
    /// Drops a line. What it says is not added again.
    Drop {
        /// Which line.
        id: String,
    },
}
