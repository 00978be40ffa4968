//! Requests to a model.

use super::tokens;
use serde_json::Value;
use std::fmt::{self, Debug};
use std::time::Duration;

/// What a call is for. Each purpose has a breaker of its own and its own metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// A summary of a session, or of a part of one.
    Summary,
    /// A message of the chat that refines a summary.
    Refine,
    /// What a coach's writing has in common.
    Voice,
    /// The running note of a client.
    Note,
    /// An answer to a question that search was asked.
    SearchAnswer,
    /// A prompt tried on a session, for its author.
    Preview,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 6] =
        [Self::Summary, Self::Refine, Self::Voice, Self::Note, Self::SearchAnswer, Self::Preview];

    /// Returns its name in metrics and in records of usage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Refine => "refine",
            Self::Voice => "voice",
            Self::Note => "note",
            Self::SearchAnswer => "search_answer",
            Self::Preview => "preview",
        }
    }
}

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A person, or the text to work on.
    User,
    /// The model.
    Assistant,
}

/// A message of a conversation with a model.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Who wrote it.
    pub role: Role,
    /// What it says.
    pub text: String,
}

impl Message {
    /// Returns a message to the model.
    pub fn user(text: impl Into<String>) -> Self {
        Self { role: Role::User, text: text.into() }
    }

    /// Returns a message that the model wrote earlier.
    pub fn assistant(text: impl Into<String>) -> Self {
        Self { role: Role::Assistant, text: text.into() }
    }
}

/// Omits what was said.
impl Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("role", &self.role).finish_non_exhaustive()
    }
}

/// A request to a model.
#[derive(Clone)]
pub struct Prompt {
    /// What the call is for.
    pub purpose: Purpose,
    /// What the model is asked to do.
    pub instructions: String,
    /// What it is given, oldest first; usually one message with the text to work on.
    pub messages: Vec<Message>,
    /// The JSON Schema of the answer, under a name of letters, digits and `_`. Servers that cannot
    /// enforce a schema are asked for JSON. The answer is then a JSON value of the schema's type
    /// with its required members; deeper down it may still not match.
    pub schema: Option<(&'static str, Value)>,
    /// The maximum number of tokens in the answer.
    pub tokens_max: u32,
    /// How freely the model chooses its words, from 0.0 to 2.0; `None` leaves it to the server. Left
    /// out for models that refuse it.
    pub temperature: Option<f32>,
    /// The timeout, with the wait for a slot and all attempts.
    pub patience: Duration,
}

impl Prompt {
    /// Returns a prompt for a text, without a schema, for an answer of at most 1,000 tokens within a
    /// minute.
    pub fn new(purpose: Purpose, instructions: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            purpose,
            instructions: instructions.into(),
            messages: vec![Message::user(text)],
            schema: None,
            tokens_max: 1_000,
            temperature: None,
            patience: Duration::from_secs(60),
        }
    }

    /// Returns an estimate of the tokens of everything that is sent, as
    /// [`tokens::estimate`] makes it.
    pub fn tokens(&self) -> u32 {
        let texts = self.messages.iter().map(|it| it.text.as_str());
        let texts = texts.chain([self.instructions.as_str()]);
        let said = texts.map(|it| tokens::estimate(it).saturating_add(tokens::MESSAGE));
        let schema = self.schema.as_ref().map(|(_, it)| tokens::estimate(&it.to_string()));
        said.chain(schema).fold(0, u32::saturating_add)
    }

    /// Whether the word is part of what is sent.
    pub(super) fn contains(&self, word: &str) -> bool {
        self.instructions.contains(word) || self.messages.iter().any(|it| it.text.contains(word))
    }
}

/// Omits what people said.
impl Debug for Prompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prompt")
            .field("purpose", &self.purpose)
            .field("messages", &self.messages.len())
            .field("schema", &self.schema.as_ref().map(|(name, _)| name))
            .field("tokens_max", &self.tokens_max)
            .field("temperature", &self.temperature)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}
