//! A circuit breaker for an unavailable server.

use crate::language::ModelError;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The number of consecutive calls that find the server unavailable before the breaker opens.
const FAILURES: u32 = 3;

/// Closed, it lets all calls through. Open, it lets none through until the rest is over; then it
/// lets one through, which closes it or begins another rest. An earlier call that succeeds also
/// closes it.
#[derive(Debug)]
pub(super) struct Breaker {
    rest: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Consecutive failures.
    failures: u32,
    /// When the last rest began.
    opened: Option<Instant>,
    /// Whether the probing call is running.
    probing: bool,
}

/// Permission to call the server. Dropping it says nothing about the server.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    breaker: &'a Breaker,
    probe: bool,
}

impl Breaker {
    pub(super) fn new(rest: Duration) -> Self {
        Self { rest, state: Mutex::default() }
    }

    /// Checks whether a call could go through now.
    pub(super) fn check(&self) -> Result<(), ModelError> {
        self.state().admits(self.rest)
    }

    /// Admits a call, or refuses it.
    pub(super) fn enter(&self) -> Result<Pass<'_>, ModelError> {
        let mut state = self.state();
        state.admits(self.rest)?;
        let probe = state.is_open();
        state.probing |= probe;
        Ok(Pass { breaker: self, probe })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_open(&self) -> bool {
        self.failures >= FAILURES
    }

    fn admits(&self, rest: Duration) -> Result<(), ModelError> {
        if !self.is_open() {
            return Ok(());
        }
        let rested = self.opened.map_or(rest, |it| it.elapsed());
        if rested >= rest && !self.probing {
            return Ok(());
        }
        Err(ModelError::Unavailable(match self.probing {
            true => "the server was unavailable and is being probed".to_owned(),
            false => format!(
                "the server did not answer {FAILURES} times in a row; next attempt in {} s",
                (rest - rested).as_secs() + 1
            ),
        }))
    }
}

impl Pass<'_> {
    /// Reports whether the server was available.
    pub(super) fn end(self, available: bool) {
        let mut state = self.breaker.state();
        if available {
            state.failures = 0;
            return;
        }
        let was_open = state.is_open();
        state.failures = state.failures.saturating_add(1);
        // Calls that were running when it opened do not extend the rest.
        if state.is_open() && (self.probe || !was_open) {
            state.opened = Some(Instant::now());
            tracing::warn!(rest = ?self.breaker.rest, "the language model is unavailable; pausing calls");
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.probe {
            self.breaker.state().probing = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3_600);

    fn fail(breaker: &Breaker) {
        breaker.enter().unwrap().end(false);
    }

    #[test]
    fn only_failures_in_a_row_open_it() {
        let breaker = Breaker::new(LONG);
        fail(&breaker);
        fail(&breaker);
        breaker.enter().unwrap().end(true);
        fail(&breaker);
        fail(&breaker);
        drop(breaker.enter().unwrap());
        breaker.check().unwrap();
        fail(&breaker);
        let told = breaker.check().unwrap_err().to_string();
        assert!(told.contains("next attempt in 3600 s"), "{told}");
        assert_eq!(breaker.enter().unwrap_err().to_string(), told);
    }

    #[test]
    fn one_call_goes_through_after_the_rest() {
        let breaker = Breaker::new(Duration::ZERO);
        (0..FAILURES).for_each(|_| fail(&breaker));
        let probe = breaker.enter().unwrap();
        assert!(breaker.check().unwrap_err().to_string().contains("being probed"));
        breaker.enter().unwrap_err();
        // A dropped probe makes room for another.
        drop(probe);
        let probe = breaker.enter().unwrap();
        breaker.enter().unwrap_err();
        probe.end(true);
        let passes = [breaker.enter().unwrap(), breaker.enter().unwrap()];
        drop(passes);
    }

    #[test]
    fn the_call_that_fails_begins_another_rest() {
        let rest = Duration::from_millis(200);
        let breaker = Breaker::new(rest);
        (0..FAILURES).for_each(|_| fail(&breaker));
        breaker.check().unwrap_err();
        std::thread::sleep(rest);
        fail(&breaker);
        breaker.check().unwrap_err();
        std::thread::sleep(rest);
        breaker.check().unwrap();
    }

    #[test]
    fn calls_of_before_do_not_prolong_the_rest_but_may_end_it() {
        let rest = Duration::from_millis(200);
        let breaker = Breaker::new(rest);
        let (late, good) = (breaker.enter().unwrap(), breaker.enter().unwrap());
        (0..FAILURES).for_each(|_| fail(&breaker));
        std::thread::sleep(rest);
        late.end(false);
        breaker.check().unwrap();
        fail(&breaker);
        breaker.check().unwrap_err();
        good.end(true);
        breaker.check().unwrap();
    }
}
