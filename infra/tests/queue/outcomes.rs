//! Outcomes of attempts.

use crate::support::bench::*;
use crate::support::{organization, stream};
use debrief_domain::ids::OrganizationId;
use debrief_infra::queue::{Outcome, WorkId};
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

const SOON: Duration = Duration::from_secs(3);

fn retry(after_ms: u64, error: &str) -> Outcome {
    Outcome::Retry { after: Duration::from_millis(after_ms), error: error.to_owned() }
}

fn dead(error: &str) -> Outcome {
    Outcome::Dead { error: error.to_owned() }
}

fn another() -> Option<OrganizationId> {
    Some(OrganizationId(Uuid::from_u128(0x0b)))
}

pub(crate) async fn a_retry_comes_after_its_pause(bench: Arc<Bench>) {
    let process = bench.process().await;
    process.fill(1).await;
    let job = process.next(LONG, SOON).await;
    assert_eq!((job.attempts, job.abandoned, job.organization), (0, 0, organization()));
    let mut waits = Vec::new();
    let mut last = job.clone();
    for (n, (pause, error)) in [(700, "first"), (300, "second")].into_iter().enumerate() {
        let settled = Instant::now();
        assert!(process.settle(&last, retry(pause, error)).await);
        assert!(!process.settle(&last, Outcome::Done).await, "settled twice");
        last = process.next(LONG, SOON).await;
        let waited = settled.elapsed();
        // Times are whole milliseconds.
        assert!(waited >= Duration::from_millis(pause - 1), "after {waited:?} of {pause} ms");
        assert_eq!((last.position, last.attempts, last.abandoned), (job.position, n as u32 + 1, 0));
        assert_ne!(last.token, job.token);
        waits.push(waited);
    }
    assert!(process.settle(&last, dead("third")).await);
    let letters = process.ledger.dead_letters(None, None, 10).await.unwrap();
    let errors: Vec<&str> = letters[0].history.iter().map(|a| a.error.as_str()).collect();
    assert_eq!((letters.len(), letters[0].attempts), (1, 3));
    assert_eq!(errors, ["first", "second", "third"]);
    println!("pauses of 700 and 300 ms took {waits:?}; 3 attempts in the history");
}

pub(crate) async fn a_snooze_uses_up_no_attempt(bench: Arc<Bench>) {
    let process = bench.process().await;
    process.fill(1).await;
    let mut job = process.next(LONG, SOON).await;
    for _ in 0..5 {
        let settled = Instant::now();
        let after = Duration::from_millis(200);
        assert!(process.settle(&job, Outcome::Snooze { after }).await);
        job = process.next(LONG, SOON).await;
        assert!(settled.elapsed() >= Duration::from_millis(199));
        assert_eq!((job.attempts, job.abandoned), (0, 0));
    }
    assert!(process.settle(&job, dead("end")).await);
    let letters = process.ledger.dead_letters(None, None, 10).await.unwrap();
    assert_eq!((letters[0].attempts, letters[0].history.len()), (1, 1));
    println!("5 snoozes, 0 attempts used up");
}

