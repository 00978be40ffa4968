//! A subscription to one channel: past updates, then live ones.
//!
//! The task reads updates after its cursor whenever its channel is woken. Every read starts at the
//! cursor, and offsets have no gaps, so no update is sent twice or skipped, and there is no seam
//! between history and live updates.

use super::hub::Hub;
use super::protocol;
use debrief_domain::ids::OrganizationId;
use debrief_infra::database::DatabaseError;
use debrief_projections::engine::Views;
use debrief_projections::updates::{self, Channel};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};

/// Maximum number of updates that are read at once.
const PAGE: u32 = 200;
/// Maximum wait for the epoch just after the process has started.
const EPOCH_WAIT: Duration = Duration::from_secs(5);
/// Maximum interval between two reads, in case a wake-up is lost.
const POLL: Duration = Duration::from_secs(60);
/// Delay after updates could not be read.
const FAILURE_PAUSE: Duration = Duration::from_millis(500);

/// A position in a channel.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Since {
    /// The epoch of an earlier answer.
    epoch: String,
    /// Offset of the last update that the client processed.
    offset: i64,
}

/// A channel that is followed.
pub(super) struct Subscription {
    views: Views,
    organization: OrganizationId,
    channel: Channel,
    woken: tokio::sync::watch::Receiver<u64>,
    epochs: tokio::sync::watch::Receiver<String>,
    reads: Arc<Semaphore>,
    /// Offset of the last update that was sent or may be skipped.
    cursor: i64,
    /// The epoch that the client knows.
    pub(super) epoch: String,
}

/// The start of a subscription.
pub(super) struct Begun {
    pub(super) subscription: Subscription,
    /// Offset from which updates follow.
    pub(super) offset: i64,
    /// Whether they continue exactly where the client left off.
    pub(super) recovered: bool,
}

impl Subscription {
    /// Finds the start of a subscription: where the client left off or, if that is impossible,
    /// after the newest update.
    pub(super) async fn begin(
        hub: &Hub,
        views: &Views,
        organization: OrganizationId,
        channel: Channel,
        since: Option<Since>,
    ) -> Result<Begun, DatabaseError> {
        // Woken from before the look at the channel: nothing falls between the two.
        let woken = hub.watch(organization, channel);
        let mut epochs = hub.epoch();
        // Just after the start of the process it is not known for a moment.
        if epochs.borrow().is_empty() {
            let _ = tokio::time::timeout(EPOCH_WAIT, epochs.changed()).await;
        }
        let epoch = epochs.borrow_and_update().clone();
        let reads = hub.reads();
        let window = window(&reads, views, organization, channel).await?;
        let recovered = since.as_ref().is_some_and(|since| {
            since.epoch == epoch && (window.first - 1..=window.head).contains(&since.offset)
        });
        let offset = match &since {
            Some(since) if recovered => since.offset,
            _ => window.head,
        };
        let views = views.clone();
        let subscription =
            Self { views, organization, channel, woken, epochs, reads, cursor: offset, epoch };
        Ok(Begun { subscription, offset, recovered })
    }

    /// Sends updates until the connection is gone. Waits while the queue is full: what is not sent
    /// stays in the database.
    pub(super) async fn run(mut self, lane: mpsc::Sender<String>) {
        loop {
            match self.send_new(&lane).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(%error, "updates cannot be read; trying again");
                    tokio::time::sleep(FAILURE_PAUSE).await;
                    continue;
                }
            }
            tokio::select! {
                () = lane.closed() => return,
                woken = self.woken.changed() => if woken.is_err() { return },
                changed = self.epochs.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    /// Sends updates after the cursor. Returns `false` if the connection is gone.
    async fn send_new(&mut self, lane: &mpsc::Sender<String>) -> Result<bool, DatabaseError> {
        loop {
            let epoch = self.epochs.borrow_and_update().clone();
            if epoch != self.epoch {
                let window =
                    window(&self.reads, &self.views, self.organization, self.channel).await?;
                if !self.reload(lane, epoch, window.head).await {
                    return Ok(false);
                }
            }
            let page = {
                // Given back before anything is sent: a slow reader holds up nobody.
                let _turn = self.reads.acquire().await;
                updates::updates(&self.views, self.organization, self.channel, self.cursor, PAGE)
                    .await?
            };
            let full = page.len() == PAGE as usize;
            for update in page {
                if update.offset != self.cursor + 1 {
                    // So slow that retention has overtaken it.
                    let (epoch, before) = (self.epoch.clone(), update.offset - 1);
                    if !self.reload(lane, epoch, before).await {
                        return Ok(false);
                    }
                }
                self.cursor = update.offset;
                if lane.send(protocol::event(self.channel, &update)).await.is_err() {
                    return Ok(false);
                }
            }
            if !full {
                return Ok(true);
            }
        }
    }

    async fn reload(&mut self, lane: &mpsc::Sender<String>, epoch: String, offset: i64) -> bool {
        self.epoch = epoch;
        self.cursor = offset;
        lane.send(protocol::reload(self.channel, &self.epoch, offset)).await.is_ok()
    }
}

/// Returns which updates of a channel are retained. Limited like reads of updates: after a restart
/// all clients reconnect at the same time.
async fn window(
    reads: &Semaphore,
    views: &Views,
    organization: OrganizationId,
    channel: Channel,
) -> Result<updates::Window, DatabaseError> {
    let _turn = reads.acquire().await;
    updates::window(views, organization, channel).await
}
