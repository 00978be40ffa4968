//! Any server that speaks OpenAI's `POST /embeddings`.
//!
//! - The server gets the texts, the model's name and the key. Redirects are not followed, so
//!   nothing goes anywhere else.
//! - A refused request is halved until it is accepted, or until one text is left. If the server
//!   then accepts another text, the remaining one is at fault: usually too long for a token limit
//!   that cannot be computed here. It is shortened until it is accepted. An embedding without a
//!   direction counts as a refusal.
//! - An empty text is sent as a full stop: OpenAI refuses empty texts, others refuse blanks.
//! - Passages never use all requests: one is reserved for questions.

mod address;
mod answer;
mod last;

use self::address::{Address, ENDPOINT};
use self::answer::Failure;
use self::last::Last;
use super::{EmbedError, Embedder, Role, Vector, first_characters, readable};
use crate::openai::Client;
use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt, stream};
use reqwest::StatusCode;
use serde::Serialize;
use std::fmt;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Texts per request. Few servers accept fewer, and more is hardly faster.
const BATCH: usize = 32;
/// Characters per request, unless one text has more.
const REQUEST_CHARACTERS: usize = 200_000;
/// Concurrent requests.
const REQUESTS: usize = 4;
/// Timeout of a request. A user waits for a question.
const PASSAGES: Duration = Duration::from_secs(60);
const QUESTION: Duration = Duration::from_secs(10);
/// Timeout of a check.
const CHECK: Duration = Duration::from_secs(3);
/// The maximum size of an answer: several times that of 32 vectors of 4,096 dimensions.
const ANSWER_BYTES: usize = 16 * 1024 * 1024;
/// A text of this length is not refused because of its length.
const SHORTEST: usize = 100;
/// Sent in place of an empty text.
const NOTHING: &str = ".";

/// A model behind OpenAI's embeddings API.
pub struct OpenAiEmbedder {
    address: Address,
    client: Client,
    patience: Option<Duration>,
    requests: Semaphore,
    passages: Semaphore,
    dimensions: Mutex<Option<usize>>,
    last: Last,
}

impl fmt::Debug for OpenAiEmbedder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAiEmbedder").field("model", &self.address.name).finish_non_exhaustive()
    }
}

impl OpenAiEmbedder {
    /// Checks whether a URL is complete; the error says what to change.
    pub(super) fn check_url(url: &str) -> Result<(), String> {
        match Address::parse(url) {
            Ok(_) => Ok(()),
            Err(EmbedError::Config(why)) => Err(why),
            Err(other) => Err(other.to_string()),
        }
    }

    /// Parses a URL as in [`from_url`](super::from_url), without making a request.
    pub fn from_url(url: &str, key: Option<&str>) -> Result<Self, EmbedError> {
        let address = Address::parse(url)?;
        let client = Client::new(key).map_err(EmbedError::Config)?;
        Ok(Self {
            address,
            client,
            patience: None,
            requests: Semaphore::new(REQUESTS),
            passages: Semaphore::new(REQUESTS - 1),
            dimensions: Mutex::default(),
            last: Last::default(),
        })
    }

