//! Shared by the chaos proofs: databases, servers to disturb, output.
//!
//! Each proof has a short form, for every run, and a full one (`DEBRIEF_TEST_FULL=1`, see
//! `scripts/prove`).
#![allow(dead_code)] // Each test binary uses a part.

pub(crate) mod place;
pub(crate) mod proxy;
pub(crate) mod servers;
pub(crate) mod worker;

use std::time::{Duration, Instant};

/// Returns whether the full form is requested.
pub(crate) fn full() -> bool {
    std::env::var("DEBRIEF_TEST_FULL").is_ok_and(|value| value == "1")
}

/// Returns the number of the short or the full form.
pub(crate) fn sized<T>(short: T, long: T) -> T {
    if full() { long } else { short }
}

/// Returns the median.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Waits until `condition` holds, and returns how long that took; fails after `limit`.
pub(crate) async fn eventually(
    limit: Duration,
    what: &str,
    mut condition: impl AsyncFnMut() -> bool,
) -> Duration {
    let began = Instant::now();
    while !condition().await {
        assert!(began.elapsed() < limit, "not within {limit:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    began.elapsed()
}

/// Pauses for a random time.
pub(crate) async fn pause(millis: std::ops::Range<u64>) {
    tokio::time::sleep(Duration::from_millis(rand::random_range(millis))).await;
}

/// Silences expected panics, which would hide the figures.
pub(crate) fn quiet_poison() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if info.payload_as_str() != Some("poison") {
            before(info);
        }
    }));
}
