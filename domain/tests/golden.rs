//! Golden fixtures: every schema version of every event that was ever stored can still be read.
//!
//! `domain/fixtures/events/<type>.v<version>.json` has every field set, with personal fields open;
//! `….minimal.json` leaves out what may be left out. A fixture is written once, when its version is
//! added, and never changed: events of that form lie in logs.

use cqrs_es::persist::{EventUpcaster, SerializedEvent};
use debrief_domain::STREAMS;
use debrief_domain::personal::{ERASED, PERSONAL};
use debrief_domain::upcasters;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/events")
}

/// All fixtures by file name.
fn fixtures() -> BTreeMap<String, Value> {
    std::fs::read_dir(directory())
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let value = serde_json::from_str(&text)
                .unwrap_or_else(|error| panic!("{} is not JSON: {error}", path.display()));
            (path.file_name().unwrap().to_string_lossy().into_owned(), value)
        })
        .collect()
}

/// The files that the catalogue asks for: type, version and stream type of each.
fn wanted<'a>(
    catalogue: impl Iterator<Item = (&'a str, &'a str, u32)>,
) -> BTreeMap<String, (&'a str, &'a str, u32)> {
    catalogue
        .flat_map(|(stream, name, newest)| (1..=newest).map(move |v| (stream, name, v)))
        .flat_map(|(stream, name, v)| {
            ["", ".minimal"].map(|part| (format!("{name}.v{v}{part}.json"), (stream, name, v)))
        })
        .collect()
}

fn stored(stream: &str, name: &str, version: u32, payload: Value) -> SerializedEvent {
    SerializedEvent {
        aggregate_id: "018f6f2e-5d3a-7c11-9a55-3f0f5f6f7a01".into(),
        sequence: 1,
        aggregate_type: stream.into(),
        event_type: name.into(),
        event_version: version.to_string(),
        payload,
        metadata: Value::Null,
    }
}

/// The catalogue: stream type, event type and newest version of each event.
fn catalogue() -> impl Iterator<Item = (&'static str, &'static str, u32)> {
    STREAMS.iter().flat_map(|stream| stream.events.iter().map(|(name, v)| (stream.name, *name, *v)))
}

/// Reads a stored event as the log does, and writes it again.
fn read(stream: &str, name: &str, version: u32, payload: Value) -> Result<Value, String> {
    let lifted = upcasters::lift(&upcasters::all(), stored(stream, name, version, payload));
    let stream = STREAMS.iter().find(|known| known.name == stream).ok_or("no such stream")?;
    stream.recode(&lifted.event_type, &lifted.payload).map_err(|error| error.to_string())
}

/// Without fields that are null, false, empty or 0, and roles that nobody gave: what an event of
/// before those fields were there says as well.
fn without_defaults(value: &Value) -> Value {
    let is_default = |name: &str, value: &Value| match value {
        Value::Null | Value::Bool(false) => true,
        Value::Object(map) => map.is_empty(),
        Value::Array(values) => values.is_empty(),
        value => *value == 0 || name == "role" && value == "unknown",
    };
    match value {
        Value::Object(map) => map
            .iter()
            .map(|(name, value)| (name.clone(), without_defaults(value)))
            .filter(|(name, value)| !is_default(name, value))
            .collect(),
        Value::Array(values) => values.iter().map(without_defaults).collect(),
        other => other.clone(),
    }
}

/// As the log gives it once the key is gone; counts the fields.
fn erase(value: &mut Value, count: &mut usize) {
    match value {
        Value::Object(map) if map.len() == 1 && map.contains_key(PERSONAL) => {
            *value = json!({ ERASED: true });
            *count += 1;
        }
        Value::Object(map) => map.values_mut().for_each(|value| erase(value, count)),
        Value::Array(values) => values.iter_mut().for_each(|value| erase(value, count)),
        _ => {}
    }
}

#[test]
fn every_version_of_every_event_has_its_fixtures() {
    let (there, wanted) = (fixtures(), wanted(catalogue()));
    let missing: Vec<_> = wanted.keys().filter(|file| !there.contains_key(*file)).collect();
    assert!(missing.is_empty(), "missing in domain/fixtures/events: {missing:?}");
    let orphans: Vec<_> = there.keys().filter(|file| !wanted.contains_key(*file)).collect();
    assert!(orphans.is_empty(), "no event has these fixtures: {orphans:?}");
    println!("{} fixtures of {} events", there.len(), catalogue().count());
}

#[test]
fn control_an_event_without_fixtures_is_named() {
    let there = fixtures();
    let more = [("client", "client.renamed", 1), ("client", "client.registered", 2)];
    let missing: BTreeSet<_> =
        wanted(more.into_iter()).into_keys().filter(|file| !there.contains_key(file)).collect();
    let expected = [
        "client.registered.v2.json",
        "client.registered.v2.minimal.json",
        "client.renamed.v1.json",
        "client.renamed.v1.minimal.json",
    ];
    assert_eq!(missing, expected.map(String::from).into());
}

