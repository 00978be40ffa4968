//! The queue over NATS JetStream: a message for each row of the ledger.
//!
//! Requires nats-server 2.9.10 or newer. The stream is a work queue; each worker has a durable pull
//! consumer. A message says that its consumer has a job, not which one: the ledger chooses the job
//! when the message arrives, so that the order is fair to organizations whatever the order of
//! messages. The id of a message consists of consumer, event and dispatch, so that a message sent
//! again by mistake is dropped and one sent again on purpose is not.
//!
//! Invariant: there is a message for each row that was dispatched and is not done. A surplus
//! message finds nothing to claim and is acknowledged. Lost messages are found in two ways: a
//! stream that was created after a row was dispatched cannot hold its message (the store was
//! deleted); and while rows are long overdue, messages and rows are counted.

use super::ledger::{Ledger, Settled};
use super::{Job, Outcome, Queue, QueueError, Room};
use crate::database::sql::Value;
use async_nats::jetstream::{self, AckKind, Message, consumer, stream};
use async_trait::async_trait;
use chrono::Utc;
use futures::StreamExt;
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Maximum number of rows that are dispatched at once.
const BATCH: u32 = 500;
/// Window in which JetStream drops a message with a known id.
const DUPLICATE_WINDOW: Duration = Duration::from_secs(120);
/// Maximum difference between the clocks of the database's and the queue's machines.
const CLOCK_SKEW: Duration = Duration::from_secs(10);
/// How long a row is overdue, past its lease, before messages are counted.
const OVERDUE: Duration = Duration::from_secs(10);
/// Interval between two counts.
const COUNT: Duration = Duration::from_secs(5);
/// Minimum delay before a message that found nothing to claim is redelivered.
const AGAIN: Duration = Duration::from_millis(100);
/// Timeout of one request to the server.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// How much longer than requested a pull may take.
const PULL_GRACE: Duration = Duration::from_millis(500);

type PullConsumer = consumer::Consumer<consumer::pull::Config>;

/// Dispatches jobs over JetStream.
pub struct JetStreamQueue {
    ledger: Ledger,
    context: jetstream::Context,
    client: async_nats::Client,
    prefix: String,
    consumers: Mutex<HashMap<String, PullConsumer>>,
    /// Messages of leased jobs.
    messages: Mutex<HashMap<Held, Message>>,
    /// Creation time of the stream when it was last checked.
    stream_created: Mutex<Option<i64>>,
    /// When messages were last counted.
    counted: Mutex<Option<Instant>>,
}

/// A leased job: the token of its lease, its position and its key.
type Held = (String, i64, String);

fn held(job: &Job) -> Held {
    (job.token.clone(), job.position, job.key.clone())
}

fn unavailable(error: impl std::fmt::Display) -> QueueError {
    QueueError::Unavailable(error.to_string())
}

/// Acknowledges a message in some way. If that is lost, the message is redelivered, and the ledger
/// knows the state of its job.
async fn answer(message: &Message, kind: AckKind) {
    if let Err(error) = message.ack_with(kind).await {
        tracing::debug!(%error, "a message could not be acknowledged");
    }
}

impl JetStreamQueue {
    /// Connects now, or as soon as the server is available, and reconnects for ever.
    pub async fn connect(url: &str, prefix: &str, ledger: Ledger) -> Result<Self, QueueError> {
        let client = async_nats::ConnectOptions::new()
            .name("debrief")
            .retry_on_initial_connect()
            .max_reconnects(None)
            .reconnect_delay_callback(|attempts| {
                Duration::from_millis((attempts as u64 * 100).min(1_000))
            })
            .request_timeout(Some(REQUEST_TIMEOUT))
            .connect(url)
            .await
            .map_err(unavailable)?;
        let mut context = jetstream::new(client.clone());
        context.set_timeout(REQUEST_TIMEOUT);
        Ok(Self {
            ledger,
            context,
            client,
            prefix: prefix.to_owned(),
            consumers: Mutex::default(),
            messages: Mutex::default(),
            stream_created: Mutex::default(),
            counted: Mutex::default(),
        })
    }

    fn stream_name(&self) -> String {
        format!("{}_work", self.prefix)
    }

    fn subject(&self, consumer: &str) -> String {
        format!("{}.work.{consumer}", self.prefix)
    }

