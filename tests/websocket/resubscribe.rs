//! Ending a subscription and beginning it again on the same connection.

use crate::support::websocket::Socket;
use crate::support::{Profile, Setup};
use crate::{follows, transcript, write};
use serde_json::{Value, json};
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;

/// Changes to the transcript before the first trial: more than the lane of a connection holds, so
/// that updates wait in it when the subscription ends.
const HISTORY: usize = 200;
const TRIALS: usize = 40;

/// `unsub`, `sub`, `unsub` and `sub` are sent in one go while updates flow and a writer goes on. After
/// the answer to `unsub` nothing of the old subscription follows, and the new one begins where it was
/// told to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_an_old_subscription_follows_a_new_one() {
    let Some(server) = Setup::new(Profile::Embedded).start().await else { return };
    let api = server.api();
    let id = transcript(&api).await;
    let channel = format!("transcripts/{id}");
    write(&api, &id, HISTORY, 8).await;
    let writer = tokio::spawn({
        let (api, id) = (api.clone(), id.clone());
        async move {
            loop {
                write(&api, &id, 10, 2).await;
            }
        }
    });
    let mut socket = Socket::open(&api).await;
    let epoch = socket.subscribe(&channel, None).await["epoch"].as_str().unwrap().to_owned();
    for trial in 0..TRIALS {
        let [first, second] = [trial as i64 * 3, trial as i64 * 5];
        let since = |offset: i64| {
            let since = json!({"epoch": epoch, "offset": offset});
            json!({"t": "sub", "channel": channel, "since": since})
        };
        let unsub = json!({"t": "unsub", "channel": channel});
        let requests = [unsub.clone(), since(first), unsub, since(second)];
        for (id, request) in requests.into_iter().enumerate() {
            socket.send(numbered(id, request)).await.unwrap();
        }
        // Of what was followed before, only what was sent before the answer.
        while next(&mut socket).await["id"] != 0 {}
        let mut offset = answered(&next(&mut socket).await, 1, trial);
        assert_eq!(offset, first);
        loop {
            let message = next(&mut socket).await;
            if message["id"] == 2 {
                break;
            }
            follows(&message, &channel, offset);
            offset += 1;
        }
        let mut offset = answered(&next(&mut socket).await, 3, trial);
        assert_eq!(offset, second);
        for _ in 0..20 {
            follows(&next(&mut socket).await, &channel, offset);
            offset += 1;
        }
        // Ten requests a second are taken.
        tokio::time::sleep(Duration::from_millis(350)).await;
    }
    writer.abort();
}

/// Checks the answer to a subscription; returns its offset.
#[track_caller]
fn answered(answer: &Value, id: usize, trial: usize) -> i64 {
    assert_eq!(
        (&answer["id"], &answer["t"]),
        (&json!(id), &json!("ok")),
        "trial {trial}: {answer}"
    );
    assert_eq!(answer["ok"]["recovered"], true, "trial {trial}: {answer}");
    answer["ok"]["offset"].as_i64().unwrap()
}

fn numbered(id: usize, mut request: Value) -> Message {
    request["id"] = json!(id);
    Message::text(request.to_string())
}

async fn next(socket: &mut Socket) -> Value {
    socket.try_next().await.unwrap_or_else(|end| panic!("closed: {end:?}"))
}
