//! Events delivered repeatedly, in other batches, to several runners.

use crate::support::{KEEP_ALL, Node, Shared, history, long};
use debrief_projections::engine::Projection;
use std::sync::Arc;

/// Moves the checkpoints back by `events`, so that these are delivered again.
async fn deliver_again(node: &Node, projections: &[Arc<dyn Projection>], events: i64) {
    let head = node.log.head().await.unwrap();
    let sql = "UPDATE projection_checkpoints SET position = $1, event_id = NULL";
    node.execute(sql, &[(head - events).max(0).into()]).await;
    for projection in projections {
        node.runner(projection, rand::random_range(1..=40)).catch_up().await.unwrap();
    }
}

pub(crate) async fn events_that_come_twice_change_nothing(place: Shared) {
    let node = place.node().await;
    let head = 500;
    history::write(&node, 3, head, 3).await;
    for retention in [KEEP_ALL, 10, 1] {
        let projections = debrief_projections::all(retention);
        node.catch_up(&projections).await;
        let once = node.dump(&projections).await;
        let again = [1, 2, 17, 120, head as i64];
        for events in again {
            deliver_again(&node, &projections, events).await;
            let twice = node.dump(&projections).await;
            assert!(once == twice, "{events} events came twice, retention {retention}");
        }
        node.assert_verified(&projections).await;
        println!("retention {retention}: {again:?} of {head} events came twice");

        // The control arm: without the record of what was published, updates are duplicated.
        node.execute("UPDATE update_channels SET position = 0", &[]).await;
        deliver_again(&node, &projections, 17).await;
        assert!(once != node.dump(&projections).await, "17 events came twice and nobody saw it");
        node.forget(&projections).await;
    }
}

pub(crate) async fn batches_may_be_cut_anywhere(place: Shared) {
    let node = place.node().await;
    history::write(&node, 3, 600, 5).await;
    let projections = debrief_projections::all(10);
    let mut first = None;
    for size in [1_000, 1, 2, 7, 100, 0] {
        for projection in &projections {
            let mut at = None;
            let batch = || if size == 0 { rand::random_range(1..=200) } else { size };
            while node.runner(projection, batch()).step(&mut at).await.unwrap() > 0 {}
        }
        let dump = node.dump(&projections).await;
        match &first {
            None => first = Some(dump),
            Some(first) => assert!(*first == dump, "batches of {size} give other tables"),
        }
        let most = node
            .count("SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM updates GROUP BY channel) AS c")
            .await;
        assert_eq!(most, 10, "retention");
        if size != 0 {
            node.forget(&projections).await;
        }
    }
    // The control arm: with another retention, the tables differ.
    node.forget(&projections).await;
    let others = debrief_projections::all(11);
    node.catch_up(&others).await;
    assert!(first != Some(node.dump(&others).await));
}

/// Two processes run every projection, in batches of all sizes, while others write.
pub(crate) async fn two_runners_take_in_each_event_once(place: Shared) {
    let nodes = [place.node().await, place.node().await];
    let events = long() / 2;
    let writer = {
        let node = nodes[0].clone();
        tokio::spawn(async move { history::write(&node, 4, events, 11).await })
    };
    let mut runners = tokio::task::JoinSet::new();
    let writing = Arc::new(std::sync::atomic::AtomicBool::new(true));
    for node in nodes.clone() {
        for projection in debrief_projections::all(KEEP_ALL) {
            let (node, writing) = (node.clone(), Arc::clone(&writing));
            runners.spawn(async move {
                let (mut at, mut batches, mut events) = (None, 0_i64, 0);
                loop {
                    let last = !writing.load(std::sync::atomic::Ordering::Relaxed);
                    let size = rand::random_range(1..=20);
                    let more = node.runner(&projection, size).step(&mut at).await.unwrap();
                    // If the other runner came first, the position is unknown.
                    if more > 0 && at.is_some() {
                        (batches, events) = (batches + 1, events + more);
                    }
                    if more == 0 && last {
                        return (projection.name(), batches, events);
                    }
                }
            });
        }
    }
    writer.await.unwrap();
    writing.store(false, std::sync::atomic::Ordering::Relaxed);
    let batches = runners.join_all().await;
    let node = &nodes[1];
    node.assert_verified(&debrief_projections::all(KEEP_ALL)).await;
    let updates = node.assert_consecutive_offsets().await;
    println!("{updates} updates; batches and events of the runners: {batches:?}");
    assert!(batches.iter().all(|(_, batches, _)| *batches > 0), "a runner never had a turn");
    let head = node.log.head().await.unwrap();
    for projection in debrief_projections::all(KEEP_ALL) {
        let of = batches.iter().filter(|(name, ..)| *name == projection.name());
        let taken: u64 = of.map(|(.., events)| events).sum();
        assert_eq!(
            taken as i64,
            head,
            "{}: an event was taken twice, or missed",
            projection.name()
        );
    }
}
