//! What can be said of how somebody writes.

use crate::summary::text::Layout;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Stands for the client's name in a greeting, a sign-off or a question.
pub const CLIENT: &str = "{client}";

/// How a text speaks of the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = VoicePerson)]
pub enum Person {
    /// "We decided".
    First,
    /// "You decided".
    Second,
    /// "Maya decided".
    Third,
}

/// A mark whose use is a matter of taste.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = VoiceMark)]
pub enum Mark {
    /// `!`
    Exclamation,
    /// An en dash or em dash, or a hyphen between spaces.
    Dash,
    /// `…` or three dots.
    Ellipsis,
    /// `;`
    Semicolon,
    /// The comma before the "and" of an enumeration.
    OxfordComma,
}

/// A national variety of English spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = VoiceSpelling)]
pub enum Spelling {
    /// "colour", "organise".
    British,
    /// "color", "organize".
    American,
}

/// A habit of writing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(tag = "habit", rename_all = "snake_case")]
#[schema(as = VoiceHabit)]
pub enum Habit {
    /// How a text begins.
    Greeting {
        /// The words, with [`CLIENT`] for the client's name; absent for no greeting.
        text: Option<String>,
    },
    /// How a text ends.
    SignOff {
        /// The words; absent for no sign-off.
        text: Option<String>,
    },
    /// Whether a question comes last, before the sign-off.
    ClosingQuestion {
        /// Whether it does.
        used: bool,
    },
    /// The question that comes last, where it is always the same.
    ClosingWords {
        /// The question, with [`CLIENT`] for the client's name.
        text: String,
    },
    /// How a text speaks of the client.
    Person {
        /// In which person.
        person: Person,
    },
    /// Which words stand for others.
    Words {
        /// The words that are not used, in lower case.
        from: String,
        /// The words that stand in their place; empty if they are left out.
        to: String,
    },
    /// A phrase that is often used.
    Phrase {
        /// The phrase, in lower case.
        text: String,
    },
    /// Whether a mark is used.
    Marks {
        /// Which mark.
        mark: Mark,
        /// Whether it is used.
        used: bool,
    },
    /// Whether emoji are used.
    Emoji {
        /// Whether they are.
        used: bool,
    },
    /// Whether forms such as "don't" are used.
    Contractions {
        /// Whether they are.
        used: bool,
    },
    /// How words are spelled.
    Spelled {
        /// The variety.
        spelling: Spelling,
    },
    /// Whether sections have headings.
    Headings {
        /// Whether they have.
        used: bool,
    },
    /// How points are set.
    Laid {
        /// As a list or as prose.
        layout: Layout,
    },
    /// How long sentences are, in words.
    SentenceLength {
        /// The mean, rounded.
        mean: u32,
        /// The standard deviation, rounded.
        spread: u32,
    },
    /// Whether the tone is formal.
    Tone {
        /// Whether it is.
        formal: bool,
    },
}

impl Habit {
    /// Returns what the habit is about. Two habits about the same exclude each other.
    pub fn subject(&self) -> String {
        match self {
            Self::Greeting { .. } => "greeting".to_owned(),
            Self::SignOff { .. } => "sign_off".to_owned(),
            Self::ClosingQuestion { .. } => "closing_question".to_owned(),
            Self::ClosingWords { .. } => "closing_words".to_owned(),
            Self::Person { .. } => "person".to_owned(),
            Self::Words { from, .. } => format!("words:{from}"),
            Self::Phrase { text } => format!("phrase:{text}"),
            Self::Marks { mark, .. } => match mark {
                Mark::Exclamation => "exclamation_marks".to_owned(),
                Mark::Dash => "dashes".to_owned(),
                Mark::Ellipsis => "ellipses".to_owned(),
                Mark::Semicolon => "semicolons".to_owned(),
                Mark::OxfordComma => "oxford_commas".to_owned(),
            },
            Self::Emoji { .. } => "emoji".to_owned(),
            Self::Contractions { .. } => "contractions".to_owned(),
            Self::Spelled { .. } => "spelling".to_owned(),
            Self::Headings { .. } => "headings".to_owned(),
            Self::Laid { .. } => "layout".to_owned(),
            Self::SentenceLength { .. } => "sentence_length".to_owned(),
            Self::Tone { .. } => "tone".to_owned(),
        }
    }

    /// Whether the habit is one of a language: its words, person or spelling. Others are those of
    /// the writer in any language.
    pub fn is_of_language(&self) -> bool {
        !matches!(
            self,
            Self::Marks { mark: Mark::Exclamation | Mark::Ellipsis, .. }
                | Self::Emoji { .. }
                | Self::Headings { .. }
                | Self::Laid { .. }
                | Self::ClosingQuestion { .. }
                | Self::Person { .. }
        )
    }
}
