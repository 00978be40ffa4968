//! A small client of the HTTP API.

use super::eventually;
use reqwest::header::HeaderMap;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

/// A caller with a key. Clones share connections.
#[derive(Debug, Clone)]
pub struct Api {
    pub url: String,
    pub key: String,
    pub http: reqwest::Client,
}

/// A complete answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

/// An accepted upload.
#[derive(Debug, Clone)]
pub struct Uploaded {
    pub id: String,
    pub position: i64,
}

impl Answer {
    pub async fn of(request: RequestBuilder) -> Self {
        Self::try_of(request).await.unwrap()
    }

    pub async fn try_of(request: RequestBuilder) -> reqwest::Result<Self> {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Self { status, headers, text: response.text().await? })
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{}: {error}: {}", self.status, self.text))
    }

    /// Returns the body of an answer, which must have this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Checks that this is a helpful problem, and returns its `code`.
    #[track_caller]
    pub fn problem(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text);
        let problem = self.json();
        assert_eq!(problem["status"], status, "{problem}");
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert!(detail.len() >= 30, "says too little: {problem}");
        let code = problem["code"].as_str().unwrap_or_default();
        assert!(!code.is_empty(), "has no code: {problem}");
        assert!(!problem["title"].as_str().unwrap_or_default().is_empty(), "{problem}");
        assert!(problem["correlation_id"].is_string(), "{problem}");
        code.to_owned()
    }
}

impl Api {
    pub fn new(url: &str, key: &str) -> Self {
        Self { url: url.to_owned(), key: key.to_owned(), http: reqwest::Client::new() }
    }

    /// Returns a request with the key.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.key)
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::PATCH, path).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::DELETE, path)).await
    }

    /// Returns a form with a file and fields, the file first.
    pub fn form(&self, file: impl Into<Vec<u8>>, fields: &[(&str, &str)]) -> Form {
        let part = Part::bytes(file.into()).file_name("session.vtt");
        fields.iter().fold(Form::new().part("file", part), |form, (name, value)| {
            form.text((*name).to_owned(), (*value).to_owned())
        })
    }

    /// Returns an upload request that can be changed before it is sent. It allows duplicates,
    /// because tests send the same file again and again.
    pub fn upload_request(&self, form: Form) -> RequestBuilder {
        let form = form.text("allow_duplicate", "true");
        self.request(Method::POST, "/v1/transcripts/upload").multipart(form)
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::PUT, path).json(body)).await
    }

    /// Uploads a transcript, which must be accepted.
    pub async fn upload(&self, file: impl Into<Vec<u8>>, fields: &[(&str, &str)]) -> Uploaded {
        let answer = Answer::of(self.upload_request(self.form(file, fields))).await;
        Uploaded::of(&answer.expect(202))
    }

    /// Waits until a transcript is ready and returns it. Panics if its processing failed.
    pub async fn until_ready(&self, id: &str) -> Value {
        let path = format!("/v1/transcripts/{id}/status");
        eventually("the transcript is ready", async || {
            let status = self.get(&path).await;
            if status.status != 200 {
                return false;
            }
            let status = status.json();
            assert_ne!(status["state"], "failed", "{status}");
            status["state"] == "ready"
        })
        .await;
        self.get(&format!("/v1/transcripts/{id}")).await.expect(200)
    }

    /// Uploads a transcript, waits until it is ready, and returns it.
    pub async fn session(&self, file: impl Into<Vec<u8>>, fields: &[(&str, &str)]) -> Value {
        let uploaded = self.upload(file, fields).await;
        self.until_ready(&uploaded.id).await
    }
}

impl Uploaded {
    pub fn of(answer: &Value) -> Self {
        Self {
            id: answer["id"].as_str().unwrap().to_owned(),
            position: answer["position"].as_i64().unwrap(),
        }
    }
}
