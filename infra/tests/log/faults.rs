//! What the database refuses, and the state after a failure.

use crate::support::*;
use debrief_infra::keys::DataKey;
use debrief_infra::log::{Append, Appended, Expected, LogError};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use uuid::Uuid;

pub(crate) async fn events_are_append_only(place: Shared) {
    let node = place.node().await;
    for _ in 0..3 {
        committed(node.log.append(append(Uuid::now_v7(), Expected::Any, 1)).await.unwrap());
    }
    let before = everything(&node.log).await;
    let mut statements = vec![
        "UPDATE events SET payload = '{}'",
        "UPDATE events SET position = position + 10 WHERE position = 1",
        "UPDATE events SET type = 'x' WHERE position = 3",
        "DELETE FROM events",
        "DELETE FROM events WHERE position = 2",
        "INSERT INTO events SELECT * FROM events",
    ];
    if place.is_postgres() {
        statements.push("TRUNCATE events");
        statements.push("TRUNCATE events CASCADE");
    } else {
        // These would delete through an insertion.
        statements.push("REPLACE INTO events SELECT * FROM events");
        statements.push("INSERT OR REPLACE INTO events SELECT * FROM events WHERE position = 1");
    }
    for statement in &statements {
        let refused = node.database.log.execute(statement, &[]).await;
        assert!(refused.is_err(), "not refused: {statement}");
    }
    assert_eq!(everything(&node.log).await, before);
    println!("{} statements refused, {} events as they were", statements.len(), before.len());
}

/// Makes the database refuse one data key.
async fn refuse_data_key(node: &Node, id: Uuid) {
    let statements = if node.database.log.dialect() == debrief_infra::database::sql::Dialect::Sqlite
    {
        vec![format!(
            "CREATE TRIGGER refuse BEFORE INSERT ON data_keys WHEN NEW.id = '{id}' \
             BEGIN SELECT RAISE(ABORT, 'refused by the test'); END"
        )]
    } else {
        vec![
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ \
             BEGIN RAISE EXCEPTION 'refused by the test'; END $$"
                .to_owned(),
            format!(
                "CREATE TRIGGER refuse BEFORE INSERT ON data_keys FOR EACH ROW \
                 WHEN (NEW.id = '{id}') EXECUTE FUNCTION refuse()"
            ),
        ]
    };
    for statement in statements {
        node.database.log.execute(&statement, &[]).await.unwrap();
    }
}

fn with_key(node: &Node, asked: Append, id: Uuid) -> Append {
    let wrapped = node.log.keys().wrap(organization(), &DataKey::generate(id), None);
    Append { wrapped_keys: vec![wrapped], ..asked }
}

pub(crate) async fn a_failed_append_leaves_nothing(place: Shared) {
    let node = place.node().await;
    let (good, bad) = (Uuid::now_v7(), Uuid::now_v7());
    refuse_data_key(&node, bad).await;
    committed(node.log.append(append(good, Expected::Any, 2)).await.unwrap());
    let asked = with_key(&node, append(bad, Expected::Version(0), 3), bad);
    let failed = node.log.append(asked.clone()).await;
    assert!(matches!(&failed, Err(LogError::Database(e)) if !e.is_temporary()), "{failed:?}");
    for (table, rows) in [("events", 2), ("command_keys", 1), ("data_keys", 0)] {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        assert_eq!(count(&node.database, &sql, &[]).await, rows, "rows in {table}");
    }
    assert_eq!(node.log.head().await.unwrap(), 2);
    // The key was not consumed, and positions continue without a gap.
    let again = Append { wrapped_keys: vec![], ..asked };
    assert_eq!(committed(node.log.append(again).await.unwrap()), (5, 3));
    assert_gapless(&everything(&node.log).await);
    println!("1 append failed after its 3 events were written: 0 left");
}

pub(crate) async fn a_bad_append_fails_alone(place: Shared) {
    let node = place.node().await;
    let mut bad = vec![];
    let refused = Uuid::now_v7();
    refuse_data_key(&node, refused).await;
    bad.push(with_key(&node, append(Uuid::now_v7(), Expected::Any, 1), refused));
    if place.is_postgres() {
        // Postgres accepts no NUL in JSON.
        let mut nul = append(Uuid::now_v7(), Expected::Any, 1);
        nul.events[0].payload = json!({"language": "e\0n"});
        bad.push(nul);
    }
    // Sent at once, the bad ones in the middle: they share batches with good ones.
    let bad_count = bad.len();
    let good = || append(Uuid::now_v7(), Expected::Version(0), 1);
    let mut appends: Vec<(bool, Append)> = (0..200).map(|_| (false, good())).collect();
    for (asked, at) in bad.into_iter().zip([100, 150]) {
        appends.insert(at, (true, asked));
    }
    let answers = appends.into_iter().map(|(bad, asked)| {
        let log = node.log.clone();
        async move { (bad, log.append(asked).await) }
    });
    let answers = futures::future::join_all(answers).await;
    let (mut failed, mut held) = (0, 0);
    for (bad, answer) in answers {
        match (bad, answer) {
            (true, Err(_)) => failed += 1,
            (true, Ok(answer)) => panic!("a bad append held: {answer:?}"),
            (false, Ok(answer)) => {
                committed(answer);
                held += 1;
            }
            (false, Err(error)) => panic!("a good append failed with a bad one: {error}"),
        }
    }
    assert_eq!((failed, held), (bad_count, 200));
    assert_gapless(&everything(&node.log).await);
    println!("{failed} bad appends failed, {held} good ones beside them held");
}

