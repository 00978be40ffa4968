//! Jobs that are split into parts, and steps that are not repeated.

use crate::support::bench::*;
use crate::support::organization;
use debrief_infra::queue::{Job, Outcome, WorkId};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(3);

fn split(keys: &[&str]) -> Outcome {
    Outcome::Split { keys: keys.iter().map(|key| (*key).to_owned()).collect() }
}

async fn leased(process: &Process, count: usize) -> BTreeMap<String, Job> {
    let mut jobs = BTreeMap::new();
    while jobs.len() < count {
        let job = process.next(LONG, SOON).await;
        jobs.insert(job.key.clone(), job);
    }
    jobs
}

pub(crate) async fn parts_are_tried_apart(bench: Arc<Bench>) {
    let process = bench.process().await;
    process.fill(1).await;
    let whole = process.next(LONG, SOON).await;
    assert_eq!(whole.key, "");
    let keys = ["endpoint-a", "endpoint-b", "endpoint-c"];
    assert!(process.settle(&whole, split(&keys)).await);
    assert!(!process.settle(&whole, split(&["late"])).await, "split by a lease that was over");
    let parts = leased(&process, 3).await;
    assert_eq!(parts.keys().collect::<Vec<_>>(), keys);
    for part in parts.values() {
        let same = |job: &Job| (job.position, job.event_id, job.organization, job.stream_id);
        assert_eq!(same(part), same(&whole));
        assert_eq!((part.attempts, part.abandoned), (0, 0));
    }
    // One is done, one fails and is tried again, one dies: each in nobody's way.
    let [a, b, c] = keys.map(|key| &parts[key]);
    let error = |error: &str| error.to_owned();
    let after = Duration::from_millis(300);
    assert!(process.settle(a, Outcome::Done).await);
    assert!(process.settle(b, Outcome::Retry { after, error: error("410") }).await);
    assert!(process.settle(c, Outcome::Dead { error: error("gone") }).await);
    let again = process.next(LONG, SOON).await;
    assert_eq!((again.key.as_str(), again.attempts), ("endpoint-b", 1));
    assert!(process.settle(&again, Outcome::Done).await);
    assert_eq!(process.rows("state <> 'dead'", &[]).await, 0);

    let ledger = &process.ledger;
    let letters = ledger.dead_letters(None, None, 10).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].key.as_str(), letters[0].history[0].error.as_str()), (keys[2], "gone"));
    let whole_id = whole.id();
    assert_eq!(ledger.dead_letter(None, whole_id).await.unwrap(), None);
    assert!(!ledger.retry(None, whole_id).await.unwrap(), "retried by another part's key");
    assert!(!ledger.discard(None, whole_id).await.unwrap(), "discarded by another part's key");
    let id = WorkId { key: keys[2], ..whole_id };
    assert_eq!(
        ledger.dead_letter(Some(organization()), id).await.unwrap().as_ref(),
        letters.first()
    );
    assert!(ledger.retry(Some(organization()), id).await.unwrap());
    process.relay_all(&[PARSE]).await;
    let mended = process.next(LONG, SOON).await;
    assert_eq!((mended.id(), mended.attempts), (id, 0));
    assert!(process.settle(&mended, Outcome::Done).await);
    assert_eq!(process.rows("1 = 1", &[]).await, 0);

    // Nothing to split into is nothing left to do.
    process.fill(1).await;
    let none = process.next(LONG, SOON).await;
    assert!(process.settle(&none, split(&[])).await);
    assert_eq!(process.rows("1 = 1", &[]).await, 0);
    process.assert_nothing(Duration::from_millis(500)).await;
    println!("3 parts: done, tried again, dead; retried by its key");
}

pub(crate) async fn many_parts_are_done_once_each(bench: Arc<Bench>) {
    const PARTS: usize = 1_200;
    let (first, second) = (bench.process().await, bench.process().await);
    let relay = second.run_relay(&[PARSE], LONG);
    first.write(1).await;
    let whole = first.next(LONG, SOON).await;
    let keys: Vec<String> = (0..PARTS).map(|n| format!("part-{n}")).collect();
    assert!(first.settle(&whole, Outcome::Split { keys }).await);
    let done = work_off_parts(&[&first, &second], PARTS).await;
    assert_eq!(done.len(), PARTS);
    assert_eq!(first.rows("1 = 1", &[]).await, 0);
    relay.stop().await;
}

async fn work_off_parts(processes: &[&Process], total: usize) -> BTreeMap<String, usize> {
    let mut done: BTreeMap<String, usize> = BTreeMap::new();
    let began = std::time::Instant::now();
    while done.len() < total {
        assert!(began.elapsed() < Duration::from_secs(60), "{} of {total}", done.len());
        for process in processes {
            for job in process.lease(32, LONG, 100).await {
                assert!(process.settle(&job, Outcome::Done).await);
                *done.entry(job.key).or_default() += 1;
            }
        }
    }
    assert!(done.values().all(|times| *times == 1), "a part was done twice");
    done
}

pub(crate) async fn a_step_is_remembered_until_the_job_is_done(bench: Arc<Bench>) {
    let process = bench.process().await;
    process.fill(2).await;
    let ledger = &process.ledger;
    let jobs = process.lease(2, LONG, 2_000).await;
    let [job, other] = &jobs[..] else { panic!("two jobs: {jobs:?}") };
    let result = async |job: &Job, step: &str| ledger.step_result(job.id(), step).await.unwrap();
    assert_eq!(result(job, "pay").await, None);
    assert!(ledger.store_step(job, "pay", b"42".to_vec()).await.unwrap());
    assert_eq!(result(job, "pay").await.as_deref(), Some(&b"42"[..]));
    assert_eq!(result(job, "mail").await, None);
    assert_eq!(result(other, "pay").await, None, "another job's step");
    let part = WorkId { key: "part", ..job.id() };
    assert_eq!(ledger.step_result(part, "pay").await.unwrap(), None, "another part's step");
    // Over what was there.
    assert!(ledger.store_step(job, "pay", b"43".to_vec()).await.unwrap());

    // The next attempt, whoever makes it.
    let retry = Outcome::Retry { after: Duration::ZERO, error: "then it failed".to_owned() };
    assert!(process.settle(job, retry).await);
    assert!(
        !ledger.store_step(job, "late", b"1".to_vec()).await.unwrap(),
        "stored without a lease"
    );
    let again = process.next(LONG, SOON).await;
    assert_eq!(again.position, job.position);
    assert_eq!(result(&again, "late").await, None);
    assert_eq!(result(&again, "pay").await.as_deref(), Some(&b"43"[..]));
    assert!(process.settle(&again, Outcome::Done).await);
    assert_eq!(result(&again, "pay").await, None, "it outlived its job");

    // A dead letter keeps what it paid for, until it is discarded.
    assert!(ledger.store_step(other, "pay", b"1".to_vec()).await.unwrap());
    assert!(process.settle(other, Outcome::Dead { error: "no".to_owned() }).await);
    assert!(result(other, "pay").await.is_some());
    assert!(ledger.discard(None, other.id()).await.unwrap());
    let rows = process.node.database.queue.query("SELECT 1 FROM work_steps", &[]).await.unwrap();
    assert_eq!(rows.len(), 0, "results that outlived their jobs");
}
