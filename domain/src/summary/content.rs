//! Content of a summary.
//!
//! Invariant: every [`Quote`] is verbatim and points to the turn that holds it, so that a reader
//! can check each claim.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a summary was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SummaryMethod)]
pub enum Method {
    /// Sentences chosen from the transcript; no language model was asked.
    Extractive,
    /// Written by a language model.
    LanguageModel,
}

/// Words from the transcript, unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Quote {
    /// The words, verbatim: a substring of the turn's text.
    pub text: String,
    /// Index of the turn that holds them.
    pub turn: u32,
    /// Who said them, where known.
    pub speaker: Option<String>,
    /// Start of that turn in milliseconds, where known.
    pub start_ms: Option<u64>,
}

/// Something a person said they would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActionItem {
    /// The words that state it.
    pub quote: Quote,
    /// Who will do it, where the words or the speaker say so.
    pub owner: Option<String>,
    /// When, in the words of the transcript ("by Friday").
    pub due: Option<String>,
}

/// A subject of the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Topic {
    /// A word or phrase as it appears in the transcript.
    pub label: String,
    /// Indexes of the turns that mention it, ascending.
    pub turns: Vec<u32>,
}

/// The parts of a summary. A part for which the transcript gives nothing is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SummaryContent)]
pub struct Content {
    /// How it was made.
    pub method: Method,
    /// The most informative sentence.
    pub headline: Option<Quote>,
    /// The session in a few sentences, in the order they were said.
    pub overview: Vec<Quote>,
    /// Moments worth revisiting.
    pub key_moments: Vec<Quote>,
    /// Topics, most frequent first.
    pub topics: Vec<Topic>,
    /// What was decided.
    pub decisions: Vec<Quote>,
    /// What somebody will do.
    pub action_items: Vec<ActionItem>,
    /// Questions without an answer.
    pub open_questions: Vec<Quote>,
}
