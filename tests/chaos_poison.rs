//! P5: a poison job ends as a dead letter and does not slow other jobs.
//!
//! Tests the runtime directly, as the program has no worker that fails on request: the log, the
//! relay, the ledger, a queue and `workers::runtime`, on SQLite with the embedded queue and on
//! Postgres with JetStream.

mod chaos_support;

use chaos_support::place::{Node, Place};
use chaos_support::worker::{TestWorker, leak};
use chaos_support::{eventually, median, quiet_poison, sized};
use debrief_workers::Worker;
use debrief_workers::runtime::{self, Options};
use std::collections::HashMap;
use std::io::BufRead;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

const OPTIONS: Options = Options {
    concurrency: 8,
    timeout: Duration::from_secs(120),
    cpu: Duration::from_secs(60),
    lease: Duration::from_secs(2),
    max_attempts: 4,
    backoff_min: Duration::from_millis(20),
    backoff_max: Duration::from_millis(200),
    grace: Duration::from_secs(5),
};

/// A running relay and worker, until stopped.
struct AtWork {
    stop: CancellationToken,
    relay: tokio::task::JoinHandle<()>,
    runtime: tokio::task::JoinHandle<()>,
}

impl AtWork {
    fn start(node: &Node, worker: &Arc<TestWorker>, options: Options) -> Self {
        let stop = CancellationToken::new();
        let relay = node.relay(worker, options.lease);
        let until = stop.clone();
        let relay = tokio::spawn(async move { relay.run(until).await });
        let runtime = tokio::spawn(runtime::run(
            worker.name,
            Arc::clone(worker) as Arc<dyn Worker>,
            node.log.clone(),
            Arc::clone(&node.queue),
            options,
            stop.clone(),
        ));
        Self { stop, relay, runtime }
    }

    async fn stop(self) -> Duration {
        let began = Instant::now();
        self.stop.cancel();
        self.runtime.await.expect("the runtime ends");
        self.relay.await.expect("the relay ends");
        began.elapsed()
    }
}

/// Returns `count` kinds of job, one in a hundred poison.
fn mixed(count: usize) -> Vec<&'static str> {
    (0..count)
        .map(|n| match n % 200 {
            50 => "panics",
            150 => "fails",
            _ => "fine",
        })
        .collect()
}

/// Appends and dispatches the jobs, then starts the worker; returns how many good jobs were done
/// per second.
async fn round(node: &Node, worker: &Arc<TestWorker>, kinds: &[&str]) -> f64 {
    node.append_jobs(worker, kinds).await;
    let relay = node.relay(worker, OPTIONS.lease);
    while relay.step().await.expect("the relay works") > 0 {}
    let fine = kinds.iter().filter(|kind| **kind == "fine").count();
    let began = Instant::now();
    let work = AtWork::start(node, worker, OPTIONS);
    eventually(Duration::from_secs(300), "all fine jobs are done", || async {
        worker.done() >= fine
    })
    .await;
    let rate = fine as f64 / began.elapsed().as_secs_f64();
    let poison = kinds.len() - fine;
    eventually(Duration::from_secs(30), "all poison is a dead letter", || async {
        node.rows(worker, "dead").await.len() == poison
    })
    .await;
    work.stop().await;
    rate
}

