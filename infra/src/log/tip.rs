//! How far the log has come, as this process knows it.
//!
//! Appends of this process and signals of others move it at once. Whatever neither told of is found
//! by looking: one task looks for all who follow the log in this process, as long as there are any.
//! So a process whose log stands still asks the database one small question now and then.

use super::LogError;
use super::store::LogStore;
use crate::signals::{Pace, Trust, advance};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// Which log it is, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// What identifies the log: it changes when the log is replaced by another.
    pub epoch: Arc<str>,
    /// Position of the last event; 0 for an empty log.
    pub position: i64,
}

/// The process's knowledge. Clones share it.
#[derive(Clone)]
pub(super) struct Tip(Arc<Inner>);

struct Inner {
    store: Arc<dyn LogStore>,
    position: watch::Sender<i64>,
    /// Unknown before the first look.
    epoch: Mutex<Option<Arc<str>>>,
    trust: Trust,
    lookout: Mutex<Weak<Lookout>>,
}

/// The task that looks; it ends with the last of these.
pub(super) struct Lookout(AbortHandle);

impl Drop for Lookout {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Tip {
    /// `position` is moved by this process's appends, and by signals.
    pub(super) fn new(store: Arc<dyn LogStore>, position: watch::Sender<i64>) -> Self {
        Self(Arc::new(Inner {
            store,
            position,
            epoch: Mutex::default(),
            trust: Trust::default(),
            lookout: Mutex::default(),
        }))
    }

    pub(super) fn position(&self) -> &watch::Sender<i64> {
        &self.0.position
    }

    pub(super) fn trust(&self) -> &Trust {
        &self.0.trust
    }

    /// What is known; looks only where nothing is.
    pub(super) async fn known(&self) -> Result<Head, LogError> {
        let epoch = self.epoch().clone();
        match epoch {
            Some(epoch) => Ok(Head { epoch, position: *self.0.position.borrow() }),
            None => self.look().await,
        }
    }

    /// Asks the database, and tells whoever watches.
    pub(super) async fn look(&self) -> Result<Head, LogError> {
        self.look_and_tell().await.map(|(head, _)| head)
    }

    /// Answers also whether the log has moved on without a signal.
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
        // Behind what was known before the question was asked: the log was set back.
        let moved = if replaced || position < before {
            tracing::debug!(position, before, replaced, "the log is not the one it was");
            self.0.position.send_replace(position);
            false
        } else {
            advance(&self.0.position, position)
        };
        Ok((Head { epoch: epoch.into(), position }, moved))
    }

    /// Has the log looked at for as long as the answer is held.
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
                // Whoever reads finds out as well, and says so.
                Err(error) => tracing::debug!(%error, "the log's head cannot be read"),
            }
        }
    }

    fn epoch(&self) -> std::sync::MutexGuard<'_, Option<Arc<str>>> {
        self.0.epoch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
