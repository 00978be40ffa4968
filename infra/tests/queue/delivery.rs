//! From the log to the workers: no job is lost or done twice.

use crate::support::bench::*;
use crate::support::{append, eventually, everything};
use debrief_infra::log::Expected;
use debrief_infra::queue::{Begins, Outcome, Subscription};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

pub(crate) async fn every_job_is_done_once(bench: Arc<Bench>) {
    const JOBS: usize = 2_000;
    let (first, second) = (bench.process().await, bench.process().await);
    first.fill(JOBS).await;
    let began = Instant::now();
    let done = work_off(&[&first, &second], 8, JOBS, LONG).await;
    let distinct: HashSet<i64> = done.settled.iter().copied().collect();
    assert_eq!((done.leased.len(), done.settled.len(), distinct.len()), (JOBS, JOBS, JOBS));
    assert_eq!(first.rows("1 = 1", &[]).await, 0, "rows that are left");
    // First in, first out, but for what is in hand at one time (a worker may be held up).
    let mut sorted = done.leased.clone();
    sorted.sort();
    let places = done.leased.iter().enumerate();
    let mut off: Vec<usize> =
        places.map(|(at, p)| sorted.binary_search(p).unwrap().abs_diff(at)).collect();
    off.sort();
    let (most, worst) = (off[JOBS * 9 / 10], off[JOBS - 1]);
    assert!(most <= 256, "a tenth of the jobs was {most} places or more out of turn");
    println!(
        "{JOBS} jobs, 8 workers in 2 processes: {} leases, {} outcomes, nine in ten within \
         {most} places of their turn, all within {worst}, {:.0} jobs/s",
        done.leased.len(),
        done.settled.len(),
        JOBS as f64 / began.elapsed().as_secs_f64()
    );
}

pub(crate) async fn a_lease_is_prompt(bench: Arc<Bench>) {
    let process = bench.process().await;
    process.fill(3).await;
    process.assert_prompt(16, 3, "what is there").await;
    let began = Instant::now();
    assert!(process.lease(16, LONG, 600).await.is_empty());
    let waited = began.elapsed();
    assert!(waited >= Duration::from_millis(500), "an empty lease waited {waited:?} of 600 ms");
    assert!(waited < Duration::from_millis(1_600), "an empty lease waited {waited:?} of 600 ms");
    // One that comes in while a worker waits.
    let arrives = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        process.fill(1).await;
    };
    let (took, ()) = tokio::join!(process.assert_prompt(16, 1, "what comes in"), arrives);
    println!(
        "3 jobs at once; an empty lease took {waited:?} of 600 ms; a job that came in {took:?} \
         after 500 ms"
    );
}

impl Process {
    /// Leases with a long wait and gets `count` jobs long before it ends.
    async fn assert_prompt(&self, max: usize, count: usize, what: &str) -> Duration {
        let began = Instant::now();
        let jobs = self.lease(max, LONG, 8_000).await;
        let took = began.elapsed();
        assert_eq!(jobs.len(), count, "{what}");
        assert!(took < Duration::from_secs(2), "{what}: took {took:?}");
        for job in jobs {
            assert!(self.settle(&job, Outcome::Done).await);
        }
        took
    }
}

pub(crate) async fn two_relays_make_no_double_work(bench: Arc<Bench>) {
    const JOBS: usize = 1_000;
    let (first, second) = (bench.process().await, bench.process().await);
    let relays = [first.run_relay(&[PARSE], LONG), second.run_relay(&[PARSE], LONG)];
    let processes = [&first, &second];
    let writes = async {
        for _ in 0..10 {
            first.write(JOBS / 20).await;
            second.write(JOBS / 20).await;
        }
    };
    let (done, ()) = tokio::join!(work_off(&processes, 4, JOBS, LONG), writes);
    let idle = async || first.rows("1 = 1", &[]).await == 0;
    eventually(Duration::from_secs(5), "an empty ledger", idle).await;
    first.assert_nothing(Duration::from_millis(500)).await;
    assert_eq!((done.leased.len(), done.settled.len()), (JOBS, JOBS));
    for relay in relays {
        relay.stop().await;
    }
    println!("{JOBS} events, 2 relays at once: {} leases", done.leased.len());
}

