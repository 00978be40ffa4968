//! Circuit breakers: one for a server, and one for each purpose of calls.
//!
//! A server that is away is left alone by all. One that answers some kinds of calls late or in
//! vain is left alone by these: a schema that a model cannot follow must not stop the others.

use super::failed::Fault;
use crate::language::{ModelError, Purpose};
use metrics::gauge;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The number of consecutive calls that find the server unavailable before its breaker opens.
const AWAY: u32 = 3;
/// The number of consecutive calls for a purpose that fail before its breaker opens. More, as models
/// fail at random where servers do not.
const IN_VAIN: u32 = 5;
/// The kind of calls of a server's own breaker.
const ALL: &str = "all";
/// How long an open breaker tells of the health of a server that is not called meanwhile.
const REMEMBERED: Duration = Duration::from_secs(600);

/// The breakers of a server.
#[derive(Debug)]
pub(super) struct Breakers {
    server: Breaker,
    purposes: [Breaker; Purpose::ALL.len()],
}

/// Permission to call the server. Dropping it says nothing about the server.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    server: Entry<'a>,
    purpose: Entry<'a>,
}

impl Breakers {
    /// Creates closed breakers, which rest for so long once they open. `place` tells the servers of
    /// a process apart in metrics.
    pub(super) fn new(rest: Duration, place: &'static str) -> Self {
        let breaker = |failures_max, kind| Breaker {
            rest,
            failures_max,
            place,
            kind,
            state: Mutex::default(),
        };
        Self {
            server: breaker(AWAY, ALL),
            purposes: Purpose::ALL.map(|purpose| breaker(IN_VAIN, purpose.as_str())),
        }
    }

    /// Returns how long they rest once they open.
    pub(super) fn rest(&self) -> Duration {
        self.server.rest
    }

    /// Checks whether a call could go through now.
    pub(super) fn check(&self, purpose: Purpose) -> Result<(), ModelError> {
        self.server.check()?;
        self.purpose(purpose).check()
    }

    /// Fails while a breaker is open, also when its rest is over and nothing was called since.
    pub(super) fn health(&self) -> Result<(), ModelError> {
        self.server.health(REMEMBERED)?;
        self.purposes.iter().try_for_each(|it| it.health(REMEMBERED))
    }

    /// Admits a call, or refuses it.
    pub(super) fn enter(&self, purpose: Purpose) -> Result<Pass<'_>, ModelError> {
        let server = self.server.enter()?;
        Ok(Pass { server, purpose: self.purpose(purpose).enter()? })
    }

    fn purpose(&self, purpose: Purpose) -> &Breaker {
        &self.purposes[purpose as usize]
    }
}

impl Pass<'_> {
    /// Whether this call decides if others may follow.
    pub(super) fn is_probe(&self) -> bool {
        self.server.probe || self.purpose.probe
    }

    /// Reports what the call found.
    pub(super) fn end(self, fault: Option<Fault>) {
        match fault {
            None => {
                self.server.end(None);
                self.purpose.end(None);
            }
            Some(Fault::Away) => self.server.end(fault),
            Some(Fault::Late) => {
                self.purpose.end(fault);
                // Otherwise a server that hangs would be probed without a rest.
                if self.server.probe {
                    self.server.end(fault);
                }
            }
            Some(Fault::Useless) => {
                self.server.end(None);
                self.purpose.end(fault);
            }
        }
    }
}

/// Closed, it lets all calls through. Open, it lets none through until the rest is over; then it
/// lets one through, which closes it or begins another rest. An earlier call that succeeds also
/// closes it.
#[derive(Debug)]
struct Breaker {
    rest: Duration,
    failures_max: u32,
    place: &'static str,
    kind: &'static str,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Consecutive failures.
    failures: u32,
    /// What the last one was.
    last: Option<Fault>,
    /// When the last rest began.
    opened: Option<Instant>,
    /// Whether the probing call is running.
    probing: bool,
}

/// Permission of one breaker.
#[derive(Debug)]
struct Entry<'a> {
    breaker: &'a Breaker,
    probe: bool,
}