async fn poison_is_put_aside(place: Place) {
    quiet_poison();
    place.migrate().await;
    let node = place.node().await;
    let count = sized(2_000, 10_000);
    let (clean_jobs, mixed_jobs) = (vec!["fine"; count], mixed(count));
    // Warm-up: caches, prepared statements.
    round(&node, &Arc::new(TestWorker::new("warm")), &vec!["fine"; 200]).await;
    let (mut clean, mut poisoned, mut last) = (Vec::new(), Vec::new(), None);
    for _ in 0..sized(3, 7) {
        let worker = Arc::new(TestWorker::new("clean"));
        clean.push(round(&node, &worker, &clean_jobs).await);
        assert_eq!((worker.done(), worker.twice()), (count, 0));
        let worker = Arc::new(TestWorker::new("mixed"));
        poisoned.push(round(&node, &worker, &mixed_jobs).await);
        assert_eq!((worker.done(), worker.twice()), (count - count / 100, 0));
        last = Some(worker);
    }
    let ratios = clean.iter().zip(&poisoned).map(|(clean, poisoned)| poisoned / clean).collect();
    let ratio = median(ratios);
    println!(
        "P5 {}: {count} jobs with {} poison; fine jobs a second: {:.0} clean, {:.0} with poison \
         (medians of {}); the rest at {:.0} % of clean",
        place.name,
        count / 100,
        median(clean.clone()),
        median(poisoned),
        clean.len(),
        ratio * 100.0
    );
    assert!(ratio >= 0.75, "poison slowed the others to {ratio:.2}");

    // Each has its history and was reported to its worker once.
    let worker = last.expect("a round was run");
    let letters = node.letters(&worker).await;
    assert_eq!(letters.len(), count / 100);
    for letter in &letters {
        assert_eq!((letter.attempts, letter.abandoned), (OPTIONS.max_attempts, 0));
        assert_eq!(letter.history.len(), OPTIONS.max_attempts as usize, "{letter:?}");
        assert!(letter.history.iter().all(|attempt| attempt.error.contains("p")), "{letter:?}");
        assert!(letter.history.is_sorted_by_key(|attempt| attempt.at), "{letter:?}");
    }
    let mut told = worker.gave_up.lock().expect("no panic under this lock").clone();
    told.sort_unstable();
    let positions: Vec<i64> = letters.iter().map(|letter| letter.position).collect();
    assert_eq!(told, positions, "each end was told to the worker once");

    // After the cause is fixed, they are done.
    worker.fixed.store(true, Ordering::SeqCst);
    let work = AtWork::start(&node, &worker, OPTIONS);
    for letter in &letters {
        assert!(node.ledger.retry(None, letter.id()).await.expect("a ledger"));
    }
    let took = eventually(Duration::from_secs(30), "retried letters are done", || async {
        worker.done() == count
    })
    .await;
    work.stop().await;
    assert_eq!(node.letters(&worker).await, []);
    println!(
        "P5 {}: {} dead letters, {} attempts in each history; fixed and retried: all done in \
         {:.2} s",
        place.name,
        letters.len(),
        OPTIONS.max_attempts,
        took.as_secs_f64()
    );

    // Control: a worker that keeps a failed job, as one without dead letters would.
    let clinging = Arc::new(TestWorker { clings: true, ..TestWorker::new("clings") });
    node.append_jobs(&clinging, &mixed_jobs).await;
    let work = AtWork::start(&node, &clinging, Options { grace: Duration::ZERO, ..OPTIONS });
    let patience = Duration::from_secs_f64((3.0 * count as f64 / median(clean)).max(3.0));
    tokio::time::sleep(patience).await;
    let fine = count - count / 100;
    let blocked = fine - clinging.done();
    work.stop().await;
    println!(
        "P5 {}: control without dead letters: {blocked} of {fine} fine jobs blocked after {:.1} s",
        place.name,
        patience.as_secs_f64()
    );
    assert!(blocked > 0, "the control arm must block");
}

/// A process with its own runtime and connections, which can be killed: its tasks are dropped at
/// once.
fn process(
    place: &Arc<Place>,
    worker: &Arc<TestWorker>,
    options: Options,
) -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let (place, worker) = (Arc::clone(place), Arc::clone(worker));
    runtime.spawn(async move {
        let node = place.node().await;
        let work = AtWork::start(&node, &worker, options);
        work.runtime.await
    });
    runtime
}

/// Has a process of its own do a worker's jobs until it is killed by one, or `over`. Returns whether
/// it was killed, and what it printed.
async fn in_a_process(
    place: &Place,
    worker: &TestWorker,
    over: impl AsyncFn() -> bool,
) -> (bool, Vec<String>) {
    let told = [&*place.database_url, &*place.queue_url, &*place.queue_prefix, worker.name];
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["worker_process", "--exact", "--ignored", "--nocapture"])
        .env("CHAOS_WORKER", told.join("\n"))
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program starts again");
    let out = std::io::BufReader::new(child.stdout.take().expect("its output"));
    let lines = std::thread::spawn(move || out.lines().map_while(Result::ok).collect());
    eventually(Duration::from_secs(30), "the worker is killed, or all is over", async || {
        let died = child.try_wait().expect("a state").is_some();
        died || over().await
    })
    .await;
    let died = child.try_wait().expect("a state").is_some();
    let _ = child.kill();
    child.wait().expect("it ends");
    (died, lines.join().expect("its output was read"))
}

