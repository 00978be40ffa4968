//! Code of another version.

use crate::support::{KEEP_ALL, Shared, history};
use debrief_domain::event::DecodeError;
use debrief_infra::log::RecordedEvent;
use debrief_projections::engine::ColumnType::{Integer, Text};
use debrief_projections::engine::{
    self, Op, Projection, ProjectionError, Table, checkpoints, rebuild, verify,
};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

const FIRST: &[Table] = &[Table {
    name: "probe",
    key: &[("id", Text)],
    columns: &[("kind", Text)],
    indexes: &[&["kind"]],
}];

/// Another column, another index, another table.
const SECOND: &[Table] = &[
    Table {
        name: "probe",
        key: &[("id", Text)],
        columns: &[("position", Integer), ("kind", Text)],
        indexes: &[&["kind"], &["position"]],
    },
    Table { name: "probe_kinds", key: &[("kind", Text)], columns: &[], indexes: &[] },
];

/// Lists events.
struct Probe(u32);

impl Projection for Probe {
    fn name(&self) -> &'static str {
        "probe"
    }

    fn version(&self) -> u32 {
        self.0
    }

    fn tables(&self) -> &'static [Table] {
        if self.0 == 1 { FIRST } else { SECOND }
    }

    fn project(&self, event: &RecordedEvent) -> Result<Vec<Op>, DecodeError> {
        let mut columns = vec![("kind", event.event_type.as_str().into())];
        let mut ops = Vec::new();
        if self.0 == 2 {
            columns.push(("position", event.position.into()));
            let key = vec![event.event_type.as_str().into()];
            ops.push(Op::Put { table: "probe_kinds", key, columns: vec![] });
        }
        ops.push(Op::Put { table: "probe", key: vec![event.id.into()], columns });
        Ok(ops)
    }
}

fn probe(version: u32) -> Arc<dyn Projection> {
    Arc::new(Probe(version))
}

pub(crate) async fn new_code_rebuilds_its_tables(place: Shared) {
    let node = place.node().await;
    history::write(&node, 2, 200, 1).await;
    let before = node.runner(&probe(1), 50);
    before.prepare().await.unwrap();
    before.catch_up().await.unwrap();
    let head = node.log.head().await.unwrap();
    assert_eq!(node.count("SELECT COUNT(*) FROM probe").await, head);

    let found = node.runner(&probe(2), 50).prepare().await.unwrap();
    assert_eq!((found.version, found.generation, found.position), (2, 2, head));
    assert_eq!(node.count("SELECT COUNT(*) FROM probe WHERE position > 0").await, head);
    assert!(node.count("SELECT COUNT(*) FROM probe_kinds").await > 5);
    // The same code rebuilds nothing, and continues.
    assert_eq!(node.runner(&probe(2), 50).prepare().await.unwrap().generation, 2);
    history::write(&node, 1, 50, 2).await;
    node.catch_up(&[probe(2)]).await;
    node.assert_verified(&[probe(2)]).await;
    // And back: the old code is deployed again, and its tables with it.
    assert_eq!(node.runner(&probe(1), 50).prepare().await.unwrap().generation, 3);
    node.assert_verified(&[probe(1)]).await;
}

/// During a rolling deployment, nodes with the old code still run.
pub(crate) async fn old_code_leaves_new_tables_alone(place: Shared) {
    let node = place.node().await;
    history::write(&node, 2, 100, 1).await;
    let (old, mut at) = (node.runner(&probe(1), 10), None);
    assert_eq!(old.step(&mut at).await.unwrap(), 10);
    node.runner(&probe(2), 10).prepare().await.unwrap();
    history::write(&node, 1, 50, 2).await;

    // The rebuild advanced the checkpoint first; the next steps report why.
    assert_eq!(old.step(&mut at).await.unwrap(), 1);
    for refused in [old.step(&mut at).await.map(|_| ()), old.catch_up().await.map(|_| ())] {
        let told = matches!(
            refused,
            Err(ProjectionError::OtherVersion { name: "probe", found: 2, own: 1 })
        );
        assert!(told, "{refused:?}");
    }
    let verified = verify(&node.log, &node.database.views, &probe(2), |_, _| ()).await.unwrap();
    assert_eq!(verified.differences, []);
    assert_eq!(verified.position, node.log.head().await.unwrap());
}

