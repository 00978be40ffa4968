//! What was learned from edits.
//!
//! Invariants:
//! - A lesson is followed only once it was seen in [`SESSIONS_MIN`] sessions, and as long as what
//!   was seen lately does not contradict it.
//! - Each lesson says in which sessions it was seen, and what was written there before and after.
//!   A session that is taken back leaves nothing.

use super::habit::Habit;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Sessions in which something must have been seen before it is followed.
pub const SESSIONS_MIN: usize = 2;
/// How many of the last sessions decide whether a lesson is contradicted.
const LATELY: usize = 5;
/// Most sessions that a lesson remembers.
pub const EVIDENCE_MAX: usize = 30;
/// Most characters of a text before or after an edit.
pub const EXCERPT_MAX: usize = 160;

/// What an edit says of a habit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = VoiceStance)]
pub enum Stance {
    /// The coach changed the text to follow it.
    For,
    /// The text followed it, and the coach left it so.
    Kept,
    /// The coach changed the text away from it, or left text that does not follow it.
    Against,
}

/// What one session says of a habit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = VoiceEvidence)]
pub struct Evidence {
    /// The session: the id of its summary.
    pub session: String,
    /// What it says.
    pub stance: Stance,
    /// What was written before, shortened; empty if nothing was.
    pub before: String,
    /// What the coach wrote, shortened; empty if nothing.
    pub after: String,
}

/// What the edits of one session say of a habit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = VoiceObservation)]
pub struct Observation {
    /// The habit.
    pub habit: Habit,
    /// Primary subtag of the language that it is about; absent if it is about any.
    #[serde(default)]
    pub language: Option<String>,
    /// What the session says of it.
    pub stance: Stance,
    /// What was written before; empty if nothing was.
    pub before: String,
    /// What the coach wrote; empty if nothing.
    pub after: String,
}

/// A habit that edits have shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = VoiceLesson)]
pub struct Lesson {
    /// Identifies the lesson within its profile.
    pub id: String,
    /// The habit.
    pub habit: Habit,
    /// Primary subtag of the language that it is about; absent if it is about any.
    #[serde(default)]
    pub language: Option<String>,
    /// What each session says, in the order in which they were approved.
    pub evidence: Vec<Evidence>,
}

/// Whether a lesson is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = VoiceLessonState)]
pub enum LessonState {
    /// It was seen in one session only.
    Once,
    /// It is followed.
    Followed,
    /// Later edits contradict it.
    Contradicted,
}

impl Lesson {
    /// Returns the number of sessions that say this.
    pub fn count(&self, stance: Stance) -> usize {
        self.evidence.iter().filter(|seen| seen.stance == stance).count()
    }

    /// Returns whether it is followed, or why not.
    pub fn state(&self) -> LessonState {
        if self.count(Stance::For) < SESSIONS_MIN {
            return LessonState::Once;
        }
        let lately = &self.evidence[self.evidence.len().saturating_sub(LATELY)..];
        let against = lately.iter().filter(|seen| seen.stance == Stance::Against).count();
        match lately.len() - against > 2 * against {
            true => LessonState::Followed,
            false => LessonState::Contradicted,
        }
    }

    /// Whether it is followed.
    pub fn is_followed(&self) -> bool {
        self.state() == LessonState::Followed
    }
}

/// Returns what identifies a lesson.
pub(super) fn lesson_id(habit: &Habit, language: Option<&str>) -> String {
    let value = match habit {
        Habit::Greeting { text } | Habit::SignOff { text } => text.clone().unwrap_or_default(),
        Habit::ClosingWords { text } => text.clone(),
        Habit::Person { person } => format!("{person:?}").to_lowercase(),
        Habit::Words { to, .. } => to.clone(),
        Habit::Phrase { .. } => String::new(),
        Habit::Marks { used, .. }
        | Habit::Emoji { used }
        | Habit::Contractions { used }
        | Habit::Headings { used }
        | Habit::ClosingQuestion { used } => used.to_string(),
        Habit::Spelled { spelling } => format!("{spelling:?}").to_lowercase(),
        Habit::Laid { layout } => format!("{layout:?}").to_lowercase(),
        Habit::SentenceLength { mean, .. } => mean.to_string(),
        Habit::Tone { formal } => formal.to_string(),
    };
    let language = language.map(|tag| format!("{tag}:")).unwrap_or_default();
    format!("{language}{}={value}", habit.subject())
}

/// Returns a text that is short enough to be kept.
pub(super) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT_MAX) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}
