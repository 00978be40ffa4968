//! The WebSocket: authentication, replay, and how connections end. `chaos_*` tests P7 under load;
//! these tests cover each rule separately.

mod bounds;
mod replay;
mod resubscribe;
mod sign_in;
mod slow;
#[path = "../support/mod.rs"]
mod support;

use serde_json::{Value, json};
use support::{Api, VTT};

/// Uploads a transcript and waits until it is ready, so that later updates are the test's own.
async fn transcript(api: &Api) -> String {
    let session = api.session(VTT, &[]).await;
    session["id"].as_str().unwrap().to_owned()
}

/// Changes a transcript's title `count` times, `at_once` concurrently; returns the positions. A
/// change that conflicts with another is sent again, as the answer asks.
async fn write(api: &Api, id: &str, count: usize, at_once: usize) -> Vec<i64> {
    use futures::StreamExt;
    let path = format!("/v1/transcripts/{id}");
    let mut positions: Vec<i64> = futures::stream::iter(0..count)
        .map(|n| {
            let path = &path;
            async move {
                loop {
                    let written = api.patch(path, &json!({"title": format!("title {n}")})).await;
                    if written.status != 409 {
                        break written.expect(200)["position"].as_i64().unwrap();
                    }
                }
            }
        })
        .buffer_unordered(at_once)
        .collect()
        .await;
    positions.sort_unstable();
    positions
}

/// Checks that an update comes right after `offset`; returns its position.
#[track_caller]
fn follows(update: &Value, channel: &str, offset: i64) -> i64 {
    assert_eq!(update["t"], "ev", "{update}");
    assert_eq!(update["channel"], channel, "{update}");
    assert_eq!(update["offset"], offset + 1, "a gap or a repetition: {update}");
    assert_eq!(update["prev"], offset, "{update}");
    update["position"].as_i64().unwrap()
}
