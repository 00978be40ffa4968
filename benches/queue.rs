//! The queue: jobs drained per second by a worker that does nothing, and the time from an event to
//! the start of its job, through the real relay and runtime.
//!
//! Drained: events are in the log before relay and worker start; the clock stops when the last job
//! is done. For comparison, the same number of messages through JetStream alone (publish with ack,
//! fetch, ack), and through graphile-worker on the same Postgres (`benches/peers/graphile`), which
//! adds its jobs in one statement before its clock starts, while ours includes the relay. Latency:
//! one event every 20 ms, from the answer of the append to the start of its handler.
//!
//! Run by `scripts/bench queue`. DEBRIEF_BENCH_JOBS is the number of jobs (10,000).

mod support;

use async_nats::jetstream::{self, consumer, stream};
use async_trait::async_trait;
use debrief_infra::database::Database;
use debrief_infra::log::RecordedEvent;
use debrief_infra::log::{Append, CommandKey, EventLog, Expected, NewEvent, StreamId};
use debrief_infra::queue::{self, Begins, Ledger, Queue, Relay, Subscription};
use debrief_workers::runtime::{self, Options};
use debrief_workers::{Done, Fault, JobContext, Worker};
use futures::StreamExt;
use serde_json::json;
use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::*;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const SUBSCRIPTION: Subscription =
    Subscription { consumer: "noop", event_types: &["bench.happened"], begins: Begins::Start };

fn jobs() -> usize {
    number("DEBRIEF_BENCH_JOBS", 10_000) as usize
}

/// Does nothing but record when it ran.
#[derive(Default)]
struct Noop {
    done: AtomicUsize,
    started: Mutex<HashMap<Uuid, Instant>>,
}

#[async_trait]
impl Worker for Noop {
    async fn handle(&self, event: &RecordedEvent, _: &JobContext) -> Result<Done, Fault> {
        self.started.lock().expect("no panic").entry(event.id).or_insert_with(Instant::now);
        self.done.fetch_add(1, Ordering::Relaxed);
        Ok(Done::Finished)
    }
}

/// A configuration of the queue.
struct Ours {
    name: &'static str,
    place: Place,
    database: Database,
    log: EventLog,
    queue_url: String,
    concurrency: usize,
}

impl Ours {
    async fn new(name: &'static str, place: Place, queue_url: &str, concurrency: usize) -> Self {
        let (database, log) = place.log().await;
        Self { name, place, database, log, queue_url: queue_url.to_owned(), concurrency }
    }

    /// Appends `count` events, a hundred at a time; returns their ids.
    async fn append(&self, count: usize) -> Vec<Uuid> {
        let mut ids = Vec::with_capacity(count);
        while ids.len() < count {
            let id = Uuid::now_v7();
            let around = context(id, None);
            let event = NewEvent {
                event_type: "bench.happened".to_owned(),
                schema_version: 1,
                payload: json!({"n": ids.len()}),
            };
            let events = vec![event; (count - ids.len()).min(100)];
            let written = events.len();
            let append = Append {
                organization: ORGANIZATION,
                stream: StreamId { stream_type: "bench", id },
                expected: Expected::Version(0),
                events,
                key: CommandKey { key: Uuid::new_v4().to_string(), fingerprint: [7; 32] },
                answer: around.answer,
                metadata: around.metadata,
                data_key: None,
                wrapped_keys: Vec::new(),
            };
            match self.log.append(append).await.expect("appended") {
                debrief_infra::log::Appended::Committed { position, .. } => {
                    let before = position - written as i64;
                    let events = self.log.read_headers(before, written as u32).await;
                    ids.extend(events.expect("the events").iter().map(|event| event.id));
                }
                other => panic!("{other:?}"),
            }
        }
        ids
    }

