//! Queues and a log to fill them, over every adapter and every ledger.

use super::{Node, Place, Shared, append};
use debrief_infra::database::sql::Value;
use debrief_infra::log::Expected;
use debrief_infra::queue::{
    Begins, Job, Ledger, Outcome, Queue, QueueError, Relay, Subscription, from_url,
};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub const CONSUMER: &str = "parse";
pub const PARSE: Subscription =
    Subscription { consumer: CONSUMER, event_types: &["test.happened"], begins: Begins::Start };
pub const INDEX: Subscription = Subscription {
    consumer: "index",
    event_types: &["test.happened", "test.other"],
    begins: Begins::Start,
};
/// A lease that outlasts every test.
pub const LONG: Duration = Duration::from_secs(60);

/// A queue under test: the places of its ledger and its messages.
pub struct Bench {
    pub place: Shared,
    pub url: String,
    prefix: String,
}

/// The handles of one process.
pub struct Process {
    pub node: Node,
    pub ledger: Ledger,
    pub queue: Arc<dyn Queue>,
}

/// A running relay; dropping this stops it.
pub struct Running {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    pub async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

impl Bench {
    pub fn new(place: Shared, url: &str) -> Self {
        Self { place, url: url.to_owned(), prefix: format!("t{}", Uuid::now_v7().simple()) }
    }

    pub async fn process(&self) -> Process {
        let node = self.place.node().await;
        let ledger = Ledger::new(node.database.queue.clone());
        let queue = from_url(&self.url, &self.prefix, ledger.clone()).await.unwrap();
        Process { node, ledger, queue }
    }

    pub fn is_embedded(&self) -> bool {
        self.url == "embedded"
    }

    pub fn stream(&self) -> String {
        format!("{}_work", self.prefix)
    }

    /// Runs a test on a queue and removes what it left.
    pub async fn run<F: Future<Output = ()>>(
        place: Option<Place>,
        url: Option<String>,
        test: impl FnOnce(Arc<Bench>) -> F,
    ) {
        let Some(url) = url else {
            println!("skipped: DEBRIEF_TEST_NATS_URL is not set");
            return;
        };
        let server = url.clone();
        let mut stream = String::new();
        Place::run(place, |place| {
            let bench = Arc::new(Bench::new(place, &url));
            stream = bench.stream();
            test(bench)
        })
        .await;
        if server != "embedded" && !stream.is_empty() {
            let _ = context(&server).await.delete_stream(stream).await;
        }
    }
}

/// Returns a connection to JetStream separate from the queue's own.
pub async fn context(url: &str) -> async_nats::jetstream::Context {
    async_nats::jetstream::new(async_nats::connect(url).await.unwrap())
}

impl Process {
    pub fn relay(&self, subscriptions: &[Subscription], lease: Duration) -> Relay {
        let (log, ledger) = (self.node.log.clone(), self.ledger.clone());
        Relay::new(log, ledger, self.queue.clone(), subscriptions.to_vec(), lease)
    }

    /// Relays in the background, as a node does.
    pub fn run_relay(&self, subscriptions: &[Subscription], lease: Duration) -> Running {
        let (relay, stop) = (self.relay(subscriptions, lease), CancellationToken::new());
        let stopped = stop.clone();
        Running { stop, task: tokio::spawn(async move { relay.run(stopped).await }) }
    }

    /// Appends `count` events that are jobs, with others between them, and relays them.
    pub async fn fill(&self, count: usize) {
        self.write(count).await;
        self.relay_all(&[PARSE]).await;
    }

    pub async fn write(&self, count: usize) {
        for chunk in (0..count).collect::<Vec<_>>().chunks(100) {
            let mut other = append(Uuid::now_v7(), Expected::Any, 1);
            other.events[0].event_type = "test.other".into();
            self.node.log.append(other).await.unwrap();
            let work = append(Uuid::now_v7(), Expected::Any, chunk.len());
            self.node.log.append(work).await.unwrap();
        }
    }

