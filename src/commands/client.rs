//! An HTTP client of the API, for the commands that ask a server.

use anyhow::{Context, anyhow};
use debrief_api_types::transcripts::{Received, TranscriptStatus};
use debrief_api_types::{Problem, Written};
use futures::{Stream, StreamExt};
use reqwest::header::{ACCEPT, RETRY_AFTER};
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method, Response, StatusCode};
use serde::de::DeserializeOwned;
use sse_stream::{Sse, SseStream};
use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;
use tokio_util::io::ReaderStream;

/// The timeout of a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The pause where a busy server does not say when to try again.
const BUSY_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause that a server is obeyed in.
const BUSY_PAUSE_MAX: Duration = Duration::from_secs(60);

/// Repeats a request for as long as the server is busy, after the pauses that it asks for.
pub(super) async fn while_busy<T, F>(mut ask: impl FnMut() -> F) -> Result<T, Failed>
where
    F: Future<Output = Result<T, Failed>>,
{
    loop {
        match ask().await {
            Err(Failed::Busy { after, .. }) => tokio::time::sleep(after).await,
            other => return other,
        }
    }
}

/// The server's URL and the API key.
#[derive(Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    url: String,
    key: String,
}

/// A stream of events.
pub(super) struct Events {
    stream: Pin<Box<dyn Stream<Item = Result<Sse, sse_stream::Error>> + Send>>,
}

impl Events {
    /// Returns the name and the data of the next event; `None` at the end of the stream.
    pub(super) async fn next(&mut self) -> anyhow::Result<Option<(String, String)>> {
        while let Some(event) = self.stream.next().await {
            let event = event.context("the connection broke off")?;
            if let (Some(name), Some(data)) = (event.event, event.data) {
                return Ok(Some((name, data)));
            }
        }
        Ok(None)
    }
}

/// An uploaded transcript.
pub(super) type Uploaded = Written<Received>;

/// Why a request failed.
#[derive(Debug)]
pub(super) enum Failed {
    /// The server refused; a retry would be refused too.
    Refused {
        /// The server's error text.
        detail: String,
    },
    /// The server takes nothing more until work that it has is done.
    Busy {
        /// When to try again.
        after: Duration,
        /// The server's error text.
        detail: String,
    },
    /// The server cannot be reached, or cannot answer now.
    Away(anyhow::Error),
}

impl From<Failed> for anyhow::Error {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Refused { detail } | Failed::Busy { detail, .. } => anyhow!(detail),
            Failed::Away(error) => error,
        }
    }
}

impl Client {
    pub(super) fn new(url: &str, key: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().connect_timeout(CONNECT_TIMEOUT).build()?;
        Ok(Self { http, url: url.trim_end_matches('/').to_owned(), key: key.to_owned() })
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.key)
    }

    async fn answer<T: DeserializeOwned>(
        &self,
        sent: reqwest::Result<Response>,
    ) -> Result<T, Failed> {
        let response = sent
            .with_context(|| format!("cannot reach {}; is `debrief up` running?", self.url))
            .map_err(Failed::Away)?;
        let status = response.status();
        if status.is_success() {
            return response.json().await.map_err(|error| Failed::Away(error.into()));
        }
        let after = response.headers().get(RETRY_AFTER);
        let after = after.and_then(|value| value.to_str().ok()?.parse().ok());
        let detail = match response.json::<Problem>().await {
            Ok(problem) => problem.detail,
            Err(_) => format!("the server answered {status}"),
        };
        if status == StatusCode::TOO_MANY_REQUESTS {
            let after = after.map_or(BUSY_PAUSE, Duration::from_secs).min(BUSY_PAUSE_MAX);
            return Err(Failed::Busy { after, detail });
        }
        if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
            return Err(Failed::Away(anyhow!(detail)));
        }
        Err(Failed::Refused { detail })
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failed> {
        let sent = self.request(Method::GET, path).send().await;
        self.answer(sent).await
    }

    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl serde::Serialize,
    ) -> Result<T, Failed> {
        let sent = self.request(Method::POST, path).json(body).send().await;
        self.answer(sent).await
    }

    pub(super) async fn patch<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl serde::Serialize,
    ) -> Result<T, Failed> {
        let sent = self.request(Method::PATCH, path).json(body).send().await;
        self.answer(sent).await
    }

    pub(super) async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failed> {
        let sent = self.request(Method::DELETE, path).send().await;
        self.answer(sent).await
    }

    /// Posts a request that is answered by a stream of events.
    pub(super) async fn post_for_events(
        &self,
        path: &str,
        body: &impl serde::Serialize,
    ) -> Result<Events, Failed> {
        let request = self.request(Method::POST, path).header(ACCEPT, "text/event-stream");
        let sent = request.json(body).send().await;
        let response = sent
            .with_context(|| format!("cannot reach {}; is `debrief up` running?", self.url))
            .map_err(Failed::Away)?;
        if !response.status().is_success() {
            return Err(match self.answer::<serde_json::Value>(Ok(response)).await {
                Err(failed) => failed,
                Ok(_) => Failed::Away(anyhow!("the server's answer is no stream")),
            });
        }
        Ok(Events { stream: Box::pin(SseStream::from_bytes_stream(response.bytes_stream())) })
    }

    pub(super) async fn upload(
        &self,
        file: Part,
        fields: Vec<(&'static str, String)>,
        idempotency_key: &str,
    ) -> Result<Uploaded, Failed> {
        let form = fields
            .into_iter()
            .fold(Form::new(), |form, (name, value)| form.text(name, value))
            .part("file", file);
        let sent = self
            .request(Method::POST, "/v1/transcripts/upload")
            .header("Idempotency-Key", idempotency_key)
            .multipart(form)
            .send()
            .await;
        self.answer(sent).await
    }

    /// Uploads the files of one session. Without an `Idempotency-Key`, because the server
    /// recognises files that it has.
    pub(super) async fn upload_files(
        &self,
        files: Vec<PathBuf>,
        fields: Vec<(&'static str, String)>,
    ) -> Result<Uploaded, Failed> {
        let mut form = Form::new();
        for (name, value) in fields {
            form = form.text(name, value);
        }
        for path in files {
            let gone = |error: std::io::Error| Failed::Refused {
                detail: format!("{}: {error}", path.display()),
            };
            let file = tokio::fs::File::open(&path).await.map_err(gone)?;
            let size = file.metadata().await.map_err(gone)?.len();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let body = Body::wrap_stream(ReaderStream::new(file));
            form = form.part("file", Part::stream_with_length(body, size).file_name(name));
        }
        let request = self.request(Method::POST, "/v1/transcripts/upload").multipart(form);
        self.answer(request.send().await).await
    }

    pub(super) async fn status(&self, uploaded: &Uploaded) -> Result<TranscriptStatus, Failed> {
        let Written { answer: Received { id, .. }, position } = uploaded;
        // What is said to be ready can be searched: the next command finds it.
        let query = format!("min_position={position}&searchable=true");
        self.get(&format!("/v1/transcripts/{id}/status?{query}")).await
    }
}
