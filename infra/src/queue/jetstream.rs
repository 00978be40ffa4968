//! The queue over NATS JetStream: a message for each row of the ledger.
//!
//! Needs nothing newer than nats-server 2.9.10. The stream is a work queue; each worker has a
//! durable pull consumer. A message says no more than a position, and its id is consumer, event
//! and dispatch, so that a message sent again by mistake is dropped and one sent again on purpose
//! is not.
//!
//! What is lost on the way is found in two ways. A stream that was created after a row was
//! dispatched cannot hold its message (the store was deleted). And of a row that is long overdue
//! the stream is asked whether it still holds the message.

use super::ledger::{Claim, Ledger};
use super::{Job, Outcome, Queue, QueueError};
use async_nats::jetstream::{self, AckKind, Message, consumer, stream};
use async_trait::async_trait;
use chrono::Utc;
use futures::StreamExt;
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

/// Rows that are dispatched at a time.
const BATCH: u32 = 500;
/// Window in which JetStream drops a message with a known id.
const DUPLICATE_WINDOW: Duration = Duration::from_secs(120);
/// Clocks of the database's and the queue's machines may differ by this.
const CLOCK_SKEW: Duration = Duration::from_secs(10);
/// Overdue rows whose messages are looked for at a time.
const LOOK: u32 = 100;
/// How long an overdue row waits, past its lease, until its message counts as lost.
const OVERDUE: Duration = Duration::from_secs(10);
/// Timeout of one request to the server.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// How much longer than asked for a pull may take.
const PULL_GRACE: Duration = Duration::from_millis(500);

type PullConsumer = consumer::Consumer<consumer::pull::Config>;

/// Work by way of JetStream.
pub struct JetStreamQueue {
    ledger: Ledger,
    context: jetstream::Context,
    client: async_nats::Client,
    prefix: String,
    consumers: Mutex<HashMap<String, PullConsumer>>,
    /// Messages of jobs under lease, by their lease's token and position.
    messages: Mutex<HashMap<(String, i64), Message>>,
    /// When the stream was created, as last seen.
    stream_created: Mutex<Option<i64>>,
}

fn unavailable(error: impl std::fmt::Display) -> QueueError {
    QueueError::Unavailable(error.to_string())
}

/// Tells the server what becomes of a message. If that is lost the message comes again, and the
/// ledger says what became of its job.
async fn answer(message: &Message, kind: AckKind) {
    if let Err(error) = message.ack_with(kind).await {
        tracing::debug!(%error, "a message could not be answered");
    }
}

impl JetStreamQueue {
    /// Connects, now or as soon as the server is there; goes on reconnecting for ever.
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

    /// Forgets what is known of the server's consumers: they may be gone.
    fn forget_consumers(&self) {
        self.consumers.lock().expect("no panic under this lock").clear();
    }

    fn message_of(&self, job: &Job) -> Option<Message> {
        let key = (job.token.clone(), job.position);
        self.messages.lock().expect("no panic under this lock").get(&key).cloned()
    }

    /// Takes out the message of a job whose lease is over.
    fn forget_message(&self, job: &Job) -> Option<Message> {
        let key = (job.token.clone(), job.position);
        self.messages.lock().expect("no panic under this lock").remove(&key)
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
        // The server ends the pull after `wait`. One that went away does not; nor does 2.9.10 where
        // a message comes in at the very end of the wait, or where the consumer was deleted. The
        // next pull asks for the consumer first, and so finds out.
        match tokio::time::timeout(wait + PULL_GRACE, collect).await {
            Ok(Err(error)) if messages.is_empty() => return Err(error),
            Ok(_) => {}
            Err(_) => self.forget_consumers(),
        }
        Ok(messages)
    }