#[test]
fn type_names_are_unique() {
    let mut seen = HashSet::new();
    for (stream, name, version) in catalogue() {
        assert!(seen.insert(name), "{name} is there twice");
        assert!(name.starts_with(&format!("{stream}.")), "{name} is of stream {stream}");
        assert!(version >= 1, "versions begin with 1");
    }
}

#[test]
fn every_fixture_is_read_and_written_again() {
    let there = fixtures();
    for (file, (stream, name, version)) in wanted(catalogue()) {
        let payload = &there[&file];
        let written = read(stream, name, version, payload.clone())
            .unwrap_or_else(|error| panic!("{file}: {error}"));
        let newest = catalogue().any(|(_, n, newest)| n == name && newest == version);
        if newest {
            let again = read(stream, name, version, written.clone());
            assert_eq!(again.as_ref(), Ok(&written), "{file} changes when it is written");
            assert_eq!(without_defaults(&written), without_defaults(payload), "{file}");
        }
    }
}

/// A full fixture with a field taken away must not read the same: it does set every field.
#[test]
fn full_fixtures_leave_nothing_out() {
    for (file, payload) in fixtures() {
        if !file.contains(".minimal.") {
            let nulls: Vec<_> = payload
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(_, value)| value.is_null())
                .map(|(name, _)| name)
                .collect();
            assert!(nulls.is_empty(), "{file} leaves {nulls:?} out");
        }
    }
}

#[test]
fn erased_events_are_read() {
    let (there, mut fields) = (fixtures(), 0);
    for (file, (stream, name, version)) in wanted(catalogue()) {
        let (mut payload, mut count) = (there[&file].clone(), 0);
        erase(&mut payload, &mut count);
        let written = read(stream, name, version, payload)
            .unwrap_or_else(|error| panic!("{file}, erased: {error}"))
            .to_string();
        // What became personal later lies open in events of before.
        let newest = catalogue().any(|(_, n, newest)| n == name && newest == version);
        assert!(!newest || !written.contains(PERSONAL), "{file} remembers");
        assert_eq!(written.matches(ERASED).count(), count, "{file}");
        fields += count;
    }
    println!("{fields} personal fields were erased");
    assert!(fields > 10, "the fixtures hold personal fields");
}

#[test]
fn control_a_bent_payload_is_refused() {
    for (payload, why) in [
        (json!({}), "a required field is missing"),
        (json!({"name": "open words"}), "words that are not marked as personal"),
        (json!({"name": {"$personal": 7}}), "another type"),
    ] {
        assert!(read("client", "client.registered", 1, payload).is_err(), "{why}");
    }
    assert!(read("client", "client.unheard_of", 1, json!({})).is_err());
    assert!(read("nothing", "client.registered", 1, json!({})).is_err());
}

/// From one version of `client.registered` to another.
struct Step {
    from: &'static str,
    to: &'static str,
}

impl EventUpcaster for Step {
    fn can_upcast(&self, event_type: &str, version: &str) -> bool {
        event_type == "client.registered" && version == self.from
    }

    fn upcast(&self, mut event: SerializedEvent) -> SerializedEvent {
        event.event_version = self.to.into();
        event.payload["steps"] = match event.payload["steps"].as_str() {
            Some(before) => format!("{before}>{}", self.to),
            None => self.to.to_owned(),
        }
        .into();
        event
    }
}

fn chain(steps: &[(&'static str, &'static str)]) -> Vec<Box<dyn EventUpcaster>> {
    steps.iter().map(|&(from, to)| Box::new(Step { from, to }) as Box<dyn EventUpcaster>).collect()
}

fn lift(steps: &[(&'static str, &'static str)], version: u32) -> (String, Value) {
    let event = stored("client", "client.registered", version, json!({"kept": {"$erased": true}}));
    let lifted = upcasters::lift(&chain(steps), event);
    assert_eq!(lifted.payload["kept"], json!({"$erased": true}));
    (lifted.event_version, lifted.payload["steps"].clone())
}

#[test]
fn versions_are_lifted_one_by_one() {
    // In whatever order the upcasters are listed.
    for steps in [[("1", "2"), ("2", "3")], [("2", "3"), ("1", "2")]] {
        assert_eq!(lift(&steps, 1), ("3".into(), json!("2>3")));
        assert_eq!(lift(&steps, 2), ("3".into(), json!("3")));
        assert_eq!(lift(&steps, 3), ("3".into(), Value::Null));
    }
}

#[test]
fn lifting_ends_whatever_the_upcasters_do() {
    // One that does not raise the version.
    assert_eq!(lift(&[("1", "1")], 1), ("1".into(), json!("1")));
    // Two that undo each other: each gets one turn.
    assert_eq!(lift(&[("1", "2"), ("2", "1")], 1), ("1".into(), json!("2>1")));
}
