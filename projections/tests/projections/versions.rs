//! Code of another version.

use crate::support::{Shared, history};
use debrief_domain::event::DecodeError;
use debrief_infra::log::RecordedEvent;
use debrief_projections::engine::ColumnType::{Integer, Text};
use debrief_projections::engine::{
    self, Op, Projection, ProjectionError, Table, checkpoints, rebuild, verify,
};
use std::sync::Arc;
use std::time::Duration;
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
pub(crate) async fn a_read_model_of_another_log_is_left_alone(place: Shared) {
    let node = place.node().await;
    history::write(&node, 1, 100, 1).await;
    let (log, views) = (&node.log, &node.database.views);
    for planted in ["position = position + 1000", "position = 50, epoch = 'another'"] {
        node.catch_up(&[probe(1)]).await;
        engine::check(log, views).await.unwrap();
        node.execute(&format!("UPDATE projection_checkpoints SET {planted}"), &[]).await;
        let before = node.dump(&[probe(1)]).await;
        history::write(&node, 1, 50, 2).await;

        let refused = node.runner(&probe(1), 10).catch_up().await.unwrap_err();
        assert!(refused.is_diverged(), "{refused}");
        let (runner, stop) = (node.runner(&probe(1), 10), CancellationToken::new());
        let stopped = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            stop.cancel();
        };
        tokio::join!(runner.run(stop.clone()), stopped);
        assert_eq!(node.dump(&[probe(1)]).await, before, "{planted}");
        let said = format!("{:?}", engine::check(log, views).await.unwrap_err());
        assert!(said.contains("of another log"), "{said}");

        rebuild(log, views, &[probe(1)], |_, _| ()).await.unwrap();
        engine::check(log, views).await.unwrap();
        node.assert_verified(&[probe(1)]).await;
    }
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
