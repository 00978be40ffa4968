//! A server that speaks OpenAI's embeddings and chat completions, with predictable answers, for
//! tests.
//!
//! A text's vector shows which of a few ideas its words belong to, so that texts without a common
//! word can be near each other, as with a real model. A chat answers what the test has set.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use futures::StreamExt;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The words of each idea.
const IDEAS: [&[&str]; 3] = [
    &["sleep", "awake", "bed", "rest", "insomnia", "tired"],
    &["heel", "run", "running", "jogging", "injury", "marathon"],
    &["budget", "money", "costs", "spending", "finances"],
];

/// Letters in a piece of a stream.
const PIECE: usize = 12;

/// Returns the text that answers a request.
type Script = Arc<dyn Fn(&Value) -> String + Send + Sync>;

#[derive(Default)]
struct Said {
    /// Embedded texts, by model.
    embedded: Mutex<Vec<(String, String)>>,
    /// While set, batches of more than one text are answered with "busy".
    busy: AtomicBool,
    /// The answer of the next chats.
    answer: Mutex<String>,
    /// Answers chats instead, if set.
    script: Mutex<Option<Script>>,
    /// Milliseconds before an answer, and between the pieces of a stream.
    pause: AtomicU64,
    /// While set, chats are answered with "busy".
    away: AtomicBool,
    chats: Mutex<Vec<Value>>,
    /// The requests of chats that were answered at once.
    answered: Mutex<Vec<Value>>,
    unauthorized: AtomicUsize,
}

/// A running server; dropped, it ends.
pub struct OpenAi {
    pub address: std::net::SocketAddr,
    said: Arc<Said>,
    task: JoinHandle<()>,
}

impl Drop for OpenAi {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The key that it requires.
pub const KEY: &str = "sk-test-0123456789";

impl OpenAi {
    pub async fn start() -> Self {
        Self::on("127.0.0.1:0").await
    }

    /// Starts on an address that was used before.
    pub async fn on(address: &str) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let said = Arc::new(Said::default());
        let router = Router::new()
            .route("/v1/embeddings", post(embeddings))
            .route("/v1/chat/completions", post(chat))
            .with_state(Arc::clone(&said));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, said, task }
    }

    pub fn url(&self, model: &str) -> String {
        format!("http://{}/v1?model={model}", self.address)
    }

    /// While set, passages are not embedded; questions are.
    pub fn busy(&self, busy: bool) {
        self.said.busy.store(busy, Ordering::SeqCst);
    }

    /// Returns the texts that a model embedded.
    pub fn embedded(&self, model: &str) -> Vec<String> {
        let embedded = self.said.embedded.lock().unwrap();
        let of_model = embedded.iter().filter(|(name, _)| name == model);
        of_model.map(|(_, text)| text.clone()).collect()
    }

    pub fn answers(&self, answer: &Value) {
        *self.said.answer.lock().unwrap() = answer.to_string();
    }

    /// Answers chats by a function of the request.
    pub fn script(&self, script: impl Fn(&Value) -> String + Send + Sync + 'static) {
        *self.said.script.lock().unwrap() = Some(Arc::new(script));
    }

    /// Sets how long the server thinks before an answer and between the pieces of a stream.
    pub fn pause(&self, millis: u64) {
        self.said.pause.store(millis, Ordering::SeqCst);
    }

    /// While set, chats are refused for now.
    pub fn away(&self, away: bool) {
        self.said.away.store(away, Ordering::SeqCst);
    }

    /// Returns the requests of chats that were answered, without those that are streamed.
    pub fn answered(&self) -> Vec<Value> {
        self.said.answered.lock().unwrap().clone()
    }

    /// Returns the requests of chats.
    pub fn chats(&self) -> Vec<Value> {
        self.said.chats.lock().unwrap().clone()
    }
}

fn known(said: &Said, headers: &HeaderMap) -> Result<(), (StatusCode, Json<Value>)> {
    let bearer = headers.get("authorization").and_then(|value| value.to_str().ok());
    if bearer == Some(&format!("Bearer {KEY}")) {
        return Ok(());
    }
    said.unauthorized.fetch_add(1, Ordering::SeqCst);
    let error = json!({"error": {"message": "no", "type": "invalid_request_error"}});
    Err((StatusCode::UNAUTHORIZED, Json(error)))
}

fn vector(text: &str) -> Vec<f32> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphabetic()).collect();
    let of = |idea: &[&str]| words.iter().filter(|word| idea.contains(word)).count() as f32;
    let mut vector: Vec<f32> = IDEAS.iter().map(|idea| of(idea)).collect();
    vector.push(0.1);
    vector
}

async fn embeddings(
    State(said): State<Arc<Said>>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Result<Json<Value>, (StatusCode, Json<Value>)> {
    known(&said, &headers)?;
    let texts: Vec<String> = serde_json::from_value(body["input"].clone()).unwrap();
    if said.busy.load(Ordering::SeqCst) && texts.len() > 1 {
        let error = json!({"error": {"message": "busy", "type": "overloaded"}});
        return Err((StatusCode::SERVICE_UNAVAILABLE, Json(error)));
    }
    let model = body["model"].as_str().unwrap();
    let row = |(index, text): (usize, &String)| {
        said.embedded.lock().unwrap().push((model.to_owned(), text.clone()));
        json!({"object": "embedding", "index": index, "embedding": vector(text)})
    };
    let data: Vec<Value> = texts.iter().enumerate().map(row).collect();
    Ok(Json(json!({"object": "list", "model": model, "data": data})))
}

async fn chat(
    State(said): State<Arc<Said>>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Result<Response, (StatusCode, Json<Value>)> {
    known(&said, &headers)?;
    let script = said.script.lock().unwrap().clone();
    said.chats.lock().unwrap().push(body.clone());
    if said.away.load(Ordering::SeqCst) {
        let error = json!({"error": {"message": "busy", "type": "overloaded"}});
        return Err((StatusCode::SERVICE_UNAVAILABLE, Json(error)));
    }
    let content = match script {
        Some(script) => script(&body),
        None => said.answer.lock().unwrap().clone(),
    };
    let pause = Duration::from_millis(said.pause.load(Ordering::SeqCst));
    let tokens = content.split_whitespace().count();
    let usage = json!({
        "prompt_tokens": 100, "completion_tokens": tokens, "total_tokens": 100 + tokens,
    });
    if body["stream"] != true {
        tokio::time::sleep(pause).await;
        said.answered.lock().unwrap().push(body);
        let message = json!({"role": "assistant", "content": content});
        let choice = json!({"index": 0, "finish_reason": "stop", "message": message});
        let answer =
            json!({"id": "1", "object": "chat.completion", "choices": [choice], "usage": usage});
        return Ok(Json(answer).into_response());
    }
    let letters: Vec<char> = content.chars().collect();
    let mut events: Vec<String> = letters
        .chunks(PIECE)
        .map(|piece| {
            let delta = json!({"content": piece.iter().collect::<String>()});
            json!({"id": "1", "choices": [{"index": 0, "delta": delta}]}).to_string()
        })
        .collect();
    let end = json!({"index": 0, "delta": {}, "finish_reason": "stop"});
    events.push(json!({"id": "1", "choices": [end]}).to_string());
    events.push(json!({"id": "1", "choices": [], "usage": usage}).to_string());
    events.push("[DONE]".to_owned());
    let stream = futures::stream::iter(events).then(move |event| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, std::convert::Infallible>(format!("data: {event}\n\n"))
    });
    let kind = [("content-type", "text/event-stream")];
    Ok((kind, Body::from_stream(stream)).into_response())
}
