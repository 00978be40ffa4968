//! Servers that answer badly, late or not at all.

use crate::server::{
    self, Reply, Request, Server, body, honest, nobody, refuse, unending, vectors,
};
use crate::{one, open, texts};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use debrief_infra::embeddings::{EmbedError, Embedder, OpenAiEmbedder, Role};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const KEY: &str = "sk-hunter2-is-the-key";
const SECRET: &str = "she-told-me-in-confidence";

/// Sends a text that must not be repeated; the request must fail.
async fn failure(server: &Server) -> EmbedError {
    let model = OpenAiEmbedder::from_url(&server.url, Some(KEY)).unwrap();
    let model = model.with_timeout(Duration::from_millis(500));
    let texts = [SECRET.to_owned(), "another text".to_owned()];
    let error = model.embed(&texts, Role::Passage).await.unwrap_err();
    let shown = format!("{error} {error:?} {model:?}");
    assert!(!shown.contains(KEY) && !shown.contains("hunter2"), "{shown}");
    assert!(!shown.contains(SECRET), "{shown}");
    error
}

#[track_caller]
fn assert_unavailable(error: &EmbedError, hint: &str) {
    assert!(matches!(error, EmbedError::Unavailable(why) if why.contains(hint)), "{error}");
}

#[track_caller]
fn assert_config(error: &EmbedError, hint: &str) {
    assert!(matches!(error, EmbedError::Config(why) if why.contains(hint)), "{error}");
}

/// An error in OpenAI's form, by a server that repeats everything that it knows.
fn error(status: u16, code: &str) -> Reply {
    let error = json!({ "message": format!("{SECRET} {KEY}"), "type": SECRET, "code": code });
    server::error(status, error)
}

#[tokio::test]
async fn what_is_sent() {
    let server = honest().await;
    let url = format!("{}&dimensions=32", server.url);
    let model = OpenAiEmbedder::from_url(&url, Some(KEY)).unwrap();
    one(&model, "a text", Role::Passage).await;
    one(&*open(&server.url).await, " ", Role::Question).await;
    let [full, bare]: [Request; 2] = server.requests().try_into().unwrap();
    let expected = json!({
        "model": "test", "input": ["a text"], "encoding_format": "float", "dimensions": 32,
    });
    assert_eq!(full.body, expected);
    assert_eq!(full.authorization, Some(format!("Bearer {KEY}")));
    assert_eq!(bare.body, json!({ "model": "test", "input": ["."], "encoding_format": "float" }));
    assert_eq!(bare.authorization, None);
}

#[tokio::test]
async fn a_busy_or_broken_server_is_unavailable() {
    let server = Server::start(|_| {
        let headers = [("retry-after", "20")];
        Reply::Now((StatusCode::TOO_MANY_REQUESTS, headers, KEY).into_response())
    });
    let told = failure(&server.await).await;
    assert_unavailable(&told, "status 429; it asks for a retry in 20 s");
    for status in [408, 500, 502, 503, 504, 529] {
        let server = Server::start(move |_| error(status, "overloaded")).await;
        let told = failure(&server).await;
        assert_unavailable(&told, &format!("status {status}, overloaded"));
    }
}

#[tokio::test]
async fn what_somebody_has_to_change() {
    for (status, code, hint) in [
        (401, "invalid_api_key", "key"),
        (402, "x", "account"),
        (403, "x", "may not use this model"),
        (404, "model_not_found", "model="),
        (400, "model_not_found", "model="),
        (404, "x", "URL"),
        (405, "x", "URL"),
        (418, "x", "API"),
        (429, "insufficient_quota", "quota"),
        // A code that is the key or a word of the text is not repeated.
        (401, KEY, "status 401: the server does not accept the key"),
        (401, SECRET, "status 401: the server does not accept the key"),
    ] {
        let server = Server::start(move |_| error(status, code)).await;
        assert_config(&failure(&server).await, hint);
    }
}

