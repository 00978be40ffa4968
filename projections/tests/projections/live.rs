//! P6: a read model rebuilt from the log equals the live one.

use crate::support::history::{self, History, upload};
use crate::support::{KEEP_ALL, Shared, long};
use debrief_domain::transcript::TranscriptCommand;
use debrief_infra::log::{Append, Appended, CommandKey, Expected, Metadata, NewEvent, StreamId};
use debrief_projections::engine::{Difference, Stale, Views, rebuild};
use rand::RngExt;
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Runners are killed and restarted, with batches of all sizes, while four organizations write.
pub(crate) async fn a_live_read_model_is_what_the_log_says(place: Shared) {
    let node = place.node().await;
    let projections = debrief_projections::all(KEEP_ALL);
    let done = Arc::new(AtomicBool::new(false));
    let mut runners = tokio::task::JoinSet::new();
    for projection in projections.clone() {
        let (node, done) = (node.clone(), Arc::clone(&done));
        runners.spawn(async move {
            let mut lives = 0;
            while !done.load(Ordering::Relaxed) {
                let runner = node.runner(&projection, rand::random_range(1..=60));
                let life = Duration::from_micros(rand::random_range(1..80_000));
                // Dropped at an arbitrary point.
                let _ = tokio::time::timeout(life, runner.run(CancellationToken::new())).await;
                lives += 1;
            }
            lives
        });
    }
    history::write(&node, 4, long(), 42).await;
    done.store(true, Ordering::Relaxed);
    let lives: i32 = runners.join_all().await.into_iter().sum();
    node.catch_up(&projections).await;

    let live = node.dump(&projections).await;
    let rows = node.assert_verified(&projections).await;
    let rebuilt = rebuild(&node.log, &node.database.views, &projections, |_, _| ()).await.unwrap();
    assert!(rebuilt.iter().all(|rebuilt| rebuilt.generation == 2), "{rebuilt:?}");
    assert!(live == node.dump(&projections).await, "the rebuilt tables are others");
    node.assert_verified(&projections).await;
    let updates = node.assert_consecutive_offsets().await;
    let sizes: Vec<_> = live.iter().map(|(table, rows)| (table, rows.len())).collect();
    println!(
        "{} events, {lives} lives of runners, {rows} rows compared, {updates} updates: {sizes:?}",
        node.log.head().await.unwrap()
    );
    assert!(live.values().all(|rows| rows.len() > 3), "a history without much in it: {sizes:?}");
}

/// The control arm: differences from the log are detected in each table.
pub(crate) async fn planted_differences_are_found_and_mended(place: Shared) {
    let node = place.node().await;
    let projections = debrief_projections::all(KEEP_ALL);
    history::write(&node, 2, 400, 7).await;
    node.catch_up(&projections).await;
    let mut found = 0;
    for projection in &projections {
        for table in projection.tables() {
            let name = table.name;
            let keys: Vec<_> = table.key.iter().map(|(key, _)| format!("\"{key}\"")).collect();
            let keys = keys.join(", ");
            let one = format!("({keys}) = (SELECT {keys} FROM {name} ORDER BY {keys} LIMIT 1)");
            let column = table.columns[0].0;
            let other = match table.columns[0].1 {
                debrief_projections::engine::ColumnType::Integer => "-7",
                debrief_projections::engine::ColumnType::Text => "'planted'",
            };
            let key = table.key[0].0;
            let columns: Vec<_> =
                table.key.iter().chain(table.columns).map(|(c, _)| format!("\"{c}\"")).collect();
            let copied = columns.join(", ").replacen(&format!("\"{key}\""), "'planted'", 1);
            let to = columns.join(", ");
            for (sql, surplus, missing) in [
                (format!("UPDATE {name} SET \"{column}\" = {other} WHERE {one}"), 1, 1),
                (format!("UPDATE {name} SET \"{column}\" = NULL WHERE {one}"), 1, 1),
                (format!("DELETE FROM {name} WHERE {one}"), 0, 1),
                (
                    format!("INSERT INTO {name} ({to}) SELECT {copied} FROM {name} WHERE {one}"),
                    1,
                    0,
                ),
            ] {
                assert_eq!(node.execute(&sql, &[]).await, 1, "{sql}");
                let verified = node.verify(projection).await;
                let expected = [Difference { table: name, surplus, missing }];
                assert_eq!(verified.differences, expected, "after {sql}");
                let one = std::slice::from_ref(projection);
                rebuild(&node.log, &node.database.views, one, |_, _| ()).await.unwrap();
                node.assert_verified(one).await;
                found += 1;
            }
        }
    }
    println!("{found} planted differences were found and mended");
}

