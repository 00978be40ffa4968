//! Attempts and pauses of a call.

use crate::openai::nobody;
use crate::*;
use futures::future::join_all;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// A server that answers its `n`th request, from 0, like this.
async fn nth(behaviour: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Server {
    let requests = AtomicUsize::new(0);
    server(move |_| behaviour(requests.fetch_add(1, Ordering::SeqCst))).await
}

fn busy(status: u16, headers: &[(&'static str, &'static str)]) -> Reply {
    let mut response = StatusCode::from_u16(status).unwrap().into_response();
    for (name, value) in headers {
        response.headers_mut().insert(*name, value.parse().unwrap());
    }
    Reply::Now(response)
}

#[tokio::test]
async fn a_moment_of_trouble_is_not_noticed() {
    for status in [408, 429, 500, 502, 503] {
        let server = nth(move |n| if n < 2 { busy(status, &[]) } else { answer() }).await;
        assert_eq!(open(&server.url).write(&prompt()).await.unwrap().text, ANSWER, "{status}");
        assert_eq!(server.requests().len(), 3);
    }
}

#[tokio::test]
async fn three_attempts_and_no_more() {
    let server = nth(|n| if n < 3 { busy(503, &[]) } else { answer() }).await;
    let start = Instant::now();
    assert_unavailable(&open(&server.url).write(&prompt()).await.unwrap_err(), "status 503");
    assert_eq!(server.requests().len(), 3);
    // Half of 0.5 s and half of 1 s at least.
    assert!(start.elapsed() >= Duration::from_millis(750), "{:?}", start.elapsed());
}

#[tokio::test]
async fn what_cannot_succeed_is_not_tried_again() {
    for (status, code) in [
        (400, "x"),
        (401, "x"),
        (403, "x"),
        (404, "x"),
        (400, "context_length_exceeded"),
        (429, "insufficient_quota"),
    ] {
        let server = nth(move |_| error(status, json!({ "code": code }))).await;
        open(&server.url).write(&prompt()).await.unwrap_err();
        assert_eq!(server.requests().len(), 1, "{status} {code}");
    }
    let refused = json!({ "choices": [{ "message": { "refusal": "no" } }] }).to_string();
    for answer in [refused, written("no JSON")] {
        let server = nth(move |_| body(answer.clone())).await;
        open(&server.url).write(&prompt()).await.unwrap_err();
        assert_eq!(server.requests().len(), 1);
    }
}

/// All three forms of "wait for a second".
const PAUSES: [&[(&str, &str)]; 3] = [
    &[("retry-after", "1")],
    &[("date", "Mon, 30 Nov 2026 10:00:00 GMT"), ("retry-after", "Mon, 30 Nov 2026 10:00:01 GMT")],
    &[("retry-after-ms", "1000"), ("retry-after", "20")],
];

#[tokio::test]
async fn a_pause_that_is_asked_for_is_kept() {
    join_all(PAUSES.map(async |headers| {
        let server = nth(move |n| if n == 0 { busy(429, headers) } else { answer() }).await;
        let start = Instant::now();
        open(&server.url).write(&prompt()).await.unwrap();
        let took = start.elapsed();
        assert!(took >= Duration::from_secs(1), "{headers:?}: {took:?}");
        assert!(took < Duration::from_secs(9), "{headers:?}: {took:?}");
    }))
    .await;
}

/// The control arm: without the headers, the wait is shorter.
#[tokio::test]
async fn a_pause_that_is_not_asked_for_is_not_made() {
    let server = nth(|n| if n == 0 { busy(429, &[]) } else { answer() }).await;
    let start = Instant::now();
    open(&server.url).write(&prompt()).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_pause_is_kept_by_the_other_calls_too() {
    let server = nth(|n| if n == 0 { busy(429, PAUSES[0]) } else { answer() }).await;
    let (model, start) = (open(&server.url), Instant::now());
    let first = async { model.write(&prompt()).await.unwrap() };
    let second = async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        model.write(&prompt()).await.unwrap();
        assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
    };
    tokio::join!(first, second);
}

#[tokio::test]
async fn a_pause_that_is_too_long_is_told_and_not_made() {
    let server = nth(|n| match n {
        0 => busy(429, &[("retry-after", "60")]),
        _ => answer(),
    })
    .await;
    let (model, start) = (open(&server.url), Instant::now());
    for hint in ["status 429", "asked for a pause"] {
        let told = model.write(&prompt()).await.unwrap_err();
        assert_unavailable(&told, hint);
        let ModelError::Unavailable { retry_after: Some(rest), .. } = told else {
            panic!("{told:?}");
        };
        assert!(rest > Duration::from_secs(50) && rest <= Duration::from_secs(60), "{rest:?}");
    }
    assert_eq!(server.requests().len(), 1);
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_again() {
    let start = Instant::now();
    assert_unavailable(&open(&nobody()).write(&prompt()).await.unwrap_err(), "onnect");
    assert!(start.elapsed() >= Duration::from_millis(750), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_stream_is_tried_again_while_nothing_was_passed_on() {
    let role = || event(&json!({ "choices": [{ "delta": { "role": "assistant" } }] }));
    let server = nth(move |n| match n {
        0 => busy(503, &[]),
        1 => streamed([role()]),
        _ => streamed([role(), delta(ANSWER), end()]),
    })
    .await;
    let (outcome, pieces) = follow(&*open(&server.url), &prompt()).await;
    assert_eq!((outcome.unwrap().text.as_str(), pieces.concat().as_str()), (ANSWER, ANSWER));
    assert_eq!(server.requests().len(), 3);
    // One that was passed on in part is not.
    let server = nth(|n| match n {
        0 => streamed([delta("{\"topics\"")]),
        _ => streamed([delta(ANSWER), end()]),
    })
    .await;
    let (outcome, pieces) = follow(&*open(&server.url), &prompt()).await;
    assert!(matches!(outcome, Err(ModelError::Truncated { .. })), "{outcome:?}");
    assert_eq!(pieces.concat(), "{\"topics\"");
    assert_eq!(server.requests().len(), 1);
}
