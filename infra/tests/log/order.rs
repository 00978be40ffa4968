//! Positions, versions, and what readers see during writes.

use crate::support::*;
use debrief_infra::log::{Appended, Expected};
use rand::RngExt;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use uuid::Uuid;

const WRITERS: usize = 32;

/// An answered append: times of request and answer, and its position.
struct Answered {
    asked: Instant,
    answered: Instant,
    position: i64,
}

pub(crate) async fn positions_follow_commits(place: Shared) {
    let nodes = [place.node().await, place.node().await];
    let streams: Arc<Vec<Uuid>> = Arc::new((0..12).map(|_| Uuid::now_v7()).collect());
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (log, streams) = (nodes[writer % 2].log.clone(), streams.clone());
        writers.spawn(async move {
            let (mut done, mut conflicts, mut events) = (Vec::new(), 0, 0);
            let mut known = vec![0; streams.len()];
            for _ in 0..30 {
                let at = rand::random_range(0..streams.len());
                let (size, any) = (rand::random_range(1..=5), rand::random_bool(0.5));
                let expected = if any { Expected::Any } else { Expected::Version(known[at]) };
                let asked = Instant::now();
                match log.append(append(streams[at], expected, size)).await.unwrap() {
                    Appended::Committed { position, version } => {
                        known[at] = version;
                        events += size;
                        done.push(Answered { asked, answered: Instant::now(), position });
                    }
                    Appended::Conflict { actual } => {
                        assert!(actual > known[at], "a conflict with the version it has");
                        known[at] = actual;
                        conflicts += 1;
                    }
                    other => panic!("{other:?}"),
                }
            }
            (done, conflicts, events)
        });
    }
    let (mut done, mut conflicts, mut events) = (Vec::new(), 0, 0);
    for (answers, lost, written) in writers.join_all().await {
        done.extend(answers);
        conflicts += lost;
        events += written;
    }
    let log = everything(&nodes[0].log).await;
    assert_gapless(&log);
    assert_eq!(log.len(), events, "events answered and events in the log");
    assert_eq!(nodes[1].log.head().await.unwrap(), events as i64);
    assert!(conflicts > 0, "without a conflict nothing was tested");
    // An append answered before another was requested has a lower position.
    done.sort_by_key(|append| append.position);
    let mut earliest = Instant::now();
    for append in done.iter().rev() {
        assert!(earliest >= append.asked, "position {} is out of order", append.position);
        earliest = earliest.min(append.answered);
    }
    println!("{} appends, {events} events, {conflicts} conflicts, 12 streams", done.len());
}

/// P2.
pub(crate) async fn subscribers_miss_nothing(place: Shared) {
    let total: i64 = if full() { 100_000 } else { 10_000 };
    let nodes = [place.node().await, place.node().await];
    let began = Instant::now();
    let mut subscribers = JoinSet::new();
    for subscriber in 0..6 {
        let log = nodes[subscriber % 2].log.clone();
        let page = [7, 100, 1_000][subscriber / 2];
        subscribers.spawn(async move {
            let (mut at, mut reads, mut empty, mut digest) = (0, 0, 0, 0_u128);
            while at < total {
                let events = log.read(at, page).await.unwrap();
                reads += 1;
                if events.is_empty() {
                    empty += 1;
                    assert!(began.elapsed() < Duration::from_secs(100), "no event after {at}");
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                for event in events {
                    assert_eq!(event.position, at + 1, "skipped or repeated after {at}");
                    at = event.position;
                    digest = digest.rotate_left(1) ^ event.id.as_u128();
                }
            }
            assert_eq!(at, total);
            (reads, empty, digest)
        });
    }
    let left = Arc::new(AtomicI64::new(total));
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (log, left) = (nodes[writer % 2].log.clone(), left.clone());
        writers.spawn(async move {
            loop {
                let size = rand::random_range(1..=5_i64);
                let size = size.min(left.fetch_sub(size, Ordering::SeqCst));
                if size <= 0 {
                    return;
                }
                let add = append(Uuid::now_v7(), Expected::Version(0), size as usize);
                committed(log.append(add).await.unwrap());
            }
        });
    }
    writers.join_all().await;
    let wrote = began.elapsed();
    let seen = subscribers.join_all().await;
    let digests: HashSet<u128> = seen.iter().map(|(_, _, digest)| *digest).collect();
    assert_eq!(digests.len(), 1, "subscribers saw different orders");
    let reads: u64 = seen.iter().map(|(reads, _, _)| reads).sum();
    let empty: u64 = seen.iter().map(|(_, empty, _)| empty).sum();
    println!(
        "{total} events by {WRITERS} writers on 2 nodes in {:.1} s ({:.0}/s), seen by 6 subscribers \
         in {:.1} s, {reads} reads of which {empty} empty, 0 lost",
        wrote.as_secs_f64(),
        total as f64 / wrote.as_secs_f64(),
        began.elapsed().as_secs_f64(),
    );
}

