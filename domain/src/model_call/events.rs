//! Events of a call of a language model.

use crate::event::events;
use crate::ids::TranscriptId;
use serde::{Deserialize, Serialize};

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// With an answer.
    Answered,
    /// The model declined, or a filter removed its answer.
    Refused,
    /// The answer reached its limit of tokens.
    TooLong,
    /// The answer stopped before its end.
    Truncated,
    /// The answer is not what was asked for.
    Malformed,
    /// Nobody waited for the answer any longer.
    Cancelled,
}

/// A call of a language model ended, and cost something. What was sent and what was answered is not
/// in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelCallEnded {
    /// What it was for, by its name in metrics.
    pub purpose: String,
    /// The model, as configured.
    pub model: String,
    /// Tokens that were read.
    pub prompt_tokens: u32,
    /// Tokens that were written.
    pub completion_tokens: u32,
    /// Whether the tokens are an estimate, because the server did not say.
    #[serde(default)]
    pub estimated: bool,
    /// What it cost, in millionths of the currency, by the prices of that time.
    #[serde(default)]
    pub cost_micros: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// The session that it was about, if it was about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transcript_id: Option<TranscriptId>,
}

events! {
    /// Events of a call of a language model.
    pub enum ModelCallEvent {
        Ended(ModelCallEnded) = "model_call.ended", 1;
    }
}
