//! The contract of language models, and servers that answer badly, late or not at all.

#[path = "support/openai.rs"]
mod openai;

use axum::http::StatusCode;
use axum::response::IntoResponse;
use debrief_infra::language::{LanguageModel, ModelError, OpenAiModel, Prompt, from_url};
use futures::future::join_all;
use openai::{Reply, Request, Server, body, error, nobody, unending};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const KEY: &str = "sk-hunter2-is-the-key";
const SECRET: &str = "she-told-me-in-confidence";
const ANSWER: &str = r#"{"topics": ["sleep"]}"#;

async fn server(behaviour: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Server {
    Server::at("chat/completions", StatusCode::OK, behaviour).await
}

fn open(url: &str) -> Arc<dyn LanguageModel> {
    from_url(url, Some(KEY)).unwrap().unwrap()
}

/// A prompt with a schema, whose words must not be repeated.
fn prompt() -> Prompt {
    Prompt {
        instructions: format!("Name the topics. {SECRET}"),
        text: format!("I sleep badly. {SECRET}"),
        schema: Some(("topics", schema())),
        tokens_max: 300,
        patience: Duration::from_secs(10),
    }
}

fn plain() -> Prompt {
    Prompt { schema: None, ..prompt() }
}

fn hasty() -> Prompt {
    Prompt { patience: Duration::from_millis(500), ..prompt() }
}

fn schema() -> Value {
    json!({ "type": "object", "properties": { "topics": { "type": "array" } } })
}

/// A model's answer in the form that servers use.
fn written(text: &str) -> String {
    let message = json!({ "role": "assistant", "content": text, "refusal": null });
    let choice = json!({ "index": 0, "message": message, "finish_reason": "stop" });
    json!({ "object": "chat.completion", "choices": [choice], "usage": {} }).to_string()
}

fn answer() -> Reply {
    body(written(ANSWER))
}

/// The refusal of a parameter in OpenAI's form.
fn refusal(parameter: &str) -> Reply {
    let message = format!("Unsupported parameter: '{parameter}'. You said: {SECRET}");
    error(400, json!({ "message": message, "type": "invalid_request_error", "param": parameter }))
}

/// Sends the prompt that must not be repeated; the request must fail.
async fn failure(model: &dyn LanguageModel) -> ModelError {
    let prompt = hasty();
    let error = model.write(&prompt).await.unwrap_err();
    let shown = format!("{error} {error:?} {model:?} {prompt:?}");
    assert!(!shown.contains("hunter2") && !shown.contains(SECRET), "{shown}");
    error
}

async fn failure_of(behaviour: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> ModelError {
    failure(&*open(&server(behaviour).await.url)).await
}

#[track_caller]
fn assert_unavailable(error: &ModelError, hint: &str) {
    assert!(matches!(error, ModelError::Unavailable(why) if why.contains(hint)), "{error}");
}

#[track_caller]
fn assert_config(error: &ModelError, hint: &str) {
    assert!(matches!(error, ModelError::Config(why) if why.contains(hint)), "{error}");
}

#[track_caller]
fn assert_refused(error: &ModelError, hint: &str) {
    assert!(matches!(error, ModelError::Refused(why) if why.contains(hint)), "{error}");
}

#[tokio::test]
async fn what_is_sent() {
    let server = server(|_| answer()).await;
    let model = open(&server.url);
    assert_eq!(model.name(), "test");
    assert_eq!(model.write(&prompt()).await.unwrap(), ANSWER);
    let keyless = from_url(&server.url, None).unwrap().unwrap();
    assert_eq!(keyless.write(&plain()).await.unwrap(), ANSWER);
    let [full, bare]: [Request; 2] = server.requests().try_into().unwrap();
    let messages = json!([
        { "role": "system", "content": prompt().instructions },
        { "role": "user", "content": prompt().text },
    ]);
    let format = json!({
        "type": "json_schema",
        "json_schema": { "name": "topics", "schema": schema(), "strict": true },
    });
    let mut expected = json!({ "model": "test", "messages": messages, "max_tokens": 300 });
    assert_eq!(bare.body, expected);
    assert_eq!(bare.authorization, None);
    expected["response_format"] = format;
    assert_eq!(full.body, expected);
    assert_eq!(full.authorization, Some(format!("Bearer {KEY}")));
    assert_eq!(server.models(), 0);
}

#[tokio::test]
async fn the_other_limit_is_used_where_the_server_wants_it() {
    let server = server(|request| match request.body.get("max_tokens") {
        Some(_) => refusal("max_tokens"),
        None => answer(),
    })
    .await;
    let model = open(&server.url);
    for requests in [2, 3, 4] {
        assert_eq!(model.write(&plain()).await.unwrap(), ANSWER);
        assert_eq!(server.requests().len(), requests);
    }
    assert!(server.requests()[1..].iter().all(|it| it.body["max_completion_tokens"] == 300));
}

#[tokio::test]
async fn a_server_without_schemas_is_asked_for_json() {
    let server = server(|request| match request.body["response_format"]["type"].as_str() {
        Some("json_schema") => refusal("response_format"),
        _ => answer(),
    })
    .await;
    let model = open(&server.url);
    for requests in [2, 3] {
        assert_eq!(model.write(&prompt()).await.unwrap(), ANSWER);
        assert_eq!(server.requests().len(), requests);
    }
    for request in &server.requests()[1..] {
        assert_eq!(request.body["response_format"], json!({ "type": "json_object" }));
        let instructions = request.body["messages"][0]["content"].as_str().unwrap();
        assert!(instructions.contains(&schema().to_string()), "{instructions}");
        assert!(instructions.contains("JSON"));
    }
    // One without a schema is sent as it is.
    model.write(&plain()).await.unwrap();
    let last = server.requests().pop().unwrap().body;
    assert_eq!(last["messages"][0]["content"], prompt().instructions);
    assert_eq!(last.get("response_format"), None);
}

/// The strictest server: it accepts neither the limit nor any format, and its model fences its
/// JSON.
#[tokio::test]
async fn all_that_a_server_refuses_is_left_out() {
    let server = server(|request| {
        if request.body.get("max_tokens").is_some() {
            return refusal("max_tokens");
        }
        match request.body.get("response_format") {
            Some(_) => error(422, json!("response_format: extra inputs are not permitted")),
            None => body(written(&format!("```json\n{ANSWER}\n```"))),
        }
    })
    .await;
    let model = open(&server.url);
    for requests in [4, 5] {
        assert_eq!(model.write(&prompt()).await.unwrap(), ANSWER);
        assert_eq!(server.requests().len(), requests);
    }
}

#[tokio::test]
async fn a_refusal_for_another_reason_teaches_nothing() {
    // As OpenAI does where the limit is above the model's; the other one would fare no better.
    let server = server(|request| match request.body["max_tokens"].as_u64() {
        Some(..=1_000) => answer(),
        Some(_) => refusal("max_tokens"),
        None => refusal("max_completion_tokens"),
    })
    .await;
    let model = open(&server.url);
    let greedy = Prompt { tokens_max: 1_000_000, ..prompt() };
    assert_refused(&model.write(&greedy).await.unwrap_err(), "status 400, invalid_request_error");
    assert_eq!(server.requests().len(), 2);
    model.write(&prompt()).await.unwrap();
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn what_the_status_says() {
    let repeating = |status: u16, code: &'static str| {
        move |_: &Request| {
            let message = format!("{SECRET} {KEY}");
            error(status, json!({ "message": message, "type": SECRET, "code": code }))
        }
    };
    for status in [408, 429, 500, 502, 503, 504, 529] {
        let told = failure_of(repeating(status, "overloaded")).await;
        assert_unavailable(&told, &format!("status {status}, overloaded"));
    }
    for (status, code, hint) in [
        (401, "invalid_api_key", "key"),
        (402, "x", "account"),
        (403, "x", "may not use this model"),
        (404, "model_not_found", "model="),
        (404, "x", "/chat/completions"),
        (405, "x", "URL"),
        (429, "insufficient_quota", "quota"),
        // A code that is the key or a word of the prompt is not repeated.
        (401, KEY, "status 401: the server does not accept the key"),
        (401, SECRET, "status 401: the server does not accept the key"),
    ] {
        assert_config(&failure_of(repeating(status, code)).await, hint);
    }
    for status in [400, 413, 422] {
        let told = failure_of(repeating(status, "context_length_exceeded")).await;
        assert_refused(&told, &format!("status {status}, context_length_exceeded"));
    }
    let busy = |_: &Request| {
        let headers = [("retry-after", "20")];
        Reply::Now((StatusCode::TOO_MANY_REQUESTS, headers, KEY).into_response())
    };
    assert_unavailable(&failure_of(busy).await, "status 429; it asks for a retry in 20 s");
}

#[tokio::test]
async fn nothing_follows_a_redirect() {
    let elsewhere = server(|_| answer()).await;
    let location = elsewhere.url.replace("?model=test", "/chat/completions");
    let told = failure_of(move |_| {
        let headers = [("location", location.clone())];
        Reply::Now((StatusCode::TEMPORARY_REDIRECT, headers).into_response())
    });
    assert_config(&told.await, "redirects to another address");
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn a_server_that_hangs_or_is_away() {
    let start = Instant::now();
    assert_unavailable(&failure_of(|_| Reply::Never).await, "no answer within 0.5 s");
    assert_unavailable(&failure_of(|_| unending("{")).await, "no answer within 0.5 s");
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_unavailable(&failure(&*open(&nobody())).await, "onnect");
    // Nor does one last that is patient without end.
    let prompt = Prompt { patience: Duration::MAX, ..prompt() };
    assert_unavailable(&open(&nobody()).write(&prompt).await.unwrap_err(), "onnect");
}

#[tokio::test]
async fn answers_that_are_of_no_use() {
    let choice = |message: Value, reason: &str| {
        json!({ "choices": [{ "message": message, "finish_reason": reason }] }).to_string()
    };
    for (answer, hint) in [
        (format!("<html>{SECRET}{KEY}</html>"), "JSON"),
        (format!(r#"{{"choices": ["{SECRET}", "{KEY}"]}}"#), "JSON"),
        (r#"{"choices": []}"#.to_owned(), "without choices"),
        (" ".repeat(2 * 1024 * 1024), "too long"),
    ] {
        assert_unavailable(&failure_of(move |_| body(answer.clone())).await, hint);
    }
    for (answer, hint) in [
        (choice(json!({ "content": SECRET }), "length"), "longer than its token limit"),
        (choice(json!({ "content": null, "refusal": SECRET }), "stop"), "declined to answer"),
        (choice(json!({ "content": "" }), "stop"), "empty"),
        (choice(json!({ "content": null }), "stop"), "empty"),
        (choice(json!({ "content": SECRET }), "content_filter"), "filter"),
    ] {
        assert_refused(&failure_of(move |_| body(answer.clone())).await, hint);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn four_requests_at_once() {
    let reply = || Reply::After(Duration::from_millis(20), written(ANSWER).into_response());
    let server = server(move |_| reply()).await;
    let model = open(&server.url);
    let prompt = prompt();
    for outcome in join_all((0..30).map(|_| model.write(&prompt))).await {
        outcome.unwrap();
    }
    assert_eq!(server.most_at_once(), 4);
}

#[tokio::test]
async fn the_wait_for_a_turn_is_part_of_the_patience() {
    let server = server(|_| Reply::Never).await;
    let model = open(&server.url);
    let patient = prompt();
    let waiting = join_all((0..4).map(|_| model.write(&patient)));
    let late = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        // More than it takes to open the breaker; but these say nothing of the server.
        for _ in 0..4 {
            assert_unavailable(&failure(&*model).await, "no slot within 0.5 s");
        }
    };
    tokio::select! {
        _ = waiting => panic!("answered"),
        () = late => {}
    }
    assert_eq!(server.requests().len(), 4);
    // Those that were given up have made room.
    assert_unavailable(&failure(&*model).await, "no answer within 0.5 s");
}

#[tokio::test]
async fn all_requests_of_a_call_share_its_patience() {
    let server = server(|request| match request.body.get("response_format") {
        Some(_) => match refusal("response_format") {
            Reply::Now(response) => Reply::After(Duration::from_millis(300), response),
            other => other,
        },
        None => answer(),
    })
    .await;
    assert_unavailable(&failure(&*open(&server.url)).await, "no answer within 0.5 s");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_server_that_is_away_is_left_alone_for_a_while() {
    let back = Arc::new(AtomicBool::new(false));
    let answers = back.clone();
    let server = server(move |_| match answers.load(Ordering::SeqCst) {
        true => answer(),
        false => error(503, json!({ "code": "overloaded" })),
    })
    .await;
    let rest = Duration::from_secs(1);
    let model = OpenAiModel::from_url(&server.url, Some(KEY)).unwrap().with_rest(rest);
    for _ in 0..3 {
        assert_unavailable(&failure(&model).await, "status 503");
    }
    for _ in 0..5 {
        assert_unavailable(&failure(&model).await, "3 times in a row; next attempt in 1 s");
    }
    assert_eq!(server.requests().len(), 3);
    // Of many, one goes through; it fails, and another rest begins.
    tokio::time::sleep(rest).await;
    join_all((0..5).map(|_| failure(&model))).await;
    assert_eq!(server.requests().len(), 4);
    // It goes well, and so does everything after.
    back.store(true, Ordering::SeqCst);
    assert_unavailable(&failure(&model).await, "in a row");
    tokio::time::sleep(rest).await;
    for _ in 0..4 {
        model.write(&prompt()).await.unwrap();
    }
    assert_eq!(server.requests().len(), 8);
}

#[tokio::test]
async fn what_somebody_has_to_change_is_no_outage() {
    let server = server(|_| error(401, json!({}))).await;
    let model = open(&server.url);
    for _ in 0..6 {
        assert_config(&failure(&*model).await, "key");
    }
    assert_eq!(server.requests().len(), 6);
}

/// A server that speaks plain HTTP does not speak HTTPS; nothing is sent to it.
#[cfg(feature = "https")]
#[tokio::test]
async fn https_is_spoken_where_it_is_asked_for() {
    let server = server(|_| answer()).await;
    let model = open(&server.url.replace("http://", "https://"));
    assert_unavailable(&failure(&*model).await, "onnect");
    assert!(server.requests().is_empty());
}