/// The log was set back, or replaced, and the read model was not.
pub(crate) async fn a_read_model_of_another_log_is_rebuilt(place: Shared) {
    let node = place.node().await;
    history::write(&node, 1, 100, 1).await;
    let (log, views) = (&node.log, &node.database.views);
    let told = async || format!("{:?}", engine::check(log, views).await.unwrap_err());
    for planted in ["position = position + 1000", "position = 50, epoch = 'another'"] {
        node.catch_up(&[probe(1)]).await;
        engine::check(log, views).await.unwrap();
        let plant = format!("UPDATE projection_checkpoints SET {planted}");
        node.execute(&plant, &[]).await;
        history::write(&node, 1, 50, 2).await;
        assert!(told().await.contains("of another log"), "{planted}");
        let refused = node.runner(&probe(1), 10).catch_up().await.unwrap_err();
        assert!(refused.is_diverged(), "{refused}");

        // At a start.
        let before = checkpoints(views).await.unwrap()[0].generation;
        let found = node.runner(&probe(1), 10).prepare().await.unwrap();
        assert_eq!(found.generation, before + 1, "{planted}");
        engine::check(log, views).await.unwrap();
        node.assert_verified(&[probe(1)]).await;

        // And while it runs.
        node.execute(&plant, &[]).await;
        let (runner, stop) = (node.runner(&probe(1), 10), CancellationToken::new());
        let rebuilt = async {
            let began = Instant::now();
            while engine::check(log, views).await.is_err() {
                assert!(began.elapsed() < Duration::from_secs(20), "{planted}: not rebuilt");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            stop.cancel();
        };
        tokio::join!(runner.run(stop.clone()), rebuilt);
        node.assert_verified(&[probe(1)]).await;
    }
}

/// By the time anybody compares, the log that was set back is as long as the read models again.
pub(crate) async fn a_restored_log_that_has_grown_is_noticed(place: Shared) {
    let node = place.node().await;
    let projections = debrief_projections::all(KEEP_ALL);
    for blind in [true, false] {
        history::write(&node, 2, 100, 1).await;
        let backup = node.log.head().await.unwrap();
        history::write(&node, 2, 60, 2).await;
        node.catch_up(&projections).await;
        let reached = node.log.head().await.unwrap();

        node.restore_log(backup).await;
        let restored = place.node().await;
        while restored.log.head().await.unwrap() <= reached {
            history::write(&restored, 1, 40, 3).await;
        }
        if blind {
            // The control arm: by position and identity alone, nothing is wrong.
            restored.execute("UPDATE projection_checkpoints SET event_id = NULL", &[]).await;
            engine::check(&restored.log, &restored.database.views).await.unwrap();
        }
        let before = checkpoints(&restored.database.views).await.unwrap();
        let mut differences = 0;
        for projection in &projections {
            restored.runner(projection, 1_000).prepare().await.unwrap();
            restored.runner(projection, 1_000).catch_up().await.unwrap();
            let views = &restored.database.views;
            let verified = verify(&restored.log, views, projection, |_, _| ()).await.unwrap();
            differences += verified.differences.len();
        }
        let after = checkpoints(&restored.database.views).await.unwrap();
        let rebuilt = before.iter().zip(&after).all(|(a, b)| a.generation + 1 == b.generation);
        assert_eq!((rebuilt, differences == 0), (!blind, !blind), "{before:?}, {after:?}");
        // Mended for the next round.
        rebuild(&restored.log, &restored.database.views, &projections, |_, _| ()).await.unwrap();
    }
}

/// Read models that are older than the log are of this log all the same.
pub(crate) async fn older_read_models_catch_up(place: Shared) {
    let node = place.node().await;
    let projections = debrief_projections::all(KEEP_ALL);
    history::write(&node, 2, 100, 1).await;
    node.catch_up(&projections).await;
    let tables: Vec<&str> = projections
        .iter()
        .flat_map(|projection| projection.tables())
        .map(|table| table.name)
        .chain(["projection_checkpoints"])
        .collect();
    for table in &tables {
        node.execute(&format!("CREATE TABLE saved_{table} AS SELECT * FROM {table}"), &[]).await;
    }
    history::write(&node, 2, 100, 2).await;
    node.catch_up(&projections).await;
    for table in &tables {
        node.execute(&format!("DELETE FROM {table}"), &[]).await;
        node.execute(&format!("INSERT INTO {table} SELECT * FROM saved_{table}"), &[]).await;
    }
    let restarted = place.node().await;
    for projection in &projections {
        let found = restarted.runner(projection, 1_000).prepare().await.unwrap();
        assert_eq!(found.generation, 1, "nothing was wrong with it");
        assert!(found.position < restarted.log.head().await.unwrap());
    }
    restarted.catch_up(&projections).await;
    restarted.assert_verified(&projections).await;
    restarted.assert_consecutive_offsets().await;
}

pub(crate) async fn several_processes_start_with_new_code(place: Shared) {
    let node = place.node().await;
    history::write(&node, 2, 1_500, 1).await;
    node.catch_up(&[probe(1)]).await;
    let mut starts = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let node = place.node().await;
        starts.spawn(async move { node.runner(&probe(2), 100).prepare().await });
    }
    for found in starts.join_all().await {
        let found = found.unwrap();
        assert_eq!((found.version, found.generation), (2, 2), "one of them rebuilds");
    }
    node.assert_verified(&[probe(2)]).await;
    let listed = checkpoints(&node.database.views).await.unwrap();
    assert_eq!(listed.len(), 1, "claims are no projections: {listed:?}");
}