    async fn stream(&self) -> Result<stream::Stream, QueueError> {
        self.context
            .get_or_create_stream(stream::Config {
                name: self.stream_name(),
                subjects: vec![format!("{}.work.*", self.prefix)],
                retention: stream::RetentionPolicy::WorkQueue,
                storage: stream::StorageType::File,
                duplicate_window: DUPLICATE_WINDOW,
                ..stream::Config::default()
            })
            .await
            .map_err(unavailable)
    }

    async fn consumer(&self, name: &str, lease: Duration) -> Result<PullConsumer, QueueError> {
        let known = self.consumers.lock().expect("no panic under this lock").get(name).cloned();
        if let Some(consumer) = known {
            return Ok(consumer);
        }
        let config = consumer::pull::Config {
            durable_name: Some(name.to_owned()),
            filter_subject: self.subject(name),
            ack_policy: consumer::AckPolicy::Explicit,
            ack_wait: lease,
            max_deliver: -1,
            max_ack_pending: 10_000,
            ..consumer::pull::Config::default()
        };
        let stream = self.stream().await?;
        let consumer = stream.create_consumer(config).await.map_err(unavailable)?;
        let mut consumers = self.consumers.lock().expect("no panic under this lock");
        consumers.insert(name.to_owned(), consumer.clone());
        Ok(consumer)
    }

    /// Forgets the server's consumers, which may have been deleted.
    fn forget_consumers(&self) {
        self.consumers.lock().expect("no panic under this lock").clear();
    }

    fn message_of(&self, job: &Job) -> Option<Message> {
        self.messages.lock().expect("no panic under this lock").get(&held(job)).cloned()
    }

    /// Removes and returns the message of a job whose lease has ended.
    fn forget_message(&self, job: &Job) -> Option<Message> {
        self.messages.lock().expect("no panic under this lock").remove(&held(job))
    }

    async fn pull(
        &self,
        name: &str,
        max: usize,
        lease: Duration,
        wait: Duration,
    ) -> Result<Vec<Message>, QueueError> {
        let consumer = self.consumer(name, lease).await?;
        let pulled = consumer
            .fetch()
            .max_messages(max)
            .expires(wait.max(Duration::from_millis(50)))
            .messages()
            .await
            .map_err(unavailable)?;
        let mut messages = Vec::new();
        let collect = async {
            futures::pin_mut!(pulled);
            while let Some(message) = pulled.next().await {
                messages.push(message.map_err(unavailable)?);
                if messages.len() == max {
                    break;
                }
            }
            Ok(())
        };
        // The server ends the pull after `wait`. One that has gone away does not; nor does 2.9.10
        // if a message arrives at the very end of the wait, or if the consumer was deleted. The
        // next pull asks for the consumer first, and so notices.
        match tokio::time::timeout(wait + PULL_GRACE, collect).await {
            Ok(Err(error)) if messages.is_empty() => return Err(error),
            Ok(_) => {}
            Err(_) => self.forget_consumers(),
        }
        Ok(messages)
    }

    /// Marks rows for dispatch whose messages were lost with a deleted store.
    async fn redispatch_lost(&self, created: i64) -> Result<(), QueueError> {
        let before = created + CLOCK_SKEW.as_millis() as i64;
        let sql = "UPDATE work SET dispatched_at = NULL WHERE dispatched_at < $1 \
             AND state <> 'dead'";
        let lost = self.ledger.sql().execute(sql, &[before.into()]).await?;
        if lost > 0 {
            tracing::warn!(lost, "the queue's store is new; its jobs are dispatched again");
        }
        Ok(())
    }

