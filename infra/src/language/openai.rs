//! Any server that speaks OpenAI's `POST /chat/completions`.
//!
//! - What goes to the server: the prompt, its schema, the limit in tokens, the model's name and the
//!   key. Redirects are not followed, so nothing goes elsewhere.
//! - Servers differ in what they take. A request is first made in the fullest [`Dialect`]; where
//!   the server refuses a parameter and names it, the request is made again without, and what the
//!   server then took is how it is spoken to from then on.
//! - Four requests at once. A call's patience covers the wait for its turn and all its requests.
//! - After three calls in a row that found the server unavailable, calls fail at once for ten
//!   seconds; then one goes through, and decides whether the others may ([`Breaker`]). A call that
//!   did not get its turn in time says nothing of the server, and does not count.

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

/// What is asked.
const ENDPOINT: &str = "chat/completions";
/// Requests at once.
const REQUESTS: usize = 4;
/// Bytes in an answer: several times what a model writes at most.
const ANSWER_BYTES: usize = 1024 * 1024;
/// How long a server that is away is left alone.
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
    /// Whether a URL says all that is needed; if not, what to change.
    pub(super) fn check_url(url: &str) -> Result<(), String> {
        Address::parse(url, ENDPOINT, &[]).map(drop)
    }

    /// Reads a URL as in [`from_url`](super::from_url). No request is made.
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

    /// Leaves a server that is away alone for this long.
    pub fn with_rest(mut self, rest: Duration) -> Self {
        self.breaker = Breaker::new(rest);
        self
    }

    /// Asks until the server takes the request or nothing is left to be said otherwise.
    async fn converse(&self, prompt: &Prompt) -> Result<String, Failure> {
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
        // Before the wait for a turn, so that it fails at once; and after, for what was learned.
        self.breaker.check()?;
        let Ok(turn) = timeout(prompt.patience, self.requests.acquire()).await else {
            return Err(ModelError::Unavailable(format!(
                "no turn within {} s: {REQUESTS} requests are being answered",
                prompt.patience.as_secs_f32()
            )));
        };
        let _turn = turn.map_err(|_| ModelError::Unavailable("shut down".to_owned()))?;
        let pass = self.breaker.enter()?;
        let left = prompt.patience.saturating_sub(start.elapsed());
        let outcome = timeout(left, self.converse(prompt)).await;
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