    /// Sends rows out again whose messages a deleted store took with it.
    async fn redispatch_lost(&self, created: i64) -> Result<(), QueueError> {
        let before = created + CLOCK_SKEW.as_millis() as i64;
        let sql = "UPDATE work SET dispatched_at = NULL WHERE dispatched_at < $1 \
             AND state <> 'dead'";
        let lost = self.ledger.sql().execute(sql, &[before.into()]).await?;
        if lost > 0 {
            tracing::warn!(lost, "the queue's store is new; its work is dispatched again");
        }
        Ok(())
    }

    /// Sends rows out again that are long overdue and whose messages are not in the stream. Of a
    /// long backlog the oldest are looked at, which are the next to be done.
    async fn redispatch_overdue(&self, lease: Duration) -> Result<(), QueueError> {
        let before = Utc::now().timestamp_millis() - (lease + OVERDUE).as_millis() as i64;
        let sql = "SELECT consumer, position, message FROM work WHERE state = 'ready' \
             AND available_at < $1 AND dispatched_at < $1 ORDER BY position LIMIT $2";
        let rows = self.ledger.sql().query(sql, &[before.into(), LOOK.into()]).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let stream = self.stream().await?;
        for row in rows {
            let (consumer, position): (String, i64) = (row.get(0)?, row.get(1)?);
            let message: Option<i64> = row.get(2)?;
            if self.holds(&stream, &consumer, position, message).await? {
                continue;
            }
            let sql = "UPDATE work SET dispatched_at = NULL WHERE state = 'ready' \
                 AND dispatched_at < $1 AND consumer = $2 AND position = $3";
            let arguments = [before.into(), consumer.as_str().into(), position.into()];
            self.ledger.sql().execute(sql, &arguments).await?;
            tracing::warn!(consumer, position, "the queue lost a message; it is sent again");
        }
        Ok(())
    }

    /// Sends a row's message; the server's answer is still to come.
    async fn publish(
        &self,
        consumer: &str,
        position: i64,
        id: String,
    ) -> Result<jetstream::context::PublishAckFuture, QueueError> {
        let message = jetstream::message::PublishMessage::build()
            .message_id(id)
            .payload(position.to_string().into());
        let sent = self.context.send_publish(self.subject(consumer), message).await;
        sent.map_err(unavailable)
    }

    /// Whether the message of a row is in the stream.
    async fn holds(
        &self,
        stream: &stream::Stream,
        consumer: &str,
        position: i64,
        message: Option<i64>,
    ) -> Result<bool, QueueError> {
        let Some(sequence) = message else { return Ok(false) };
        match stream.get_raw_message(sequence as u64).await {
            // A new stream counts from 1 again.
            Ok(found) => Ok(found.subject.as_str() == self.subject(consumer)
                && found.payload.as_ref() == position.to_string().as_bytes()),
            Err(error) if error.kind() == stream::RawMessageErrorKind::NoMessageFound => Ok(false),
            Err(error) => Err(unavailable(error)),
        }
    }
}

#[async_trait]
impl Queue for JetStreamQueue {
    async fn lease(
        &self,
        consumer: &str,
        max: usize,
        lease: Duration,
        wait: Duration,
    ) -> Result<Vec<Job>, QueueError> {
        let messages = match self.pull(consumer, max, lease, wait).await {
            Ok(messages) => messages,
            Err(error) => {
                self.forget_consumers();
                return Err(error);
            }
        };
        let mut by_position: HashMap<i64, Message> = HashMap::new();
        for message in messages {
            let position = std::str::from_utf8(&message.payload).ok().and_then(|p| p.parse().ok());
            match position {
                Some(position) => {
                    if let Some(twice) = by_position.insert(position, message) {
                        twice.ack().await.map_err(unavailable)?;
                    }
                }
                None => message.ack_with(AckKind::Term).await.map_err(unavailable)?,
            }
        }
        let positions: Vec<i64> = by_position.keys().copied().collect();
        let claims = self.ledger.claim_at(consumer, &positions, lease).await?;
        let mut jobs = Vec::new();
        for (position, claim) in positions.iter().zip(claims) {
            let Some(message) = by_position.remove(position) else { continue };
            match claim {
                Claim::Leased(job) => {
                    let key = (job.token.clone(), job.position);
                    self.messages.lock().expect("no panic under this lock").insert(key, message);
                    jobs.push(*job);
                }
                Claim::Later(millis) => {
                    answer(&message, AckKind::Nak(Some(Duration::from_millis(millis)))).await;
                }
                Claim::Gone => answer(&message, AckKind::Ack).await,
            }
        }
        jobs.sort_by_key(|job| job.position);
        Ok(jobs)
    }

