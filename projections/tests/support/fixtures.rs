//! Events that no command of a [`history`](super::history) leads to, from the fixtures of the domain.
//!
//! A projection of a new aggregate is therefore tried without a change here.

use super::Node;
use debrief_domain::STREAMS;
use debrief_domain::ids::OrganizationId;
use debrief_infra::keys::DataKey;
use debrief_infra::log::{Append, CommandKey, Expected, Metadata, NewEvent, StreamId};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::path::Path;
use uuid::Uuid;

/// How often each fixture is appended, each time to a new stream.
const TIMES: usize = 4;

/// Appends the fixtures of the events that the log does not contain.
pub async fn append_missing(node: &Node) {
    let sql = "SELECT DISTINCT type FROM events";
    let rows = node.database.log.query(sql, &[]).await.unwrap();
    let there: HashSet<String> = rows.iter().map(|row| row.get(0).unwrap()).collect();
    for stream in STREAMS {
        for (event, version) in stream.events.iter().filter(|(event, _)| !there.contains(*event)) {
            for part in ["", ".minimal"] {
                let name = format!("{event}.v{version}{part}.json");
                let payload = read(&name);
                for _ in 0..TIMES {
                    append(node, stream.name, event, *version, payload.clone()).await;
                }
            }
        }
    }
}

fn read(name: &str) -> Value {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/fixtures/events");
    let text = std::fs::read_to_string(directory.join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

async fn append(node: &Node, stream_type: &'static str, event: &str, version: u32, payload: Value) {
    let (organization, id) = (OrganizationId(Uuid::now_v7()), Uuid::now_v7());
    let data_key = DataKey::generate(id);
    let append = Append {
        organization,
        stream: StreamId { stream_type, id },
        expected: Expected::Any,
        events: vec![NewEvent { event_type: event.into(), schema_version: version, payload }],
        key: CommandKey { key: Uuid::new_v4().to_string(), fingerprint: [1; 32] },
        answer: json!({}),
        metadata: Metadata {
            actor: "system".into(),
            correlation_id: Uuid::now_v7(),
            causation_id: None,
        },
        wrapped_keys: vec![node.log.keys().wrap(organization, &data_key, None)],
        data_key: Some(data_key),
    };
    node.log.append(append).await.unwrap();
}