async fn a_job_that_kills_its_worker(place: Place) {
    place.migrate().await;
    let node = place.node().await;
    let worker = TestWorker::new("kills");
    let mut kinds = vec!["fine"; 60];
    kinds[10] = "kills";
    node.append_jobs(&worker, &kinds).await;
    let began = Instant::now();
    let (mut deaths, mut done) = (0, HashMap::<String, u32>::new());
    while node.letters(&worker).await.is_empty() {
        assert!(deaths <= KILLED.max_attempts, "it killed more workers than it may");
        let (died, lines) = in_a_process(&place, &worker, async || {
            let rows = node.rows(&worker, "dead").await;
            // Until the others are done, too.
            rows.len() == 1 && node.rows(&worker, "ready").await.is_empty()
        })
        .await;
        deaths += u32::from(died);
        for line in lines.into_iter().filter(|line| line.starts_with("done ")) {
            *done.entry(line).or_default() += 1;
        }
    }
    let letters = node.letters(&worker).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].abandoned, KILLED.max_attempts, "{:?}", letters[0]);
    let last = &letters[0].history.last().expect("a history").error;
    assert!(last.contains("workers ended"), "{last}");
    assert_eq!(done.len(), 59);
    println!(
        "P5 {}: one job killed {deaths} processes and is a dead letter after {:.1} s (\"{last}\"); \
         the other 59 jobs are done, {} of them twice as their worker was killed",
        place.name,
        began.elapsed().as_secs_f64(),
        done.values().filter(|times| **times > 1).count()
    );
}

async fn a_killed_attempt_does_not_pay_twice(place: Place) {
    place.migrate().await;
    let node = place.node().await;
    // Control: without a step, the attempt after the killed one pays again.
    for (kind, payments) in [("pays", 1), ("pays without a step", 2)] {
        let worker = TestWorker::new("pays");
        node.append_jobs(&worker, &[kind]).await;
        let (mut deaths, mut printed) = (0, Vec::new());
        let over = async || {
            let left = ["ready", "leased"].map(async |state| node.rows(&worker, state).await.len());
            // The relay is the process's: before it, there is nothing, too.
            let relayed = node.ledger.relay_checkpoints().await.expect("a ledger");
            let relayed = relayed.iter().any(|(name, at)| name == worker.name && at.position > 0);
            let [ready, leased] = left;
            relayed && ready.await + leased.await == 0
        };
        while !over().await {
            let (died, lines) = in_a_process(&place, &worker, over).await;
            deaths += u32::from(died);
            printed.extend(lines);
        }
        let count = |word: &str| printed.iter().filter(|line| line.starts_with(word)).count();
        println!(
            "P5 {}: {kind}: its process killed {deaths} time, paid {} times, done {} time",
            place.name,
            count("paid "),
            count("done ")
        );
        assert_eq!((deaths, count("paid "), count("done ")), (1, payments, 1), "{kind}");
        assert_eq!(node.letters(&worker).await, []);
    }
}

const KILLED: Options =
    Options { lease: Duration::from_secs(1), max_attempts: 3, concurrency: 4, ..OPTIONS };

/// The process that is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the proof about jobs that kill their worker starts it"]
async fn worker_process() {
    let Ok(told) = std::env::var("CHAOS_WORKER") else { return };
    let [database_url, queue_url, queue_prefix, name] =
        told.split('\n').collect::<Vec<_>>().try_into().expect("four lines");
    let name = leak(name.to_owned());
    let place = Place {
        name: "child",
        database_url: database_url.to_owned(),
        queue_url: queue_url.to_owned(),
        queue_prefix: queue_prefix.to_owned(),
        directory: tempfile::tempdir().expect("a directory"),
    };
    let worker = Arc::new(TestWorker {
        name,
        event_types: Box::leak(Box::new([leak(format!("test.{name}"))])),
        alone: true,
        ..TestWorker::new("alone")
    });
    let node = place.node().await;
    let work = AtWork::start(&node, &worker, KILLED);
    work.runtime.await.expect("it works until it is killed");
}

