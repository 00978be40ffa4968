//! Any server that speaks OpenAI's `POST /embeddings`.
//!
//! - What goes to the server: the texts, the model's name and the key. Redirects are not followed,
//!   so nothing goes elsewhere.
//! - A request that the server will not take is halved until it does, or until one text is left.
//!   If the server then takes another text, that one is at fault: too long, mostly, for a limit in
//!   tokens that nobody here can count. So it is shortened until it is taken. An embedding that is
//!   no direction counts as a refusal.
//! - An empty text is sent as a full stop: OpenAI refuses an empty one, others refuse blanks.
//! - Passages never use all requests: one is kept for questions.

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

/// Texts in a request. Few servers take less than this, and more is hardly faster.
const BATCH: usize = 32;
/// Characters in a request, unless one text has more.
const REQUEST_CHARACTERS: usize = 200_000;
/// Requests at once.
const REQUESTS: usize = 4;
/// How long a request may take. Somebody waits for a question.
const PASSAGES: Duration = Duration::from_secs(60);
const QUESTION: Duration = Duration::from_secs(10);
/// How long a check may take.
const CHECK: Duration = Duration::from_secs(3);
/// Bytes in an answer: several times what 32 vectors of 4,096 dimensions need.
const ANSWER_BYTES: usize = 16 * 1024 * 1024;
/// A text that is refused at this length is not refused for its length.
const SHORTEST: usize = 100;
/// What is sent for nothing.
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
    /// Whether a URL says all that is needed; if not, what to change.
    pub(super) fn check_url(url: &str) -> Result<(), String> {
        match Address::parse(url) {
            Ok(_) => Ok(()),
            Err(EmbedError::Config(why)) => Err(why),
            Err(other) => Err(other.to_string()),
        }
    }

    /// Reads a URL as in [`from_url`](super::from_url). No request is made.
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

    /// Gives each request this long.
    pub fn with_timeout(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// The texts of one request, or as many as it takes.
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

    /// A text that the server would not take as it is.
    async fn refused(&self, text: &str, role: Role, why: String) -> Result<Vector, EmbedError> {
        match self.request(&[NOTHING], role).await {
            Ok(_) => {}
            Err(Failure::Any(error)) => return Err(error),
            Err(Failure::Texts(why)) => {
                return Err(EmbedError::Config(format!(
                    "the server embeds no text ({why}): is model= in the URL a model for \
                     embeddings, and can it be asked for dimensions=?"
                )));
            }
        }
        let whole = text.chars().count();
        let mut length = whole / 2;
        while length >= SHORTEST {
            match self.request(&[first_characters(text, length)], role).await {
                Ok(vectors) => {
                    tracing::debug!(whole, length, "a text was shortened for the model");
                    return vectors.into_iter().next().ok_or_else(|| unavailable("no vector"));
                }
                Err(Failure::Any(error)) => return Err(error),
                Err(Failure::Texts(_)) => length /= 2,
            }
        }
        Err(EmbedError::Refused(format!("a text of {whole} characters ({why})")))
    }

    /// One request, in its turn.
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
        // Not base64, which is half as long: many servers do not speak it.
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
        self.as_before(&vectors).map_err(Failure::Any)?;
        Ok(vectors)
    }

    /// The model behind a name may change; its vectors are then of no use beside those of before.
    fn as_before(&self, vectors: &[Vector]) -> Result<(), EmbedError> {
        let Some(now) = vectors.first().map(Vec::len) else { return Ok(()) };
        let mut known = self.dimensions.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *known.get_or_insert(now);
        if before == now {
            return Ok(());
        }
        Err(EmbedError::Config(format!(
            "the model gives vectors of {now} dimensions and gave {before} before: the server has \
             another model under this name; give it another name in the URL"
        )))
    }

    /// Asks for the list of models, which costs nothing. A server that has none is there too, and
    /// a key that may not see it may still embed.
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

    /// How the last request ended; if none did in the last 30 seconds, whether the server answers
    /// `GET /models`. Neither costs anything, nor sends a text.
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

/// Texts that go together, so that no request is too long.
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
