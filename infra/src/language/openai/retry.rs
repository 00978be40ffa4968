//! When to try again.

use crate::language::ModelError;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Attempts of a call, with the first.
pub(super) const ATTEMPTS: u32 = 3;
/// The mean wait after the first attempt; it doubles with each further one.
const FIRST: Duration = Duration::from_millis(500);

/// Returns the wait after the `attempt`th attempt (from 1), between half and one and a half times
/// its mean, so that callers that failed together do not return together; not less than the server
/// asks for.
pub(super) fn wait(attempt: u32, retry_after: Option<Duration>) -> Duration {
    let mean = FIRST * 2_u32.pow(attempt.saturating_sub(1).min(6));
    let wait = mean.mul_f64(rand::random_range(0.5..1.5));
    match retry_after {
        // Not all at the same moment either.
        Some(asked) => wait.max(asked + asked.mul_f64(rand::random_range(0.0..0.05))),
        None => wait,
    }
}

/// The pause that a server asked for, which all calls keep.
#[derive(Debug, Default)]
pub(super) struct Pause(Mutex<Option<Instant>>);

impl Pause {
    /// Begins a pause, or prolongs it.
    pub(super) fn begin(&self, pause: Duration) {
        let Some(end) = Instant::now().checked_add(pause) else { return };
        let mut until = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *until = Some(until.map_or(end, |it| it.max(end)));
    }

    /// Waits for the end of the pause, or fails at once if it lasts longer than there is time.
    pub(super) async fn wait(&self, left: Duration) -> Result<(), ModelError> {
        loop {
            let until = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let rest = until.map(|it| it.saturating_duration_since(Instant::now()));
            match rest.filter(|it| !it.is_zero()) {
                None => return Ok(()),
                Some(rest) if rest >= left => {
                    return Err(ModelError::Unavailable {
                        why: format!("the server asked for a pause; {} s are left", seconds(rest)),
                        retry_after: Some(rest),
                    });
                }
                Some(rest) => sleep(rest).await,
            }
        }
    }
}

fn seconds(rest: Duration) -> u64 {
    rest.as_secs() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_differ_and_keep_what_is_asked() {
        for attempt in 1..=3 {
            let mean = FIRST * 2_u32.pow(attempt - 1);
            let waits: Vec<_> = (0..50).map(|_| wait(attempt, None)).collect();
            assert!(waits.iter().all(|it| *it >= mean / 2 && *it <= mean * 3 / 2));
            assert!(waits.windows(2).any(|it| it[0] != it[1]));
        }
        let asked = Duration::from_secs(20);
        let waits = wait(1, Some(asked));
        assert!(waits >= asked && waits <= asked + Duration::from_secs(1), "{waits:?}");
        assert!(wait(1, Some(Duration::ZERO)) >= FIRST / 2);
    }

    #[tokio::test]
    async fn a_pause_is_kept_by_all_or_told() {
        let pause = Pause::default();
        pause.wait(Duration::ZERO).await.unwrap();
        pause.begin(Duration::from_millis(300));
        pause.begin(Duration::from_millis(100));
        let told = pause.wait(Duration::from_millis(200)).await.unwrap_err();
        let ModelError::Unavailable { retry_after: Some(rest), .. } = told else {
            panic!("{told:?}");
        };
        assert!(rest > Duration::from_millis(200), "{rest:?}");
        let start = Instant::now();
        pause.wait(Duration::from_secs(5)).await.unwrap();
        assert!(start.elapsed() >= Duration::from_millis(200));
        pause.begin(Duration::MAX);
    }
}