impl Breaker {
    fn check(&self) -> Result<(), ModelError> {
        self.admits(&self.state())
    }

    fn health(&self, remembered: Duration) -> Result<(), ModelError> {
        let state = self.state();
        let recently = state.opened.is_some_and(|it| it.elapsed() < remembered);
        if !self.is_open(&state) || !recently {
            return Ok(());
        }
        let n = self.failures_max;
        Err(ModelError::unavailable(match self.kind {
            ALL => format!("its last {n} calls or more found it away"),
            kind => format!("its last {n} calls or more for {kind} failed"),
        }))
    }

    fn enter(&self) -> Result<Entry<'_>, ModelError> {
        let mut state = self.state();
        self.admits(&state)?;
        let probe = self.is_open(&state);
        state.probing |= probe;
        Ok(Entry { breaker: self, probe })
    }

    fn is_open(&self, state: &State) -> bool {
        state.failures >= self.failures_max
    }

    fn admits(&self, state: &State) -> Result<(), ModelError> {
        if !self.is_open(state) {
            return Ok(());
        }
        let rested = state.opened.map_or(self.rest, |it| it.elapsed());
        if rested >= self.rest && !state.probing {
            return Ok(());
        }
        let left = self.rest.saturating_sub(rested);
        let next = match state.probing {
            true => "it is being probed".to_owned(),
            false => format!("next attempt in {} s", left.as_secs() + 1),
        };
        let (n, retry_after) = (self.failures_max, Some(left.max(Duration::from_secs(1))));
        Err(match state.last {
            // Not an outage: whoever waits for it to end would wait forever.
            Some(Fault::Useless) => ModelError::Malformed {
                why: format!("so were the last {n} answers to such prompts; {next}"),
                usage: None,
            },
            Some(Fault::Late) => ModelError::Unavailable {
                why: format!(
                    "the server did not answer such prompts in time {n} times in a row; {next}"
                ),
                retry_after,
            },
            Some(Fault::Away) | None => ModelError::Unavailable {
                why: format!("the server did not answer {n} times in a row; {next}"),
                retry_after,
            },
        })
    }

    fn show(&self, open: bool) {
        gauge!("debrief_language_model_breaker_open", "place" => self.place, "purpose" => self.kind)
            .set(f64::from(u8::from(open)));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry<'_> {
    /// Reports what the call found; `None` is a success.
    fn end(&self, fault: Option<Fault>) {
        let mut state = self.breaker.state();
        let was_open = self.breaker.is_open(&state);
        if fault.is_none() {
            state.failures = 0;
            self.breaker.show(false);
            return;
        }
        state.failures = state.failures.saturating_add(1);
        state.last = fault;
        // Calls that were running when it opened do not extend the rest.
        if self.breaker.is_open(&state) && (self.probe || !was_open) {
            state.opened = Some(Instant::now());
            self.breaker.show(true);
            let Breaker { rest, place, kind, .. } = self.breaker;
            tracing::warn!(
                place,
                purpose = kind,
                ?fault,
                ?rest,
                "pausing calls of the language model"
            );
        }
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        if self.probe {
            self.breaker.state().probing = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Purpose::{Refine, Summary};

    const LONG: Duration = Duration::from_secs(3_600);

    fn breakers(rest: Duration) -> Breakers {
        Breakers::new(rest, "test")
    }

    fn fail(breakers: &Breakers, purpose: Purpose, fault: Fault) {
        breakers.enter(purpose).unwrap().end(Some(fault));
    }

    fn away(breakers: &Breakers) {
        fail(breakers, Summary, Fault::Away);
    }

    #[test]
    fn only_failures_in_a_row_open_it() {
        let breakers = breakers(LONG);
        away(&breakers);
        away(&breakers);
        breakers.enter(Summary).unwrap().end(None);
        away(&breakers);
        away(&breakers);
        drop(breakers.enter(Summary).unwrap());
        breakers.check(Summary).unwrap();
        away(&breakers);
        let told = breakers.check(Summary).unwrap_err().to_string();
        assert!(told.contains("next attempt in 3600 s"), "{told}");
        assert_eq!(breakers.enter(Summary).unwrap_err().to_string(), told);
    }

    #[test]
    fn a_server_that_is_away_is_so_for_all_purposes() {
        let breakers = breakers(LONG);
        for purpose in [Purpose::Summary, Purpose::Voice, Purpose::Note] {
            fail(&breakers, purpose, Fault::Away);
        }
        for purpose in Purpose::ALL {
            assert!(matches!(breakers.check(purpose), Err(ModelError::Unavailable { .. })));
        }
    }

    #[test]
    fn what_fails_for_one_purpose_fails_for_no_other() {
        for fault in [Fault::Late, Fault::Useless] {
            let breakers = breakers(LONG);
            for _ in 0..IN_VAIN {
                breakers.check(Summary).unwrap();
                fail(&breakers, Summary, fault);
            }
            let told = breakers.check(Summary).unwrap_err();
            match fault {
                Fault::Useless => assert!(matches!(told, ModelError::Malformed { .. })),
                _ => assert!(matches!(told, ModelError::Unavailable { .. })),
            }
            for purpose in Purpose::ALL.into_iter().filter(|it| *it != Summary) {
                breakers.enter(purpose).unwrap().end(None);
            }
            breakers.check(Summary).unwrap_err();
        }
    }

    #[test]
    fn health_is_of_what_is_open_until_it_is_closed() {
        let breakers = breakers(Duration::ZERO);
        away(&breakers);
        away(&breakers);
        breakers.health().unwrap();
        away(&breakers);
        // The rest is over, but nobody knows better yet.
        breakers.check(Summary).unwrap();
        let told = breakers.health().unwrap_err().to_string();
        assert!(told.contains("last 3 calls or more found it away"), "{told}");
        breakers.server.health(Duration::ZERO).unwrap();
        breakers.enter(Summary).unwrap().end(None);
        breakers.health().unwrap();
        for _ in 0..IN_VAIN {
            fail(&breakers, Refine, Fault::Useless);
        }
        let told = breakers.health().unwrap_err().to_string();
        assert!(told.contains("for refine failed"), "{told}");
    }

    #[test]
    fn one_call_goes_through_after_the_rest() {
        let breakers = breakers(Duration::ZERO);
        (0..AWAY).for_each(|_| away(&breakers));
        let probe = breakers.enter(Summary).unwrap();
        assert!(probe.is_probe());
        assert!(breakers.check(Refine).unwrap_err().to_string().contains("being probed"));
        breakers.enter(Refine).unwrap_err();
        // A dropped probe makes room for another.
        drop(probe);
        let probe = breakers.enter(Refine).unwrap();
        breakers.enter(Summary).unwrap_err();
        probe.end(None);
        let passes = [breakers.enter(Summary).unwrap(), breakers.enter(Summary).unwrap()];
        assert!(passes.iter().all(|it| !it.is_probe()));
    }

    #[test]
    fn the_call_that_fails_begins_another_rest() {
        let rest = Duration::from_millis(200);
        for fault in [Fault::Away, Fault::Late] {
            let breakers = breakers(rest);
            (0..AWAY).for_each(|_| away(&breakers));
            breakers.check(Summary).unwrap_err();
            std::thread::sleep(rest);
            fail(&breakers, Summary, fault);
            breakers.check(Summary).unwrap_err();
            std::thread::sleep(rest);
            breakers.check(Summary).unwrap();
        }
    }

    #[test]
    fn calls_of_before_do_not_prolong_the_rest_but_may_end_it() {
        let rest = Duration::from_millis(200);
        let breakers = breakers(rest);
        let (late, good) = (breakers.enter(Summary).unwrap(), breakers.enter(Summary).unwrap());
        (0..AWAY).for_each(|_| away(&breakers));
        std::thread::sleep(rest);
        late.end(Some(Fault::Away));
        breakers.check(Summary).unwrap();
        away(&breakers);
        breakers.check(Summary).unwrap_err();
        good.end(None);
        breakers.check(Summary).unwrap();
    }
}