    /// Publishes as many messages as are missing, if rows are long overdue.
    async fn replace_lost(&self, lease: Duration) -> Result<(), QueueError> {
        {
            let mut counted = self.counted.lock().expect("no panic under this lock");
            if counted.is_some_and(|at| at.elapsed() < COUNT) {
                return Ok(());
            }
            *counted = Some(Instant::now());
        }
        let sql = self.ledger.sql();
        let before = Utc::now().timestamp_millis() - (lease + OVERDUE).as_millis() as i64;
        let overdue = "SELECT 1 FROM work WHERE state = 'ready' AND available_at < $1 \
             AND dispatched_at < $1 LIMIT 1";
        if sql.query(overdue, &[before.into()]).await?.is_empty() {
            return Ok(());
        }
        // Messages are counted first: jobs done in between reduce the number of rows, so that
        // nothing seems lost.
        let subjects = self.subject("*");
        let info = self.stream().await?.info_with_subjects(subjects).await.map_err(unavailable)?;
        let mut messages: HashMap<String, usize> = HashMap::new();
        futures::pin_mut!(info);
        while let Some(subject) = info.next().await {
            let (subject, count) = subject.map_err(unavailable)?;
            messages.insert(subject, count);
        }
        let rows = "SELECT consumer, COUNT(*) FROM work WHERE dispatched_at IS NOT NULL \
             AND state <> 'dead' GROUP BY consumer";
        for row in sql.query(rows, &[]).await? {
            let (consumer, rows): (String, i64) = (row.get(0)?, row.get(1)?);
            let messages = messages.get(&self.subject(&consumer)).map_or(0, |count| *count as i64);
            let lost = rows - messages;
            if lost <= 0 {
                continue;
            }
            tracing::warn!(consumer, lost, "the queue lost messages; new ones are sent");
            for from in (0..lost).step_by(BATCH as usize) {
                let mut acks = Vec::new();
                for _ in from..lost.min(from + i64::from(BATCH)) {
                    let id = format!("{consumer}:{}", Uuid::new_v4());
                    acks.push(self.publish(&consumer, id).await?);
                }
                for ack in acks {
                    ack.await.map_err(unavailable)?;
                }
            }
        }
        Ok(())
    }

    /// Publishes a message; the acknowledgement is still to come.
    async fn publish(
        &self,
        consumer: &str,
        id: String,
    ) -> Result<jetstream::context::PublishAckFuture, QueueError> {
        let message = jetstream::message::PublishMessage::build().message_id(id);
        let sent = self.context.send_publish(self.subject(consumer), message).await;
        sent.map_err(unavailable)
    }

    /// Returns whether a message of this consumer is in the stream.
    async fn holds(
        &self,
        stream: &stream::Stream,
        consumer: &str,
        sequence: u64,
    ) -> Result<bool, QueueError> {
        match stream.get_raw_message(sequence).await {
            // A new stream counts from 1 again.
            Ok(found) => Ok(found.subject.as_str() == self.subject(consumer)),
            Err(error) if error.kind() == stream::RawMessageErrorKind::NoMessageFound => Ok(false),
            Err(error) => Err(unavailable(error)),
        }
    }
}

#[async_trait]
impl Queue for JetStreamQueue {
    fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    async fn lease(
        &self,
        consumer: &str,
        room: Room,
        lease: Duration,
        wait: Duration,
        stop: &CancellationToken,
    ) -> Result<Vec<Job>, QueueError> {
        let pulled = tokio::select! {
            () = stop.cancelled() => return Ok(Vec::new()),
            pulled = self.pull(consumer, room.jobs, lease, wait) => pulled,
        };
        let mut messages = match pulled {
            Ok(messages) => messages,
            Err(error) => {
                self.forget_consumers();
                return Err(error);
            }
        };
        if messages.is_empty() {
            return Ok(Vec::new());
        }
        // What is missing of the room does not come out of what is reserved.
        let reserved = (room.reserved + messages.len()).saturating_sub(room.jobs);
        let room = Room { jobs: messages.len(), reserved };
        let claimed = self.ledger.claim(consumer, room, lease).await?;
        {
            let mut held_messages = self.messages.lock().expect("no panic under this lock");
            for job in &claimed.jobs {
                let message = messages.pop().expect("no more is claimed than there are messages");
                held_messages.insert(held(job), message);
            }
        }
        if !messages.is_empty() {
            let leased = self.ledger.first_lease_end(consumer).await?;
            // A job that is not due, or whose worker may be dead, still has its message; if there
            // is no such job, this message is a surplus.
            let kind = match claimed.next.into_iter().chain(leased).min() {
                Some(again) => AckKind::Nak(Some(again.max(AGAIN))),
                None => AckKind::Ack,
            };
            for message in messages {
                answer(&message, kind).await;
            }
        }
        Ok(claimed.jobs)
    }

    async fn renew(
        &self,
        job: &Job,
        lease: Duration,
        progress: Option<f64>,
    ) -> Result<bool, QueueError> {
        let held = self.ledger.renew(job, lease, progress).await?;
        if held && let Some(message) = self.message_of(job) {
            // The ledger owns the lease; a message that is redelivered meanwhile is delayed.
            answer(&message, AckKind::Progress).await;
        }
        if !held {
            self.forget_message(job);
        }
        Ok(held)
    }