pub(crate) async fn a_relay_that_dies_loses_nothing(bench: Arc<Bench>) {
    const JOBS: usize = 1_200;
    let process = bench.process().await;
    process.write(JOBS).await;
    let (mut died, mut finished) = (0, 0);
    for n in 0..60 {
        // Dropped in the middle of whatever it is doing.
        let relay = process.relay(&[PARSE], LONG);
        let life = Duration::from_micros(400 * n);
        match tokio::time::timeout(life, relay.step()).await {
            Ok(step) => {
                step.unwrap();
                finished += 1;
            }
            Err(_) => died += 1,
        }
    }
    process.relay_all(&[PARSE]).await;
    assert!(died > 5, "too few relays died");
    assert_eq!(process.rows("consumer = 'parse'", &[]).await, JOBS as i64);
    let done = work_off(&[&process], 4, JOBS, LONG).await;
    assert_eq!((done.leased.len(), done.settled.len()), (JOBS, JOBS));
    println!(
        "{died} relays died in the middle, {finished} did not: {JOBS} events, {} leases",
        done.leased.len()
    );
}

pub(crate) async fn a_new_consumer_begins_at_the_start(bench: Arc<Bench>) {
    let process = bench.process().await;
    process.fill(1_200).await;
    let head = process.node.log.head().await.unwrap();
    process.node.log.append(append(Uuid::now_v7(), Expected::Any, 1)).await.unwrap();
    let relay = process.relay(&[PARSE, INDEX], LONG);
    relay.step().await.unwrap();
    let checkpoints = process.ledger.relay_checkpoints().await.unwrap();
    let position = |name| checkpoints.iter().find(|(n, _)| n == name).unwrap().1.position;
    assert_eq!(position("parse"), head + 1, "held back by the new consumer");
    let after_one = position("index");
    assert!(after_one < head, "the new consumer has more than one step to go");
    process.relay_all(&[PARSE, INDEX]).await;
    assert_eq!(process.rows("consumer = 'index'", &[]).await, head + 1);
    assert_eq!(process.rows("consumer = 'parse'", &[]).await, 1_201);
    println!(
        "after one step the old consumer is at {} and the new one at {after_one}; in the end the \
         new one has {} jobs",
        head + 1,
        head + 1
    );
}

pub(crate) async fn a_new_consumer_may_begin_now(bench: Arc<Bench>) {
    const MAIL: Subscription = Subscription {
        consumer: "mail",
        event_types: &["test.happened", "test.other"],
        begins: Begins::Now,
    };
    let process = bench.process().await;
    process.fill(10).await;
    let head = process.node.log.head().await.unwrap();
    process.relay_all(&[PARSE, MAIL]).await;
    assert_eq!(process.rows("consumer = 'mail'", &[]).await, 0, "work of events before it");
    process.write(5).await;
    // Stopped and started again meanwhile: what came in between is work all the same.
    process.relay_all(&[PARSE, MAIL]).await;
    let written = process.node.log.head().await.unwrap() - head;
    assert_eq!(process.rows("consumer = 'mail'", &[]).await, written);
    let before = process.rows("consumer = 'mail' AND position <= $1", &[head.into()]).await;
    assert_eq!(before, 0);
}

