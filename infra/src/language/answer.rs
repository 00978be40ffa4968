//! Answers of a model.

use std::fmt::{self, Debug};

/// A complete answer of a model.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// What the model wrote. With a schema, JSON and nothing else.
    pub text: String,
    /// What it cost.
    pub usage: Usage,
    /// The name of the model that wrote it, as configured: with a fallback, one of two.
    pub model: String,
    /// Why the model stopped.
    pub finish: Finish,
}

/// Omits what was said.
impl Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("usage", &self.usage)
            .field("model", &self.model)
            .field("finish", &self.finish)
            .finish_non_exhaustive()
    }
}

/// The tokens of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Tokens that were read.
    pub prompt_tokens: u32,
    /// Tokens that were written, with those that a model thinks before it writes.
    pub completion_tokens: u32,
    /// Whether the server did not say, so that they are an estimate: see
    /// [`tokens::estimate`](super::tokens::estimate).
    pub estimated: bool,
}

impl Usage {
    /// Returns both together.
    pub fn tokens(&self) -> u64 {
        u64::from(self.prompt_tokens) + u64::from(self.completion_tokens)
    }
}

/// Why a model stopped writing. An answer that was stopped by a limit or a filter is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// It was done.
    Stop,
    /// The server did not say, but its answer was whole.
    Unsaid,
}
