//! Servers that speak OpenAI's embeddings API, well or badly.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request that came in.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) body: Value,
    pub(crate) authorization: Option<String>,
}

impl Request {
    pub(crate) fn texts(&self) -> Vec<&str> {
        self.body["input"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect()
    }
}

/// What the server does about a request.
pub(crate) enum Reply {
    Now(Response),
    After(Duration, Response),
    Never,
}

type Behaviour = dyn Fn(&Request) -> Reply + Send + Sync;

/// A running server; it ends with the test.
pub(crate) struct Server {
    /// As it is configured.
    pub(crate) url: String,
    state: Arc<Shared>,
}

struct Shared {
    behaviour: Box<Behaviour>,
    requests: Mutex<Vec<Request>>,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
    models: AtomicUsize,
    models_status: StatusCode,
}

impl Server {
    pub(crate) async fn start(
        behaviour: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::with_models(StatusCode::OK, behaviour).await
    }

    /// A server that answers `GET /models` so.
    pub(crate) async fn with_models(
        models_status: StatusCode,
        behaviour: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let state = Arc::new(Shared {
            behaviour: Box::new(behaviour),
            requests: Mutex::default(),
            at_once: AtomicUsize::new(0),
            most_at_once: AtomicUsize::new(0),
            models: AtomicUsize::new(0),
            models_status,
        });
        let router = Router::new()
            .route("/v1/embeddings", post(embeddings))
            .route("/v1/models", get(models))
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(state.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1?model=test", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, state }
    }

    /// The requests that came in.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.state.requests.lock().unwrap().clone()
    }

    pub(crate) fn most_at_once(&self) -> usize {
        self.state.most_at_once.load(Ordering::SeqCst)
    }

    /// How often the models were asked for.
    pub(crate) fn models(&self) -> usize {
        self.state.models.load(Ordering::SeqCst)
    }
}

async fn embeddings(State(state): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let request = Request {
        body: serde_json::from_slice(&body).unwrap(),
        authorization: headers.get("authorization").map(|it| it.to_str().unwrap().to_owned()),
    };
    let now = state.at_once.fetch_add(1, Ordering::SeqCst) + 1;
    state.most_at_once.fetch_max(now, Ordering::SeqCst);
    let reply = (state.behaviour)(&request);
    state.requests.lock().unwrap().push(request);
    let response = match reply {
        Reply::Now(response) => response,
        Reply::After(wait, response) => {
            tokio::time::sleep(wait).await;
            response
        }
        Reply::Never => std::future::pending().await,
    };
    state.at_once.fetch_sub(1, Ordering::SeqCst);
    response
}

async fn models(State(state): State<Arc<Shared>>) -> Response {
    state.models.fetch_add(1, Ordering::SeqCst);
    state.models_status.into_response()
}

/// A server that does what it should.
pub(crate) async fn honest() -> Server {
    Server::start(|request| Reply::Now(vectors(&request.texts()))).await
}

/// One that takes 8 texts at once, 600 characters of each and no blanks, and answers out of order.
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

/// A body that is sent with status 200.
pub(crate) fn body(body: impl Into<String>) -> Reply {
    Reply::Now(body.into().into_response())
}

/// A good answer.
pub(crate) fn vectors(texts: &[&str]) -> Response {
    axum::Json(json!({ "object": "list", "data": items(texts), "usage": {} })).into_response()
}

fn items(texts: &[&str]) -> Vec<Value> {
    let texts = texts.iter().enumerate();
    texts.map(|(index, text)| json!({ "index": index, "embedding": vector(text) })).collect()
}

/// The same for the same text, and of any length.
fn vector(text: &str) -> Vec<f32> {
    let bytes = Sha256::digest(text);
    bytes.iter().map(|&byte| f32::from(byte) - 127.5).collect()
}
