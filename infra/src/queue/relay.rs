//! The relay: from the log to the ledger, and on to the queue.
//!
//! Invariants: one relay works at a time, as it holds the checkpoint rows while it enters work;
//! work and checkpoint are one transaction, so an event becomes work exactly once for each
//! consumer. A new consumer begins where it says, and is brought up without holding the others
//! back.

use super::ledger::{Ledger, NewWork};
use super::{Queue, QueueError};
use crate::log::EventLog;
use metrics::{counter, gauge};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Events that are read at a time.
const BATCH: u32 = 500;
/// Longest time between two looks at the log: other processes cannot wake this one.
const POLL: Duration = Duration::from_millis(200);
/// Time between two looks for what was lost on the way.
const RECONCILE: Duration = Duration::from_secs(1);
/// Pause after a failure.
const FAILURE_PAUSE: Duration = Duration::from_millis(500);

/// Which events are work for a consumer that is new to an installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begins {
    /// All that are in the log: what follows from them is still to be done.
    Start,
    /// Those that come after the relay first knew of it: a worker that writes to people must not
    /// write of all that ever happened.
    Now,
}

/// A consumer and the events that are work for it.
#[derive(Debug, Clone, Copy)]
pub struct Subscription {
    /// The worker's name.
    pub consumer: &'static str,
    /// Names of event types.
    pub event_types: &'static [&'static str],
    /// Where it begins.
    pub begins: Begins,
}

/// Turns events into work.
pub struct Relay {
    log: EventLog,
    ledger: Ledger,
    queue: Arc<dyn Queue>,
    subscriptions: Vec<Subscription>,
    lease: Duration,
}

impl Relay {
    /// A relay for these consumers; `lease` is that of their workers.
    pub fn new(
        log: EventLog,
        ledger: Ledger,
        queue: Arc<dyn Queue>,
        subscriptions: Vec<Subscription>,
        lease: Duration,
    ) -> Self {
        Self { log, ledger, queue, subscriptions, lease }
    }

    /// Works until it is told to stop.
    pub async fn run(&self, stop: CancellationToken) {
        let mut appended = self.log.watch();
        let mut reconciled = tokio::time::Instant::now() - RECONCILE;
        while !stop.is_cancelled() {
            appended.mark_unchanged();
            let mut pause = POLL;
            match self.step().await {
                Ok(0) => {}
                Ok(_) => pause = Duration::ZERO,
                Err(error) => {
                    tracing::warn!(%error, "the relay cannot work; trying again");
                    counter!("debrief_relay_failures_total").increment(1);
                    pause = FAILURE_PAUSE;
                }
            }
            if reconciled.elapsed() >= RECONCILE {
                reconciled = tokio::time::Instant::now();
                if let Err(error) = self.queue.reconcile(self.lease).await {
                    tracing::warn!(%error, "the queue cannot be reconciled; trying again");
                }
            }
            if !pause.is_zero() {
                tokio::select! {
                    () = stop.cancelled() => {}
                    _ = tokio::time::timeout(pause, appended.changed()) => {}
                }
            }
        }
    }

    /// Enters and dispatches what there is, one batch for each group of consumers; answers how
    /// much moved.
    pub async fn step(&self) -> Result<u64, QueueError> {
        let mut moved = 0;
        for (position, consumers) in self.positions().await? {
            moved += self.enter(position, &consumers).await?;
        }
        // Every time: a dead letter that is to be tried again came in by another way.
        moved += self.queue.dispatch().await?;
        Ok(moved)
    }

    /// Consumers by how far they have come.
    async fn positions(&self) -> Result<BTreeMap<i64, Vec<Subscription>>, QueueError> {
        let known: BTreeMap<String, i64> =
            self.ledger.relay_positions().await?.into_iter().collect();
        let mut groups: BTreeMap<i64, Vec<Subscription>> = BTreeMap::new();
        for subscription in &self.subscriptions {
            let position = match known.get(subscription.consumer) {
                Some(position) => *position,
                None => self.begin(subscription).await?,
            };
            groups.entry(position).or_default().push(*subscription);
        }
        Ok(groups)
    }

    /// Gives a new consumer its checkpoint. Where another relay was faster, that one's counts, and
    /// [`Relay::enter`] finds out.
    async fn begin(&self, subscription: &Subscription) -> Result<i64, QueueError> {
        let position = match subscription.begins {
            Begins::Start => 0,
            Begins::Now => self.log.head().await?,
        };
        let sql = "INSERT INTO relay_checkpoints (consumer, position) VALUES ($1, $2) \
             ON CONFLICT (consumer) DO NOTHING";
        let arguments = [subscription.consumer.into(), position.into()];
        self.ledger.sql().execute(sql, &arguments).await?;
        Ok(position)
    }

    async fn enter(&self, after: i64, consumers: &[Subscription]) -> Result<u64, QueueError> {
        let events = self.log.read_headers(after, BATCH).await?;
        let Some(last) = events.last() else { return Ok(0) };
        let work: Vec<NewWork> = events
            .iter()
            .flat_map(|event| {
                consumers.iter().filter(|s| s.event_types.contains(&event.event_type.as_str())).map(
                    |subscription| NewWork {
                        consumer: subscription.consumer,
                        position: event.position,
                        event_id: event.id,
                        organization: event.organization,
                        stream_id: event.stream_id,
                        recorded_at: event.recorded_at.timestamp_millis(),
                    },
                )
            })
            .collect();

        let mut tx = self.ledger.begin().await?;
        let mut held = 0;
        for subscription in consumers {
            // Compare and set: a relay that came first has moved the checkpoint.
            let sql = "UPDATE relay_checkpoints SET position = $3 \
                 WHERE consumer = $1 AND position = $2";
            let arguments = [subscription.consumer.into(), after.into(), last.position.into()];
            held += tx.execute(sql, &arguments).await?;
        }
        if held < consumers.len() as u64 {
            return Ok(0);
        }
        Ledger::enter(&mut tx, &work).await?;
        tx.commit().await?;
        for event in &events {
            tracing::debug!(
                position = event.position,
                event_type = event.event_type,
                correlation_id = %event.correlation_id,
                "relayed"
            );
        }
        gauge!("debrief_relay_position").set(last.position as f64);
        counter!("debrief_relay_jobs_total").increment(work.len() as u64);
        Ok(events.len() as u64)
    }
}