/// Waiting for a position, with a runner in this process, in another one, and without any.
pub(crate) async fn one_reads_ones_own_writes(place: Shared) {
    let (node, other) = (place.node().await, place.node().await);
    let projections = debrief_projections::all(KEEP_ALL);
    let projection = &projections[1];
    let mut history = History::begin(&node, 1).await;
    let transcript = history.upload(upload(Some("title"), None)).await;
    node.catch_up(&projections).await;

    let runner = Arc::new(node.runner(projection, 100));
    runner.prepare().await.unwrap();
    let sql = node.database.views.clone();
    let here = Views::new(sql, HashMap::from([("transcripts", runner.reached())]));
    let elsewhere = Views::new(other.database.views.clone(), HashMap::new());
    let short = Duration::from_millis(300);

    // Without a runner, positions already reached are found at once, others time out.
    let at = node.log.head().await.unwrap();
    for views in [&here, &elsewhere] {
        views.wait_for("transcripts", at, Duration::ZERO).await.unwrap();
        let began = Instant::now();
        let late = views.wait_for("transcripts", at + 1, short).await;
        let is_told = matches!(late, Err(Stale::Behind { reached, asked })
            if reached == at && asked == at + 1);
        assert!(is_told, "{late:?}");
        assert!(began.elapsed() >= short && began.elapsed() < short * 4, "{:?}", began.elapsed());
    }
    let never = elsewhere.wait_for("no such projection", 1, Duration::ZERO).await;
    assert!(matches!(never, Err(Stale::Behind { reached: 0, .. })));

    let stop = CancellationToken::new();
    let task = tokio::spawn({
        let (runner, stop) = (Arc::clone(&runner), stop.clone());
        async move { runner.run(stop).await }
    });
    let (mut nearby, mut far) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..20 {
        let position = history.on(transcript, TranscriptCommand::RequestProcessing).await;
        let began = Instant::now();
        here.wait_for("transcripts", position, Duration::from_secs(10)).await.unwrap();
        nearby = nearby.max(began.elapsed());
        elsewhere.wait_for("transcripts", position, Duration::from_secs(10)).await.unwrap();
        far = far.max(began.elapsed());
    }
    println!("waited at most {nearby:?} in the runner's process, {far:?} in another");

    // The runner of this process ends, another process's continues.
    stop.cancel();
    task.await.unwrap();
    drop(runner);
    let position = history.on(transcript, TranscriptCommand::RequestProcessing).await;
    let late = here.wait_for("transcripts", position, short).await;
    assert!(matches!(late, Err(Stale::Behind { .. })), "{late:?}");
    let (waited, _) = tokio::join!(
        here.wait_for("transcripts", position, Duration::from_secs(10)),
        other.catch_up(&projections)
    );
    waited.unwrap();
}

/// Resident memory in MiB.
fn resident() -> i64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<i64>().unwrap() * 4 / 1024
}

pub(crate) async fn memory_stays_flat(place: Shared) {
    let node = place.node().await;
    let organization = debrief_domain::ids::OrganizationId(Uuid::now_v7());
    // Few streams, so that the read model does not grow.
    let streams: Vec<Uuid> = (0..20).map(|_| Uuid::now_v7()).collect();
    for n in 0..200_u64 {
        let event = NewEvent {
            event_type: "transcript.processing_failed".into(),
            schema_version: 1,
            payload: json!({"stage": "parsing", "code": "x", "message": "m".repeat(500)}),
        };
        let appended = node
            .log
            .append(Append {
                organization,
                stream: StreamId { stream_type: "transcript", id: streams[n as usize % 20] },
                expected: Expected::Any,
                events: vec![event; 100],
                key: CommandKey { key: n.to_string(), fingerprint: [0; 32] },
                answer: json!({}),
                metadata: Metadata {
                    actor: "system".into(),
                    correlation_id: Uuid::now_v7(),
                    causation_id: None,
                },
                data_key: None,
                wrapped_keys: vec![],
            })
            .await
            .unwrap();
        assert!(matches!(appended, Appended::Committed { .. }));
    }
    let projections = debrief_projections::all(100);
    let size = rand::rng().random_range(400..=600);
    let runners: Vec<_> = projections.iter().map(|p| (node.runner(p, size), None)).collect();
    let (mut samples, mut events) = (Vec::new(), 0);
    let mut runners = runners;
    let began = Instant::now();
    loop {
        let mut more = 0;
        for (runner, at) in &mut runners {
            more += runner.step(at).await.unwrap();
        }
        if more == 0 {
            break;
        }
        events += more;
        samples.push(resident());
    }
    let per_second = events as f64 / began.elapsed().as_secs_f64();
    let (first, last) = (samples[samples.len() / 4], *samples.last().unwrap());
    println!(
        "{events} deliveries, {per_second:.0}/s, resident {first} MiB after a quarter, {last} MiB at the end"
    );
    assert_eq!(events, projections.len() as u64 * 20_000);
    // Other tests in the same process use memory, too.
    if std::env::var("NEXTEST").is_ok() {
        assert!(last - first < 24, "memory grows: {samples:?}");
    }
}
