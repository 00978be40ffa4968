//! Tests of channels and payloads, and that `docs/websocket.md` matches them.
//!
//! The events are the golden fixtures of the domain, so that a new one cannot be forgotten.

use super::*;
use chrono::DateTime;
use debrief_infra::database::sql;
use debrief_infra::log::Metadata;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use uuid::Uuid;

const ORGANIZATION: &str = "0198c5a2-7d1e-7bd0-9a55-000000000001";
const STREAM: &str = "0198c5a2-7d1e-7bd0-9a55-000000000002";
/// The transcript that fixtures of other streams refer to.
const TRANSCRIPT: &str = "018f6f2e-5d3a-7c11-9a55-3f0f5f6f7a01";

/// Returns a fixture of the newest version of each event, by file name without version.
fn events() -> BTreeMap<String, RecordedEvent> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/fixtures/events");
    let mut newest: BTreeMap<String, (u32, RecordedEvent)> = BTreeMap::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_stem().unwrap().to_str().unwrap();
        let (event_type, version) = file.split_once(".v").unwrap();
        let (version, minimal) = match version.split_once('.') {
            Some((version, part)) => (version, format!(".{part}")),
            None => (version, String::new()),
        };
        let schema_version: u32 = version.parse().unwrap();
        let event = RecordedEvent {
            position: 7,
            id: Uuid::from_u128(3),
            organization: ORGANIZATION.parse().unwrap(),
            stream_type: event_type.split_once('.').unwrap().0.to_owned(),
            stream_id: STREAM.parse().unwrap(),
            version: 1,
            event_type: event_type.to_owned(),
            schema_version,
            payload: serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap(),
            metadata: Metadata {
                actor: "system".to_owned(),
                correlation_id: Uuid::from_u128(4),
                causation_id: None,
            },
            recorded_at: DateTime::from_timestamp_millis(1_795_264_000_123).unwrap(),
        };
        let name = format!("{event_type}{minimal}");
        if newest.get(&name).is_none_or(|(version, _)| *version < schema_version) {
            newest.insert(name, (schema_version, event));
        }
    }
    newest.into_iter().map(|(name, (_, event))| (name, event)).collect()
}

/// Returns the rows that an event appends: channel and columns.
fn appended(event: &RecordedEvent) -> Vec<(String, BTreeMap<&'static str, sql::Value>)> {
    let ops = Updates { retention: 10 }.project(event).unwrap();
    ops.into_iter()
        .map(|op| match op {
            Op::Append { table: "updates", group, columns } => {
                let (organization, channel) = group.split_once('/').unwrap();
                assert_eq!(organization, ORGANIZATION);
                (channel.to_owned(), columns.into_iter().collect())
            }
            other => panic!("{other:?}"),
        })
        .collect()
}

/// Checks the payloads of type `P`: their JSON, byte for byte as stored, and the fixtures that cause
/// each. `STREAM` and `TRANSCRIPT` stand for ids.
pub(super) fn assert_stored<P: Payload>(expected: &[(&str, &[&str])]) {
    let mut stored = BTreeMap::new();
    for (name, event) in events() {
        let Some(Published { channels, payload }) = published::<P>(&event).unwrap() else {
            continue;
        };
        let json = payload.to_string();
        let row = BTreeMap::from([
            ("position", 7_i64.into()),
            ("kind", event.event_type.as_str().into()),
            ("payload", json.as_str().into()),
            ("recorded_at", 1_795_264_000_123_i64.into()),
        ]);
        let rows = appended(&event);
        for channel in channels {
            assert!(rows.contains(&(channel.to_string(), row.clone())), "{name}: {rows:?}");
        }
        stored.insert(name, json);
    }
    let ids = |json: &str| json.replace("STREAM", STREAM).replace("TRANSCRIPT", TRANSCRIPT);
    let expected: BTreeMap<String, String> = expected
        .iter()
        .flat_map(|(json, names)| names.iter().map(move |name| ((*name).to_owned(), ids(json))))
        .collect();
    assert_eq!(stored, expected);
}