/// The naive alternative: it must lose events, or the test above proves little.
pub(crate) async fn control_a_serial_column_loses_events(place: Shared) {
    let database = place.open().await;
    let plain = "CREATE TABLE plain (id bigserial PRIMARY KEY, words text NOT NULL)";
    database.log.execute(plain, &[]).await.unwrap();
    let (mut lost, mut rounds, mut seen, mut after) = (0, 0, 0, 0_i64);
    while lost == 0 {
        rounds += 1;
        assert!(rounds <= 20, "the control loses nothing: the test cannot fail");
        let running = Arc::new(AtomicU64::new(8));
        let mut writers = JoinSet::new();
        for _ in 0..8 {
            let (sql, running) = (database.log.clone(), running.clone());
            writers.spawn(async move {
                for _ in 0..50 {
                    let mut tx = sql.begin().await.unwrap();
                    tx.execute("INSERT INTO plain (words) VALUES ('x')", &[]).await.unwrap();
                    let hold = rand::rng().random_range(0..3_000);
                    tokio::time::sleep(Duration::from_micros(hold)).await;
                    tx.commit().await.unwrap();
                }
                running.fetch_sub(1, Ordering::SeqCst);
            });
        }
        loop {
            let over = running.load(Ordering::SeqCst) == 0;
            let sql = "SELECT id FROM plain WHERE id > $1 ORDER BY id LIMIT 100";
            let rows = database.log.query(sql, &[after.into()]).await.unwrap();
            seen += rows.len() as i64;
            if let Some(last) = rows.last() {
                after = last.get(0).unwrap();
            } else if over {
                break;
            }
        }
        writers.join_all().await;
        lost = count(&database, "SELECT COUNT(*) FROM plain", &[]).await - seen;
    }
    println!("control: {lost} events lost, {seen} seen, in {rounds} rounds");
}

pub(crate) async fn batches_hold_many_appends(place: Shared) {
    let node = place.node().await;
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        let log = node.log.clone();
        writers.spawn(async move {
            for _ in 0..40 {
                committed(log.append(append(Uuid::now_v7(), Expected::Any, 1)).await.unwrap());
            }
        });
    }
    writers.join_all().await;
    let appends = count(&node.database, "SELECT COUNT(*) FROM events", &[]).await;
    // All events of a transaction have its time.
    let sql = "SELECT COUNT(DISTINCT recorded_at) FROM events";
    let transactions = count(&node.database, sql, &[]).await;
    assert_eq!(appends, (WRITERS * 40) as i64);
    let mean = appends as f64 / transactions as f64;
    println!(
        "{appends} appends by {WRITERS} writers in {transactions} transactions: {mean:.1} each"
    );
    assert!(mean > 2.0, "appends are not grouped");
}

pub(crate) async fn a_lone_writer_is_not_delayed(place: Shared) {
    let node = place.node().await;
    let mut times = Vec::new();
    for _ in 0..100 {
        let began = Instant::now();
        committed(node.log.append(append(Uuid::now_v7(), Expected::Any, 1)).await.unwrap());
        times.push(began.elapsed());
    }
    times.sort();
    println!("a lone append takes {:?} in the middle, {:?} at worst", times[50], times[99]);
    assert!(times[50] < Duration::from_millis(50), "half of the lone appends take {:?}", times[50]);
}
