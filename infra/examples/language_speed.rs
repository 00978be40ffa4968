//! Measures what a call of a language model costs beside the model's own time: a server in this
//! process answers at once, and marks each piece of a stream with the time at which it is sent.
//!
//! `cargo run --release -p debrief-infra --example language_speed`

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::serve::ListenerExt;
use axum::{Json, Router};
use debrief_infra::language::{Prompt, Purpose, from_url};
use futures::StreamExt;
use serde_json::{Value, json};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

static START: LazyLock<Instant> = LazyLock::new(Instant::now);
/// Pieces of a stream, and the pause before each.
const PIECES: usize = 20;
const PAUSE: Duration = Duration::from_millis(5);
const CALLS: usize = 200;
/// The characters that a session of an hour has, or so.
const SESSION: usize = 60_000;

fn now() -> u128 {
    START.elapsed().as_micros()
}

async fn answer(Json(request): Json<Value>) -> Response {
    if request["stream"] != true {
        let choice = json!({"message": {"content": "yes"}, "finish_reason": "stop"});
        return Json(json!({"choices": [choice]})).into_response();
    }
    let piece = |index: usize| async move {
        tokio::time::sleep(PAUSE).await;
        let delta = json!({"content": format!("{} ", now())});
        let reason = (index == PIECES - 1).then_some("stop");
        let choice = json!({"delta": delta, "finish_reason": reason});
        let event = format!("data: {}\n\n", json!({"choices": [choice]}));
        Ok::<_, std::io::Error>(Bytes::from(event))
    };
    let end = futures::stream::iter([Ok(Bytes::from("data: [DONE]\n\n"))]);
    let pieces = futures::stream::iter(0..PIECES).then(piece).chain(end);
    ([("content-type", "text/event-stream")], Body::from_stream(pieces)).into_response()
}

/// Prints the median, the 95th percentile and the largest of some microseconds.
fn print(what: &str, mut times: Vec<u128>) {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize] as f64 / 1_000.0;
    println!("{what:<44} {:>7.2} {:>7.2} {:>7.2}", at(0.5), at(0.95), at(1.0));
}

#[tokio::main]
async fn main() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url =
        format!("http://{}/v1?model=m&context=128000", listener.local_addr().expect("its address"));
    let router = Router::new().route("/v1/chat/completions", post(answer));
    // Without it, small pieces wait up to 40 ms in the server for the client's acknowledgement.
    let listener = listener.tap_io(|connection| {
        connection.set_nodelay(true).expect("a connection without delay");
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    let model = from_url(&url, None).expect("a model").expect("a model");
    println!("{:<44} {:>7} {:>7} {:>7}", "milliseconds", "median", "p95", "max");

    let brief = Prompt::new(Purpose::Refine, "Shorten it.", "word ".repeat(200));
    let long = Prompt::new(Purpose::Summary, "Sum it up.", "word ".repeat(SESSION / 5));
    for (what, prompt) in [("a short prompt", &brief), ("a session of an hour", &long)] {
        let mut times = Vec::new();
        for _ in 0..CALLS {
            let begun = now();
            model.write(prompt).await.expect("an answer");
            times.push(now() - begun);
        }
        print(&format!("a whole call, {what}"), times);
    }

    let (mut first, mut later) = (Vec::new(), Vec::new());
    for _ in 0..CALLS {
        let mut lags = Vec::with_capacity(PIECES);
        let mut lag = |piece: &str| {
            let sent: u128 = piece.trim().parse().expect("a time");
            lags.push(now() - sent);
        };
        model.stream(&brief, &mut lag).await.expect("an answer");
        first.push(lags[0]);
        later.extend(&lags[1..]);
    }
    print("the first piece of a stream, from its sending", first);
    print("later pieces", later);
}
