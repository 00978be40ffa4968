//! A second model answers when the first is unavailable, and only then.

use crate::*;
use debrief_infra::language::{Fallback, Place, open};
use std::time::Instant;

const OTHER: &str = "sk-the-other-key";

/// Two models, asked once each; the second is named "other".
fn both(first: &Server, second: &Server) -> Fallback {
    let first = once(&first.url);
    let url = second.url.replace("model=test", "model=other");
    let second = OpenAiModel::from_url(&url, Some(OTHER)).unwrap().with_attempts(1);
    Fallback::new(Arc::new(first), Arc::new(second))
}

async fn answering() -> Server {
    server(|request| match request.body.get("stream") {
        Some(_) => streamed([delta(ANSWER), end()]),
        None => answer(),
    })
    .await
}

async fn failing(status: u16) -> Server {
    server(move |_| error(status, json!({}))).await
}

#[tokio::test]
async fn the_second_answers_for_a_first_that_is_away() {
    let (first, second) = (failing(503).await, answering().await);
    let model = both(&first, &second);
    assert_eq!(model.name(), "test");
    for _ in 0..6 {
        let answer = model.write(&prompt()).await.unwrap();
        assert_eq!((answer.text.as_str(), answer.model.as_str()), (ANSWER, "other"));
    }
    // After three times its breaker is open.
    assert_eq!((first.requests().len(), second.requests().len()), (3, 6));
    // Which is worth knowing, although all goes on.
    model.check(Purpose::Summary).unwrap();
    assert_unavailable(&model.health().unwrap_err(), "found it away");
    let (outcome, pieces) = follow(&model, &prompt()).await;
    assert_eq!((outcome.unwrap().model.as_str(), pieces), ("other", vec![ANSWER.to_owned()]));
    for request in second.requests() {
        assert_eq!(request.authorization, Some(format!("Bearer {OTHER}")));
        assert_eq!(request.body["model"], "other");
    }
}

/// The control arm: a first that answers is the only one asked.
#[tokio::test]
async fn a_first_that_answers_is_the_only_one() {
    let (first, second) = (answering().await, answering().await);
    let model = both(&first, &second);
    assert_eq!(model.write(&prompt()).await.unwrap().model, "test");
    assert_eq!(follow(&model, &prompt()).await.0.unwrap().model, "test");
    assert_eq!((first.requests().len(), second.requests().len()), (2, 0));
    model.health().unwrap();
}

#[tokio::test]
async fn what_is_no_outage_is_not_asked_elsewhere() {
    for (status, kind) in [(401, "config"), (400, "refused"), (413, "context_too_long")] {
        let (first, second) = (failing(status).await, answering().await);
        let told = both(&first, &second).write(&prompt()).await.unwrap_err();
        assert_eq!(told.as_str(), kind);
        assert!(second.requests().is_empty());
    }
}

#[tokio::test]
async fn a_breaker_of_useless_answers_leads_to_the_second() {
    let (first, second) = (server(|_| body(written("no JSON"))).await, answering().await);
    let model = both(&first, &second);
    for _ in 0..5 {
        assert_malformed(&model.write(&prompt()).await.unwrap_err(), "not JSON");
    }
    assert_eq!(model.write(&prompt()).await.unwrap().model, "other");
    assert_eq!(first.requests().len(), 5);
}

#[tokio::test]
async fn a_stream_that_was_passed_on_is_not_begun_again() {
    let broken = event(&json!({ "error": { "code": 503 } }));
    let (first, second) =
        (server(move |_| streamed([delta("{"), broken.clone()])).await, answering().await);
    let (outcome, pieces) = follow(&both(&first, &second), &prompt()).await;
    assert_eq!((outcome.unwrap_err().as_str(), pieces), ("unavailable", vec!["{".to_owned()]));
    assert!(second.requests().is_empty());
}

#[tokio::test]
async fn both_share_the_patience() {
    let (first, second) = (server(|_| Reply::Never).await, answering().await);
    let model = both(&first, &second);
    let start = Instant::now();
    assert_unavailable(&failure(&model).await, "no answer within 0.5 s");
    assert!(start.elapsed() < Duration::from_secs(5));
    for _ in 0..4 {
        failure(&model).await;
    }
    // Then the second has all of it.
    assert_eq!(model.write(&hasty()).await.unwrap().model, "other");
}

#[tokio::test]
async fn both_away_is_told_of_both() {
    let (first, second) = (failing(503).await, failing(502).await);
    let told = both(&first, &second).write(&prompt()).await.unwrap_err();
    assert_unavailable(&told, "status 503");
    assert_unavailable(&told, "the fallback too: status 502");
}

#[tokio::test]
async fn what_fits_both_fits() {
    let (first, second) = (answering().await, answering().await);
    let place = |url: &'static str| Place { url, key: None };
    let urls = [&first, &second].map(|it| it.url.clone());
    let first = Box::leak(format!("{}&context=9000", urls[0]).into_boxed_str());
    let second = Box::leak(format!("{}&context=5000", urls[1]).into_boxed_str());
    let model = open(place(first), place(second), 4).unwrap().unwrap();
    assert_eq!(model.context_window().await, 5_000);
}
