//! How often to poll for what a signal should have announced.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Polling interval where signals may be missing.
pub const QUICK: Duration = Duration::from_millis(200);
/// Polling interval while signals can be trusted.
pub const SLOW: Duration = Duration::from_secs(2);
/// How long polling stays quick after a poll found what no signal had announced.
const ALERT: Duration = Duration::from_secs(10);

/// Whether this process hears of every change: because no other process makes any, or because it is
/// connected to the others. Clones share the state.
#[derive(Clone, Debug, Default)]
pub struct Trust(Arc<AtomicBool>);

impl Trust {
    /// Sets whether signals can be trusted.
    pub fn set(&self, trusted: bool) {
        self.0.store(trusted, Ordering::Relaxed);
    }

    /// Returns whether signals can be trusted.
    pub fn holds(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A polling interval: slow while signals can be trusted and announce everything, otherwise quick.
#[derive(Debug)]
pub struct Pace {
    trust: Trust,
    alert_until: Option<Instant>,
}

impl Pace {
    /// Creates a pace that follows `trust`.
    pub fn new(trust: Trust) -> Self {
        Self { trust, alert_until: None }
    }

    /// Records that a poll found what no signal had announced: some process does not announce.
    pub fn surprised(&mut self) {
        self.alert_until = Some(Instant::now() + ALERT);
    }

    /// Returns the time until the next poll.
    pub fn pause(&self) -> Duration {
        let alert = self.alert_until.is_some_and(|until| Instant::now() < until);
        if alert || !self.trust.holds() { QUICK } else { SLOW }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn is_slow_where_signals_tell_everything() {
        let trust = Trust::default();
        let mut pace = Pace::new(trust.clone());
        assert_eq!(pace.pause(), QUICK, "nobody said that signals can be trusted");
        trust.set(true);
        assert_eq!(pace.pause(), SLOW);
        pace.surprised();
        assert_eq!(pace.pause(), QUICK);
        tokio::time::advance(ALERT).await;
        assert_eq!(pace.pause(), SLOW, "nothing more came without a signal");
        trust.set(false);
        assert_eq!(pace.pause(), QUICK);
    }
}