    async fn settle(&self, job: &Job, outcome: Outcome) -> Result<bool, QueueError> {
        let settled = self.ledger.settle(job, &outcome).await?;
        let message = self.forget_message(job);
        let Settled::Held { dispatched } = settled else { return Ok(false) };
        if let Some(message) = message {
            let kind = match outcome {
                // It was claimed before its own message was published: this message belongs to
                // another row.
                _ if !dispatched => AckKind::Nak(None),
                Outcome::Done | Outcome::Split { .. } | Outcome::Dead { .. } => AckKind::Ack,
                Outcome::Retry { after, .. } | Outcome::Snooze { after } => {
                    AckKind::Nak(Some(after))
                }
            };
            answer(&message, kind).await;
        }
        if matches!(outcome, Outcome::Split { .. }) {
            // The parts need not wait for the relay, which dispatches what this does not.
            if let Err(error) = self.dispatch().await {
                tracing::debug!(%error, "the parts of a job are left to the relay");
            }
        }
        Ok(true)
    }

    async fn dispatch(&self) -> Result<u64, QueueError> {
        let sql = "SELECT consumer, position, key, event_id, dispatches FROM work \
             WHERE dispatched_at IS NULL AND state = 'ready' ORDER BY position LIMIT $1";
        let rows = self.ledger.sql().query(sql, &[BATCH.into()]).await?;
        if rows.is_empty() {
            return Ok(0);
        }
        let stream = self.stream().await?;
        let now = Utc::now().timestamp_millis();
        let mut acks = Vec::with_capacity(rows.len());
        for row in &rows {
            let (consumer, position, key): (String, i64, String) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            let (event, dispatches): (Uuid, i64) = (row.get(3)?, row.get(4)?);
            let part = match key.as_str() {
                "" => String::new(),
                key => format!(":{}", Uuid::new_v5(&event, key.as_bytes())),
            };
            let id = format!("{consumer}:{event}{part}:{dispatches}");
            let ack = self.publish(&consumer, id).await?;
            acks.push((consumer, position, key, ack));
        }
        let mut sent: HashMap<String, Vec<Value>> = HashMap::new();
        for (consumer, position, key, ack) in acks {
            let ack = ack.await.map_err(unavailable)?;
            // A database that crashed may have forgotten that this was dispatched, and even that it
            // was done; then JetStream knows the id but no longer has the message.
            if ack.duplicate && !self.holds(&stream, &consumer, ack.sequence).await? {
                let id = format!("{consumer}:{}", Uuid::new_v4());
                self.publish(&consumer, id).await?.await.map_err(unavailable)?;
            }
            sent.entry(consumer).or_default().extend([position.into(), key.into()]);
        }
        for (consumer, rows) in sent {
            let marks: Vec<String> =
                (0..rows.len() / 2).map(|n| format!("(${}, ${})", 3 + n * 2, 4 + n * 2)).collect();
            let sql = format!(
                "UPDATE work SET dispatched_at = $2, dispatches = dispatches + 1 \
                 WHERE consumer = $1 AND (position, key) IN (VALUES {})",
                marks.join(", ")
            );
            let mut arguments = vec![consumer.into(), now.into()];
            arguments.extend(rows);
            self.ledger.sql().execute(&sql, &arguments).await?;
        }
        Ok(rows.len() as u64)
    }

    async fn reconcile(&self, lease: Duration) -> Result<(), QueueError> {
        self.ledger.free_expired().await?;
        let mut stream = self.stream().await?;
        let info = stream.info().await.map_err(unavailable)?;
        let created = (info.created.unix_timestamp_nanos() / 1_000_000) as i64;
        let seen = self.stream_created.lock().expect("no panic under this lock").to_owned();
        if seen != Some(created) {
            self.forget_consumers();
            self.redispatch_lost(created).await?;
            *self.stream_created.lock().expect("no panic under this lock") = Some(created);
        }
        self.replace_lost(lease).await?;
        // This includes retried dead letters, which do not come through the relay.
        while self.dispatch().await? > 0 {}
        Ok(())
    }

    async fn check(&self) -> Result<(), QueueError> {
        self.ledger.check().await?;
        match self.client.connection_state() {
            async_nats::connection::State::Connected => Ok(()),
            other => Err(unavailable(format!("the connection is {other}"))),
        }
    }
}
