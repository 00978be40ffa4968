//! Any server that speaks OpenAI's `POST /chat/completions`.
//!
//! - The server gets the prompt, its schema, the token limit, the model's name and the key.
//!   Redirects are not followed, so nothing goes anywhere else.
//! - Servers accept different parameters. The first request uses the fullest [`Dialect`]. If the
//!   server refuses a parameter by name, the request is sent again without it, and the form that
//!   the server accepted is used from then on.
//! - At most four requests run at once. A call's timeout covers its wait for a slot and all its
//!   requests.
//! - After three calls in a row that found the server unavailable, calls fail at once for ten
//!   seconds; then one call is let through and decides whether the others may follow ([`Breaker`]).
//!   A call that did not get a slot in time says nothing about the server and does not count.

mod answer;
mod breaker;
mod dialect;

use self::breaker::Breaker;
use self::dialect::Dialect;
use super::{LanguageModel, ModelError, Prompt};
use crate::openai::{Address, Client, Failure};
use async_trait::async_trait;
use reqwest::Url;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// The path of the API.
const ENDPOINT: &str = "chat/completions";
/// Concurrent requests.
const REQUESTS: usize = 4;
/// The maximum size of an answer: several times the longest that a model writes.
const ANSWER_BYTES: usize = 1024 * 1024;
/// How long an unavailable server is not called.
const REST: Duration = Duration::from_secs(10);

/// A model behind OpenAI's chat completions.
pub struct OpenAiModel {
    name: String,
    url: Url,
    client: Client,
    requests: Semaphore,
    breaker: Breaker,
    dialect: Mutex<Dialect>,
}

impl fmt::Debug for OpenAiModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAiModel").field("model", &self.name).finish_non_exhaustive()
    }
}

impl OpenAiModel {
    /// Checks whether a URL is complete; the error says what to change.
    pub(super) fn check_url(url: &str) -> Result<(), String> {
        Address::parse(url, ENDPOINT, &[]).map(drop)
    }

    /// Parses a URL as in [`from_url`](super::from_url), without making a request.
    pub fn from_url(url: &str, key: Option<&str>) -> Result<Self, ModelError> {
        let address = Address::parse(url, ENDPOINT, &[]).map_err(ModelError::Config)?;
        Ok(Self {
            url: address.at(ENDPOINT),
            name: address.model,
            client: Client::new(key).map_err(ModelError::Config)?,
            requests: Semaphore::new(REQUESTS),
            breaker: Breaker::new(REST),
            dialect: Mutex::default(),
        })
    }

    /// Sets how long an unavailable server is not called.
    pub fn with_rest(mut self, rest: Duration) -> Self {
        self.breaker = Breaker::new(rest);
        self
    }

    /// Repeats the request until the server accepts it or no other form is left.
    async fn request(&self, prompt: &Prompt) -> Result<String, Failure> {
        let before = *self.dialect();
        let mut dialect = before;
        loop {
            let body = dialect.body(&self.name, prompt);
            let url = self.url.clone();
            let answer = self.client.post(url, &body, prompt.patience, ANSWER_BYTES).await?;
            if answer.status.is_success() {
                self.dialect().learn(before, dialect);
                return answer::text(&answer.body, dialect.is_held_to(prompt));
            }
            dialect = match dialect.after(&answer, prompt) {
                Some(other) => other,
                None => {
                    let private = |word: &str| {
                        prompt.instructions.contains(word) || prompt.text.contains(word)
                    };
                    return Err(self.client.failure(&answer, ENDPOINT, private));
                }
            };
        }
    }

    fn dialect(&self) -> std::sync::MutexGuard<'_, Dialect> {
        self.dialect.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl LanguageModel for OpenAiModel {
    fn name(&self) -> &str {
        &self.name
    }

    async fn write(&self, prompt: &Prompt) -> Result<String, ModelError> {
        let start = Instant::now();
        // Before the wait for a slot, to fail at once; and after it, because the state may have
        // changed.
        self.breaker.check()?;
        let Ok(turn) = timeout(prompt.patience, self.requests.acquire()).await else {
            return Err(ModelError::Unavailable(format!(
                "no slot within {} s: {REQUESTS} requests are running",
                prompt.patience.as_secs_f32()
            )));
        };
        let _turn = turn.map_err(|_| ModelError::Unavailable("shut down".to_owned()))?;
        let pass = self.breaker.enter()?;
        let left = prompt.patience.saturating_sub(start.elapsed());
        let outcome = timeout(left, self.request(prompt)).await;
        let outcome = outcome.unwrap_or_else(|_| Err(Failure::late(prompt.patience)));
        pass.end(!matches!(outcome, Err(Failure::Unavailable(_))));
        Ok(outcome?)
    }
}

impl From<Failure> for ModelError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unavailable(why) => Self::Unavailable(why),
            Failure::Config(why) => Self::Config(why),
            Failure::Request(why) => Self::Refused(why),
        }
    }
}