pub(crate) async fn a_queue_of_another_log_is_filled_anew(bench: Arc<Bench>) {
    let mail =
        Subscription { consumer: "mail", event_types: &["test.happened"], begins: Begins::Now };
    let process = bench.process().await;
    process.relay_all(&[PARSE, mail]).await;
    process.write(3).await;
    let backup = process.node.log.head().await.unwrap();
    process.write(9).await;
    process.relay_all(&[PARSE, mail]).await;
    // All but the last of the first three is done; one after the backup is a dead letter.
    for _ in 0..2 {
        let job = process.next(LONG, Duration::from_secs(5)).await;
        assert!(process.settle(&job, Outcome::Done).await);
    }
    let sql = "UPDATE work SET state = 'dead' WHERE position > $1 AND consumer = 'parse'";
    process.node.database.queue.execute(sql, &[backup.into()]).await.unwrap();

    // Restored, and longer than before when the relay starts.
    process.node.restore_log(backup).await;
    let restored = bench.process().await;
    restored.write(20).await;
    let (log, ledger) = (&restored.node.log, &restored.ledger);
    let said = format!("{:?}", debrief_infra::queue::check(log, ledger).await.unwrap_err());
    assert!(said.contains("of another log"), "{said}");
    let relay = restored.run_relay(&[PARSE, mail], LONG);
    let events = async || {
        let sql = "SELECT DISTINCT position, event_id FROM work WHERE consumer = 'parse'";
        let rows = restored.node.database.queue.query(sql, &[]).await.unwrap();
        let rows = rows.iter().map(|row| (row.get(0).unwrap(), row.get(1).unwrap()));
        rows.collect::<std::collections::BTreeMap<i64, Uuid>>()
    };
    let work = everything(log).await.into_iter();
    let work = work.filter(|event| event.event_type == "test.happened");
    let expected: std::collections::BTreeMap<_, _> =
        work.map(|event| (event.position, event.id)).collect();
    assert_eq!(expected.len(), 23);
    eventually(Duration::from_secs(10), "all of the log's work, and only that", async || {
        events().await == expected
    })
    .await;
    assert_eq!(restored.rows("state = 'dead'", &[]).await, 0, "dead letters of another log");
    debrief_infra::queue::check(log, ledger).await.unwrap();
    // What must not look at the past again has what it had of the log, and what comes from now on.
    assert_eq!(restored.rows("consumer = 'mail'", &[]).await, 3);
    restored.write(1).await;
    eventually(Duration::from_secs(10), "new work", async || {
        restored.rows("consumer = 'mail'", &[]).await == 4
    })
    .await;
    relay.stop().await;
}

pub(crate) async fn what_a_checkpoint_says_of_another_log_is_told(bench: Arc<Bench>) {
    let process = bench.process().await;
    process.fill(3).await;
    let (log, ledger) = (&process.node.log, &process.ledger);
    debrief_infra::queue::check(log, ledger).await.unwrap();
    for (planted, told) in [
        ("position = position + 100", "beyond the end"),
        ("position = 1, event_id = '00000000-0000-7000-8000-000000000000'", "the event at 1"),
        ("position = 0, epoch = 'another'", "another,"),
    ] {
        let sql = format!("UPDATE relay_checkpoints SET {planted}");
        process.node.database.queue.execute(&sql, &[]).await.unwrap();
        let said = format!("{:?}", debrief_infra::queue::check(log, ledger).await.unwrap_err());
        assert!(said.contains("of another log") && said.contains(told), "{said}");
        let relay = process.run_relay(&[PARSE], LONG);
        eventually(Duration::from_secs(10), "it begins again", async || {
            debrief_infra::queue::check(log, ledger).await.is_ok()
        })
        .await;
        relay.stop().await;
        // What was there stays, once.
        assert_eq!(process.rows("consumer = 'parse'", &[]).await, 3, "{planted}");
    }
}

pub(crate) async fn dispatching_again_makes_no_double_work(bench: Arc<Bench>) {
    const JOBS: usize = 300;
    let (first, second) = (bench.process().await, bench.process().await);
    first.write(JOBS).await;
    first.relay_all(&[PARSE]).await;
    // As if its relay had died after sending them: sent again, by two processes at once.
    let sql = "UPDATE work SET dispatched_at = NULL, dispatches = 0";
    first.node.database.queue.execute(sql, &[]).await.unwrap();
    let (a, b) = tokio::join!(first.queue.dispatch(), second.queue.dispatch());
    let sent = a.unwrap() + b.unwrap();
    assert_eq!(first.queue.dispatch().await.unwrap(), 0, "sent once more");
    let mut messages = JOBS as u64;
    if !bench.is_embedded() {
        let context = context(&bench.url).await;
        let mut stream = context.get_stream(bench.stream()).await.unwrap();
        messages = stream.info().await.unwrap().state.messages;
        assert_eq!(messages, JOBS as u64, "messages in the stream");
    }
    let done = work_off(&[&first, &second], 4, JOBS, LONG).await;
    first.assert_nothing(Duration::from_millis(500)).await;
    assert_eq!((done.leased.len(), done.settled.len()), (JOBS, JOBS));
    println!(
        "{JOBS} jobs sent out {sent} times again: {messages} messages, {} leases",
        done.leased.len()
    );
}
