//! Servers that speak OpenAI's API, well or badly.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request that was received.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) body: Value,
    pub(crate) authorization: Option<String>,
}

/// How the server responds to a request.
pub(crate) enum Reply {
    Now(Response),
    After(Duration, Response),
    Never,
}

type Behaviour = dyn Fn(&Request) -> Reply + Send + Sync;

/// A running server; it ends with the test.
pub(crate) struct Server {
    /// Its URL as it is configured.
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
    pages: Mutex<BTreeMap<String, Value>>,
    pages_read: AtomicUsize,
}

impl Server {
    /// Starts a server that serves this path.
    pub(crate) async fn at(
        endpoint: &str,
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
            pages: Mutex::default(),
            pages_read: AtomicUsize::new(0),
        });
        let router = Router::new()
            .route(&format!("/v1/{endpoint}"), post(answer))
            .route("/v1/models", get(models))
            .fallback(get(page))
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(state.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1?model=test", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, state }
    }

    /// Returns the requests that were received.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.state.requests.lock().unwrap().clone()
    }

    pub(crate) fn most_at_once(&self) -> usize {
        self.state.most_at_once.load(Ordering::SeqCst)
    }

    /// Serves JSON at a path.
    #[allow(dead_code, reason = "not every test has pages")]
    pub(crate) fn serve(&self, path: &str, json: Value) {
        self.state.pages.lock().unwrap().insert(path.to_owned(), json);
    }

    /// Returns how often pages were read, also those that do not exist.
    #[allow(dead_code, reason = "not every test has pages")]
    pub(crate) fn pages_read(&self) -> usize {
        self.state.pages_read.load(Ordering::SeqCst)
    }

    /// Returns how often the models were listed.
    pub(crate) fn models(&self) -> usize {
        self.state.models.load(Ordering::SeqCst)
    }
}

async fn answer(State(state): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
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
    match state.pages.lock().unwrap().get("/v1/models") {
        Some(json) => axum::Json(json.clone()).into_response(),
        None => state.models_status.into_response(),
    }
}

async fn page(State(state): State<Arc<Shared>>, uri: axum::http::Uri) -> Response {
    state.pages_read.fetch_add(1, Ordering::SeqCst);
    match state.pages.lock().unwrap().get(uri.path()) {
        Some(json) => axum::Json(json.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A body with status 200.
pub(crate) fn body(body: impl Into<String>) -> Reply {
    Reply::Now(body.into().into_response())
}

/// An error in OpenAI's form.
pub(crate) fn error(status: u16, error: Value) -> Reply {
    let status = StatusCode::from_u16(status).unwrap();
    Reply::Now((status, axum::Json(json!({ "error": error }))).into_response())
}

/// An answer that starts like this and never ends.
pub(crate) fn unending(beginning: &'static str) -> Reply {
    let piece = futures::stream::iter([Ok::<_, std::io::Error>(beginning)]);
    let rest = futures::StreamExt::chain(piece, futures::stream::pending());
    Reply::Now(axum::body::Body::from_stream(rest).into_response())
}

/// The URL of a server that does not exist.
pub(crate) fn nobody() -> String {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}/v1?model=test", free.local_addr().unwrap())
}
