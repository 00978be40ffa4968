//! Why a model did not answer, as far as callers act upon it.

use super::Usage;
use std::time::Duration;

/// Why a model did not answer. No text contains anything of what was sent or received, or a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// It cannot be reached, is busy, or took too long: ask later.
    #[error("the language model is unavailable: {why}")]
    Unavailable {
        /// What happened.
        why: String,
        /// How long to wait before asking again, if that is known.
        retry_after: Option<Duration>,
    },
    /// It is misconfigured: somebody must change something, and the text says what.
    #[error("language model: {0}")]
    Config(String),
    /// It will never answer this prompt: the model declined, a filter removed its answer, or the
    /// server refuses the request. Do not ask again.
    #[error("the language model refused: {why}")]
    Refused {
        /// What happened.
        why: String,
        /// What the answer cost, if there was one.
        usage: Option<Usage>,
    },
    /// The answer reached [`Prompt::tokens_max`](super::Prompt::tokens_max): ask for less, or allow
    /// more.
    #[error(
        "the language model's answer is longer than its token limit; what a model thinks before \
         it writes may count"
    )]
    TooLong {
        /// What the part that was written cost.
        usage: Option<Usage>,
    },
    /// The stream of the answer stopped before its end: what arrived must not be used. Ask again.
    #[error("the language model's answer is truncated: {why}")]
    Truncated {
        /// What happened.
        why: String,
        /// An estimate of what the part that arrived cost.
        usage: Option<Usage>,
    },
    /// The prompt and the answer do not fit in the model's context: ask with less. Found before
    /// anything is sent, or by the server.
    #[error("the prompt is too long for the language model: {why}")]
    ContextTooLong {
        /// What does not fit.
        why: String,
        /// The tokens of the context, if known.
        window: Option<u32>,
    },
    /// The answer is not what was asked for: no completion, no JSON, another shape, or a call of a
    /// tool. Asking once more may help.
    #[error("the language model's answer is of no use: {why}")]
    Malformed {
        /// What is wrong.
        why: String,
        /// What it cost, if known.
        usage: Option<Usage>,
    },
    /// The organization has used its budget: a sentence for its members.
    #[error("{0}")]
    BudgetSpent(String),
    /// The caller gave up: see [`unless_cancelled`](super::unless_cancelled).
    #[error("the call of the language model was cancelled")]
    Cancelled,
}

impl ModelError {
    pub(super) fn unavailable(why: impl Into<String>) -> Self {
        Self::Unavailable { why: why.into(), retry_after: None }
    }

    /// Returns what the call cost although it failed, as far as known.
    pub fn usage(&self) -> Option<Usage> {
        match self {
            Self::Refused { usage, .. }
            | Self::TooLong { usage }
            | Self::Truncated { usage, .. }
            | Self::Malformed { usage, .. } => *usage,
            Self::Unavailable { .. }
            | Self::Config(_)
            | Self::ContextTooLong { .. }
            | Self::BudgetSpent(_)
            | Self::Cancelled => None,
        }
    }

    /// Returns its name in metrics.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Unavailable { .. } => "unavailable",
            Self::Config(_) => "config",
            Self::Refused { .. } => "refused",
            Self::TooLong { .. } => "too_long",
            Self::Truncated { .. } => "truncated",
            Self::ContextTooLong { .. } => "context_too_long",
            Self::Malformed { .. } => "malformed",
            Self::BudgetSpent(_) => "budget_spent",
            Self::Cancelled => "cancelled",
        }
    }
}