    /// Starts relay and worker; they stop when the token is cancelled.
    async fn start(&self) -> (Arc<Noop>, Ledger, CancellationToken, tokio::task::JoinSet<()>) {
        let ledger = Ledger::new(self.database.queue.clone());
        let prefix = format!("b{}", Uuid::new_v4().simple());
        let opened = queue::from_url(&self.queue_url, &prefix[..12], ledger.clone()).await;
        let queue: Arc<dyn Queue> = opened.expect("the queue");
        let worker = Arc::new(Noop::default());
        let stop = CancellationToken::new();
        let options = Options { concurrency: self.concurrency, ..Options::default() };
        let relay = Relay::new(
            self.log.clone(),
            ledger.clone(),
            Arc::clone(&queue),
            vec![SUBSCRIPTION],
            options.lease,
        );
        let mut tasks = tokio::task::JoinSet::new();
        let halt = stop.clone();
        tasks.spawn(async move { relay.run(halt).await });
        let noop: Arc<dyn Worker> = worker.clone();
        let name = SUBSCRIPTION.consumer;
        tasks.spawn(runtime::run(name, noop, self.log.clone(), queue, options, stop.clone()));
        (worker, ledger, stop, tasks)
    }

    /// Returns jobs drained per second, of those in the log when the clock starts.
    async fn drain(&self, count: usize) -> f64 {
        self.append(count).await;
        let began = Instant::now();
        let (worker, ledger, stop, tasks) = self.start().await;
        loop {
            tokio::time::sleep(Duration::from_millis(5)).await;
            if worker.done.load(Ordering::Relaxed) >= count
                && ledger.backlog().await.expect("a backlog").is_empty()
            {
                break;
            }
        }
        let rate = count as f64 / began.elapsed().as_secs_f64();
        stop.cancel();
        tasks.join_all().await;
        rate
    }

    /// Returns the milliseconds from the append's answer to the start of the job, one every 20 ms.
    async fn latencies(&self, count: usize) -> Vec<f64> {
        let (worker, _, stop, tasks) = self.start().await;
        self.append(1).await;
        while worker.done.load(Ordering::Relaxed) < 1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let mut appended = Vec::new();
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        for _ in 0..count {
            tick.tick().await;
            let id = self.append(1).await[0];
            appended.push((id, Instant::now()));
        }
        while worker.done.load(Ordering::Relaxed) < count + 1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.cancel();
        tasks.join_all().await;
        let started = worker.started.lock().expect("no panic");
        appended
            .iter()
            .map(|(id, at)| started[id].saturating_duration_since(*at).as_secs_f64() * 1_000.0)
            .collect()
    }
}

/// Returns messages per second through JetStream alone: published with acks, fetched, acked.
async fn raw_jetstream(url: &str, count: usize) -> f64 {
    let client = async_nats::connect(url).await.expect("NATS");
    let context = jetstream::new(client);
    let name = format!("raw{}", Uuid::new_v4().simple());
    let stream = context
        .create_stream(stream::Config {
            name: name.clone(),
            subjects: vec![format!("{name}.work")],
            retention: stream::RetentionPolicy::WorkQueue,
            storage: stream::StorageType::File,
            ..stream::Config::default()
        })
        .await
        .expect("a stream");
    let consumer = stream
        .create_consumer(consumer::pull::Config {
            durable_name: Some("raw".to_owned()),
            ack_policy: consumer::AckPolicy::Explicit,
            max_ack_pending: 10_000,
            ..consumer::pull::Config::default()
        })
        .await
        .expect("a consumer");
    let began = Instant::now();
    let publish = async {
        for start in (0..count).step_by(500) {
            let mut acks = Vec::new();
            for n in start..(start + 500).min(count) {
                let message = jetstream::message::PublishMessage::build()
                    .message_id(n.to_string())
                    .payload(n.to_string().into());
                let ack = context.send_publish(format!("{name}.work"), message).await;
                acks.push(ack.expect("published"));
            }
            for ack in acks {
                ack.await.expect("acked");
            }
        }
    };
    let consume = async {
        let mut left = count;
        while left > 0 {
            let mut batch = consumer
                .fetch()
                .max_messages(left.min(64))
                .expires(Duration::from_secs(2))
                .messages()
                .await
                .expect("a batch");
            while let Some(message) = batch.next().await {
                message.expect("a message").ack().await.expect("acked");
                left -= 1;
            }
        }
    };
    tokio::join!(publish, consume);
    let rate = count as f64 / began.elapsed().as_secs_f64();
    context.delete_stream(&name).await.expect("deleted");
    rate
}

/// graphile-worker, installed by `scripts/bench` into `target/bench-tools`.
struct Peer {
    script: PathBuf,
    place: Place,
}

