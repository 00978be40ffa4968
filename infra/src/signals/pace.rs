//! How often to look for what a signal should have told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Between two looks where a signal may not come: what another process did is seen after this.
pub const QUICK: Duration = Duration::from_millis(200);
/// Between two looks where signals are trusted.
pub const SLOW: Duration = Duration::from_secs(2);
/// How long looks stay quick after one found what no signal had told.
const ALERT: Duration = Duration::from_secs(10);

/// Whether this process is told of whatever moves: because nobody else moves anything, or because
/// the others can be heard. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Trust(Arc<AtomicBool>);

impl Trust {
    /// From now on signals can be trusted, or no longer.
    pub fn set(&self, trusted: bool) {
        self.0.store(trusted, Ordering::Relaxed);
    }

    /// Whether they can.
    pub fn holds(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The pace of one who looks: slow while signals are trusted and tell everything, else quick.
#[derive(Debug)]
pub struct Pace {
    trust: Trust,
    alert_until: Option<Instant>,
}

impl Pace {
    /// Begins as `trust` says.
    pub fn new(trust: Trust) -> Self {
        Self { trust, alert_until: None }
    }

    /// A look found what no signal had told: there is somebody who does not tell.
    pub fn surprised(&mut self) {
        self.alert_until = Some(Instant::now() + ALERT);
    }

    /// Time until the next look.
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
