//! The limits of a connection and of a process.

use crate::support::websocket::Socket;
use crate::support::{Profile, Setup, eventually};
use serde_json::{Value, json};
use std::time::Duration;
use tokio_tungstenite::tungstenite::{Error, Message};
use uuid::Uuid;

fn sub(channel: &str) -> Value {
    json!({"t": "sub", "channel": channel})
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_are_counted() {
    let setup = Setup::new(Profile::Embedded).set("websocket_max_subscriptions", 3);
    let Some(server) = setup.start().await else { return };
    let mut socket = Socket::open(&server.api()).await;
    let channels: Vec<_> = (0..4).map(|_| format!("transcripts/{}", Uuid::now_v7())).collect();
    for channel in &channels[..3] {
        socket.subscribe(channel, None).await;
        assert_eq!(socket.refusal(sub(channel)).await, "already_subscribed");
    }
    assert_eq!(socket.refusal(sub(&channels[3])).await, "limit_reached");
    socket.ask(json!({"t": "unsub", "channel": channels[0]})).await;
    socket.subscribe(&channels[3], None).await;
    assert_eq!(socket.refusal(sub(&channels[0])).await, "limit_reached");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_counted() {
    let setup = Setup::new(Profile::Embedded).set("websocket_max_connections", 2);
    let Some(server) = setup.start().await else { return };
    let api = server.api();
    let one = Socket::open(&api).await;
    let _two = Socket::anonymous(&api.url).await;
    match Socket::connect(&api.url, Some(&api.key), None).await {
        Err(Error::Http(answer)) => {
            assert_eq!(answer.status(), 503);
            assert!(answer.headers().contains_key("retry-after"));
        }
        other => panic!("a third was let in: {:?}", other.map(|_| ())),
    }
    drop(one);
    eventually("the place is free again", async || {
        Socket::connect(&api.url, Some(&api.key), None).await.is_ok()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_have_a_size() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let mut socket = Socket::open(&api).await;
    let of_size = |bytes: usize| {
        let frame = json!({"t": "sub", "channel": ""}).to_string();
        let channel = "x".repeat(bytes - frame.len());
        Message::text(json!({"t": "sub", "channel": channel}).to_string())
    };
    socket.send(of_size(64 << 10)).await.unwrap();
    assert_eq!(socket.next().await["err"]["code"], "unknown_channel");
    let _ = socket.send(of_size((64 << 10) + 1)).await;
    // The frame's header shows that it is too large; the rest is not read, and the connection ends.
    socket.close_code().await;
    assert_eq!(api.get("/v1/transcripts").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_have_a_rate() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let mut socket = Socket::open(&api).await;
    let (mut taken, mut refused) = (0, 0);
    for n in 0..120 {
        let ping = json!({"t": "ping", "id": n});
        socket.send(Message::text(ping.to_string())).await.unwrap();
    }
    for n in 0..120 {
        let answer = socket.next().await;
        assert_eq!(answer["id"], n, "whose answer is this? {answer}");
        match answer["err"]["code"].as_str() {
            None => taken += 1,
            Some(code) => {
                assert_eq!(
                    (code, &answer["err"]["temporary"]),
                    ("too_many_requests", &json!(true))
                );
                refused += 1;
            }
        }
    }
    assert!((50..=70).contains(&taken), "{taken} of 120 at once were taken");
    assert_eq!(taken + refused, 120);
    // A client that waits is served again.
    tokio::time::sleep(Duration::from_secs(9)).await;
    assert_eq!(socket.ask(json!({"t": "ping"})).await["t"], "ok");
    // A client that never waits is disconnected.
    let mut asked = 0;
    let end = loop {
        assert!(asked < 2_000, "nobody is disconnected");
        asked += 1;
        socket.send(Message::text(json!({"t": "ping"}).to_string())).await.unwrap();
        if let Err(end) = socket.try_next().await {
            break end;
        }
    };
    assert_eq!(end, Some(4103), "after {asked} requests");
}