#[tokio::test]
async fn nothing_follows_a_redirect() {
    let elsewhere = honest().await;
    let location = elsewhere.url.replace("/v1?model=test", "/v1/embeddings");
    let server = Server::start(move |_| {
        let headers = [("location", location.clone())];
        Reply::Now((StatusCode::TEMPORARY_REDIRECT, headers).into_response())
    });
    assert_config(&failure(&server.await).await, "redirects to another address");
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn a_server_that_hangs_or_is_away() {
    let server = Server::start(|_| Reply::Never).await;
    let start = Instant::now();
    assert_unavailable(&failure(&server).await, "no answer within 0.5 s");
    // One that begins an answer and does not end it.
    let server = Server::start(|_| unending("{\"data\": ["));
    assert_unavailable(&failure(&server.await).await, "no answer within 0.5 s");
    assert!(start.elapsed() < Duration::from_secs(5));

    let model = open(&nobody()).await;
    let error = model.embed(&["text".to_owned()], Role::Passage).await.unwrap_err();
    assert_unavailable(&error, "onnect");
    assert_unavailable(&model.check().await.unwrap_err(), "onnect");
}

#[tokio::test]
async fn broken_answers() {
    for (answer, hint) in [
        (format!("<html>{SECRET}{KEY}</html>"), "JSON"),
        (format!(r#"{{"data": ["{SECRET}", "{KEY}"]}}"#), "JSON"),
        (
            r#"{"data": [{"index": 0, "embedding": [NaN]}, {"index": 1, "embedding": [1]}]}"#
                .into(),
            "JSON",
        ),
        (r#"{"data": [{"index": 0, "embedding": [1]}]}"#.into(), "1 embeddings for 2"),
        (" ".repeat(20 * 1024 * 1024), "too long"),
    ] {
        let server = Server::start(move |_| body(answer.clone())).await;
        assert_unavailable(&failure(&server).await, hint);
    }
}

#[tokio::test]
async fn other_dimensions_than_before() {
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |_| {
        let vector = vec![1.0; 2 + asked.fetch_add(1, Ordering::SeqCst)];
        body(json!({ "data": [{ "index": 0, "embedding": vector }] }).to_string())
    });
    let model = open(&server.await.url).await;
    one(&*model, "text", Role::Passage).await;
    let error = model.embed(&["text".to_owned()], Role::Passage).await.unwrap_err();
    assert_config(&error, "3 dimensions, earlier ones had 2");
}

/// Refuses texts that contain the word.
async fn picky() -> Server {
    Server::start(|request| match request.texts().iter().any(|it| it.contains("poison")) {
        true => error(400, "content_policy"),
        false => Reply::Now(vectors(&request.texts())),
    })
    .await
}

#[tokio::test]
async fn a_text_that_is_refused_is_found() {
    let server = picky().await;
    let model = open(&server.url).await;
    let mut texts = texts(model.batch());
    texts[20] = "poison".repeat(50);
    let error = model.embed(&texts, Role::Passage).await.unwrap_err();
    let told = "a text of 300 characters (status 400, content_policy)";
    assert!(matches!(&error, EmbedError::Refused(why) if why == told), "{error}");
    // Halves, the text itself, another text, and the beginning of the text.
    assert!(server.requests().len() < 16, "{}", server.requests().len());
    // The others are well.
    texts.remove(20);
    model.embed(&texts, Role::Passage).await.unwrap();
}

#[tokio::test]
async fn a_vector_without_direction_is_a_refusal() {
    for numbers in ["0.0, 0.0", "null, 1.0", "1e39, 1.0"] {
        let answer = |all: bool| {
            Server::start(move |request| {
                let item = |(index, text): (usize, &&str)| {
                    let bad = all || text.contains("poison");
                    let numbers = if bad { numbers } else { "1.0, 1.0" };
                    format!(r#"{{"index": {index}, "embedding": [{numbers}]}}"#)
                };
                let items: Vec<String> = request.texts().iter().enumerate().map(item).collect();
                body(format!(r#"{{"data": [{}]}}"#, items.join(",")))
            })
        };
        let model = open(&answer(false).await.url).await;
        let error = model.embed(&["poison".to_owned(), "text".to_owned()], Role::Passage).await;
        assert!(matches!(error, Err(EmbedError::Refused(why)) if why.contains("finite")));
        assert_config(&failure(&answer(true).await).await, "refuses every text");
    }
}

#[tokio::test]
async fn a_text_that_is_too_long_is_shortened() {
    let server = Server::start(|request| {
        match request.texts().iter().any(|it| it.chars().count() > 2_000) {
            true => refuse(StatusCode::PAYLOAD_TOO_LARGE),
            false => Reply::Now(vectors(&request.texts())),
        }
    });
    let model = open(&server.await.url).await;
    let text = "日本".repeat(50_000);
    let beginning: String = text.chars().take(1_500).collect();
    let expected = one(&*model, &beginning, Role::Passage).await;
    let vectors = model.embed(&["x".to_owned(), text], Role::Passage).await.unwrap();
    assert_eq!(vectors[1], expected);
}

#[tokio::test]
async fn a_server_that_refuses_everything_is_set_up_wrongly() {
    for status in [400, 413, 422] {
        let server = Server::start(move |_| error(status, "invalid_request_error")).await;
        assert_config(&failure(&server).await, "refuses every text");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn four_requests_at_once_and_one_kept_for_questions() {
    let server = Server::start(|request| {
        let texts = request.texts();
        let wait = match texts[0] {
            "why?" => 0,
            "slowly?" => 20,
            _ => 1_000,
        };
        Reply::After(Duration::from_millis(wait), vectors(&texts))
    })
    .await;
    let model = open(&server.url).await;
    let passages = {
        let model = model.clone();
        tokio::spawn(async move { model.embed(&texts(32 * 6), Role::Passage).await })
    };
    tokio::time::sleep(Duration::from_millis(50)).await;
    let start = Instant::now();
    one(&*model, "why?", Role::Question).await;
    assert!(start.elapsed() < Duration::from_millis(700), "{:?}", start.elapsed());
    assert!(!passages.is_finished());
    passages.await.unwrap().unwrap();
    let questions = (0..40).map(|_| one(&*model, "slowly?", Role::Question));
    futures::future::join_all(questions).await;
    assert_eq!(server.most_at_once(), 4);
}

#[tokio::test]
async fn a_check_costs_nothing() {
    let server = picky().await;
    let model = open(&server.url).await;
    for _ in 0..3 {
        model.check().await.unwrap();
    }
    assert_eq!((server.models(), server.requests().len()), (1, 0));

    // A refused text is no trouble of the server's, a missing key is.
    let model = open(&server.url).await;
    model.embed(&["poison".to_owned()], Role::Passage).await.unwrap_err();
    model.check().await.unwrap();
    assert_eq!(server.models(), 1);
    let server = Server::start(|_| error(401, "x")).await;
    let model = open(&server.url).await;
    model.embed(&["text".to_owned()], Role::Passage).await.unwrap_err();
    assert_config(&model.check().await.unwrap_err(), "key");
    assert_eq!(server.models(), 0);
}

#[tokio::test]
async fn a_server_without_a_list_of_models_is_ready() {
    for (status, ready) in [(404, true), (403, true), (401, false), (503, false)] {
        let status = StatusCode::from_u16(status).unwrap();
        let server = Server::with_models(status, |_| Reply::Never).await;
        let outcome = open(&server.url).await.check().await;
        assert_eq!(outcome.is_ok(), ready, "{status}: {outcome:?}");
    }
}

/// A server that speaks plain HTTP does not speak HTTPS; nothing is sent to it.
#[cfg(feature = "https")]
#[tokio::test]
async fn https_is_spoken_where_it_is_asked_for() {
    let server = honest().await;
    let model = open(&server.url.replace("http://", "https://")).await;
    let error = model.embed(&["text".to_owned()], Role::Passage).await.unwrap_err();
    assert_unavailable(&error, "onnect");
    assert!(server.requests().is_empty());
}
