//! A language model: instructions and messages → a text.
//!
//! `LANGUAGE_MODEL_URL` selects it ([`open`]): any server that speaks OpenAI's chat completions, or
//! none; `LANGUAGE_MODEL_FALLBACK_URL` a second one. The output of a model is never trusted: every
//! caller checks it against its source. Every call costs tokens, which the answer and the error
//! state; callers record them.
//!
//! Invariants:
//!
//! - Errors and log lines contain nothing of what was sent or received, and no key.
//! - Every call ends within [`Prompt::patience`], and the number of concurrent calls is limited.
//! - A prompt is sent whole or not at all, and an answer is returned whole or not at all.
//! - No tools are offered to a model, and an answer that calls one is an error.

mod answer;
mod budget;
mod error;
mod fallback;
mod openai;
mod prompt;
pub mod tokens;

#[cfg(test)]
mod tests;

use crate::url::has_scheme;
use async_trait::async_trait;
use std::fmt::Debug;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

pub use answer::{Answer, Finish, Usage};
pub use budget::{Prices, check_budget};
pub use error::ModelError;
pub use fallback::Fallback;
pub use openai::OpenAiModel;
pub use prompt::{Message, Prompt, Purpose, Role};

/// Takes the pieces of a streamed answer as they arrive. It must not wait: it runs between two
/// reads of the stream.
pub type Sink<'a> = dyn FnMut(&str) + Send + 'a;

/// A model that writes text. Dropping a call ends it, also at the server.
#[async_trait]
pub trait LanguageModel: Debug + Send + Sync {
    /// Returns the name under which users know it.
    fn name(&self) -> &str;

    /// Returns the model's answer.
    async fn write(&self, prompt: &Prompt) -> Result<Answer, ModelError>;

    /// Returns the model's answer, and passes it on while it is written. What was passed on is a
    /// draft until this returns an answer: after an error nothing of it counts. With a schema that
    /// the server does not enforce, the answer may lack what the draft had around its JSON.
    async fn stream(&self, prompt: &Prompt, sink: &mut Sink<'_>) -> Result<Answer, ModelError>;

    /// Returns how many tokens the prompt and the answer may have together: as configured, else as
    /// the server says, else a number that few models are below.
    async fn context_window(&self) -> u32;

    /// Returns how many tokens a text has for this model, at most. Free of network traffic.
    fn count_tokens(&self, text: &str) -> u32;

    /// Whether calls for this purpose are sent now. While a breaker is open they fail at once, with
    /// this error.
    fn check(&self, purpose: Purpose) -> Result<(), ModelError>;

    /// Fails while a breaker is open, also when a call would be sent again, for `/readyz`. Cheap:
    /// nothing is sent.
    fn health(&self) -> Result<(), ModelError>;
}

/// Ends a call when `stop` is cancelled.
pub async fn unless_cancelled<T>(
    stop: &CancellationToken,
    call: impl Future<Output = Result<T, ModelError>>,
) -> Result<T, ModelError> {
    stop.run_until_cancelled(call).await.unwrap_or(Err(ModelError::Cancelled))
}

/// The URLs that [`from_url`] accepts.
const FORMS: &str = "\"none\" or \"https://HOST/v1?model=NAME\" (a server that speaks OpenAI's chat \
     completions)";

/// The number of requests that run at once if nothing else is configured.
pub const CONCURRENCY: usize = 4;

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
///   speaks OpenAI's `POST /chat/completions` under that address. `model` is required; `context` is
///   the number of tokens that its context holds. `key`, if given, is sent as a bearer token; it is
///   never part of the URL.
///
/// An unreachable server is not an error here.
pub fn from_url(
    url: &str,
    key: Option<&str>,
) -> Result<Option<Arc<dyn LanguageModel>>, ModelError> {
    Ok(opened(url, key, CONCURRENCY, "first")?.map(|it| Arc::new(it) as Arc<dyn LanguageModel>))
}

/// Where a model is, and what it needs.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The URL, as [`from_url`] takes it.
    pub url: &'a str,
    /// The key, if it needs one. Sent to this place only.
    pub key: Option<&'a str>,
}

/// Opens a model and one to fall back on, each with this many concurrent requests; `None` if the
/// first is `none`. A fallback without a first model is an error.
pub fn open(
    first: Place<'_>,
    fallback: Place<'_>,
    concurrency: usize,
) -> Result<Option<Arc<dyn LanguageModel>>, ModelError> {
    let second = opened(fallback.url, fallback.key, concurrency, "fallback")?;
    let first = opened(first.url, first.key, concurrency, "first")?;
    match (first, second) {
        (None, None) => Ok(None),
        (Some(first), None) => Ok(Some(Arc::new(first))),
        (Some(first), Some(second)) => {
            Ok(Some(Arc::new(Fallback::new(Arc::new(first), Arc::new(second)))))
        }
        (None, Some(_)) => Err(ModelError::Config(
            "there is a fallback but no model; name it as the model, or set the fallback to \
             \"none\""
                .to_owned(),
        )),
    }
}

fn opened(
    url: &str,
    key: Option<&str>,
    concurrency: usize,
    place: &'static str,
) -> Result<Option<OpenAiModel>, ModelError> {
    if url == "none" {
        return Ok(None);
    }
    if url.starts_with("http://") || url.starts_with("https://") {
        let model = OpenAiModel::from_url(url, key)?;
        return Ok(Some(model.with_concurrency(concurrency).with_place(place)));
    }
    Err(ModelError::Config(format!("the URL is {FORMS}")))
}
