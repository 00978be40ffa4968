//! The relay: inserts jobs from the log into the ledger, and dispatches them to the queue.
//!
//! Invariants: one relay works at a time, because it locks the checkpoint rows while it inserts
//! jobs. Jobs and checkpoint are written in one transaction, so an event becomes a job exactly once
//! for each consumer. A new consumer starts at its [`Begins`] and catches up without delaying the
//! others. If the log was restored or replaced, jobs of events that it does not have are deleted, and
//! its own are inserted again.

use super::ledger::{Ledger, NewWork};
use super::{Queue, QueueError};
use crate::health::Unwell;
use crate::log::follow::{Checkpoint, Consumer, Diverged, follow};
use crate::log::{EventLog, LogError};
use async_trait::async_trait;
use metrics::{counter, gauge};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// Maximum number of events that are read at once.
const BATCH: u32 = 500;
/// Interval between two repairs of losses.
const RECONCILE: Duration = Duration::from_secs(1);

/// How far the clock must go back to count as set back.
const PUT_BACK: Duration = Duration::from_secs(60);

/// The clock of the machine beside one that only goes forward.
#[derive(Default)]
struct Clock(Option<(SystemTime, Instant)>);

impl Clock {
    /// Returns whether the clock was set back since it was noted; also if it was never noted.
    fn was_put_back(&self) -> bool {
        self.0.is_none_or(|(time, at)| is_behind(SystemTime::now(), time + at.elapsed()))
    }

    fn note(&mut self) {
        self.0 = Some((SystemTime::now(), Instant::now()));
    }
}

/// Returns whether a time is so far behind the expected one that the clock was set back.
fn is_behind(time: SystemTime, expected: SystemTime) -> bool {
    expected.duration_since(time).is_ok_and(|behind| behind > PUT_BACK)
}

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
        match log.verify_place(&checkpoint).await {
            Err(LogError::Diverged(diverged)) => return Err(diverged.unwell()),
            verified => verified?,
        }
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
        let place = self.beginning(subscription.begins).await?;
        let sql = "INSERT INTO relay_checkpoints (consumer, position, epoch, event_id) \
             VALUES ($1, $2, $3, $4) ON CONFLICT (consumer) DO NOTHING";
        let arguments = [
            subscription.consumer.into(),
            place.position.into(),
            place.epoch.clone().into(),
            place.event.into(),
        ];
        self.ledger.sql().execute(sql, &arguments).await?;
        Ok(place)
    }

    async fn beginning(&self, begins: Begins) -> Result<Checkpoint, QueueError> {
        let head = self.log.look().await?;
        let position = match begins {
            Begins::Start => 0,
            Begins::Now => head.position,
        };
        Ok(self.log.place_at(position).await?)
    }

    /// Refills the ledger after the log was restored or replaced: jobs of events that the log does
    /// not have are deleted, and consumers that had passed such events start again. A job that is
    /// done twice has its effect once; a consumer that starts [now](Begins::Now) continues at the
    /// head of the log.
    async fn start_over(&self) -> Result<(), QueueError> {
        let mut tx = self.ledger.begin().await?;
        let mut begun = Vec::new();
        // Locked, so that of several relays one does this, and the others find it done.
        for (consumer, checkpoint) in Ledger::lock_relay_checkpoints(&mut tx).await? {
            match self.log.verify_place(&checkpoint).await {
                Err(LogError::Diverged(_)) => {}
                verified => {
                    verified?;
                    continue;
                }
            }
            let known = self.subscriptions.iter().find(|known| known.consumer == consumer);
            let Some(subscription) = known else {
                // Not known to this version: it will be new to one that knows it.
                let sql = "DELETE FROM relay_checkpoints WHERE consumer = $1";
                tx.execute(sql, &[consumer.as_str().into()]).await?;
                continue;
            };
            let place = self.beginning(subscription.begins).await?;
            let sql = "UPDATE relay_checkpoints SET position = $2, epoch = $3, event_id = $4 \
                 WHERE consumer = $1";
            let arguments = [
                consumer.as_str().into(),
                place.position.into(),
                place.epoch.into(),
                place.event.into(),
            ];
            tx.execute(sql, &arguments).await?;
            begun.push(consumer);
        }
        let mut foreign = 0;
        let mut after = 0;
        loop {
            let events = Ledger::events_with_work(&mut tx, after, BATCH).await?;
            let Some((last, _)) = events.last().copied() else { break };
            after = last;
            let mut positions: Vec<i64> = events.iter().map(|(position, _)| *position).collect();
            positions.dedup();
            let ids = self.log.ids_at(&positions).await?;
            for (position, event) in events {
                if ids.get(&position) != Some(&event) {
                    foreign += Ledger::forget_event(&mut tx, position, event).await?;
                }
            }
        }
        tx.commit().await?;
        if foreign > 0 || !begun.is_empty() {
            tracing::warn!(
                consumers = begun.join(", "),
                foreign,
                "the queue was of another log; its jobs are inserted again from this one"
            );
        }
        Ok(())
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
            let sql = "UPDATE relay_checkpoints SET position = $3, epoch = COALESCE(epoch, $4), \
                 event_id = $5 WHERE consumer = $1 AND position = $2";
            let arguments = [
                subscription.consumer.into(),
                after.into(),
                last.position.into(),
                (*epoch).into(),
                last.id.into(),
            ];
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

    async fn diverged(&mut self, diverged: Diverged) -> Result<(), QueueError> {
        tracing::debug!(%diverged, "the queue is of another log");
        self.start_over().await
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
    let mut clock = Clock::default();
    while stop.run_until_cancelled(tick.tick()).await.is_some() {
        // At the start, and after the clock was put back, due times may be far ahead.
        if clock.was_put_back() {
            match queue.ledger().bring_forward().await {
                Ok(_) => clock.note(),
                Err(error) => tracing::warn!(%error, "due times cannot be checked; trying again"),
            }
        }
        if let Err(error) = queue.reconcile(lease).await {
            tracing::warn!(%error, "the queue cannot be reconciled; trying again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_put_back_is_noticed() {
        let now = SystemTime::now();
        assert!(is_behind(now - Duration::from_secs(86_400), now));
        assert!(!is_behind(now - Duration::from_secs(2), now), "it is set right all the time");
        assert!(!is_behind(now + Duration::from_secs(86_400), now), "forward does no harm");
        let mut clock = Clock::default();
        assert!(clock.was_put_back(), "before the start it may have been");
        clock.note();
        assert!(!clock.was_put_back());
    }
}