pub(crate) async fn a_dead_letter_is_in_nobodys_way(bench: Arc<Bench>) {
    let process = bench.process().await;
    process.fill(20).await;
    let poison = process.next(LONG, SOON).await;
    assert!(process.settle(&poison, dead("poison")).await);
    let done = work_off(&[&process], 2, 19, LONG).await;
    assert!(!done.leased.contains(&poison.position));
    process.assert_nothing(Duration::from_millis(500)).await;

    let (ledger, id) = (&process.ledger, poison.id());
    for (whose, letters) in [(None, 1), (Some(organization()), 1), (another(), 0)] {
        assert_eq!(ledger.dead_letters(whose, None, 10).await.unwrap().len(), letters);
        let one = ledger.dead_letter(whose, id).await.unwrap();
        assert_eq!(one.is_some(), letters == 1);
    }
    let backlog = ledger.backlog().await.unwrap();
    assert_eq!((backlog[0].ready, backlog[0].leased, backlog[0].dead), (0, 0, 1));
    assert_eq!(backlog[0].oldest, None);
    assert!(!ledger.retry(another(), id).await.unwrap(), "retried by another");
    assert!(!ledger.discard(another(), id).await.unwrap(), "discarded by another");
    assert!(!ledger.retry(None, WorkId { consumer: "index", ..id }).await.unwrap());
    process.assert_nothing(Duration::from_millis(300)).await;

    assert!(ledger.retry(Some(organization()), id).await.unwrap());
    assert!(!ledger.retry(Some(organization()), id).await.unwrap(), "not dead now");
    process.relay_all(&[PARSE]).await;
    let again = process.next(LONG, SOON).await;
    assert_eq!((again.id(), again.attempts, again.abandoned), (id, 0, 0));
    assert!(process.settle(&again, dead("still poison")).await);
    let letter = ledger.dead_letter(None, id).await.unwrap().unwrap();
    assert_eq!((letter.attempts, letter.history.len()), (1, 2));

    assert!(ledger.discard(Some(organization()), id).await.unwrap());
    assert!(!ledger.discard(Some(organization()), id).await.unwrap());
    assert!(!ledger.retry(None, id).await.unwrap());
    assert_eq!(process.rows("1 = 1", &[]).await, 0);
    process.assert_nothing(Duration::from_millis(500)).await;
    println!(
        "1 dead letter: 19 others done, 3 times refused to another organization, retried, \
         discarded"
    );
}

pub(crate) async fn dead_letters_come_in_pages(bench: Arc<Bench>) {
    let process = bench.process().await;
    process.fill(25).await;
    for _ in 0..25 {
        let job = process.next(LONG, SOON).await;
        assert!(process.settle(&job, dead("x")).await);
    }
    let mut seen: Vec<(i64, String)> = Vec::new();
    let mut pages = 0;
    loop {
        let last = seen.last();
        let after =
            last.map(|(position, consumer)| WorkId { position: *position, consumer, key: "" });
        let page = process.ledger.dead_letters(None, after, 10).await.unwrap();
        if page.is_empty() {
            break;
        }
        pages += 1;
        seen.extend(page.into_iter().map(|letter| (letter.position, letter.consumer)));
    }
    let mut sorted = seen.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!((pages, seen.len()), (3, 25));
    assert_eq!(sorted, seen);
    println!("25 dead letters in {pages} pages");
}

pub(crate) async fn a_lease_that_runs_out_is_anothers(bench: Arc<Bench>) {
    let (killed, other) = (bench.process().await, bench.process().await);
    let lease = Duration::from_secs(1);
    let relay = other.run_relay(&[PARSE], lease);
    killed.write(1).await;
    let lost = killed.next(lease, SOON).await;
    let began = Instant::now();
    let taken = other.next(lease, lease + Duration::from_secs(2)).await;
    let took = began.elapsed();
    assert!(took >= lease - Duration::from_millis(100), "leased to two at a time: after {took:?}");
    assert!(took <= lease + Duration::from_secs(2), "free after {took:?}");
    assert_eq!((taken.position, taken.attempts, taken.abandoned), (lost.position, 0, 1));
    // The first worker comes back, too late.
    assert!(!killed.queue.renew(&lost, LONG, Some(0.9)).await.unwrap(), "renewed a lost lease");
    for outcome in [Outcome::Done, dead("late"), retry(0, "late")] {
        assert!(!killed.settle(&lost, outcome.clone()).await, "{outcome:?} counted");
    }
    assert_eq!(other.rows("state = 'leased' AND progress IS NULL", &[]).await, 1);
    assert!(other.settle(&taken, Outcome::Done).await);
    assert_eq!(other.rows("1 = 1", &[]).await, 0);
    other.assert_nothing(Duration::from_millis(1_500)).await;
    relay.stop().await;
    println!("a lease of {lease:?} was another's after {took:?}; 4 late words did not count");
}

