//! The contract of language models, and servers that answer badly, late or not at all.

#[path = "../support/openai.rs"]
mod openai;

mod breakers;
mod calls;
mod context;
mod fallback;
mod foreign;
mod measures;
mod retries;
mod streams;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use debrief_infra::language::{
    Answer, LanguageModel, ModelError, OpenAiModel, Prompt, Purpose, from_url,
};
use openai::{Reply, Request, Server, body, error};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const KEY: &str = "sk-hunter2-is-the-key";
const SECRET: &str = "she-told-me-in-confidence";
const ANSWER: &str = r#"{"topics": ["sleep"]}"#;

async fn server(behaviour: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Server {
    Server::at("chat/completions", StatusCode::OK, behaviour).await
}

fn open(url: &str) -> Arc<dyn LanguageModel> {
    from_url(url, Some(KEY)).unwrap().unwrap()
}

/// A model that is asked once.
fn once(url: &str) -> OpenAiModel {
    OpenAiModel::from_url(url, Some(KEY)).unwrap().with_attempts(1)
}

/// A prompt with a schema, whose words must not be repeated.
fn prompt() -> Prompt {
    Prompt {
        schema: Some(("topics", schema())),
        tokens_max: 300,
        patience: Duration::from_secs(10),
        ..Prompt::new(
            Purpose::SearchAnswer,
            format!("Name the topics. {SECRET}"),
            format!("I sleep badly. {SECRET}"),
        )
    }
}

fn plain() -> Prompt {
    Prompt { schema: None, ..prompt() }
}

fn hasty() -> Prompt {
    Prompt { patience: Duration::from_millis(500), ..prompt() }
}

fn of(purpose: Purpose) -> Prompt {
    Prompt { purpose, ..prompt() }
}

fn schema() -> Value {
    json!({
        "type": "object", "properties": { "topics": { "type": "array" } }, "required": ["topics"],
    })
}

/// A model's answer in the form that servers use.
fn written(text: &str) -> String {
    let message = json!({ "role": "assistant", "content": text, "refusal": null });
    let choice = json!({ "index": 0, "message": message, "finish_reason": "stop" });
    let usage = json!({ "prompt_tokens": 30, "completion_tokens": 7, "total_tokens": 37 });
    json!({ "object": "chat.completion", "choices": [choice], "usage": usage }).to_string()
}

fn answer() -> Reply {
    body(written(ANSWER))
}

/// An event of a stream.
fn event(json: &Value) -> String {
    format!("data: {json}\n\n")
}

/// The event that adds this to the answer.
fn delta(text: &str) -> String {
    event(&json!({
        "object": "chat.completion.chunk",
        "choices": [{ "index": 0, "delta": { "content": text }, "finish_reason": null }],
    }))
}

/// The events that end an answer.
fn end() -> String {
    let last = json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] });
    let usage = json!({
        "choices": [], "usage": { "prompt_tokens": 30, "completion_tokens": 7 },
    });
    format!("{}{}data: [DONE]\n\n", event(&last), event(&usage))
}

/// A stream of these pieces, each sent by itself.
fn streamed<P: Into<Bytes>>(pieces: impl IntoIterator<Item = P>) -> Reply {
    let pieces: Vec<_> =
        pieces.into_iter().map(|it| Ok::<Bytes, std::io::Error>(it.into())).collect();
    stream_of(Body::from_stream(futures::stream::iter(pieces)))
}

fn stream_of(body: Body) -> Reply {
    Reply::Now(([("content-type", "text/event-stream; charset=utf-8")], body).into_response())
}

/// Asks for a stream; returns the answer and what was passed on.
async fn follow(
    model: &dyn LanguageModel,
    prompt: &Prompt,
) -> (Result<Answer, ModelError>, Vec<String>) {
    let mut pieces = Vec::new();
    let outcome = model.stream(prompt, &mut |piece| pieces.push(piece.to_owned())).await;
    (outcome, pieces)
}

/// The refusal of a parameter in OpenAI's form.
fn refusal(parameter: &str) -> Reply {
    let message = format!("Unsupported parameter: '{parameter}'. You said: {SECRET}");
    error(400, json!({ "message": message, "type": "invalid_request_error", "param": parameter }))
}

/// Sends the prompt that must not be repeated; the request must fail.
async fn failure(model: &dyn LanguageModel) -> ModelError {
    let prompt = hasty();
    told(model, &prompt, model.write(&prompt).await)
}

/// Returns the error, which must not repeat what was sent.
#[track_caller]
fn told(
    model: &dyn LanguageModel,
    prompt: &Prompt,
    outcome: Result<Answer, ModelError>,
) -> ModelError {
    let error = outcome.unwrap_err();
    let shown = format!("{error} {error:?} {model:?} {prompt:?}");
    assert!(!shown.contains("hunter2") && !shown.contains(SECRET), "{shown}");
    error
}

async fn failure_of(behaviour: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> ModelError {
    failure(&once(&server(behaviour).await.url)).await
}

#[track_caller]
fn assert_unavailable(error: &ModelError, hint: &str) {
    assert!(
        matches!(error, ModelError::Unavailable { why, .. } if why.contains(hint)),
        "{error:?} instead of {hint}"
    );
}

#[track_caller]
fn assert_config(error: &ModelError, hint: &str) {
    assert!(matches!(error, ModelError::Config(why) if why.contains(hint)), "{error:?}");
}

#[track_caller]
fn assert_refused(error: &ModelError, hint: &str) {
    assert!(
        matches!(error, ModelError::Refused { why, .. } if why.contains(hint)),
        "{error:?} instead of {hint}"
    );
}

#[track_caller]
fn assert_malformed(error: &ModelError, hint: &str) {
    assert!(
        matches!(error, ModelError::Malformed { why, .. } if why.contains(hint)),
        "{error:?} instead of {hint}"
    );
}