    pub async fn relay_all(&self, subscriptions: &[Subscription]) {
        let relay = self.relay(subscriptions, LONG);
        let began = Instant::now();
        loop {
            let moved = relay.step().await.unwrap();
            let head = self.node.log.head().await.unwrap();
            // A step that another relay came before moves nothing.
            let checkpoints = self.ledger.relay_checkpoints().await.unwrap();
            if moved == 0 && checkpoints.iter().all(|(_, at)| at.position == head) {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "the relay does not come to an end");
        }
    }

    pub async fn lease(&self, max: usize, lease: Duration, wait_ms: u64) -> Vec<Job> {
        let (wait, stop) = (Duration::from_millis(wait_ms), CancellationToken::new());
        self.queue.lease(CONSUMER, max.into(), lease, wait, &stop).await.unwrap()
    }

    /// Returns the next job, which must arrive within `limit`.
    #[track_caller]
    pub fn next(&self, lease: Duration, limit: Duration) -> impl Future<Output = Job> {
        let caller = std::panic::Location::caller();
        async move {
            let began = Instant::now();
            loop {
                if let Some(job) = self.lease(1, lease, 200).await.pop() {
                    return job;
                }
                if began.elapsed() >= limit {
                    let sql = "SELECT position, state, attempts, available_at, lease_until, \
                         dispatched_at FROM work ORDER BY position LIMIT 3";
                    let rows = self.node.database.queue.query(sql, &[]).await;
                    panic!("no job within {limit:?} at {caller}: {rows:?}");
                }
            }
        }
    }

    /// Asks for a job for this long, and gets none.
    pub async fn assert_nothing(&self, during: Duration) {
        let began = Instant::now();
        while began.elapsed() < during {
            let jobs = self.lease(1, LONG, 100).await;
            assert!(jobs.is_empty(), "an unexpected job after {:?}: {jobs:?}", began.elapsed());
        }
    }

    pub async fn settle(&self, job: &Job, outcome: Outcome) -> bool {
        self.queue.settle(job, outcome).await.unwrap()
    }

    /// Counts rows of the ledger that satisfy a condition.
    pub async fn rows(&self, condition: &str, arguments: &[Value]) -> i64 {
        let sql = format!("SELECT COUNT(*) FROM work WHERE {condition}");
        let rows = self.node.database.queue.query(&sql, arguments).await.unwrap();
        rows[0].get(0).unwrap()
    }
}

/// What all workers did.
#[derive(Default)]
pub struct Done {
    /// Positions in the order in which they were leased.
    pub leased: Vec<i64>,
    /// Positions that are running.
    held: std::collections::HashSet<i64>,
    /// Number of outcomes that counted.
    pub settled: Vec<i64>,
    /// Number of calls that failed because a server was unavailable.
    pub failures: usize,
}

/// Does all jobs with `workers` workers, until `total` outcomes counted and nothing is left.
pub async fn work_off(
    processes: &[&Process],
    workers: usize,
    total: usize,
    lease: Duration,
) -> Done {
    let done = std::sync::Mutex::new(Done::default());
    let began = Instant::now();
    let limit = Duration::from_secs(90);
    let worker = async |process: &Process| {
        while done.lock().unwrap().settled.len() < total {
            assert!(began.elapsed() < limit, "{} of {total}", done.lock().unwrap().settled.len());
            let max = rand::random_range(1..=16);
            let wait = Duration::from_millis(200);
            let stop = CancellationToken::new();
            let jobs = match process.queue.lease(CONSUMER, max.into(), lease, wait, &stop).await {
                Ok(jobs) => jobs,
                Err(QueueError::Unavailable(_)) => {
                    done.lock().unwrap().failures += 1;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
                Err(error) => panic!("{error}"),
            };
            assert!(jobs.len() <= max, "more jobs than asked for");
            {
                let mut done = done.lock().unwrap();
                for job in &jobs {
                    done.leased.push(job.position);
                    assert!(done.held.insert(job.position), "{} is leased twice", job.position);
                }
            }
            tokio::time::sleep(Duration::from_millis(rand::random_range(0..3))).await;
            for job in jobs {
                done.lock().unwrap().held.remove(&job.position);
                if process.settle(&job, Outcome::Done).await {
                    done.lock().unwrap().settled.push(job.position);
                }
            }
        }
    };
    let workers = (0..workers).map(|n| worker(processes[n % processes.len()]));
    futures::future::join_all(workers).await;
    done.into_inner().unwrap()
}
