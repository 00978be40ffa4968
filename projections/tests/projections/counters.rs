//! Counters: the same sums for any batch boundaries and repeated delivery.

use crate::support::{Node, Shared, history};
use debrief_domain::event::DecodeError;
use debrief_domain::transcript::{Transcript, TranscriptEvent};
use debrief_infra::log::RecordedEvent;
use debrief_projections::engine::ColumnType::{Integer, Text};
use debrief_projections::engine::{ADDED_THROUGH, Op, Projection, Table};
use std::sync::Arc;

/// Counts events: by type, in rows that nothing else creates; and by transcript, in rows that are
/// also put, set and deleted.
struct Counts;

const BY_TYPE: Table = Table {
    name: "counts_by_type",
    key: &[("organization_id", Text), ("type", Text)],
    columns: &[("events", Integer), ("positions", Integer), (ADDED_THROUGH, Integer)],
    indexes: &[],
};

const BY_TRANSCRIPT: Table = Table {
    name: "counts_by_transcript",
    key: &[("id", Text)],
    columns: &[("last", Text), ("events", Integer), (ADDED_THROUGH, Integer)],
    indexes: &[],
};

impl Projection for Counts {
    fn name(&self) -> &'static str {
        "counts"
    }

    fn version(&self) -> u32 {
        1
    }

    fn tables(&self) -> &'static [Table] {
        &[BY_TYPE, BY_TRANSCRIPT]
    }

    fn project(&self, event: &RecordedEvent) -> Result<Vec<Op>, DecodeError> {
        let mut ops = vec![Op::Add {
            table: BY_TYPE.name,
            key: vec![event.organization.0.into(), event.event_type.as_str().into()],
            columns: vec![("events", 1), ("positions", event.position)],
        }];
        let Some(transcript) = event.of::<Transcript>()? else { return Ok(ops) };
        let (table, key) = (BY_TRANSCRIPT.name, vec![event.stream_id.into()]);
        let columns = vec![("last", event.event_type.as_str().into())];
        ops.push(match transcript {
            TranscriptEvent::Uploaded(_) => Op::Put { table, key: key.clone(), columns },
            TranscriptEvent::Deleted(_) => {
                ops.push(Op::Delete { table, key });
                return Ok(ops);
            }
            _ => Op::Set { table, key: key.clone(), columns },
        });
        ops.push(Op::Add { table, key, columns: vec![("events", 1)] });
        Ok(ops)
    }
}

async fn again(node: &Node, counts: &Arc<dyn Projection>, events: i64, batch: u32) {
    let head = node.log.head().await.unwrap();
    let sql = "UPDATE projection_checkpoints SET position = $1, event_id = NULL";
    node.execute(sql, &[(head - events).max(0).into()]).await;
    node.runner(counts, batch).catch_up().await.unwrap();
}

pub(crate) async fn counters_are_a_function_of_the_log(place: Shared) {
    let node = place.node().await;
    let events = 400;
    history::write(&node, 3, events, 7).await;
    let counts: Arc<dyn Projection> = Arc::new(Counts);
    let all = [Arc::clone(&counts)];
    let mut first = None;
    for batch in [1_000, 1, 3, 50] {
        node.runner(&counts, batch).catch_up().await.unwrap();
        let dump = node.dump(&all).await;
        let counted = node.count("SELECT CAST(SUM(events) AS bigint) FROM counts_by_type").await;
        assert_eq!(counted, node.log.head().await.unwrap(), "each event is counted once");
        assert!(*first.get_or_insert(dump.clone()) == dump, "batches of {batch}");
        for twice in [1, 2, 17, 120, i64::from(u32::MAX)] {
            again(&node, &counts, twice, rand::random_range(1..=40)).await;
            assert!(dump == node.dump(&all).await, "{twice} events came twice");
        }
        node.assert_verified(&all).await;
        // The control arm: a row that does not know what it includes counts twice.
        node.execute("UPDATE counts_by_type SET added_through = 0", &[]).await;
        again(&node, &counts, 17, 5).await;
        assert!(dump != node.dump(&all).await, "17 events were counted twice and nobody saw it");
        node.forget(&all).await;
    }
}
