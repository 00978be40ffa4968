//! A language model: instructions and a text → a text.
//!
//! `LANGUAGE_MODEL_URL` selects it ([`from_url`]): any server that speaks OpenAI's chat
//! completions, or none. The output of a model is never trusted: every caller checks it against its
//! source.
//!
//! Invariants:
//!
//! - Errors and log lines contain nothing of what was sent or received, and no key.
//! - Every call ends within [`Prompt::patience`], and the number of concurrent calls is limited.

mod openai;

use crate::url::has_scheme;
use async_trait::async_trait;
use serde_json::Value;
use std::fmt::{self, Debug};
use std::sync::Arc;
use std::time::Duration;

pub use openai::OpenAiModel;

/// A request to a model.
#[derive(Clone)]
pub struct Prompt {
    /// What the model is asked to do.
    pub instructions: String,
    /// The text to work on.
    pub text: String,
    /// The JSON Schema of the answer, under a name of letters, digits and `_`. Servers that cannot
    /// enforce a schema are asked for JSON, so the answer may still not match it.
    pub schema: Option<(&'static str, Value)>,
    /// The maximum number of tokens in the answer.
    pub tokens_max: u32,
    /// The timeout.
    pub patience: Duration,
}

/// Omits what people said.
impl Debug for Prompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prompt")
            .field("schema", &self.schema.as_ref().map(|(name, _)| name))
            .field("tokens_max", &self.tokens_max)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

/// A model that writes text.
#[async_trait]
pub trait LanguageModel: Debug + Send + Sync {
    /// Returns the name under which users know it.
    fn name(&self) -> &str;

    /// Returns the model's answer.
    async fn write(&self, prompt: &Prompt) -> Result<String, ModelError>;
}

/// Why a model did not answer.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// It cannot be reached or is busy: retry later.
    #[error("the language model is unavailable: {0}")]
    Unavailable(String),
    /// It is misconfigured; the text says what to change.
    #[error("language model: {0}")]
    Config(String),
    /// This prompt will never be answered.
    #[error("the language model refused: {0}")]
    Refused(String),
}

/// The URLs that [`from_url`] accepts.
const FORMS: &str = "\"none\" or \"https://HOST/v1?model=NAME\" (a server that speaks OpenAI's chat \
     completions)";

/// Checks whether [`from_url`] accepts a URL of this form; the error lists the accepted forms.
/// Opens nothing, and does not repeat the URL.
pub fn check_url(url: &str) -> Result<(), String> {
    if url == "none" {
        return Ok(());
    }
    if has_scheme(url, &["http://", "https://"]) {
        return OpenAiModel::check_url(url).map_err(|why| format!("{FORMS}; {why}"));
    }
    Err(FORMS.to_owned())
}

/// Opens the model of `url`; `None` for `none`.
///
/// - `none`
/// - `https://HOST/v1?model=NAME` (cargo feature `https`) or the same with `http:`: a server that
///   speaks OpenAI's `POST /chat/completions` under that address. `model` is required. `key`, if
///   given, is sent as a bearer token; it is never part of the URL.
///
/// An unreachable server is not an error here.
pub fn from_url(
    url: &str,
    key: Option<&str>,
) -> Result<Option<Arc<dyn LanguageModel>>, ModelError> {
    if url == "none" {
        return Ok(None);
    }
    if url.starts_with("http://") || url.starts_with("https://") {
        return Ok(Some(Arc::new(OpenAiModel::from_url(url, key)?)));
    }
    Err(ModelError::Config(format!("the URL is {FORMS}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_is_no_model() {
        assert!(from_url("none", Some("key")).unwrap().is_none());
    }

    #[test]
    fn urls_that_are_no_model_are_refused_in_a_sentence() {
        for (url, hint) in [
            ("", "https://HOST/v1?model=NAME"),
            ("NONE", "https://HOST/v1?model=NAME"),
            ("ftp://hunter2@host", "https://HOST/v1?model=NAME"),
            ("http://hunter2@host/v1?model=m", "credentials"),
            ("http://host/v1", "?model=NAME"),
            ("http://host/v1?model=m&key=hunter2", "takes model and no other parameter"),
            ("http://host/v1?model=m&dimensions=3", "takes model and no other parameter"),
            ("http://host/v1/chat/completions?model=m", "/chat/completions is added"),
        ] {
            let error = from_url(url, None).unwrap_err();
            assert!(matches!(&error, ModelError::Config(why) if why.contains(hint)), "{error}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn nothing_prints_the_key_or_the_prompt() {
        let model = from_url("http://host?model=m", Some("hunter2")).unwrap().unwrap();
        assert_eq!(model.name(), "m");
        let prompt = Prompt {
            instructions: "hunter2".to_owned(),
            text: "hunter2".to_owned(),
            schema: Some(("name", Value::from("hunter2"))),
            tokens_max: 1,
            patience: Duration::from_secs(1),
        };
        let shown = format!("{model:?} {prompt:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
        let error = from_url("http://host?model=m", Some("hunter2\nx")).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
}