pub(crate) async fn a_renewed_lease_is_kept(bench: Arc<Bench>) {
    let (worker, other) = (bench.process().await, bench.process().await);
    let lease = Duration::from_secs(1);
    let relay = other.run_relay(&[PARSE], lease);
    worker.write(1).await;
    let job = worker.next(lease, SOON).await;
    let works = async {
        for n in 1..=12 {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let progress = (n % 2 == 0).then_some(f64::from(n) / 12.0);
            assert!(worker.queue.renew(&job, lease, progress).await.unwrap(), "lost at {n}");
            let seen = other.ledger.under_way(organization(), job.stream_id).await.unwrap();
            let (consumer, seen) = seen.expect("under way");
            assert_eq!(consumer, CONSUMER);
            assert!((seen - f64::from(n / 2 * 2) / 12.0).abs() < 1e-9, "{seen} at {n}");
        }
    };
    tokio::join!(works, other.assert_nothing(Duration::from_millis(3_600)));
    let elsewhere = another().unwrap();
    assert_eq!(other.ledger.under_way(elsewhere, job.stream_id).await.unwrap(), None);
    let unknown = stream(Uuid::now_v7()).id;
    assert_eq!(other.ledger.under_way(organization(), unknown).await.unwrap(), None);
    assert!(worker.settle(&job, Outcome::Done).await);
    assert_eq!(other.ledger.under_way(organization(), job.stream_id).await.unwrap(), None);
    other.assert_nothing(Duration::from_millis(1_500)).await;
    relay.stop().await;
    println!("a lease of {lease:?} renewed 12 times in 3.6 s: 0 times another's");
}

/// A process wrote times while the clock of the machine was a day ahead, and was killed.
pub(crate) async fn a_clock_that_was_ahead_delays_nothing(bench: Arc<Bench>) {
    let process = bench.process().await;
    process.fill(4).await;
    let leased = process.lease(2, LONG, 3_000).await;
    assert_eq!(leased.len(), 2);
    let now = chrono::Utc::now().timestamp_millis();
    let (day, half_hour) = (24 * 60 * 60 * 1_000, 30 * 60 * 1_000);
    let plant = async |sql: &str, arguments: &[debrief_infra::database::sql::Value]| {
        assert_eq!(process.node.database.queue.execute(sql, arguments).await.unwrap(), 1, "{sql}");
    };
    // One of each, and the control arms: what a pause or a lease can be.
    plant(
        "UPDATE work SET lease_until = $1 WHERE position = $2",
        &[(now + day).into(), leased[0].position.into()],
    )
    .await;
    let ready = "SELECT MIN(position), MAX(position) FROM work WHERE state = 'ready'";
    let rows = process.node.database.queue.query(ready, &[]).await.unwrap();
    let (first, second): (i64, i64) = (rows[0].get(0).unwrap(), rows[0].get(1).unwrap());
    let due = "UPDATE work SET available_at = $1, dispatched_at = $1 WHERE position = $2";
    plant(due, &[(now + day).into(), first.into()]).await;
    plant(due, &[(now + half_hour).into(), second.into()]).await;

    let relay = process.run_relay(&[PARSE], LONG);
    let mut positions = vec![leased[0].position, first];
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !positions.is_empty() && std::time::Instant::now() < until {
        // JetStream delivers messages of jobs that are not due yet, too.
        let Some(job) = process.lease(1, LONG, 1_000).await.pop() else { continue };
        let at = positions.iter().position(|position| *position == job.position);
        positions.remove(at.unwrap_or_else(|| panic!("{job:?} is not due")));
        assert!(process.settle(&job, Outcome::Done).await);
    }
    assert_eq!(positions, [] as [i64; 0], "these wait for tomorrow");
    assert!(process.lease(1, LONG, 500).await.is_empty(), "what is due in half an hour");
    assert_eq!(process.rows("state = 'leased'", &[]).await, 1, "a lease that still runs");
    relay.stop().await;
}