#[test]
fn a_channel_is_read_as_it_is_written() {
    for kind in Channel::KINDS {
        let name = kind.name.replace("<id>", STREAM);
        let channel: Channel = name.parse().unwrap();
        assert_eq!((channel.to_string(), channel.kind()), (name.clone(), *kind));
        // One spelling per channel.
        for other in [
            name.to_uppercase(),
            format!(" {name}"),
            format!("{name} "),
            format!("{name}/"),
            name.replace(STREAM, &STREAM.replace('-', "")),
            name.replace(STREAM, &format!("{{{STREAM}}}")),
            name.replace(STREAM, &format!("urn:uuid:{STREAM}")),
        ] {
            if other != name {
                assert_eq!(other.parse::<Channel>(), Err(UnknownChannel), "{other}");
            }
        }
    }
    let long = "x".repeat(60_000);
    for name in
        ["", "/", "other", "transcripts/", "transcripts/x", "searches//", "clients/x", &long]
    {
        assert_eq!(name.parse::<Channel>(), Err(UnknownChannel), "{name:.100}");
    }
}

#[test]
fn a_channel_is_stored_under_its_organization() {
    let organization: OrganizationId = ORGANIZATION.parse().unwrap();
    for kind in Channel::KINDS {
        let channel: Channel = kind.name.replace("<id>", STREAM).parse().unwrap();
        let stored = stored_name(organization, channel);
        assert_eq!(stored, format!("{ORGANIZATION}/{channel}"));
        assert_eq!(of_stored_name(&stored), Some((organization, channel)));
    }
    assert_eq!(of_stored_name(&format!("{ORGANIZATION}/a_channel_to_come")), None);
}

/// Returns the rows of the table in `docs/websocket.md` that begins with `header`.
fn documented(header: &str) -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/websocket.md");
    let text = std::fs::read_to_string(file).unwrap();
    let rows = text.lines().skip_while(|line| *line != header).skip(2);
    rows.take_while(|line| line.starts_with('|')).map(str::to_owned).collect()
}

#[test]
fn every_channel_is_documented() {
    let rows: Vec<String> = Channel::KINDS
        .iter()
        .map(|kind| {
            format!("| `{}` | {} | `{}` |", kind.name, kind.about, kind.permission.as_str())
        })
        .collect();
    let found = documented("| channel | subject | permission |");
    assert_eq!(found, rows, "docs/websocket.md should have\n{}\n", rows.join("\n"));
}

/// Returns the field names of a payload: `error.code` for nested ones.
fn fields(payload: &Value) -> BTreeSet<String> {
    let Value::Object(map) = payload else { return BTreeSet::new() };
    map.iter()
        .flat_map(|(name, value)| match fields(value) {
            inner if inner.is_empty() => vec![name.clone()],
            inner => inner.into_iter().map(|inner| format!("{name}.{inner}")).collect(),
        })
        .collect()
}

/// Returns the text in backquotes in a cell.
fn quoted(cell: &str) -> BTreeSet<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_kind_of_update_is_documented() {
    type Kinds = BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)>;
    let mut kinds = Kinds::new();
    for event in events().into_values() {
        for (channel, columns) in appended(&event) {
            let sql::Value::Text(payload) = &columns["payload"] else { panic!("{columns:?}") };
            let (on, holds) = kinds.entry(event.event_type.clone()).or_default();
            on.insert(channel.parse::<Channel>().unwrap().kind().name.to_owned());
            holds.extend(fields(&serde_json::from_str(payload).unwrap()));
        }
    }
    let mut found = Kinds::new();
    for row in documented("| kind | channels | payload |") {
        let cells: Vec<&str> = row.split('|').collect();
        for kind in quoted(cells[1]) {
            let twice = found.insert(kind, (quoted(cells[2]), quoted(cells[3])));
            assert!(twice.is_none(), "{row}");
        }
    }
    assert_eq!(found, kinds);
}
