//! A client of the HTTP surface, for `upload` and `demo`.

use anyhow::{Context, bail};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Where to ask, and as whom.
#[derive(Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    url: String,
    key: String,
}

/// A transcript that was taken in.
#[derive(Debug, Deserialize)]
pub(super) struct Uploaded {
    pub(super) id: String,
    pub(super) position: i64,
}

/// How far work on a transcript has come.
#[derive(Debug, Deserialize)]
pub(super) struct Status {
    pub(super) state: String,
    pub(super) progress: f64,
    pub(super) error: Option<Failure>,
}

/// Why it failed.
#[derive(Debug, Deserialize)]
pub(super) struct Failure {
    pub(super) message: String,
}

#[derive(Deserialize)]
struct Problem {
    detail: String,
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
    ) -> anyhow::Result<T> {
        let response = sent
            .with_context(|| format!("{} cannot be reached; is `debrief up` running?", self.url))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response.json().await?);
        }
        match response.json::<Problem>().await {
            Ok(problem) => bail!("{}", problem.detail),
            Err(_) => bail!("the server answered {status}"),
        }
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        let sent = self.request(Method::GET, path).send().await;
        self.answer(sent).await
    }

    pub(super) async fn upload(
        &self,
        file: Part,
        fields: Vec<(&'static str, String)>,
        idempotency_key: &str,
    ) -> anyhow::Result<Uploaded> {
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

    pub(super) async fn status(&self, uploaded: &Uploaded) -> anyhow::Result<Status> {
        let Uploaded { id, position } = uploaded;
        self.get(&format!("/v1/transcripts/{id}/status?min_position={position}")).await
    }
}