    async fn renew(
        &self,
        job: &Job,
        lease: Duration,
        progress: Option<f64>,
    ) -> Result<bool, QueueError> {
        let held = self.ledger.renew(job, lease, progress).await?;
        if held && let Some(message) = self.message_of(job) {
            // The lease is the ledger's; a message that is delivered again meanwhile is put off.
            answer(&message, AckKind::Progress).await;
        }
        if !held {
            self.forget_message(job);
        }
        Ok(held)
    }

    async fn settle(&self, job: &Job, outcome: Outcome) -> Result<bool, QueueError> {
        let held = self.ledger.settle(job, &outcome).await?;
        if let Some(message) = self.forget_message(job).filter(|_| held) {
            let kind = match outcome {
                Outcome::Done | Outcome::Dead { .. } => AckKind::Ack,
                Outcome::Retry { after, .. } | Outcome::Snooze { after } => {
                    AckKind::Nak(Some(after))
                }
            };
            answer(&message, kind).await;
        }
        Ok(held)
    }

    async fn dispatch(&self) -> Result<u64, QueueError> {
        let sql = "SELECT consumer, position, event_id, dispatches FROM work \
             WHERE dispatched_at IS NULL AND state = 'ready' ORDER BY position LIMIT $1";
        let rows = self.ledger.sql().query(sql, &[BATCH.into()]).await?;
        if rows.is_empty() {
            return Ok(0);
        }
        let stream = self.stream().await?;
        let now = Utc::now().timestamp_millis();
        let mut acks = Vec::with_capacity(rows.len());
        for row in &rows {
            let (consumer, position): (String, i64) = (row.get(0)?, row.get(1)?);
            let (event, dispatches): (uuid::Uuid, i64) = (row.get(2)?, row.get(3)?);
            let id = format!("{consumer}:{event}:{dispatches}");
            let ack = self.publish(&consumer, position, id).await?;
            acks.push((consumer, position, event, ack));
        }
        let mut sent: HashMap<String, Vec<(i64, i64)>> = HashMap::new();
        for (consumer, position, event, ack) in acks {
            let mut ack = ack.await.map_err(unavailable)?;
            // A database that crashed may have forgotten that this was sent, and even that it was
            // done; then JetStream knows the id and has the message no more.
            if ack.duplicate
                && !self.holds(&stream, &consumer, position, Some(ack.sequence as i64)).await?
            {
                let id = format!("{consumer}:{event}:{}", uuid::Uuid::new_v4());
                ack = self.publish(&consumer, position, id).await?.await.map_err(unavailable)?;
            }
            sent.entry(consumer).or_default().push((position, ack.sequence as i64));
        }
        for (consumer, messages) in sent {
            let (mut cases, mut marks) = (String::new(), Vec::new());
            let mut arguments = vec![consumer.into(), now.into()];
            for (position, sequence) in messages {
                arguments.extend([position.into(), sequence.into()]);
                let at = arguments.len();
                cases.push_str(&format!(" WHEN ${} THEN ${at}", at - 1));
                marks.push(format!("${}", at - 1));
            }
            let sql = format!(
                "UPDATE work SET dispatched_at = $2, dispatches = dispatches + 1, \
                 message = CASE position{cases} END WHERE consumer = $1 AND position IN ({})",
                marks.join(", ")
            );
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
        self.redispatch_overdue(lease).await?;
        // Also dead letters that are to be tried again: they came in without the relay.
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
