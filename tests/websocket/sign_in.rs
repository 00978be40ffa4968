//! Authentication, and how connections end.

use crate::support::websocket::Socket;
use crate::support::{Profile, Setup};
use serde_json::json;
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::{Error, Message};

#[tokio::test(flavor = "multi_thread")]
async fn a_key_opens_by_header_and_by_message() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let mut by_header = Socket::open(&api).await;
    assert_eq!(by_header.ask(json!({"t": "ping"})).await["ok"], json!({}));
    by_header.subscribe("transcripts", None).await;

    let mut by_message = Socket::anonymous(&server.url()).await;
    for early in [json!({"t": "ping"}), json!({"t": "sub", "channel": "transcripts"})] {
        assert_eq!(by_message.refusal(early).await, "unauthorized");
    }
    let welcome = by_message.ask(json!({"t": "hello", "token": api.key})).await;
    assert_eq!(welcome["t"], "ok", "{welcome}");
    assert!(welcome["ok"]["heartbeat_ms"].as_u64().unwrap() >= 1_000);
    by_message.subscribe("transcripts", None).await;
    // Both see the same.
    let uploaded = api.upload(crate::support::VTT, &[]).await;
    let (one, two) = (by_header.next().await, by_message.next().await);
    assert_eq!(one, two);
    assert_eq!(one["position"], uploaded.position);
    assert_eq!(one["payload"]["transcript_id"], uploaded.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_opens_nothing() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let url = server.url();
    let mut socket = Socket::anonymous(&url).await;
    let long = "x".repeat(10_000);
    for token in ["dbf_wrong", "", long.as_str()] {
        let refusal = socket.refusal(json!({"t": "hello", "token": token})).await;
        assert_eq!(refusal, "unauthorized");
        assert_eq!(socket.close_code().await, Some(4000));
        socket = Socket::anonymous(&url).await;
    }
    match Socket::connect(&url, Some("dbf_wrong"), None).await {
        Err(Error::Http(answer)) => {
            assert_eq!(answer.status(), 401);
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
        }
        other => panic!("opened, or failed otherwise: {:?}", other.map(|_| ())),
    }
    // A client that sends nothing is disconnected.
    let began = Instant::now();
    assert_eq!(socket.close_code().await, Some(4002));
    assert!((4..8).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_says_come_back() {
    let Some(mut server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let id = crate::transcript(&api).await;
    let channel = format!("transcripts/{id}");
    let mut socket = Socket::open(&api).await;
    let begun = socket.subscribe(&channel, None).await;
    let mut anonymous = Socket::anonymous(&server.url()).await;
    let ends = tokio::spawn(async move {
        (
            socket.close_code().await,
            tokio::time::timeout(Duration::from_secs(5), anonymous.close_code()).await,
        )
    });
    let took = server.stop("up").await;
    assert!(took < Duration::from_secs(10), "{took:?} to stop, with nothing to be done");
    let (signed_in, not_yet) = ends.await.unwrap();
    assert_eq!(signed_in, Some(1012));
    assert_eq!(not_yet, Ok(Some(1012)), "who has not said hello yet is told, too");

    server.start("up").await;
    crate::write(&api, &id, 3, 1).await;
    let mut socket = Socket::open(&api).await;
    let (epoch, offset) = (begun["epoch"].as_str().unwrap(), begun["offset"].as_i64().unwrap());
    let resumed = socket.subscribe(&channel, Some((epoch, offset))).await;
    assert_eq!(resumed["recovered"], true, "a restart is no reason to reload: {resumed}");
    for n in 0..3 {
        crate::follows(&socket.next().await, &channel, offset + n);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_is_refused() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let mut socket = Socket::open(&api).await;
    let id = "0198c5a2-7d1e-7bd0-9a55-0d3f3c1a2b4c";
    for (request, code) in [
        (json!({"t": "dance"}), "bad_request"),
        (json!({"channel": "transcripts"}), "bad_request"),
        (json!({"t": "sub"}), "bad_request"),
        (json!({"t": "sub", "channel": 42}), "bad_request"),
        (json!({"t": "sub", "channel": "transcripts", "from": 1}), "bad_request"),
        (json!({"t": "sub", "channel": "transcripts", "since": {"offset": 1}}), "bad_request"),
        (
            json!({"t": "sub", "channel": "transcripts", "since": {"epoch": "x", "offset": "1"}}),
            "bad_request",
        ),
        (json!({"t": "sub", "channel": ""}), "unknown_channel"),
        (json!({"t": "sub", "channel": "clients"}), "unknown_channel"),
        (json!({"t": "sub", "channel": "transcripts/42"}), "unknown_channel"),
        (
            json!({"t": "sub", "channel": format!("transcripts/{}", id.to_uppercase())}),
            "unknown_channel",
        ),
        (json!({"t": "sub", "channel": "x".repeat(60_000)}), "unknown_channel"),
        (json!({"t": "unsub", "channel": "transcripts"}), "not_subscribed"),
    ] {
        assert_eq!(socket.refusal(request.clone()).await, code, "{request:.100}");
    }
    for text in ["", "{", "[]", "42", "null", "\"x\"", &"[".repeat(60_000)] {
        socket.send(Message::text(text)).await.unwrap();
        let answer = socket.next().await;
        assert_eq!(answer["err"]["code"], "bad_request", "{text:.20}: {answer}");
        assert!(answer["err"]["message"].as_str().unwrap().contains("docs/websocket.md"));
    }
    assert_eq!(socket.ask(json!({"t": "ping"})).await["t"], "ok", "and the connection stays");

    socket.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(socket.close_code().await, Some(4001));
    let mut anonymous = Socket::anonymous(&server.url()).await;
    anonymous.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(anonymous.close_code().await, Some(4001));
}