    /// Sets the timeout of a request.
    pub fn with_timeout(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Embeds the texts of one request, or as many of them as the server accepts.
    async fn batch(&self, texts: &[&str], role: Role) -> Result<Vec<Vector>, EmbedError> {
        let mut vectors = Vec::with_capacity(texts.len());
        let mut ranges = vec![(0, texts.len())];
        while let Some((start, end)) = ranges.pop() {
            match self.request(&texts[start..end], role).await {
                Ok(more) => vectors.extend(more),
                Err(Failure::Any(error)) => return Err(error),
                Err(Failure::Texts(_)) if end - start > 1 => {
                    let middle = start.midpoint(end);
                    ranges.push((middle, end));
                    ranges.push((start, middle));
                }
                Err(Failure::Texts(why)) => {
                    vectors.push(self.refused(texts[start], role, why).await?);
                }
            }
        }
        Ok(vectors)
    }

    /// Embeds a text that the server refused, by shortening it.
    async fn refused(&self, text: &str, role: Role, why: String) -> Result<Vector, EmbedError> {
        match self.request(&[NOTHING], role).await {
            Ok(_) => {}
            Err(Failure::Any(error)) => return Err(error),
            Err(Failure::Texts(why)) => {
                return Err(EmbedError::Config(format!(
                    "the server refuses every text ({why}): is model= in the URL a model for \
                     embeddings, and can it be asked for dimensions=?"
                )));
            }
        }
        let whole = text.chars().count();
        let mut length = whole / 2;
        while length >= SHORTEST {
            match self.request(&[first_characters(text, length)], role).await {
                Ok(vectors) => {
                    tracing::debug!(whole, length, "shortened a text for the model");
                    return vectors.into_iter().next().ok_or_else(|| unavailable("no vector"));
                }
                Err(Failure::Any(error)) => return Err(error),
                Err(Failure::Texts(_)) => length /= 2,
            }
        }
        Err(EmbedError::Refused(format!("a text of {whole} characters ({why})")))
    }

    /// Sends one request when a slot is free.
    async fn request(&self, texts: &[&str], role: Role) -> Result<Vec<Vector>, Failure> {
        let closed = |_| Failure::Any(unavailable("shut down"));
        let _passages = match role {
            Role::Passage => Some(self.passages.acquire().await.map_err(closed)?),
            Role::Question => None,
        };
        let _turn = self.requests.acquire().await.map_err(closed)?;
        let outcome = self.ask(texts, role).await;
        self.last.remember(match &outcome {
            Err(Failure::Any(error)) => Some(error),
            Ok(_) | Err(Failure::Texts(_)) => None,
        });
        outcome
    }

    async fn ask(&self, texts: &[&str], role: Role) -> Result<Vec<Vector>, Failure> {
        #[derive(Serialize)]
        struct Body<'a> {
            model: &'a str,
            input: &'a [&'a str],
            encoding_format: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            dimensions: Option<usize>,
        }
        let patience = self.patience.unwrap_or(match role {
            Role::Passage => PASSAGES,
            Role::Question => QUESTION,
        });
        // Not base64, which is half as long: many servers do not support it.
        let body = Body {
            model: &self.address.model_name,
            input: texts,
            encoding_format: "float",
            dimensions: self.address.dimensions,
        };
        let url = self.address.embeddings.clone();
        let answer = self.client.post(url, &body, patience, ANSWER_BYTES).await?;
        if !answer.status.is_success() {
            let private = |word: &str| texts.iter().any(|it| it.contains(word));
            return Err(self.client.failure(&answer, ENDPOINT, private).into());
        }
        let vectors = answer::vectors(&answer.body, texts.len(), self.address.dimensions)?;
        self.check_dimensions(&vectors).map_err(Failure::Any)?;
        Ok(vectors)
    }

    /// Checks the number of dimensions: the model behind a name may change, and its vectors cannot
    /// be compared with earlier ones.
    fn check_dimensions(&self, vectors: &[Vector]) -> Result<(), EmbedError> {
        let Some(now) = vectors.first().map(Vec::len) else { return Ok(()) };
        let mut known = self.dimensions.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *known.get_or_insert(now);
        if before == now {
            return Ok(());
        }
        Err(EmbedError::Config(format!(
            "the model returns vectors of {now} dimensions, earlier ones had {before}: the server has \
             another model under this name; give it another name in the URL"
        )))
    }

    /// Asks for the list of models, which costs nothing. A server without a list is available too,
    /// and a key that may not read it may still embed.
    async fn probe(&self) -> Result<(), EmbedError> {
        let patience = self.patience.unwrap_or(CHECK).min(CHECK);
        let answer = self.client.get(self.address.models.clone(), patience).await;
        let failure = match answer {
            Ok(answer) if tells_of_trouble(answer.status) => {
                self.client.failure(&answer, "models", |_| false)
            }
            Ok(_) => return Ok(()),
            Err(failure) => failure,
        };
        match failure.into() {
            Failure::Any(error) => Err(error),
            Failure::Texts(_) => Ok(()),
        }
    }
}

#[async_trait]
impl Embedder for OpenAiEmbedder {
    fn model(&self) -> &str {
        &self.address.name
    }

    fn batch(&self) -> usize {
        BATCH
    }

    async fn embed(&self, texts: &[String], role: Role) -> Result<Vec<Vector>, EmbedError> {
        let texts: Vec<&str> = texts.iter().map(|it| sendable(it)).collect();
        let batches: Vec<Vec<Vector>> = stream::iter(batches(&texts))
            .map(|range| self.batch(&texts[range], role))
            .buffered(REQUESTS)
            .try_collect()
            .await?;
        Ok(batches.into_iter().flatten().collect())
    }

    /// Reports how the last request ended; if none ended in the last 30 seconds, whether the server
    /// answers `GET /models`. Neither costs anything or sends a text.
    async fn check(&self) -> Result<(), EmbedError> {
        if let Some(outcome) = self.last.recalled() {
            return outcome;
        }
        let outcome = self.probe().await;
        self.last.remember(outcome.as_ref().err());
        outcome
    }
}

fn sendable(text: &str) -> &str {
    match readable(text) {
        blank if blank.trim().is_empty() => NOTHING,
        text => text,
    }
}

/// Groups texts so that no request is too long.
fn batches(texts: &[&str]) -> Vec<Range<usize>> {
    let mut batches: Vec<Range<usize>> = Vec::new();
    let mut characters = 0;
    for (index, text) in texts.iter().enumerate() {
        let more = text.chars().count();
        match batches.last_mut() {
            Some(last) if last.len() < BATCH && characters + more <= REQUEST_CHARACTERS => {
                last.end += 1;
                characters += more;
            }
            _ => {
                batches.push(index..index + 1);
                characters = more;
            }
        }
    }
    batches
}

fn tells_of_trouble(status: StatusCode) -> bool {
    status == 401 || status == 429 || status.is_server_error()
}

fn unavailable(why: &str) -> EmbedError {
    EmbedError::Unavailable(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_bounded() {
        const READ: usize = crate::embeddings::READ_CHARACTERS;
        let long = "x".repeat(READ);
        let texts = vec![long.as_str(); 20];
        let ranges = batches(&texts);
        assert_eq!(ranges.iter().map(ExactSizeIterator::len).sum::<usize>(), 20);
        assert!(ranges.iter().all(|it| it.len() * READ <= REQUEST_CHARACTERS));
        assert_eq!(batches(&["a"; 70]), [0..32, 32..64, 64..70]);
        assert!(batches(&[]).is_empty());
    }

    #[test]
    fn nothing_prints_the_key() {
        let embedder = OpenAiEmbedder::from_url("http://host?model=m", Some("hunter2")).unwrap();
        assert!(!format!("{embedder:?}").contains("hunter2"));
        let error = OpenAiEmbedder::from_url("http://host?model=m", Some("hunter2\nx"));
        assert!(!error.unwrap_err().to_string().contains("hunter2"));
    }
}
