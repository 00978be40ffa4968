//! Any server that speaks OpenAI's `POST /chat/completions`.
//!
//! - The server gets the prompt, its schema, the token limit, the temperature, the model's name and
//!   the key. Redirects are not followed, so nothing goes anywhere else.
//! - Servers accept different parameters. The first request uses the fullest [`Dialect`]. If the
//!   server refuses a parameter by name, the request is sent again without it, and the form that
//!   the server accepted is used from then on.
//! - A prompt that does not fit in the context ([`Window`]) is not sent.
//! - The number of concurrent requests is limited. A call's timeout covers its wait for a slot, all
//!   its attempts and the pauses between them. A pause that the server asks for is kept by all.
//! - After some failures in a row, calls fail at once for a while; then one call is let through and
//!   decides whether the others may follow ([`Breakers`]). A call that did not get a slot in time
//!   says nothing about the server and does not count.

mod answer;
mod breaker;
mod dialect;
mod failed;
mod retry;
mod stream;
mod window;

use self::answer::Written;
use self::breaker::Breakers;
use self::dialect::Dialect;
use self::failed::Failed;
use self::retry::{ATTEMPTS, Pause};
use self::window::{SMALLEST, Window};
use super::{Answer, LanguageModel, ModelError, Prompt, Purpose, Sink, tokens};
use crate::openai::{Address, Client, Reply};
use async_trait::async_trait;
use metrics::{counter, histogram};
use reqwest::Url;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// The path of the API.
const ENDPOINT: &str = "chat/completions";
/// The parameters of the URL, with the model.
const PARAMETERS: [&str; 1] = ["context"];
/// The maximum size of an answer: several times the longest that a model writes.
const ANSWER_BYTES: usize = 1024 * 1024;
/// The maximum size of the stream of an answer: each token comes with some hundred bytes around it,
/// and thoughts come before it.
const STREAM_BYTES: usize = 64 * 1024 * 1024;
/// How long an unavailable server is not called.
const REST: Duration = Duration::from_secs(10);
/// How long a stream that has begun may pause.
const STALL: Duration = Duration::from_secs(30);

/// Returns how much of a call's time is left.
type Left<'a> = &'a (dyn Fn() -> Duration + Sync);

/// A model behind OpenAI's chat completions.
pub struct OpenAiModel {
    address: Address,
    url: Url,
    client: Client,
    requests: Semaphore,
    concurrency: usize,
    /// Which model of a process this is, in metrics.
    place: &'static str,
    breakers: Breakers,
    dialect: Mutex<Dialect>,
    pause: Pause,
    scale: tokens::Scale,
    window: Window,
    attempts: u32,
    stall: Duration,
}

impl fmt::Debug for OpenAiModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAiModel").field("model", &self.address.model).finish_non_exhaustive()
    }
}

impl OpenAiModel {
    /// Checks whether a URL is complete; the error says what to change.
    pub(super) fn check_url(url: &str) -> Result<(), String> {
        let address = Address::parse(url, ENDPOINT, &PARAMETERS)?;
        window::configured(&address).map(drop)
    }

    /// Parses a URL as in [`from_url`](super::from_url), without making a request.
    pub fn from_url(url: &str, key: Option<&str>) -> Result<Self, ModelError> {
        let address = Address::parse(url, ENDPOINT, &PARAMETERS).map_err(ModelError::Config)?;
        let context = window::configured(&address).map_err(ModelError::Config)?;
        let place = "first";
        Ok(Self {
            url: address.at(ENDPOINT),
            address,
            client: Client::new(key).map_err(ModelError::Config)?,
            requests: Semaphore::new(super::CONCURRENCY),
            concurrency: super::CONCURRENCY,
            place,
            breakers: Breakers::new(REST, place),
            dialect: Mutex::default(),
            pause: Pause::default(),
            scale: tokens::Scale::default(),
            window: Window::new(context),
            attempts: ATTEMPTS,
            stall: STALL,
        })
    }

