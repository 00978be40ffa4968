//! The relay: from the log to the ledger, and on to the queue.
//!
//! Invariants: one relay works at a time, as it holds the checkpoint rows while it enters work;
//! work and checkpoint are one transaction, so an event becomes work exactly once for each
//! consumer. A new consumer begins where it says, and is brought up without holding the others
//! back.

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

/// Events that are read at a time.
const BATCH: u32 = 500;
/// Time between two looks for what was lost on the way.
const RECONCILE: Duration = Duration::from_secs(1);

/// Which events are work for a consumer that is new to an installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begins {
    /// All events in the log: what follows from them is still to be done.
    Start,
    /// Events that are appended after the relay first starts with it: a worker that writes to people
    /// must not write about all of history.
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

/// Checks that the checkpoints of all consumers are ones of this log.
pub async fn check(log: &EventLog, ledger: &Ledger) -> Result<(), Unwell> {
    let checkpoints = ledger.relay_checkpoints().await?;
    // After them: the log may advance in between, and then the checkpoints may too.
    let head = log.look().await?;
    for (_, checkpoint) in checkpoints {
        checkpoint.check(&head).map_err(Diverged::unwell)?;
    }
    Ok(())
}

/// Turns events into work.
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
    /// A relay for these consumers; `lease` is that of their workers.
    pub fn new(
        log: EventLog,
        ledger: Ledger,
        queue: Arc<dyn Queue>,
        subscriptions: Vec<Subscription>,
        lease: Duration,
    ) -> Self {
        Self { log, ledger, queue, subscriptions, lease, places: Vec::new() }
    }

    /// Works until it is told to stop.
    pub async fn run(mut self, stop: CancellationToken) {
        let (log, queue) = (self.log.clone(), Arc::clone(&self.queue));
        let upkeep = upkeep(&*queue, self.lease, &stop);
        tokio::join!(follow(&log, &mut self, &stop), upkeep);
    }

    /// Enters and dispatches what there is, one batch for each group of consumers; answers how
    /// much moved.
    pub async fn step(&self) -> Result<u64, QueueError> {
        let entered = self.enter_all(&self.places().await?).await?;
        Ok(entered + self.queue.dispatch().await?)
    }

    /// Consumers with their checkpoints; new ones are given one.
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

    /// Gives a new consumer its checkpoint. Where another relay was faster, that one's counts, and
    /// [`Relay::enter`] finds out.
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

    /// Enters one batch for each group of consumers that have come equally far.
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
            // Compare and set: a relay that came first has moved the checkpoint.
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
        // What another relay entered is work for this process too.
        while self.queue.dispatch().await? > 0 {}
        Ok(None)
    }
}

/// Looks for what was lost on the way, until `stop`.
async fn upkeep(queue: &dyn Queue, lease: Duration, stop: &CancellationToken) {
    let mut tick = tokio::time::interval(RECONCILE);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(tick.tick()).await.is_some() {
        if let Err(error) = queue.reconcile(lease).await {
            tracing::warn!(%error, "the queue cannot be reconciled; trying again");
        }
    }
}
