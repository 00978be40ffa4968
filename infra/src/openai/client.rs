//! Requests to one server.

use super::events::Events;
use super::failure::{self, Failure};
use super::retry_after::retry_after;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{RequestBuilder, Response, StatusCode, Url, redirect};
use serde::Serialize;
use serde_json::Value;
use std::time::Duration;

/// How long a server may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(5);

/// Sends requests with a key, if there is one.
pub(crate) struct Client {
    http: reqwest::Client,
    /// Marked as sensitive, so that it is never printed.
    bearer: Option<HeaderValue>,
}

/// A server's answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// How long the server asks to wait.
    pub(crate) retry_after: Option<Duration>,
    /// The whole body. If the status is not a success, the status alone is enough, and a body that
    /// does not arrive is empty.
    pub(crate) body: Vec<u8>,
}

/// A server's answer to a request for a stream.
pub(crate) enum Reply {
    /// The events, as asked for.
    Events(Events),
    /// A failure, or a whole answer of a server that does not stream.
    Whole(Answer),
}

impl Client {
    /// Creates a client without making a request. The error says what to change.
    pub(crate) fn new(key: Option<&str>) -> Result<Self, String> {
        let bearer = match key.map(str::trim).filter(|it| !it.is_empty()) {
            None => None,
            Some(key) => {
                let mut bearer = HeaderValue::from_str(&format!("Bearer {key}"))
                    .map_err(|_| "the key contains invalid characters".to_owned())?;
                bearer.set_sensitive(true);
                Some(bearer)
            }
        };
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("debrief/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| format!("cannot create an HTTP client: {}", chain(error)))?;
        Ok(Self { http, bearer })
    }

    /// Posts JSON and reads an answer of at most this many bytes.
    pub(crate) async fn post(
        &self,
        url: Url,
        body: &impl Serialize,
        patience: Duration,
        bytes_max: usize,
    ) -> Result<Answer, Failure> {
        let response = self.send(self.http.post(url).json(body), patience).await?;
        whole(response, patience, bytes_max).await
    }

    /// Posts JSON that asks for a stream of events of at most this many bytes. A success that is
    /// neither events nor JSON is a failure.
    pub(crate) async fn open(
        &self,
        url: Url,
        body: &impl Serialize,
        patience: Duration,
        bytes_max: usize,
    ) -> Result<Reply, Failure> {
        let response = self.send(self.http.post(url).json(body), patience).await?;
        if !response.status().is_success() {
            return Ok(Reply::Whole(whole(response, patience, bytes_max).await?));
        }
        let kind = response.headers().get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
        let kind = kind.and_then(|it| it.split(';').next()).unwrap_or_default();
        match kind.trim().to_ascii_lowercase().as_str() {
            "text/event-stream" => Ok(Reply::Events(Events::new(response, patience, bytes_max))),
            "application/json" => Ok(Reply::Whole(whole(response, patience, bytes_max).await?)),
            _ => Err(Failure::broken("neither events nor JSON; is this the address of an API?")),
        }
    }

    /// Sends a GET request and reads an answer of at most this many bytes.
    pub(crate) async fn read(
        &self,
        url: Url,
        patience: Duration,
        bytes_max: usize,
    ) -> Result<Answer, Failure> {
        whole(self.send(self.http.get(url), patience).await?, patience, bytes_max).await
    }

    /// Sends a GET request and reads only the status.
    pub(crate) async fn get(&self, url: Url, patience: Duration) -> Result<Answer, Failure> {
        let status = self.send(self.http.get(url), patience).await?.status();
        Ok(Answer { status, retry_after: None, body: Vec::new() })
    }

    /// Classifies an answer that is not a success, in a text without the key and without values for
    /// which `private` is true.
    pub(crate) fn failure(
        &self,
        answer: &Answer,
        endpoint: &str,
        private: impl Fn(&str) -> bool,
    ) -> Failure {
        failure::failure(answer, endpoint, |word| self.holds_key(word) || private(word))
    }

    /// Returns the failure that an event of a stream tells of, if it does, in such a text.
    pub(crate) fn failure_in(
        &self,
        event: &Value,
        endpoint: &str,
        private: impl Fn(&str) -> bool,
    ) -> Option<Failure> {
        failure::failure_in(event, endpoint, |word| self.holds_key(word) || private(word))
    }

    fn holds_key(&self, word: &str) -> bool {
        let bearer = self.bearer.as_ref().and_then(|it| it.to_str().ok());
        let key = bearer.and_then(|it| it.strip_prefix("Bearer "));
        key.is_some_and(|key| key.contains(word) || word.contains(key))
    }

    async fn send(&self, request: RequestBuilder, patience: Duration) -> Result<Response, Failure> {
        let request = match &self.bearer {
            Some(bearer) => request.header(AUTHORIZATION, bearer.clone()),
            None => request,
        };
        let response = request.timeout(patience).send().await;
        response.map_err(|error| lost(error, patience))
    }
}

/// Reads a whole answer.
async fn whole(
    response: Response,
    patience: Duration,
    bytes_max: usize,
) -> Result<Answer, Failure> {
    let (status, retry_after) = (response.status(), retry_after(response.headers()));
    let body = match read(response, patience, bytes_max).await {
        Err(error) if status.is_success() => return Err(error),
        body => body.unwrap_or_default(),
    };
    Ok(Answer { status, retry_after, body })
}

/// Reads a whole body, unless it is too long.
async fn read(
    mut response: Response,
    patience: Duration,
    bytes_max: usize,
) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| lost(error, patience))? {
        if body.len() + piece.len() > bytes_max {
            return Err(Failure::broken("too long"));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// Classifies a request without an answer.
pub(super) fn lost(error: reqwest::Error, patience: Duration) -> Failure {
    if error.is_timeout() && !error.is_connect() {
        return Failure::late(patience);
    }
    Failure::unavailable(chain(error))
}

/// Formats an error and its causes without the URL, which is in the configuration.
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