    /// Sets the number of concurrent requests, at least 1.
    pub fn with_concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency.clamp(1, Semaphore::MAX_PERMITS);
        self.requests = Semaphore::new(self.concurrency);
        self
    }

    /// Sets the name that tells the models of a process apart in metrics.
    pub fn with_place(mut self, place: &'static str) -> Self {
        self.place = place;
        self.breakers = Breakers::new(self.breakers.rest(), place);
        self
    }

    /// Sets how long an unavailable server is not called.
    pub fn with_rest(mut self, rest: Duration) -> Self {
        self.breakers = Breakers::new(rest, self.place);
        self
    }

    /// Sets how often a call asks at most, with the first time.
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Sets how long a stream that has begun may pause.
    pub fn with_stall(mut self, stall: Duration) -> Self {
        self.stall = stall;
        self
    }

    /// Makes a call and measures it. Unless `streamed`, `sink` gets nothing.
    async fn call(
        &self,
        prompt: &Prompt,
        streamed: bool,
        sink: &mut Sink<'_>,
    ) -> Result<Answer, ModelError> {
        let start = Instant::now();
        let purpose = prompt.purpose.as_str();
        let mut first = true;
        let mut timed = |piece: &str| {
            if std::mem::take(&mut first) {
                histogram!("debrief_language_model_first_piece_seconds", "purpose" => purpose)
                    .record(start.elapsed());
            }
            sink(piece);
        };
        let outcome = self.admitted(prompt, streamed, &mut timed, start).await;
        histogram!("debrief_language_model_seconds", "purpose" => purpose).record(start.elapsed());
        let (label, usage) = match &outcome {
            Ok(answer) => ("answered", Some(answer.usage)),
            Err(error) => (error.as_str(), error.usage()),
        };
        counter!("debrief_language_model_calls_total",
            "place" => self.place, "purpose" => purpose, "outcome" => label)
        .increment(1);
        if let Some(usage) = usage {
            for (direction, tokens) in
                [("in", usage.prompt_tokens), ("out", usage.completion_tokens)]
            {
                counter!("debrief_language_model_tokens_total",
                    "place" => self.place, "purpose" => purpose, "direction" => direction)
                .increment(tokens.into());
            }
        }
        outcome
    }

    /// Makes a call if the breakers let it, once there is a slot.
    async fn admitted(
        &self,
        prompt: &Prompt,
        streamed: bool,
        sink: &mut Sink<'_>,
        start: Instant,
    ) -> Result<Answer, ModelError> {
        let left = || prompt.patience.saturating_sub(start.elapsed());
        // Before the wait for a slot, to fail at once; and after it, because the state may have
        // changed.
        self.breakers.check(prompt.purpose)?;
        let fits = timeout(left(), self.check_length(prompt)).await;
        fits.unwrap_or_else(|_| Err(Failed::late(prompt.patience).error))?;
        let Ok(turn) = timeout(left(), self.requests.acquire()).await else {
            return Err(ModelError::unavailable(format!(
                "no slot within {} s: {} requests are running",
                prompt.patience.as_secs_f32(),
                self.concurrency
            )));
        };
        let _turn = turn.map_err(|_| ModelError::unavailable("shut down"))?;
        let pass = self.breakers.enter(prompt.purpose)?;
        // Whether a server is back is decided by one request.
        let attempts = if pass.is_probe() { 1 } else { self.attempts };
        let outcome = self.attempts(prompt, streamed, sink, attempts, &left);
        let outcome = timeout(left(), outcome).await;
        let outcome = outcome.unwrap_or_else(|_| Err(Failed::late(prompt.patience)));
        pass.end(outcome.as_ref().err().and_then(|failed| failed.fault));
        outcome.map_err(|failed| failed.error)
    }

    /// Refuses a prompt that does not fit, with its answer, in the context.
    async fn check_length(&self, prompt: &Prompt) -> Result<(), ModelError> {
        let read = self.scale.apply(prompt.tokens());
        let both = read.saturating_add(prompt.tokens_max);
        if both <= SMALLEST {
            return Ok(());
        }
        let window = self.context_window().await;
        if both <= window {
            return Ok(());
        }
        Err(ModelError::ContextTooLong {
            why: format!(
                "about {read} tokens, and {} for the answer, are more than the {window} that its \
                 context holds",
                prompt.tokens_max
            ),
            window: Some(window),
        })
    }

    /// Repeats a failed request while it may help, there is time, and nothing was passed on.
    async fn attempts(
        &self,
        prompt: &Prompt,
        streamed: bool,
        sink: &mut Sink<'_>,
        attempts: u32,
        left: Left<'_>,
    ) -> Result<Answer, Failed> {
        let mut attempt = 1;
        loop {
            self.pause.wait(left()).await.map_err(Failed::from)?;
            let mut passed_on = false;
            let mut watched = |piece: &str| {
                passed_on = true;
                sink(piece);
            };
            let failed = match self.request(prompt, streamed, &mut watched, left).await {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            if let Some(asked) = failed.retry_after() {
                self.pause.begin(asked);
            }
            if let ModelError::ContextTooLong { window: Some(window), .. } = &failed.error {
                self.window.learn(*window);
            }
            let wait = retry::wait(attempt, failed.retry_after());
            if !failed.again || passed_on || attempt >= attempts || wait >= left() {
                return Err(failed);
            }
            tracing::debug!(attempt, error = %failed.error, ?wait, "asking the language model again");
            counter!("debrief_language_model_retries_total",
                "place" => self.place, "purpose" => prompt.purpose.as_str())
            .increment(1);
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    /// Repeats the request until the server accepts its form or no other form is left.
    async fn request(
        &self,
        prompt: &Prompt,
        streamed: bool,
        sink: &mut Sink<'_>,
        left: Left<'_>,
    ) -> Result<Answer, Failed> {
        let before = *self.dialect();
        let mut dialect = before;
        loop {
            let body = dialect.body(&self.address.model, prompt, streamed);
            let (url, patience) = (self.url.clone(), prompt.patience);
            let reply = match streamed {
                true => self.client.open(url, &body, patience, STREAM_BYTES).await?,
                false => Reply::Whole(self.client.post(url, &body, patience, ANSWER_BYTES).await?),
            };
            let answer = match reply {
                Reply::Events(events) => {
                    self.dialect().learn(before, dialect);
                    let written = self.follow(events, prompt, sink, left).await?;
                    return self.finish(written, prompt);
                }
                Reply::Whole(answer) if answer.status.is_success() => {
                    self.dialect().learn(before, dialect);
                    let answer = self.finish(Written::whole(&answer.body)?, prompt)?;
                    if streamed {
                        sink(&answer.text);
                    }
                    return Ok(answer);
                }
                Reply::Whole(answer) => answer,
            };
            dialect = match dialect.after(&answer, prompt, streamed) {
                Some(other) => other,
                None => {
                    let private = |word: &str| prompt.contains(word);
                    return Err(self.client.failure(&answer, ENDPOINT, private).into());
                }
            };
        }
    }

    fn finish(&self, written: Written, prompt: &Prompt) -> Result<Answer, Failed> {
        let usage = written.usage(|text| self.estimate(prompt, text));
        if !usage.estimated {
            self.scale.learn(prompt.tokens(), usage.prompt_tokens);
        }
        written.into_answer(prompt, &self.address.model, usage)
    }

    /// Estimates the tokens of a prompt and of what was written.
    fn estimate(&self, prompt: &Prompt, text: &str) -> (u32, u32) {
        (self.scale.apply(prompt.tokens()), self.count_tokens(text))
    }

    fn dialect(&self) -> std::sync::MutexGuard<'_, Dialect> {
        self.dialect.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl LanguageModel for OpenAiModel {
    fn name(&self) -> &str {
        &self.address.model
    }

    async fn write(&self, prompt: &Prompt) -> Result<Answer, ModelError> {
        self.call(prompt, false, &mut |_| {}).await
    }

    async fn stream(&self, prompt: &Prompt, sink: &mut Sink<'_>) -> Result<Answer, ModelError> {
        self.call(prompt, true, sink).await
    }

    async fn context_window(&self) -> u32 {
        self.window.get(&self.client, &self.address).await
    }

    fn count_tokens(&self, text: &str) -> u32 {
        self.scale.apply(tokens::estimate(text))
    }

    fn check(&self, purpose: Purpose) -> Result<(), ModelError> {
        self.breakers.check(purpose)
    }

    fn health(&self) -> Result<(), ModelError> {
        self.breakers.health()
    }
}
