//! More than the process can take: whoever floods it is told to wait, and others do not notice.
//!
//! The latency of others is measured while nothing else goes on and during the flood, and may be
//! twice as long then. [`NOISE`] is what a loaded machine adds to any request.

mod backlog;
mod connections;
mod corrections;
mod part_headers;
mod search;
#[path = "../support/mod.rs"]
mod support;

use std::time::{Duration, Instant};
use support::{Answer, Api};

/// Requests of a measurement.
const REQUESTS: usize = 60;
const NOISE: Duration = Duration::from_millis(50);

/// Sends requests of another organization, each on a connection of its own, all of which must be
/// answered; returns the 95th percentile of their times.
async fn p95(api: &Api) -> Duration {
    let http = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
    let api = Api { http, ..api.clone() };
    let mut times = Vec::with_capacity(REQUESTS);
    for _ in 0..REQUESTS {
        let began = Instant::now();
        let get = || Answer::try_of(api.request(reqwest::Method::GET, "/v1/transcripts?limit=5"));
        let answer = match get().await {
            Ok(answer) => answer,
            // A new connection may have to make room for another; clients try again.
            Err(_) => get().await.expect("others are served"),
        };
        assert_eq!(answer.status, 200);
        times.push(began.elapsed());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    times.sort_unstable();
    times[REQUESTS * 95 / 100]
}

/// Checks that others did not notice.
#[track_caller]
fn unnoticed(quiet: Duration, during: Duration) {
    println!("p95 of others: {quiet:?} when it is quiet, {during:?} during the flood");
    assert!(during <= 2 * quiet + NOISE, "others wait {during:?} instead of {quiet:?}");
}
