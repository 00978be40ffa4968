//! JetStream may lose everything: the ledger dispatches it again (P4).
#![cfg(feature = "nats")] // Support for the queues knows all of them.

mod support;

use debrief_infra::queue::{Job, Outcome};
use std::collections::HashSet;
use std::time::{Duration, Instant};
use support::bench::*;
use support::servers::Nats;
use support::{Place, eventually};

const LEASE: Duration = Duration::from_secs(2);
/// P4: no job is stuck for longer than its lease and this.
const STUCK: Duration = Duration::from_secs(30);

macro_rules! on_ledgers {
    ($($test:ident),+ $(,)?) => { on_ledgers!(sqlite: $($test),+); on_ledgers!(postgres: $($test),+); };
    ($place:ident: $($test:ident),+) => {
        mod $place {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $test() {
                    let Some(nats) = crate::support::servers::Nats::start().await else { return };
                    let place = crate::support::Place::$place().await;
                    crate::with(place, nats, crate::$test).await;
                }
            )+
        }
    };
}

on_ledgers! {
    a_deleted_store, a_server_that_is_away, a_deleted_stream, a_deleted_consumer, a_purged_stream,
    messages_lost_while_others_are_at_work,
}

async fn with<F: Future<Output = ()>>(
    place: Option<Place>,
    nats: Nats,
    test: impl FnOnce(Bench, Nats) -> F,
) {
    Place::run(place, |place| test(Bench::new(place, &nats.url()), nats)).await;
}

/// Two processes that have known the stream since it was empty: only the loss itself tells them of
/// it.
async fn two(bench: &Bench) -> (Process, Process) {
    let (first, second) = (bench.process().await, bench.process().await);
    for process in [&first, &second] {
        process.queue.reconcile(LEASE).await.unwrap();
    }
    (first, second)
}

/// Leases jobs and never settles them: a worker that is killed.
async fn lease_and_die(process: &Process, count: usize) -> Vec<Job> {
    let mut jobs = Vec::new();
    while jobs.len() < count {
        jobs.extend(process.lease(count - jobs.len(), LEASE, 500).await);
    }
    jobs
}

/// Completes `jobs` jobs, some of which may have been leased before, and returns how long that
/// took.
async fn assert_all_done(processes: &[&Process], jobs: usize, what: &str) {
    let began = Instant::now();
    let done = work_off(processes, 4, jobs, LEASE).await;
    let took = began.elapsed();
    let distinct: HashSet<i64> = done.settled.iter().copied().collect();
    assert_eq!(distinct.len(), jobs);
    assert_eq!(processes[0].rows("1 = 1", &[]).await, 0, "rows that are left");
    assert!(took < LEASE + STUCK, "{what}: took {took:?}");
    println!(
        "{what}: {jobs} jobs done {:.1} s later by {} leases, {} calls failed",
        took.as_secs_f64(),
        done.leased.len(),
        done.failures
    );
}

async fn a_deleted_store(bench: Bench, mut nats: Nats) {
    let (worker, other) = two(&bench).await;
    worker.fill(300).await;
    let relay = worker.run_relay(&[PARSE], LEASE);
    work_off(&[&worker], 1, 100, LEASE).await;
    let left = worker.rows("1 = 1", &[]).await as usize;
    let dead = lease_and_die(&other, 20).await.len();
    nats.kill();
    nats.delete_store();
    nats.restart().await;
    let what = format!("store deleted with {left} jobs undone, {dead} of them leased");
    assert_all_done(&[&worker, &other], left, &what).await;
    relay.stop().await;
}

async fn a_server_that_is_away(bench: Bench, mut nats: Nats) {
    let (worker, other) = two(&bench).await;
    let relays = [worker.run_relay(&[PARSE], LEASE), other.run_relay(&[PARSE], LEASE)];
    let began = Instant::now();
    let outage = async {
        worker.write(100).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        nats.kill();
        let killed = began.elapsed();
        worker.write(100).await;
        assert!(worker.queue.check().await.is_err(), "the queue says that all is well");
        tokio::time::sleep(Duration::from_secs(5)).await;
        other.write(100).await;
        nats.restart().await;
        println!("away from {killed:.1?} to {:.1?}", began.elapsed());
    };
    let processes = [&worker, &other];
    tokio::join!(outage, assert_all_done(&processes, 300, "server away for 5 s"));
    eventually(Duration::from_secs(5), "health", async || worker.queue.check().await.is_ok()).await;
    for relay in relays {
        relay.stop().await;
    }
}

async fn a_deleted_stream(bench: Bench, nats: Nats) {
    let (worker, other) = two(&bench).await;
    worker.fill(200).await;
    let relay = worker.run_relay(&[PARSE], LEASE);
    let dead = lease_and_die(&other, 20).await.len();
    context(&nats.url()).await.delete_stream(bench.stream()).await.unwrap();
    let what = format!("stream deleted with 200 jobs undone, {dead} of them leased");
    assert_all_done(&[&worker, &other], 200, &what).await;
    relay.stop().await;
}

async fn a_deleted_consumer(bench: Bench, nats: Nats) {
    let (worker, other) = two(&bench).await;
    worker.fill(200).await;
    let relay = worker.run_relay(&[PARSE], LEASE);
    let dead = lease_and_die(&other, 20).await.len();
    let stream = context(&nats.url()).await.get_stream(bench.stream()).await.unwrap();
    stream.delete_consumer(CONSUMER).await.unwrap();
    let what = format!("consumer deleted with 200 jobs undone, {dead} of them leased");
    assert_all_done(&[&worker, &other], 200, &what).await;
    relay.stop().await;
}

async fn a_purged_stream(bench: Bench, nats: Nats) {
    let (worker, other) = two(&bench).await;
    worker.fill(200).await;
    let relay = worker.run_relay(&[PARSE], LEASE);
    let stream = context(&nats.url()).await.get_stream(bench.stream()).await.unwrap();
    let purged = stream.purge().await.unwrap().purged;
    assert_eq!(purged, 200);
    assert_all_done(&[&worker, &other], 200, &format!("{purged} messages purged")).await;
    relay.stop().await;
}

/// Half of the messages are lost, while a job is always running.
async fn messages_lost_while_others_are_at_work(bench: Bench, nats: Nats) {
    let (worker, other) = two(&bench).await;
    other.fill(1).await;
    let long = other.next(LEASE, Duration::from_secs(3)).await;
    worker.fill(100).await;
    let relay = worker.run_relay(&[PARSE], LEASE);
    let stream = context(&nats.url()).await.get_stream(bench.stream()).await.unwrap();
    let last = stream.get_info().await.unwrap().state.last_sequence;
    let mut lost = 0;
    for sequence in (2..=last).step_by(2) {
        stream.delete_message(sequence).await.unwrap();
        lost += 1;
    }
    let what = format!("{lost} of 100 messages lost beside a job that is at work");
    let at_work = async {
        loop {
            tokio::time::sleep(LEASE / 4).await;
            assert!(other.queue.renew(&long, LEASE, None).await.unwrap());
        }
    };
    let began = Instant::now();
    let done = async {
        let done = work_off(&[&worker], 4, 100, LEASE).await;
        assert!(began.elapsed() < LEASE + STUCK, "{what}: took {:?}", began.elapsed());
        println!("{what}: done {:.1?} later by {} leases", began.elapsed(), done.leased.len());
    };
    tokio::select! {
        () = done => {}
        () = at_work => unreachable!("without an end"),
    }
    assert!(other.settle(&long, Outcome::Done).await);
    relay.stop().await;
}
