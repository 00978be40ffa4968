//! The head of the log, as known to this process.
//!
//! Appends of this process and signals of others advance it at once. What neither announced is found
//! by polling: one task polls on behalf of all consumers in this process, as long as there are any.
//! So a process whose log does not change runs one small query now and then.

use super::LogError;
use super::store::LogStore;
use crate::signals::{Pace, Trust, advance};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// The identity of the log and its last position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Identity of the log: it changes when the log is replaced by another.
    pub epoch: Arc<str>,
    /// Position of the last event; 0 for an empty log.
    pub position: i64,
}

/// What the process knows of the head. Clones share it.
#[derive(Clone)]
pub(super) struct Tip(Arc<Inner>);

struct Inner {
    store: Arc<dyn LogStore>,
    position: watch::Sender<i64>,
    /// `None` before the first query.
    epoch: Mutex<Option<Arc<str>>>,
    trust: Trust,
    /// See [`Tip::setbacks`].
    setbacks: AtomicU64,
    lookout: Mutex<Weak<Lookout>>,
}

/// Keeps the polling task alive.
pub(super) struct Lookout(AbortHandle);

impl Drop for Lookout {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Tip {
    /// Creates a tip whose `position` is advanced by appends of this process, and by signals.
    pub(super) fn new(store: Arc<dyn LogStore>, position: watch::Sender<i64>) -> Self {
        Self(Arc::new(Inner {
            store,
            position,
            epoch: Mutex::default(),
            trust: Trust::default(),
            setbacks: AtomicU64::default(),
            lookout: Mutex::default(),
        }))
    }

    pub(super) fn position(&self) -> &watch::Sender<i64> {
        &self.0.position
    }

    /// Returns how often the log was seen to be set back or replaced: whatever was known of it before
    /// the last time may no longer be true.
    pub(super) fn setbacks(&self) -> u64 {
        self.0.setbacks.load(Ordering::SeqCst)
    }

    pub(super) fn trust(&self) -> &Trust {
        &self.0.trust
    }

    /// Returns what is known; queries the database only if nothing is.
    pub(super) async fn known(&self) -> Result<Head, LogError> {
        let epoch = self.epoch().clone();
        match epoch {
            Some(epoch) => Ok(Head { epoch, position: *self.0.position.borrow() }),
            None => self.look().await,
        }
    }

    /// Queries the database, and notifies watchers.
    pub(super) async fn look(&self) -> Result<Head, LogError> {
        self.look_and_tell().await.map(|(head, _)| head)
    }

    /// Returns also whether the log had advanced without a signal.
    async fn look_and_tell(&self) -> Result<(Head, bool), LogError> {
        let before = *self.0.position.borrow();
        let (position, epoch) = self.0.store.head().await?;
        let replaced = {
            let mut known = self.epoch();
            let replaced = known.as_deref().is_some_and(|known| known != epoch);
            if replaced || known.is_none() {
                *known = Some(epoch.as_str().into());
            }
            replaced
        };
        // Behind what was known before the query: the log was restored to an earlier state.
        let moved = if replaced || position < before {
            tracing::debug!(position, before, replaced, "the log is not the one it was");
            self.0.setbacks.fetch_add(1, Ordering::SeqCst);
            self.0.position.send_replace(position);
            false
        } else {
            advance(&self.0.position, position)
        };
        Ok((Head { epoch: epoch.into(), position }, moved))
    }

    /// Starts polling; it goes on for as long as the returned guard is held.
    pub(super) fn lookout(&self) -> Arc<Lookout> {
        let mut known = self.0.lookout.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lookout) = known.upgrade() {
            return lookout;
        }
        let tip = self.clone();
        let task = tokio::spawn(async move { tip.look_out().await });
        let lookout = Arc::new(Lookout(task.abort_handle()));
        *known = Arc::downgrade(&lookout);
        lookout
    }

    async fn look_out(&self) {
        let mut pace = Pace::new(self.0.trust.clone());
        loop {
            tokio::time::sleep(pace.pause()).await;
            match self.look_and_tell().await {
                Ok((_, moved)) if moved => pace.surprised(),
                Ok(_) => {}
                // Consumers report it when they read.
                Err(error) => tracing::debug!(%error, "the log's head cannot be read"),
            }
        }
    }

    fn epoch(&self) -> std::sync::MutexGuard<'_, Option<Arc<str>>> {
        self.0.epoch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