pub(crate) async fn one_key_stored_twice_in_a_batch(place: Shared) {
    let node = place.node().await;
    let id = Uuid::now_v7();
    let mut appends = JoinSet::new();
    for _ in 0..20 {
        let log = node.log.clone();
        let asked = with_key(&node, append(id, Expected::Any, 1), id);
        appends.spawn(async move { committed(log.append(asked).await.unwrap()).1 });
    }
    let mut versions = appends.join_all().await;
    versions.sort();
    assert_eq!(versions, (1..=20).collect::<Vec<i64>>());
    assert!(node.log.keys().get(organization(), id).await.unwrap().is_some());
    println!("20 appends that store one key: {} held", versions.len());
}

pub(crate) async fn what_is_appended_is_what_is_read(place: Shared) {
    let node = place.node().await;
    let id = Uuid::now_v7();
    let data_key = DataKey::generate(id);
    let payload = json!({
        "text": "Grüße, \u{1F600} \"quoted\" \\ and \n", "null": null, "large": u64::MAX,
        "small": i64::MIN, "half": 0.5, "list": [1, [2, {"b": 1, "a": 2}]], "none": {},
        "words": {"$personal": {"nested": ["a", 1]}},
    });
    let asked = personal(id, &data_key, payload.clone());
    let wrapped = node.log.keys().wrap(organization(), &data_key, None);
    let asked = Append { wrapped_keys: vec![wrapped], ..asked };
    committed(node.log.append(asked).await.unwrap());
    let events = everything(&node.log).await;
    assert_eq!((events.len(), &events[0].payload), (1, &payload));
    assert_eq!(node.log.read_at(1).await.unwrap().as_ref(), Some(&events[0]));
    assert_eq!(node.log.read_at(2).await.unwrap(), None);
    assert_eq!(node.log.find(events[0].id).await.unwrap().as_ref(), Some(&events[0]));
    assert_eq!(node.log.find(Uuid::now_v7()).await.unwrap(), None);
    let headers = node.log.read_headers(0, 10).await.unwrap();
    assert_eq!((headers.len(), headers[0].id), (1, events[0].id));
    assert_eq!(*node.log.watch().borrow(), 1);
    println!("{} event with 8 kinds of JSON read back by 5 ways", events.len());
}

/// P1 and P3 for the log alone: the database cuts its connections under load.
pub(crate) async fn cut_connections_lose_nothing(place: Shared) {
    let nodes = [place.node().await, place.node().await];
    let over = Arc::new(AtomicBool::new(false));
    let began = Instant::now();
    let mut writers = JoinSet::new();
    for writer in 0..16 {
        let (log, over) = (nodes[writer % 2].log.clone(), over.clone());
        writers.spawn(async move {
            let (mut acknowledged, mut replays, mut failures) = (Vec::new(), 0, 0);
            while !over.load(Ordering::SeqCst) {
                let asked = append(Uuid::now_v7(), Expected::Version(0), 2);
                // Sent until answered, as a client would.
                let at = loop {
                    match log.append(asked.clone()).await {
                        Ok(Appended::Committed { position, .. }) => break position,
                        Ok(Appended::Replayed(stored)) => {
                            replays += 1;
                            break stored.position;
                        }
                        Ok(other) => panic!("{other:?}"),
                        Err(error) => {
                            assert!(error.is_temporary(), "{error}");
                            failures += 1;
                        }
                    }
                };
                acknowledged.push((asked.stream.id, at));
            }
            (acknowledged, replays, failures)
        });
    }
    let killer = place.open().await;
    let (mut cuts, mut cut) = (0, 0);
    while began.elapsed() < Duration::from_secs(if full() { 30 } else { 6 }) {
        tokio::time::sleep(Duration::from_millis(rand::random_range(100..400))).await;
        let sql = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()";
        cut += count(&killer, sql, &[]).await;
        cuts += 1;
    }
    over.store(true, Ordering::SeqCst);
    let (mut acknowledged, mut replays, mut failures) = (Vec::new(), 0, 0);
    for (answers, replayed, failed) in writers.join_all().await {
        acknowledged.extend(answers);
        replays += replayed;
        failures += failed;
    }
    let log = everything(&nodes[0].log).await;
    assert_gapless(&log);
    assert_eq!(log.len(), acknowledged.len() * 2, "events acknowledged and events in the log");
    for (id, position) in &acknowledged {
        let event = &log[*position as usize - 1];
        assert_eq!((event.stream_id, event.version), (*id, 2), "acknowledged at {position}");
    }
    println!(
        "{cut} connections cut in {cuts} cuts: {} appends acknowledged and all there, {replays} \
         answered from their keys, {failures} errors to callers",
        acknowledged.len()
    );
    assert!(cut > 10, "too few connections were cut");
}

/// A node that stops in the middle of a transaction (its machine is cut off) must not hold the
/// log's lock for ever.
pub(crate) async fn a_node_that_hangs_frees_the_log(place: Shared) {
    let (hanging, working) = (place.node().await, place.node().await);
    committed(working.log.append(append(Uuid::now_v7(), Expected::Any, 1)).await.unwrap());
    let mut tx = hanging.database.log.begin().await.unwrap();
    tx.query("SELECT position FROM log_head FOR UPDATE", &[]).await.unwrap();
    let began = Instant::now();
    let asked = append(Uuid::now_v7(), Expected::Any, 1);
    let answer = tokio::time::timeout(Duration::from_secs(25), working.log.append(asked)).await;
    let answer = answer.expect("the log is still locked after 25 s").unwrap();
    assert_eq!(committed(answer).0, 2);
    println!(
        "a lock held by a node that hangs was free after {:.1} s",
        began.elapsed().as_secs_f64()
    );
    let late = tx.execute("UPDATE log_head SET position = 99", &[]).await;
    let late = late.expect_err("the node that hung lost its transaction");
    assert!(late.is_temporary(), "{late}");
}
