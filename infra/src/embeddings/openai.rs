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

use self::address::Address;
use self::answer::Failure;
use self::last::Last;
use super::{EmbedError, Embedder, Role, Vector, first_characters, readable};
use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt, stream};
use reqwest::header::{AUTHORIZATION, HeaderValue, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response, redirect};
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
/// How long a server may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(5);
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
    /// Marked as sensitive, so that nothing prints it.
    bearer: Option<HeaderValue>,
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
    /// Reads a URL as in [`from_url`](super::from_url). No request is made.
    pub fn from_url(url: &str, key: Option<&str>) -> Result<Self, EmbedError> {
        let address = Address::parse(url)?;
        let bearer = match key.map(str::trim).filter(|it| !it.is_empty()) {
            None => None,
            Some(key) => {
                let mut bearer = HeaderValue::from_str(&format!("Bearer {key}")).map_err(|_| {
                    EmbedError::Config("the key holds characters that no key holds".to_owned())
                })?;
                bearer.set_sensitive(true);
                Some(bearer)
            }
        };
        let client = Client::builder()
            .connect_timeout(CONNECT)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("debrief/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| EmbedError::Config(format!("no HTTP client: {}", chain(error))))?;
        Ok(Self {
            address,
            bearer,
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
        let request = self.client.post(self.address.embeddings.clone()).json(&body);
        let response = self.send(request, patience).await.map_err(Failure::Any)?;
        let status = response.status();
        let wait = response.headers().get(RETRY_AFTER);
        let wait = wait.and_then(|it| it.to_str().ok()?.trim().parse().ok());
        let body = self.read(response, patience).await;
        if !status.is_success() {
            // The status says enough where the rest does not come.
            let body = body.unwrap_or_default();
            let private =
                |word: &str| self.holds_key(word) || texts.iter().any(|it| it.contains(word));
            return Err(answer::failure(status, wait, &body, private));
        }
        let body = body.map_err(Failure::Any)?;
        let vectors = answer::vectors(&body, texts.len(), self.address.dimensions)?;
        self.as_before(&vectors).map_err(Failure::Any)?;
        Ok(vectors)
    }

    async fn send(
        &self,
        request: RequestBuilder,
        patience: Duration,
    ) -> Result<Response, EmbedError> {
        let request = match &self.bearer {
            Some(bearer) => request.header(AUTHORIZATION, bearer.clone()),
            None => request,
        };
        let response = request.timeout(patience).send().await;
        response.map_err(|error| lost(error, patience))
    }

    /// The whole of an answer, unless it is too long.
    async fn read(
        &self,
        mut response: Response,
        patience: Duration,
    ) -> Result<Vec<u8>, EmbedError> {
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| lost(error, patience))? {
            if body.len() + piece.len() > ANSWER_BYTES {
                return Err(unavailable("the server's answer is broken: too long"));
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
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

    fn holds_key(&self, word: &str) -> bool {
        let bearer = self.bearer.as_ref().and_then(|it| it.to_str().ok());
        let key = bearer.and_then(|it| it.strip_prefix("Bearer "));
        key.is_some_and(|key| key.contains(word) || word.contains(key))
    }

    /// Asks for the list of models, which costs nothing. A server that has none is there too, and
    /// a key that may not see it may still embed.
    async fn probe(&self) -> Result<(), EmbedError> {
        let patience = self.patience.unwrap_or(CHECK).min(CHECK);
        let request = self.client.get(self.address.models.clone());
        let status = self.send(request, patience).await?.status();
        if status != 401 && status != 429 && !status.is_server_error() {
            return Ok(());
        }
        match answer::failure(status, None, &[], |_| false) {
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

fn unavailable(why: &str) -> EmbedError {
    EmbedError::Unavailable(why.to_owned())
}

/// A request without an answer.
fn lost(error: reqwest::Error, patience: Duration) -> EmbedError {
    if error.is_timeout() && !error.is_connect() {
        return EmbedError::Unavailable(format!("no answer within {} s", patience.as_secs_f32()));
    }
    EmbedError::Unavailable(chain(error))
}

/// An error and its causes without the address, which is in the configuration.
fn chain(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
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
