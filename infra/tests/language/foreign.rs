//! Servers that nobody here wrote: llmock, which judges its clients, and any real one.
//!
//! `scripts/with-services` names llmock if it is installed. A real server is named by
//! `DEBRIEF_TEST_LANGUAGE_MODEL_URL`, as `language_model_url` is; `docs/language-model.md` says
//! which were tried.

use crate::*;
use debrief_infra::language::Message;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// A running llmock.
struct Llmock {
    child: Child,
    address: String,
}

impl Llmock {
    /// Returns `None`, with a message, if it is not installed.
    async fn start() -> Option<Self> {
        let Ok(program) = std::env::var("DEBRIEF_TEST_LLMOCK") else {
            println!("skipped: DEBRIEF_TEST_LLMOCK is not set");
            return None;
        };
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port().to_string();
        drop(free);
        let child = Command::new(program)
            .args(["serve", "--host", "127.0.0.1", "--port", &port, "--log-level", "error"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let llmock = Self { child, address: format!("http://127.0.0.1:{port}") };
        let began = Instant::now();
        while reqwest::get(format!("{}/health", llmock.address)).await.is_err() {
            assert!(began.elapsed() < Duration::from_secs(60), "llmock does not start");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Some(llmock)
    }

    fn url(&self) -> String {
        format!("{}/v1?model=gpt-4o-mini&context=128000", self.address)
    }

    /// Lets it behave like this next.
    async fn behave(&self, behaviours: Value) {
        let url = format!("{}/_llmock/scenario", self.address);
        let scenario = json!({ "behaviors": behaviours });
        let answer = reqwest::Client::new().post(url).json(&scenario).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    /// Returns what it has found wrong with its clients, and how many calls it has judged.
    async fn findings(&self) -> (Vec<String>, Value) {
        let url = format!("{}/_llmock/verdict", self.address);
        let verdict: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        let findings = verdict["findings"].as_array().expect("a list of findings").iter();
        let code = |it: &Value| it["code"].as_str().expect("a code").to_owned();
        (findings.map(code).collect(), verdict.clone())
    }
}

impl Drop for Llmock {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A prompt that no other call has, as llmock tells calls apart by their bodies.
fn about(topic: &str) -> Prompt {
    let text = format!("Say something about {topic}.");
    Prompt { messages: vec![Message::user(text)], schema: None, ..of(Purpose::Preview) }
}

#[tokio::test]
async fn llmock_has_nothing_to_find() {
    let Some(llmock) = Llmock::start().await else { return };
    // A fresh one for each fault, so that no breaker hides what comes after.
    let model = || OpenAiModel::from_url(&llmock.url(), Some(KEY)).unwrap();

    // What passes is not noticed.
    for (topic, behaviour) in [
        ("rate limits", json!({ "type": "fail", "status": 429, "retry_after": 1 })),
        ("outages", json!({ "type": "fail", "status": 503, "times": 2 })),
        ("delays", json!({ "type": "delay", "seconds": 0.5 })),
    ] {
        llmock.behave(json!([behaviour])).await;
        let answer = model().write(&about(topic)).await.unwrap();
        assert!(!answer.text.is_empty() && !answer.usage.estimated, "{topic}: {answer:?}");
        llmock.behave(json!([behaviour])).await;
        let (outcome, pieces) = follow(&model(), &about(&format!("streams, {topic}"))).await;
        let answer = outcome.unwrap();
        assert_eq!(answer.text, pieces.concat(), "{topic}");
        assert!(!answer.usage.estimated, "{topic}: {answer:?}");
    }

    // What will not pass is not tried again.
    for (status, kind) in [(400, "refused"), (401, "config"), (404, "config"), (422, "refused")] {
        llmock.behave(json!([{ "type": "fail", "status": status }])).await;
        let told = model().write(&about(&format!("status {status}"))).await.unwrap_err();
        assert_eq!(told.as_str(), kind, "{status}: {told}");
    }

    // What is not whole is not taken. It was passed on in part, so the caller asks again, as these
    // errors tell it to: llmock takes a client that does not for one that noticed nothing.
    for (fault, kinds) in [
        ("truncate", ["truncated", ""]),
        ("disconnect", ["truncated", "unavailable"]),
        ("malformed", ["malformed", ""]),
        ("stall", ["truncated", ""]),
    ] {
        let behaviour = json!({ "type": "stream_fault", "kind": fault, "after_chunks": 2 });
        llmock.behave(json!([behaviour])).await;
        let model = model().with_stall(Duration::from_millis(500));
        let (outcome, pieces) = follow(&model, &about(fault)).await;
        let told = outcome.unwrap_err();
        assert!(kinds.contains(&told.as_str()), "{fault}: {told:?}");
        tokio::time::sleep(Duration::from_millis(500)).await;
        let answer = follow(&model, &about(fault)).await.0.unwrap();
        assert!(answer.text.starts_with(&pieces.concat()), "{fault}");
    }

    let answer = model().write(&prompt()).await.unwrap();
    assert!(serde_json::from_str::<Value>(&answer.text).unwrap()["topics"].is_array());

    let (findings, verdict) = llmock.findings().await;
    assert_eq!(findings, [] as [&str; 0], "{verdict:#}");
}

/// The control arm: a client that does not wait is found.
#[tokio::test]
async fn llmock_finds_a_client_that_does_not_wait() {
    let Some(llmock) = Llmock::start().await else { return };
    llmock.behave(json!([{ "type": "fail", "status": 429, "retry_after": 5 }])).await;
    let body = json!({ "model": "m", "messages": [{ "role": "user", "content": "now" }] });
    for _ in 0..2 {
        let url = format!("{}/v1/chat/completions", llmock.address);
        let request = reqwest::Client::new().post(url).bearer_auth(KEY).json(&body);
        request.send().await.unwrap();
    }
    let (findings, verdict) = llmock.findings().await;
    assert!(findings.contains(&"retry_after_ignored".to_owned()), "{verdict:#}");
}

/// Opens a real server, with more parameters of the URL.
fn real(parameters: &str) -> Option<OpenAiModel> {
    let Ok(url) = std::env::var("DEBRIEF_TEST_LANGUAGE_MODEL_URL") else {
        println!("skipped: DEBRIEF_TEST_LANGUAGE_MODEL_URL is not set");
        return None;
    };
    let key = std::env::var("DEBRIEF_TEST_LANGUAGE_MODEL_KEY").ok();
    Some(OpenAiModel::from_url(&format!("{url}{parameters}"), key.as_deref()).unwrap())
}

const MINUTES: Duration = Duration::from_secs(300);

/// A prompt that a small model answers in a few words.
fn brief() -> Prompt {
    Prompt {
        tokens_max: 200,
        temperature: Some(0.0),
        patience: MINUTES,
        ..Prompt::new(Purpose::Preview, "Answer in five words.", "How does one sleep well?")
    }
}

#[tokio::test]
async fn a_real_server_answers_and_streams() {
    let Some(model) = real("") else { return };
    let answer = model.write(&brief()).await.unwrap();
    assert!(!answer.text.trim().is_empty() && !answer.usage.estimated, "{answer:?}");
    let (outcome, pieces) = follow(&model, &brief()).await;
    let streamed = outcome.unwrap();
    assert_eq!(streamed.text, pieces.concat());
    assert!(pieces.len() > 1 && !streamed.usage.estimated, "{streamed:?}");
    let limited = Prompt { tokens_max: 2, ..brief() };
    let told = model.write(&limited).await.unwrap_err();
    assert!(matches!(told, ModelError::TooLong { usage: Some(_) }), "{told:?}");
}

#[tokio::test]
async fn a_real_server_keeps_to_a_schema() {
    let Some(model) = real("") else { return };
    let items = json!({ "type": "string", "maxLength": 20 });
    let topics = json!({ "type": "array", "items": items, "minItems": 1, "maxItems": 2 });
    let schema = json!({
        "type": "object", "properties": { "topics": topics }, "required": ["topics"],
        "additionalProperties": false,
    });
    let prompt = Prompt { schema: Some(("topics", schema)), ..brief() };
    for answer in [model.write(&prompt).await, follow(&model, &prompt).await.0] {
        let written: Value = serde_json::from_str(&answer.unwrap().text).unwrap();
        assert!(written["topics"].is_array(), "{written}");
    }
}

/// A prompt that does not fit is refused here, and by the server where this client is told that it
/// fits: it is never answered in part.
#[tokio::test]
async fn a_real_server_does_not_cut_a_prompt() {
    let Some(model) = real("") else { return };
    let window = model.context_window().await;
    println!("the context is {window}");
    let text = "I slept badly. ".repeat(window as usize / 3);
    let long = Prompt { messages: vec![Message::user(text)], ..brief() };
    let told = model.write(&long).await.unwrap_err();
    assert!(matches!(told, ModelError::ContextTooLong { .. }), "{told:?}");
    let Some(boastful) = real("&context=4000000") else { return };
    let told = boastful.write(&long).await.unwrap_err();
    assert!(matches!(told, ModelError::ContextTooLong { .. }), "{told:?}");
    println!("the server says: {told}");
}

#[tokio::test]
async fn a_real_server_counts_no_more_than_was_estimated() {
    let Some(model) = real("") else { return };
    for sample in ["running-half-marathon.srt", "hebrew-boundaries.vtt"] {
        let path = format!("{}/../samples/{sample}", env!("CARGO_MANIFEST_DIR"));
        let text: String = std::fs::read_to_string(path).unwrap().chars().take(1_500).collect();
        let prompt = Prompt { messages: vec![Message::user(text)], tokens_max: 400, ..brief() };
        let before = prompt.tokens();
        let usage = match model.write(&prompt).await {
            Ok(answer) => answer.usage,
            Err(error) => error.usage().unwrap(),
        };
        println!("{sample}: estimated {before}, counted {}", usage.prompt_tokens);
        assert!(usage.prompt_tokens <= before + before / 10, "{sample}");
    }
}
