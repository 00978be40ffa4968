//! Rebuilds while the tables are read.

use crate::support::{KEEP_ALL, Node, Shared, history, long};
use debrief_projections::engine::{Projection, ProjectionError, checkpoints, rebuild, verify};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

async fn rebuild_all(node: &Node, projections: &[Arc<dyn Projection>]) -> Vec<i64> {
    let rebuilt = rebuild(&node.log, &node.database.views, projections, |_, _| ()).await.unwrap();
    rebuilt.into_iter().map(|rebuilt| rebuilt.generation).collect()
}

/// Reads all the time: counts that only grow never shrink, and every table always exists.
async fn poll(node: Node, stop: CancellationToken) -> u64 {
    let (mut polls, mut last) = (0, [0; 4]);
    while !stop.is_cancelled() {
        let seen = [
            // One statement over two tables that change together.
            node.count(
                "SELECT CAST(COALESCE(SUM(head), 0) AS BIGINT) - \
                 (SELECT COUNT(*) FROM updates) FROM update_channels",
            )
            .await,
            node.count("SELECT COUNT(*) FROM updates").await,
            node.count("SELECT COUNT(*) FROM clients").await,
            node.count("SELECT COALESCE(MAX(position), 0) FROM transcripts").await,
        ];
        assert_eq!(seen[0], 0, "a reader saw a part");
        // Transcripts are deleted, so their last position may decrease slightly.
        assert!(seen[1] >= last[1] && seen[2] >= last[2], "{seen:?} after {last:?}");
        assert!(last[3] == 0 || seen[3] > last[3] / 2, "{seen:?} after {last:?}");
        (polls, last) = (polls + 1, seen);
    }
    polls
}

pub(crate) async fn a_rebuild_beside_writers_and_readers(place: Shared) {
    let (node, other) = (place.node().await, place.node().await);
    let projections = debrief_projections::all(KEEP_ALL);
    history::write(&node, 2, 600, 1).await;
    node.catch_up(&projections).await;

    let stop = CancellationToken::new();
    let mut tasks = tokio::task::JoinSet::new();
    for projection in projections.clone() {
        let (node, stop) = (other.clone(), stop.clone());
        tasks.spawn(async move {
            node.runner(&projection, 50).run(stop).await;
            0
        });
    }
    for reader in [node.clone(), other.clone()] {
        tasks.spawn(poll(reader, stop.clone()));
    }
    let written = Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn({
        let (node, written) = (node.clone(), Arc::clone(&written));
        async move {
            history::write(&node, 4, long(), 2).await;
            written.store(true, Ordering::Relaxed);
        }
    });
    let mut generations = Vec::new();
    while generations.len() < 3 || !written.load(Ordering::Relaxed) {
        let rebuilt =
            tokio::time::timeout(Duration::from_secs(240), rebuild_all(&node, &projections));
        generations.push(rebuilt.await.expect("a rebuild ends, however busy the log is"));
    }
    writer.await.unwrap();
    for (generations, n) in generations.iter().zip(2..) {
        assert_eq!(*generations, vec![n; projections.len()]);
    }
    stop.cancel();
    let polls: u64 = tasks.join_all().await.into_iter().sum();
    node.catch_up(&projections).await;
    node.assert_verified(&projections).await;
    let updates = node.assert_consecutive_offsets().await;
    println!("{} rebuilds, {polls} polls, {updates} updates", generations.len());
    assert!(polls > 20, "nobody read: {polls}");
}

