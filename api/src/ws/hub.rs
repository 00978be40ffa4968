//! The hub of a process: follows updates, wakes the subscriptions whose channels have advanced, and
//! limits what all subscriptions together may use.
//!
//! A wake-up carries no update: subscriptions read updates from the database, by offset. A wake-up
//! that is lost, repeated or early therefore does no harm.

use debrief_domain::ids::OrganizationId;
use debrief_infra::log::EventLog;
use debrief_infra::signals::{Pace, QUICK};
use debrief_projections::engine::Views;
use debrief_projections::updates::{self, Channel};
use metrics::gauge;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;

/// Maximum number of concurrent reads of subscriptions: with more, a channel with many subscribers
/// would take all database connections.
const READS: usize = 4;
/// Minimum interval between two queries of the epoch.
const EPOCH_POLL: Duration = Duration::from_secs(1);

type Channels = HashMap<(OrganizationId, Channel), watch::Sender<u64>>;

/// A handle to the hub. Clones share it.
#[derive(Clone)]
pub(super) struct Hub {
    channels: Arc<Mutex<Channels>>,
    epoch: watch::Receiver<String>,
    connections: Arc<AtomicUsize>,
    reads: Arc<Semaphore>,
}

/// A slot for a connection; released when dropped.
pub(super) struct Slot(Arc<AtomicUsize>);

impl Drop for Slot {
    fn drop(&mut self) {
        let left = self.0.fetch_sub(1, Ordering::Relaxed) - 1;
        gauge!("debrief_websocket_connections").set(left as f64);
    }
}

impl Hub {
    /// Starts following updates.
    pub(super) fn start(log: EventLog, views: Views, stop: CancellationToken) -> Self {
        let channels = Arc::new(Mutex::new(Channels::new()));
        let (announce, epoch) = watch::channel(String::new());
        tokio::spawn(follow(log, views, Arc::clone(&channels), announce, stop));
        Self {
            channels,
            epoch,
            connections: Arc::default(),
            reads: Arc::new(Semaphore::new(READS)),
        }
    }

    /// Returns a slot for a connection, if there are fewer than `max`.
    pub(super) fn enter(&self, max: usize) -> Option<Slot> {
        let slot = self
            .connections
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| (n < max).then_some(n + 1));
        let before = slot.ok()?;
        gauge!("debrief_websocket_connections").set((before + 1) as f64);
        Some(Slot(Arc::clone(&self.connections)))
    }

    /// Waits for permission to read the database; hold it while reading.
    pub(super) fn reads(&self) -> Arc<Semaphore> {
        Arc::clone(&self.reads)
    }

    /// Returns the epoch of all channels; empty until it is known.
    pub(super) fn epoch(&self) -> watch::Receiver<String> {
        self.epoch.clone()
    }

    /// Returns the wake-ups of a channel.
    pub(super) fn watch(
        &self,
        organization: OrganizationId,
        channel: Channel,
    ) -> watch::Receiver<u64> {
        let mut channels = self.channels.lock().expect("no panic under this lock");
        channels.entry((organization, channel)).or_insert_with(|| watch::Sender::new(0)).subscribe()
    }
}

async fn follow(
    log: EventLog,
    views: Views,
    channels: Arc<Mutex<Channels>>,
    announce: watch::Sender<String>,
    stop: CancellationToken,
) {
    let mut moved = views.watch("updates");
    let mut pace = Pace::new(log.trust().clone());
    let mut seen: Option<i64> = None;
    let mut epoch_at: Option<tokio::time::Instant> = None;
    while !stop.is_cancelled() {
        if epoch_at.is_none_or(|at| at.elapsed() >= EPOCH_POLL) {
            match epoch(&log, &views).await {
                Ok(epoch) => {
                    epoch_at = Some(tokio::time::Instant::now());
                    announce.send_if_modified(|known| {
                        let changed = *known != epoch;
                        *known = epoch;
                        changed
                    });
                }
                Err(error) => tracing::warn!(%error, "the epoch of updates cannot be read"),
            }
        }
        if let Some(moved) = &mut moved {
            // Before looking, so that no move falls between the two.
            moved.mark_unchanged();
        }
        match updates::channels_moved(&views, seen).await {
            Ok((position, names)) => {
                let told = moved.as_ref().is_some_and(|moved| *moved.borrow() >= position);
                if seen.is_some_and(|seen| seen < position) && !told {
                    pace.surprised();
                }
                seen = Some(position);
                let mut channels = channels.lock().expect("no panic under this lock");
                for name in names {
                    if let Some(wake) = channels.get(&name) {
                        wake.send_modify(|n| *n += 1);
                    }
                }
                channels.retain(|_, wake| wake.receiver_count() > 0);
            }
            Err(error) => {
                tracing::warn!(%error, "updates cannot be read; trying again");
                tokio::time::sleep(QUICK).await;
            }
        }
        let pause = if moved.is_some() { pace.pause() } else { QUICK };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
            () = signal(&mut moved) => {}
        }
    }
}

/// Waits until the projection announces that it has advanced.
async fn signal(moved: &mut Option<watch::Receiver<i64>>) {
    let told = match moved {
        Some(moved) => moved.changed().await,
        None => std::future::pending().await,
    };
    if told.is_err() {
        // Its runner ended; another process's may go on.
        *moved = None;
    }
}

async fn epoch(log: &EventLog, views: &Views) -> Result<String, String> {
    let history = log.epoch().await.map_err(|error| error.to_string())?;
    let generation = updates::generation(views).await.map_err(|error| error.to_string())?;
    Ok(format!("{}-{generation}", &history[..history.len().min(12)]))
}