impl Peer {
    async fn new(server: &str) -> Option<Self> {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let modules = root.join("target/bench-tools/graphile/node_modules/graphile-worker");
        if !modules.exists() {
            println!("graphile-worker is not installed (scripts/bench installs it): skipping it");
            return None;
        }
        let script = root.join("benches/peers/graphile.mjs");
        Some(Self { script, place: Place::empty_postgres(server).await })
    }

    /// Runs the peer; returns the numbers that it prints.
    async fn run(&self, what: &str, count: usize) -> Vec<f64> {
        let mut command = Command::new("node");
        command.arg(&self.script).arg(what).arg(count.to_string()).env("PEER_URL", &self.place.url);
        let output = tokio::task::spawn_blocking(move || command.output()).await;
        let output = output.expect("no panic").expect("node runs");
        let text = String::from_utf8_lossy(&output.stdout);
        let numbers: Vec<f64> = text.split_whitespace().filter_map(|w| w.parse().ok()).collect();
        assert!(!numbers.is_empty(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
        numbers
    }
}

#[tokio::main]
async fn main() {
    let mut report = Report::new("queue");
    let mut ours = vec![
        Ours::new("embedded on SQLite, 4 at once", Place::sqlite().await, "embedded", 4).await,
        Ours::new("embedded on SQLite, 64 at once", Place::sqlite().await, "embedded", 64).await,
    ];
    let (mut peer, mut nats) = (None, None);
    if let Some(server) = postgres_server() {
        let place = Place::postgres(&server).await;
        ours.push(Ours::new("embedded on Postgres, 4 at once", place, "embedded", 4).await);
        let place = Place::postgres(&server).await;
        ours.push(Ours::new("embedded on Postgres, 64 at once", place, "embedded", 64).await);
        if let Ok(url) = std::env::var("DEBRIEF_TEST_NATS_URL") {
            let place = Place::postgres(&server).await;
            ours.push(Ours::new("JetStream and Postgres, 64 at once", place, &url, 64).await);
            nats = Some(url);
        }
        peer = Peer::new(&server).await;
    }
    drain(&mut report, &ours, nats.as_deref(), peer.as_ref()).await;
    latency(&mut report, &ours, peer.as_ref()).await;
    for ours in ours {
        ours.database.close().await;
        ours.place.drop().await;
    }
    if let Some(peer) = peer {
        peer.place.drop().await;
    }
}

async fn drain(report: &mut Report, ours: &[Ours], nats: Option<&str>, peer: Option<&Peer>) {
    let mut arms: Vec<Arm> = ours.iter().map(|ours| Arm::new(ours.name, "jobs/s")).collect();
    let peer_at = arms.len();
    if peer.is_some() {
        arms.push(Arm::new("graphile-worker, 64 at once, same Postgres", "jobs/s"));
    }
    if nats.is_some() {
        arms.push(Arm::new("JetStream alone: publish, ack, fetch, ack", "jobs/s"));
    }
    for _ in 0..number("DEBRIEF_BENCH_ROUNDS", 3) {
        for (arm, ours) in arms.iter_mut().zip(ours) {
            arm.values.push(ours.drain(jobs()).await);
        }
        if let Some(peer) = peer {
            arms[peer_at].values.push(peer.run("drain", jobs()).await[0]);
        }
        if let Some(url) = nats {
            let rate = raw_jetstream(url, jobs()).await;
            arms.last_mut().expect("an arm").values.push(rate);
        }
    }
    report.table(&format!("{} jobs drained", jobs()), &arms, peer_at.min(arms.len() - 1));
}

async fn latency(report: &mut Report, ours: &[Ours], peer: Option<&Peer>) {
    println!("\nFrom the append's answer to the start of the job, one every 20 ms (ms)");
    let count = number("DEBRIEF_BENCH_LATENCIES", 500) as usize;
    let mut of = |name: &str, values: &[f64]| {
        let (p50, p99) = (quantile(values, 0.5), quantile(values, 0.99));
        let text = format!("p50 {p50:.1} ms, p99 {p99:.1} ms");
        report.note(&format!("latency, {name}"), json!({"p50_ms": p50, "p99_ms": p99}), &text);
    };
    for ours in ours {
        of(ours.name, &ours.latencies(count).await);
    }
    if let Some(peer) = peer {
        of("graphile-worker", &peer.run("latency", count).await);
    }
}
