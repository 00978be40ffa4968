//! Stops leasing while a worker's dependency is unavailable.

use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Number of consecutive failures that open the breaker.
const THRESHOLD: u32 = 3;
/// How long it stays open the first time; doubled each time it opens again.
const OPEN_MIN: Duration = Duration::from_millis(500);
/// Maximum time that it stays open.
const OPEN_MAX: Duration = Duration::from_secs(5);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    until: Option<Instant>,
}

/// A circuit breaker: closed, open for a time, then half-open for one try.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<State>);

impl Breaker {
    /// Records that the dependency was available.
    pub(super) fn succeeded(&self) {
        *self.0.lock().expect("no panic under this lock") = State::default();
    }

    /// Records that the dependency was unavailable.
    pub(super) fn failed(&self) {
        let mut state = self.0.lock().expect("no panic under this lock");
        if state.until.is_some_and(|until| until > Instant::now()) {
            // Failures of concurrent jobs are one outage, not several.
            return;
        }
        state.failures = state.failures.saturating_add(1);
        if state.failures >= THRESHOLD {
            let doublings = (state.failures - THRESHOLD).min(10);
            let open = (OPEN_MIN * 2_u32.pow(doublings)).min(OPEN_MAX);
            state.until = Some(Instant::now() + open);
        }
    }

    /// Returns how long it will stay open; `None` if it is closed.
    pub(super) fn closed_in(&self) -> Option<Duration> {
        let until = self.0.lock().expect("no panic under this lock").until?;
        Some(until.saturating_duration_since(Instant::now())).filter(|left| !left.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_after_failures_in_a_row_and_closes_with_a_success() {
        let breaker = Breaker::default();
        breaker.failed();
        breaker.failed();
        assert_eq!(breaker.closed_in(), None);
        breaker.failed();
        assert!(breaker.closed_in().is_some());
        for _ in 0..100 {
            breaker.failed();
        }
        assert!(breaker.closed_in().is_some_and(|left| left <= OPEN_MIN), "one outage counts once");
        breaker.succeeded();
        assert_eq!(breaker.closed_in(), None);
    }
}
