//! Content of a summary.
//!
//! Invariant: every [`Quote`] is verbatim and points to the turn that holds it, so that a reader
//! can check each claim. A [`Point`] names the turns that it rests on.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a summary was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SummaryMethod)]
pub enum Method {
    /// Sentences chosen from the transcript; no language model was asked.
    Extractive,
    /// Written by a language model, and checked against the transcript.
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

/// One statement of a summary.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Point {
    /// Identifies the point within its summary, through all versions: a letter for its section and
    /// a number.
    pub id: String,
    /// What it says. In an extractive summary, the words of its quote; for a topic, its label.
    pub text: String,
    /// Indexes of the turns that it rests on, ascending. Empty only for a point that a person wrote.
    pub turns: Vec<u32>,
    /// The words that it rests on.
    pub quotes: Vec<Quote>,
}

impl Point {
    /// Returns a point that says what was said.
    pub fn of_quote(quote: Quote) -> Self {
        let (text, turns) = (quote.text.clone(), vec![quote.turn]);
        Self { id: String::new(), text, turns, quotes: vec![quote] }
    }
}

/// Something a person said they would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActionItem {
    /// What is to be done.
    #[serde(flatten)]
    pub point: Point,
    /// Who will do it, where the words or the speaker say so.
    pub owner: Option<String>,
    /// When, in the words of the transcript ("by Friday").
    pub due: Option<String>,
    /// The last day of `due`, counted from the day of the session, where both are known.
    #[serde(default)]
    pub due_on: Option<NaiveDate>,
    /// Whether it is done.
    #[serde(default)]
    pub done: bool,
}

/// A section of the organization's own, which the prompt asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SummarySection)]
pub struct OwnSection {
    /// Its heading, unique in the summary.
    pub title: String,
    /// Its points.
    pub points: Vec<Point>,
}

/// What the check against the transcript did with the points that a model wrote.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Checked {
    /// Points that were right at once.
    pub kept: u32,
    /// Points that were right when the model was asked again.
    pub repaired: u32,
    /// Points that were left out because the transcript does not say them.
    pub dropped: u32,
}

/// How much of the transcript was given to the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Coverage {
    /// Turns of the transcript.
    pub turns: u32,
    /// Turns that a part held which the model answered.
    pub covered: u32,
    /// Parts into which the transcript was divided.
    pub parts: u32,
}

/// A version of a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PromptVersion {
    /// Name of the prompt.
    pub name: String,
    /// Its version.
    pub version: u32,
}

/// What a version came from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SummarySource)]
pub struct Source {
    /// The language model, as its operator calls it.
    pub model: Option<String>,
    /// The prompt.
    pub prompt: Option<PromptVersion>,
    /// Version of the coach's voice profile, where it has learned something.
    pub voice: Option<u32>,
    /// Version of the client's running note that was given to the model.
    pub note: Option<u32>,
}

/// The parts of a summary. A part for which the transcript gives nothing is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SummaryContent)]
pub struct Content {
    /// How it was made.
    pub method: Method,
    /// BCP 47 tag of the language it is written in, where known.
    #[serde(default)]
    pub language: Option<String>,
    /// The coach's words before the summary, such as a greeting. They rest on nothing.
    #[serde(default)]
    pub opening: Option<String>,
    /// The most important statement.
    pub headline: Option<Point>,
    /// The session in a few sentences, in the order they were said.
    pub overview: Vec<Point>,
    /// Moments worth revisiting.
    pub key_moments: Vec<Point>,
    /// Topics, most frequent first.
    pub topics: Vec<Point>,
    /// Progress on goals.
    #[serde(default)]
    pub progress: Vec<Point>,
    /// What was decided.
    pub decisions: Vec<Point>,
    /// What somebody will do.
    pub action_items: Vec<ActionItem>,
    /// Questions without an answer.
    pub open_questions: Vec<Point>,
    /// Questions for the next session.
    #[serde(default)]
    pub next_questions: Vec<Point>,
    /// Sections of the organization's own.
    #[serde(default)]
    pub sections: Vec<OwnSection>,
    /// The coach's words after the summary, such as a sign-off. They rest on nothing.
    #[serde(default)]
    pub closing: Option<String>,
    /// What the check of a model's points found; zeros if no model was asked.
    #[serde(default)]
    pub checked: Checked,
    /// How much of the transcript the model was given; absent if no model was asked.
    #[serde(default)]
    pub coverage: Option<Coverage>,
    /// What this version came from.
    #[serde(default)]
    pub source: Source,
}

impl Content {
    /// Returns a summary that says nothing.
    pub fn empty(method: Method) -> Self {
        Self {
            method,
            language: None,
            opening: None,
            headline: None,
            overview: Vec::new(),
            key_moments: Vec::new(),
            topics: Vec::new(),
            progress: Vec::new(),
            decisions: Vec::new(),
            action_items: Vec::new(),
            open_questions: Vec::new(),
            next_questions: Vec::new(),
            sections: Vec::new(),
            closing: None,
            checked: Checked::default(),
            coverage: None,
            source: Source::default(),
        }
    }
}