async fn a_shutdown_hands_work_back(place: Place) {
    place.migrate().await;
    let node = place.node().await;
    // Jobs that end within the grace period.
    let took = Duration::from_millis(400);
    let worker = Arc::new(TestWorker { took, ..TestWorker::new("ends") });
    node.append_jobs(&worker, &["fine"; 30]).await;
    let work = AtWork::start(&node, &worker, OPTIONS);
    under_way(&worker, 1).await;
    let stopped = work.stop().await;
    let begun = worker.begun.load(Ordering::SeqCst);
    assert_eq!(worker.done(), begun, "what had begun was not finished");
    assert_eq!(node.rows(&worker, "leased").await, []);
    let left = node.rows(&worker, "ready").await;
    assert_eq!(left, vec![(0, 0); 30 - begun], "work was lost or an attempt was used");
    println!(
        "P5 {}: shutdown within the grace: {begun} jobs under way finished in {:.2} s, {} wait",
        place.name,
        stopped.as_secs_f64(),
        left.len()
    );

    // Jobs that do not.
    let took = Duration::from_secs(60);
    let worker = Arc::new(TestWorker { took, ..TestWorker::new("hands_back") });
    node.append_jobs(&worker, &["fine"; 30]).await;
    let options = Options { grace: Duration::from_millis(300), ..OPTIONS };
    let work = AtWork::start(&node, &worker, options);
    // The rest of the slots is for other organizations.
    let slots = options.concurrency - options.concurrency / 4;
    under_way(&worker, slots).await;
    let stopped = work.stop().await;
    assert_eq!(node.rows(&worker, "leased").await, []);
    assert_eq!(node.rows(&worker, "ready").await, vec![(0, 0); 30]);
    println!(
        "P5 {}: shutdown past the grace: {} jobs handed back in {:.2} s, no attempt used",
        place.name,
        slots,
        stopped.as_secs_f64()
    );
    // Handed back means at once: another process need not wait for a lease to expire.
    let next = Arc::new(TestWorker {
        event_types: worker.event_types,
        name: worker.name,
        ..TestWorker::new("next")
    });
    let began = Instant::now();
    let work = AtWork::start(&node, &next, OPTIONS);
    eventually(Duration::from_secs(20), "another worker does them", || async { next.done() == 30 })
        .await;
    println!(
        "P5 {}: another worker did all 30 in {:.2} s",
        place.name,
        began.elapsed().as_secs_f64()
    );
    work.stop().await;

    // Control: a process that just ends keeps its leases, and they count against the jobs.
    let took = Duration::from_secs(60);
    let worker = Arc::new(TestWorker { took, ..TestWorker::new("dropped") });
    node.append_jobs(&worker, &["fine"; 30]).await;
    let place = Arc::new(place);
    let runtime = process(&place, &worker, OPTIONS);
    under_way(&worker, slots).await;
    runtime.shutdown_background();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let kept = node.rows(&worker, "leased").await.len();
    println!("P5 {}: control without a shutdown: {kept} jobs still under a dead lease", place.name);
    assert!(kept > 0, "the control arm must keep leases");
}

async fn under_way(worker: &TestWorker, jobs: usize) {
    eventually(Duration::from_secs(20), "jobs are under way", || async {
        worker.begun.load(Ordering::SeqCst) >= jobs
    })
    .await;
}

macro_rules! on_places {
    ($($test:ident),+) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $test() {
                super::$test(super::Place::embedded()).await;
            })+
        }
        mod distributed {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $test() {
                let Some(place) = super::Place::distributed().await else { return };
                super::$test(place).await;
            })+
        }
    };
}

on_places! {
    poison_is_put_aside, a_job_that_kills_its_worker, a_killed_attempt_does_not_pay_twice,
    a_shutdown_hands_work_back
}