pub(crate) async fn a_rebuild_that_is_cut_off(place: Shared) {
    let node = place.node().await;
    let projections = debrief_projections::all(KEEP_ALL);
    history::write(&node, 2, 2_500, 1).await;
    node.catch_up(&projections).await;
    let live = node.dump(&projections).await;
    let (mut cuts, mut ends) = (0, 0);
    for n in 1..=8 {
        let reached = Arc::new(tokio::sync::Notify::new());
        let told = Arc::clone(&reached);
        let views = &node.database.views;
        // Aborted at a page, or anywhere.
        let build = rebuild(&node.log, views, &projections, |at, _| {
            if n % 2 == 0 && at >= 1_000 {
                told.notify_one();
            }
        });
        tokio::select! {
            rebuilt = build => { rebuilt.unwrap(); ends += 1; }
            () = reached.notified() => cuts += 1,
            () = tokio::time::sleep(Duration::from_millis(n * 37)), if n % 2 == 1 => cuts += 1,
        }
        assert!(live == node.dump(&projections).await, "the live tables were touched");
    }
    // A dropped build releases its claim before it would be taken for dead.
    let began = Instant::now();
    while node.count("SELECT COUNT(*) FROM projection_checkpoints WHERE name LIKE '%/%'").await > 0
    {
        assert!(began.elapsed() < Duration::from_secs(8), "a claim outlives its build");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let freed = began.elapsed();
    rebuild_all(&node, &projections).await;
    assert!(live == node.dump(&projections).await);
    node.assert_verified(&projections).await;
    println!("{cuts} rebuilds were cut off, {ends} ended before; freed after {freed:?}");
    assert!(cuts >= 4);
}

/// Builds of several processes at once, with runners next to them.
pub(crate) async fn builds_wait_for_each_other(place: Shared) {
    let node = place.node().await;
    let projections = debrief_projections::all(KEEP_ALL);
    history::write(&node, 2, 1_200, 1).await;
    node.catch_up(&projections).await;
    let live = node.dump(&projections).await;
    let mut builds = tokio::task::JoinSet::new();
    for n in 0..4 {
        let (node, mut projections) = (place.node().await, projections.clone());
        builds.spawn(async move {
            // Not all of them want the same projections first.
            projections.rotate_left(n);
            let all = projections.len();
            projections.truncate(all - n % 2);
            rebuild_all(&node, &projections).await
        });
    }
    let mut verifies = tokio::task::JoinSet::new();
    for _ in 0..2 {
        let (node, projections) = (place.node().await, projections.clone());
        verifies.spawn(async move { node.assert_verified(&projections).await });
    }
    let generations = builds.join_all().await;
    verifies.join_all().await;
    assert!(live == node.dump(&projections).await);
    node.assert_verified(&projections).await;
    println!("generations: {generations:?}");
    let claims = "SELECT COUNT(*) FROM projection_checkpoints WHERE name LIKE '%/%'";
    assert_eq!(node.count(claims).await, 0, "claims are given back");
    let at = checkpoints(&node.database.views).await.unwrap();
    assert!(at.iter().all(|at| at.generation >= 4), "{at:?}");
}

/// Processes died during builds of each projection: their claims are waited for once, together.
pub(crate) async fn dead_builds_are_waited_for_once(place: Shared) {
    let node = place.node().await;
    let projections = debrief_projections::all(KEEP_ALL);
    history::write(&node, 1, 100, 1).await;
    node.catch_up(&projections).await;
    for (projection, token) in projections.iter().zip(70_i64..) {
        let name = format!("{}/rebuild", projection.name());
        let sql = "INSERT INTO projection_checkpoints \
             (name, version, generation, position, updated_at) VALUES ($1, 0, $2, 5, 1)";
        node.execute(sql, &[name.into(), token.into()]).await;
    }
    let began = Instant::now();
    rebuild_all(&node, &projections).await;
    let took = began.elapsed();
    println!("waited {took:?} for {} dead builds", projections.len());
    assert!(took < Duration::from_secs(18), "{took:?}: one after the other");
    node.assert_verified(&projections).await;
}

/// A holder that shows its presence is waited for; one that no longer does is not, for long.
pub(crate) async fn a_holder_that_is_gone_is_recognized(place: Shared) {
    let node = place.node().await;
    let views = &node.database.views;
    let presence = views.show_presence(71).await.unwrap();
    assert_eq!(views.is_present(71).await.unwrap(), Some(true));
    drop(presence);
    // Postgres notices a moment later; where the holder took its file along, nothing is known.
    let began = Instant::now();
    while views.is_present(71).await.unwrap() == Some(true) {
        assert!(began.elapsed() < Duration::from_secs(5), "it is still there");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A process died during a build: its claim is never renewed.
pub(crate) async fn a_dead_build_is_set_aside(place: Shared) {
    let node = place.node().await;
    let projections = debrief_projections::all(KEEP_ALL);
    history::write(&node, 1, 100, 1).await;
    node.catch_up(&projections).await;
    let sql =
        "INSERT INTO projection_checkpoints VALUES ('updates/verify', 0, 77, 5, 1, NULL, NULL)";
    node.execute(sql, &[]).await;
    let began = Instant::now();
    // Other builds are not affected.
    rebuild_all(&node, &projections).await;
    assert!(began.elapsed() < Duration::from_secs(8));
    let began = Instant::now();
    node.assert_verified(&projections).await;
    let took = began.elapsed();
    println!("waited {took:?} for the dead");
    // Where its presence can be asked for, three seconds.
    assert!(took > Duration::from_secs(2) && took < Duration::from_secs(20), "{took:?}");
}

/// A build that was taken for dead but continues must not write among the rows of its successor.
pub(crate) async fn a_build_that_was_set_aside_writes_no_more(place: Shared) {
    let node = place.node().await;
    let projections = debrief_projections::all(KEEP_ALL);
    history::write(&node, 2, 2_200, 1).await;
    node.catch_up(&projections).await;
    let live = node.dump(&projections).await;
    let set_aside = || {
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                let sql = "DELETE FROM projection_checkpoints WHERE name LIKE '%/%'";
                assert!(node.execute(sql, &[]).await > 0);
            });
        });
    };
    let (log, views) = (&node.log, &node.database.views);
    for at in [1_000, 2_000, 2_200] {
        let refused = rebuild(log, views, &projections, |done, _| {
            if done >= at {
                set_aside();
            }
        })
        .await;
        assert!(matches!(refused, Err(ProjectionError::SetAside(_))), "{refused:?}");
        let refused = verify(log, views, &projections[2], |done, _| {
            if done >= at {
                set_aside();
            }
        })
        .await;
        assert!(matches!(refused, Err(ProjectionError::SetAside(_))), "{refused:?}");
        assert!(live == node.dump(&projections).await);
    }
    // The control arm: undisturbed, they complete.
    rebuild_all(&node, &projections).await;
    node.assert_verified(&projections).await;
}
