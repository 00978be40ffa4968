//! The relay: inserts jobs from the log into the ledger, and dispatches them to the queue.
//!
//! Invariants: one relay works at a time, because it locks the checkpoint rows while it inserts
//! jobs. Jobs and checkpoint are written in one transaction, so an event becomes a job exactly once
//! for each consumer. A new consumer starts at its [`Begins`] and catches up without delaying the
//! others.

use super::ledger::{Ledger, NewWork};
use super::{Queue, QueueError};
use crate::health::Unwell;
use crate::log::EventLog;
use crate::log::follow::{Checkpoint, Consumer, Diverged, follow};
use async_trait::async_trait;
use metrics::{counter, gauge};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// Maximum number of events that are read at once.
const BATCH: u32 = 500;
/// Interval between two repairs of losses.
const RECONCILE: Duration = Duration::from_secs(1);

/// Where a consumer that is new to an installation starts in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begins {
    /// At the beginning: past events become jobs too.
    Start,
    /// At the head when the relay first starts with it: a worker that writes to people must not
    /// write about all of history.
    Now,
}

/// A consumer and the types of events that are jobs for it.
#[derive(Debug, Clone, Copy)]
pub struct Subscription {
    /// The worker's name.
    pub consumer: &'static str,
    /// Names of event types.
    pub event_types: &'static [&'static str],
    /// Where it starts.
    pub begins: Begins,
}

/// Checks that the checkpoints of all consumers belong to this log.
pub async fn check(log: &EventLog, ledger: &Ledger) -> Result<(), Unwell> {
    let checkpoints = ledger.relay_checkpoints().await?;
    // Read after the checkpoints: both may advance in between.
    let head = log.look().await?;
    for (_, checkpoint) in checkpoints {
        checkpoint.check(&head).map_err(Diverged::unwell)?;
    }
    Ok(())
}

/// Turns events into jobs.
pub struct Relay {
    log: EventLog,
    ledger: Ledger,
    queue: Arc<dyn Queue>,
    subscriptions: Vec<Subscription>,
    lease: Duration,
    /// Checkpoints as last read.
    places: Vec<(Subscription, Checkpoint)>,
}

impl Relay {
    /// Creates a relay for these consumers; `lease` is that of their workers.
    pub fn new(
        log: EventLog,
        ledger: Ledger,
        queue: Arc<dyn Queue>,
        subscriptions: Vec<Subscription>,
        lease: Duration,
    ) -> Self {
        Self { log, ledger, queue, subscriptions, lease, places: Vec::new() }
    }

    /// Runs until it is told to stop.
    pub async fn run(mut self, stop: CancellationToken) {
        let (log, queue) = (self.log.clone(), Arc::clone(&self.queue));
        let upkeep = upkeep(&*queue, self.lease, &stop);
        tokio::join!(follow(&log, &mut self, &stop), upkeep);
    }

    /// Inserts and dispatches one batch for each group of consumers; returns the number of events
    /// and jobs processed.
    pub async fn step(&self) -> Result<u64, QueueError> {
        let entered = self.enter_all(&self.places().await?).await?;
        Ok(entered + self.queue.dispatch().await?)
    }

    /// Returns the consumers with their checkpoints, and creates those of new ones.
    async fn places(&self) -> Result<Vec<(Subscription, Checkpoint)>, QueueError> {
        let mut known: BTreeMap<String, Checkpoint> =
            self.ledger.relay_checkpoints().await?.into_iter().collect();
        let mut places = Vec::with_capacity(self.subscriptions.len());
        for subscription in &self.subscriptions {
            let checkpoint = match known.remove(subscription.consumer) {
                Some(checkpoint) => checkpoint,
                None => self.begin(subscription).await?,
            };
            places.push((*subscription, checkpoint));
        }
        Ok(places)
    }

    /// Creates the checkpoint of a new consumer. If another relay was faster, its checkpoint
    /// counts, and [`Relay::enter`] notices.
    async fn begin(&self, subscription: &Subscription) -> Result<Checkpoint, QueueError> {
        let head = self.log.look().await?;
        let position = match subscription.begins {
            Begins::Start => 0,
            Begins::Now => head.position,
        };
        let sql = "INSERT INTO relay_checkpoints (consumer, position, epoch) VALUES ($1, $2, $3) \
             ON CONFLICT (consumer) DO NOTHING";
        let arguments = [subscription.consumer.into(), position.into(), (*head.epoch).into()];
        self.ledger.sql().execute(sql, &arguments).await?;
        Ok(Checkpoint { epoch: Some(head.epoch.to_string()), position })
    }

    /// Inserts one batch for each group of consumers at the same position.
    async fn enter_all(&self, places: &[(Subscription, Checkpoint)]) -> Result<u64, QueueError> {
        let mut groups: BTreeMap<i64, Vec<Subscription>> = BTreeMap::new();
        for (subscription, checkpoint) in places {
            groups.entry(checkpoint.position).or_default().push(*subscription);
        }
        let mut entered = 0;
        for (position, consumers) in groups {
            entered += self.enter(position, &consumers).await?;
        }
        Ok(entered)
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

        let epoch = self.log.known_head().await?.epoch;
        let mut tx = self.ledger.begin().await?;
        let mut held = 0;
        for subscription in consumers {
            // Compare and set: another relay may have moved the checkpoint.
            let sql = "UPDATE relay_checkpoints SET position = $3, epoch = COALESCE(epoch, $4) \
                 WHERE consumer = $1 AND position = $2";
            let arguments =
                [subscription.consumer.into(), after.into(), last.position.into(), (*epoch).into()];
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

#[async_trait]
impl Consumer for Relay {
    type Error = QueueError;

    fn name(&self) -> &str {
        "relay"
    }

    async fn checkpoints(&mut self) -> Result<Vec<Checkpoint>, QueueError> {
        self.places = self.places().await?;
        Ok(self.places.iter().map(|(_, checkpoint)| checkpoint.clone()).collect())
    }

    async fn step(&mut self) -> Result<bool, QueueError> {
        let entered = self.enter_all(&self.places).await?;
        while self.queue.dispatch().await? > 0 {}
        Ok(entered > 0)
    }

    async fn rest(&mut self) -> Result<Option<Duration>, QueueError> {
        // Jobs that another relay inserted are jobs for this process too.
        while self.queue.dispatch().await? > 0 {}
        Ok(None)
    }
}

/// Repairs losses periodically until `stop`.
async fn upkeep(queue: &dyn Queue, lease: Duration, stop: &CancellationToken) {
    let mut tick = tokio::time::interval(RECONCILE);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(tick.tick()).await.is_some() {
        if let Err(error) = queue.reconcile(lease).await {
            tracing::warn!(%error, "the queue cannot be reconciled; trying again");
        }
    }
}
