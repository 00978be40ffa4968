//! Breakers: what is left alone, for whom, and for how long.

use crate::*;
use debrief_infra::language::LanguageModel;
use futures::future::join_all;
use std::sync::atomic::{AtomicBool, Ordering};

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
    let model = once(&server.url).with_rest(rest);
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

/// A server whose model cannot write the JSON of one purpose.
async fn inept_at(instructions: &'static str) -> Server {
    server(move |request| match request.body["messages"][0]["content"] == instructions {
        true => body(written("I cannot say.")),
        false => answer(),
    })
    .await
}

#[tokio::test]
async fn what_fails_for_one_purpose_goes_on_for_others() {
    let server = inept_at("Learn the voice.").await;
    let model = once(&server.url);
    let voice = Prompt { instructions: "Learn the voice.".to_owned(), ..of(Purpose::Voice) };
    for _ in 0..5 {
        assert_malformed(&model.write(&voice).await.unwrap_err(), "not JSON");
    }
    // Not an outage: whoever waits for its end would wait forever.
    assert_malformed(&model.write(&voice).await.unwrap_err(), "so were the last 5 answers");
    assert_eq!(server.requests().len(), 5);
    model.check(Purpose::Voice).unwrap_err();
    model.health().unwrap_err();
    for purpose in Purpose::ALL.into_iter().filter(|it| *it != Purpose::Voice) {
        model.write(&of(purpose)).await.unwrap();
        model.check(purpose).unwrap();
    }
    assert_eq!(server.requests().len(), 10);
}

/// The control arm: what is unavailable is so for all.
#[tokio::test]
async fn a_server_that_is_away_is_left_alone_by_all() {
    let server = server(|_| error(503, json!({}))).await;
    let model = once(&server.url);
    model.health().unwrap();
    for purpose in [Purpose::Voice, Purpose::Summary, Purpose::Refine] {
        assert_unavailable(&model.write(&of(purpose)).await.unwrap_err(), "status 503");
    }
    for purpose in Purpose::ALL {
        assert_unavailable(&model.write(&of(purpose)).await.unwrap_err(), "in a row");
    }
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn one_that_hangs_for_one_purpose_is_asked_for_others() {
    let server = server(|request| match request.body["messages"][0]["content"] == "Summarize." {
        true => Reply::Never,
        false => answer(),
    })
    .await;
    let model = once(&server.url);
    let patience = Duration::from_millis(100);
    let summary =
        Prompt { instructions: "Summarize.".to_owned(), patience, ..of(Purpose::Summary) };
    for _ in 0..5 {
        assert_unavailable(&model.write(&summary).await.unwrap_err(), "no answer within 0.1 s");
    }
    let told = model.write(&summary).await.unwrap_err();
    assert_unavailable(&told, "such prompts in time 5 times in a row");
    let ModelError::Unavailable { retry_after: Some(rest), .. } = told else { panic!("{told:?}") };
    assert!(rest <= Duration::from_secs(10), "{rest:?}");
    model.write(&of(Purpose::Refine)).await.unwrap();
}

#[tokio::test]
async fn what_a_prompt_is_refused_for_opens_nothing() {
    let server = server(|_| error(400, json!({ "code": "context_length_exceeded" }))).await;
    let model = once(&server.url);
    for _ in 0..8 {
        let told = failure(&model).await;
        assert!(matches!(told, ModelError::ContextTooLong { .. }), "{told:?}");
    }
    assert_eq!(server.requests().len(), 8);
}
