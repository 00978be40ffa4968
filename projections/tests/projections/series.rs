//! Rows numbered within groups.

use crate::support::{Node, Shared, history};
use debrief_domain::event::DecodeError;
use debrief_infra::log::RecordedEvent;
use debrief_projections::engine::ColumnType::{Integer, Text};
use debrief_projections::engine::{Op, Projection, Series, Table, rebuild};
use std::sync::Arc;

const EVENTS: Table = Table {
    name: "numbered_events",
    key: &[("stream", Text), ("number", Integer)],
    columns: &[("id", Text), ("left_out", Text)],
    indexes: &[],
};

const STREAMS: Table = Table {
    name: "numbered_streams",
    key: &[("stream", Text)],
    columns: &[("newest", Integer), ("reached", Integer)],
    indexes: &[],
};

const HALVES: Table = Table {
    name: "numbered_halves",
    key: &[("kind", Text), ("n", Integer)],
    columns: &[("half", Integer)],
    indexes: &[],
};

const KINDS: Table = Table {
    name: "numbered_kinds",
    key: &[("kind", Text)],
    columns: &[("last", Integer), ("position", Integer)],
    indexes: &[],
};

const EVENTS_KEPT: u32 = 1_000_000;
const HALVES_KEPT: u32 = 5;

/// Two series, each with groups, columns and retention of its own. One of them appends two rows per
/// event.
struct Numbering;

impl Projection for Numbering {
    fn name(&self) -> &'static str {
        "numbering"
    }

    fn version(&self) -> u32 {
        1
    }

    fn tables(&self) -> &'static [Table] {
        &[EVENTS, STREAMS, HALVES, KINDS]
    }

    fn series(&self) -> Vec<Series> {
        vec![
            Series { rows: EVENTS, heads: STREAMS, retention: EVENTS_KEPT },
            Series { rows: HALVES, heads: KINDS, retention: HALVES_KEPT },
        ]
    }

    fn project(&self, event: &RecordedEvent) -> Result<Vec<Op>, DecodeError> {
        let half = |half: i64| Op::Append {
            table: HALVES.name,
            group: event.event_type.clone(),
            columns: vec![("half", half.into())],
        };
        let stream = Op::Append {
            table: EVENTS.name,
            group: event.stream_id.to_string(),
            columns: vec![("id", event.id.into())],
        };
        Ok(vec![half(1), stream, half(2)])
    }
}

/// No number is missing or duplicated, and the newest rows are kept.
async fn check(node: &Node) {
    let gaps = "SELECT COUNT(*) FROM numbered_streams s WHERE s.newest <> \
         (SELECT COUNT(*) FROM numbered_events e WHERE e.stream = s.stream) OR s.newest <> \
         (SELECT MAX(e.number) FROM numbered_events e WHERE e.stream = s.stream)";
    assert_eq!(node.count(gaps).await, 0);
    let head = node.log.head().await.unwrap();
    assert_eq!(
        node.count("SELECT COUNT(*) FROM numbered_events WHERE left_out IS NULL").await,
        head
    );
    assert_eq!(node.count("SELECT CAST(SUM(last) AS bigint) FROM numbered_kinds").await, 2 * head);
    assert_eq!(node.count("SELECT MAX(reached) FROM numbered_streams").await, head);
    let kept = "SELECT COUNT(*) FROM numbered_kinds k WHERE (SELECT COUNT(*) FROM numbered_halves h \
         WHERE h.kind = k.kind AND h.n > k.last - 5 AND h.half = 2 - h.n % 2) <> \
         CASE WHEN k.last < 5 THEN k.last ELSE 5 END";
    assert_eq!(node.count(kept).await, 0);
    let old = "SELECT COUNT(*) FROM numbered_halves h, numbered_kinds k WHERE h.kind = k.kind AND h.n <= k.last - 5";
    assert_eq!(node.count(old).await, 0);
}

/// With any batch boundaries and repeated delivery, and in a rebuild.
pub(crate) async fn rows_are_numbered_within_groups(place: Shared) {
    let node = place.node().await;
    history::write(&node, 2, 300, 9).await;
    let projection: Arc<dyn Projection> = Arc::new(Numbering);
    let projections = std::slice::from_ref(&projection);
    let mut first = None;
    for size in [1_000, 1, 7] {
        node.runner(&projection, size).catch_up().await.unwrap();
        check(&node).await;
        let dump = node.dump(projections).await;
        assert!(*first.get_or_insert(dump.clone()) == dump, "batches of {size} give other tables");
        // Half of the events are delivered again.
        let sql = "UPDATE projection_checkpoints SET position = position / 2, event_id = NULL";
        node.execute(sql, &[]).await;
        node.runner(&projection, size + 2).catch_up().await.unwrap();
        assert!(dump == node.dump(projections).await, "events came twice, batches of {size}");
        node.assert_verified(projections).await;
        node.forget(projections).await;
    }
    node.catch_up(projections).await;
    rebuild(&node.log, &node.database.views, projections, |_, _| ()).await.unwrap();
    assert!(first == Some(node.dump(projections).await), "a rebuild gives other numbers");
    // Continues from there.
    history::write(&node, 1, 50, 10).await;
    node.catch_up(projections).await;
    check(&node).await;
}
