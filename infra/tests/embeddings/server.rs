//! Servers that speak OpenAI's embeddings API, well or badly.

pub(crate) use crate::openai::{Reply, Request, Server, body, error, nobody, unending};

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

impl Request {
    pub(crate) fn texts(&self) -> Vec<&str> {
        self.body["input"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect()
    }
}

impl Server {
    pub(crate) async fn start(
        behaviour: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::with_models(StatusCode::OK, behaviour).await
    }

    /// Starts a server that gives this answer to `GET /models`.
    pub(crate) async fn with_models(
        models_status: StatusCode,
        behaviour: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::at("embeddings", models_status, behaviour).await
    }
}

/// Starts a correct server.
pub(crate) async fn honest() -> Server {
    Server::start(|request| Reply::Now(vectors(&request.texts()))).await
}

/// Starts a server that accepts 8 texts at once, 600 characters each and no blank ones, and answers
/// out of order.
pub(crate) async fn strict() -> Server {
    Server::start(|request| {
        let texts = request.texts();
        if texts.len() > 8 {
            return refuse(StatusCode::UNPROCESSABLE_ENTITY);
        }
        if texts.iter().any(|it| it.chars().count() > 600) {
            return refuse(StatusCode::PAYLOAD_TOO_LARGE);
        }
        if texts.iter().any(|it| it.trim().is_empty()) {
            return refuse(StatusCode::BAD_REQUEST);
        }
        let mut items = items(&texts);
        items.reverse();
        Reply::Now(axum::Json(json!({ "data": items })).into_response())
    })
    .await
}

pub(crate) fn refuse(status: StatusCode) -> Reply {
    Reply::Now(status.into_response())
}

/// A correct answer.
pub(crate) fn vectors(texts: &[&str]) -> Response {
    axum::Json(json!({ "object": "list", "data": items(texts), "usage": {} })).into_response()
}

fn items(texts: &[&str]) -> Vec<Value> {
    let texts = texts.iter().enumerate();
    texts.map(|(index, text)| json!({ "index": index, "embedding": vector(text) })).collect()
}

/// A vector that depends on the text alone, of any length.
fn vector(text: &str) -> Vec<f32> {
    let bytes = Sha256::digest(text);
    bytes.iter().map(|&byte| f32::from(byte) - 127.5).collect()
}
