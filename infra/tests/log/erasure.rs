//! Personal data: encrypted in the database, readable with its key, gone without it.

use crate::support::*;
use cqrs_es::persist::EventUpcaster;
use debrief_domain::client::{Client, ClientEvent};
use debrief_domain::personal::Personal;
use debrief_infra::keys::{DataKey, KeyError, KeyStore, MasterKey, WrappedKey};
use debrief_infra::log::{
    Append, AppenderOptions, CodecError, EventLog, Expected, LogError, NewEvent, StreamId,
};
use serde_json::{Value, json};
use uuid::Uuid;

const CANARY: &str = "pelargonium-canary-word";

async fn write(node: &Node, id: Uuid, parent: Option<&DataKey>, words: &str) -> DataKey {
    let data_key = DataKey::generate(id);
    let wrapped = node.log.keys().wrap(organization(), &data_key, parent);
    let payload = json!({"plain": 1, "words": {"$personal": words},
        "deep": [{"list": {"$personal": [words, 2]}}]});
    let asked = personal(id, &data_key, payload);
    committed(node.log.append(Append { wrapped_keys: vec![wrapped], ..asked }).await.unwrap());
    data_key
}

async fn words_of(log: &EventLog, id: Uuid) -> Value {
    let events = log.read_stream(organization(), stream(id), 0, 10).await.unwrap();
    assert_eq!(events[0].payload["plain"], 1);
    let deep = &events[0].payload["deep"][0]["list"];
    assert_eq!(deep.get("$erased").is_some(), events[0].payload["words"].get("$erased").is_some());
    events[0].payload["words"].clone()
}

/// Returns all data of the database on disk, or everything that it returns about events.
async fn raw(place: &Place, node: &Node) -> Vec<u8> {
    if place.is_postgres() {
        let sql = "SELECT string_agg(payload::text || metadata::text, ' ') FROM events";
        let text: String = node.database.log.query(sql, &[]).await.unwrap()[0].get(0).unwrap();
        return text.into_bytes();
    }
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(place.directory()).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    bytes
}

fn occurrences(bytes: &[u8], word: &str) -> usize {
    bytes.windows(word.len()).filter(|window| *window == word.as_bytes()).count()
}

pub(crate) async fn words_are_sealed_until_erased(place: Shared) {
    let node = place.node().await;
    let (erased, kept) = (Uuid::now_v7(), Uuid::now_v7());
    write(&node, erased, None, CANARY).await;
    write(&node, kept, None, "other words").await;
    let mut open = append(Uuid::now_v7(), Expected::Any, 1);
    open.events[0].payload = json!({"note": "control-canary"});
    committed(node.log.append(open).await.unwrap());

    let bytes = raw(&place, &node).await;
    assert_eq!(occurrences(&bytes, CANARY), 0, "the words lie open");
    assert!(occurrences(&bytes, "control-canary") > 0, "the search finds nothing at all");
    let fresh = place.node().await;
    for log in [&node.log, &fresh.log] {
        assert_eq!(words_of(log, erased).await, json!({"$personal": CANARY}));
    }

    node.log.keys().delete(organization(), erased).await.unwrap();
    let later = place.node().await;
    for log in [&node.log, &later.log] {
        assert_eq!(words_of(log, erased).await, json!({"$erased": true}));
        assert_eq!(words_of(log, kept).await, json!({"$personal": "other words"}));
        assert!(log.keys().get(organization(), erased).await.unwrap().is_none());
        assert!(log.keys().get(organization(), kept).await.unwrap().is_some());
    }
    let sealed = personal(erased, &DataKey::generate(erased), json!({"x": {"$personal": "y"}}));
    let without = node.log.append(Append { data_key: None, ..sealed }).await;
    assert!(matches!(without, Err(LogError::Codec(CodecError::NoKey(_)))), "{without:?}");
    println!(
        "{} bytes searched: 0 times the words, {} times the control; 1 key deleted, 1 kept",
        bytes.len(),
        occurrences(&bytes, "control-canary")
    );
}

pub(crate) async fn a_wrong_master_key_is_told(place: Shared) {
    let node = place.node().await;
    let (client, transcript) = (Uuid::now_v7(), Uuid::now_v7());
    let parent = write(&node, client, None, CANARY).await;
    write(&node, transcript, Some(&parent), CANARY).await;
    node.log.keys().check().await.unwrap();
    let wrong = MasterKey::from_hex(&"00".repeat(32)).unwrap();
    let wrong = KeyStore::new(node.database.log.clone(), wrong);
    let mut told = 0;
    for result in
        [wrong.get(organization(), client).await, wrong.get(organization(), transcript).await]
    {
        assert!(matches!(result, Err(KeyError::WrongMaster(_))), "{result:?}");
        told += 1;
    }
    assert!(matches!(wrong.check().await, Err(KeyError::WrongMaster(_))));
    let log = EventLog::new(node.database.log.clone(), wrong, AppenderOptions::default());
    let read = log.read(0, 10).await;
    assert!(matches!(read, Err(LogError::Key(KeyError::WrongMaster(_)))), "{read:?}");
    println!("a wrong master key was told of {} times", told + 2);
}

pub(crate) async fn a_sealed_field_opens_in_its_event_alone(place: Shared) {
    let node = place.node().await;
    let id = Uuid::now_v7();
    let data_key = write(&node, id, None, CANARY).await;
    // An attack by an intruder in the database: the sealed field, copied into another event.
    let text = if place.is_postgres() { "payload::text" } else { "payload" };
    let sql = format!("SELECT {text} FROM events WHERE position = 1");
    let stored: String = node.database.log.query(&sql, &[]).await.unwrap()[0].get(0).unwrap();
    let stored: Value = serde_json::from_str(&stored).unwrap();
    let copied = stored["words"].clone();
    assert!(copied["$sealed"].as_str().unwrap().starts_with(&format!("v1:{id}:")), "{copied}");
    let asked = personal(id, &data_key, json!({ "words": copied }));
    let refused = node.log.append(asked).await;
    assert!(matches!(refused, Err(LogError::Codec(CodecError::LooksSealed(_)))), "{refused:?}");

    let other = Uuid::now_v7();
    write(&node, other, None, "other words").await;
    let sql = if place.is_postgres() {
        "ALTER TABLE events DISABLE TRIGGER USER"
    } else {
        "DROP TRIGGER events_refuse_update"
    };
    node.database.log.execute(sql, &[]).await.unwrap();
    let sql = "UPDATE events SET payload = (SELECT payload FROM events WHERE position = 1) \
         WHERE position = 2";
    assert_eq!(node.database.log.execute(sql, &[]).await.unwrap(), 1);
    let read = node.log.read(1, 1).await;
    assert!(matches!(read, Err(LogError::Codec(CodecError::Undecryptable(_)))), "{read:?}");
    assert_eq!(words_of(&node.log, id).await, json!({"$personal": CANARY}));
    println!("1 field copied in the database, 1 sent in: 0 times opened");
}

pub(crate) async fn a_transcripts_key_dies_with_its_clients(place: Shared) {
    let node = place.node().await;
    let [first, second, own, bound, moved] = std::array::from_fn(|_| Uuid::now_v7());
    let first_key = write(&node, first, None, "first client").await;
    let second_key = write(&node, second, None, "second client").await;
    write(&node, own, None, "no client").await;
    write(&node, bound, Some(&first_key), "of the first client").await;
    let moved_key = write(&node, moved, Some(&first_key), "of the first, then the second").await;

    // Rewrapped with the event that records it.
    let rewrapped: WrappedKey = node.log.keys().wrap(organization(), &moved_key, Some(&second_key));
    let asked = append(moved, Expected::Any, 1);
    committed(node.log.append(Append { wrapped_keys: vec![rewrapped], ..asked }).await.unwrap());

    node.log.keys().delete(organization(), first).await.unwrap();
    let fresh = place.node().await;
    let mut readable = 0;
    for log in [&node.log, &fresh.log] {
        for (id, known) in
            [(first, false), (bound, false), (second, true), (own, true), (moved, true)]
        {
            let words = words_of(log, id).await;
            assert_eq!(words.get("$personal").is_some(), known, "{words}");
            readable += usize::from(known);
        }
    }
    assert_eq!(count(&node.database, "SELECT COUNT(*) FROM data_keys", &[]).await, 3);
    node.log.keys().delete(organization(), second).await.unwrap();
    assert_eq!(words_of(&node.log, moved).await, json!({"$erased": true}));
    assert_eq!(words_of(&node.log, own).await, json!({"$personal": "no client"}));
    println!(
        "5 keys, 1 client's deleted: {} of 5 readable; rewrapped: followed its new client",
        readable / 2
    );
}

fn upcasters() -> Vec<Box<dyn EventUpcaster>> {
    let upcaster = |from: &'static str, lift: fn(Value) -> Value| -> Box<dyn EventUpcaster> {
        struct Step(&'static str, &'static str, fn(Value) -> Value);
        impl EventUpcaster for Step {
            fn can_upcast(&self, event_type: &str, version: &str) -> bool {
                event_type == "client.registered" && version == self.0
            }
            fn upcast(
                &self,
                mut event: cqrs_es::persist::SerializedEvent,
            ) -> cqrs_es::persist::SerializedEvent {
                event.payload = (self.2)(event.payload);
                event.event_version = self.1.to_owned();
                event
            }
        }
        Box::new(Step(from, if from == "1" { "2" } else { "3" }, lift))
    };
    vec![
        upcaster("2", |mut payload| {
            payload["name"] = payload["full_name"].take();
            payload.as_object_mut().unwrap().remove("full_name");
            payload["email"] = Value::Null;
            payload
        }),
        upcaster("1", |mut payload| json!({ "full_name": payload["n"].take() })),
    ]
}

pub(crate) async fn old_schemas_are_lifted(place: Shared) {
    let node = place.node().await;
    let (first, second, gone) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    for (id, version, payload) in [
        (first, 1, json!({"n": {"$personal": "Ada"}})),
        (second, 2, json!({"full_name": {"$personal": "Grace"}})),
        (gone, 1, json!({"n": {"$personal": "Forgotten"}})),
    ] {
        let data_key = DataKey::generate(id);
        let wrapped = node.log.keys().wrap(organization(), &data_key, None);
        let event =
            NewEvent { event_type: "client.registered".into(), schema_version: version, payload };
        committed(
            node.log
                .append(Append {
                    stream: StreamId { stream_type: "client", id },
                    events: vec![event],
                    data_key: Some(data_key),
                    wrapped_keys: vec![wrapped],
                    ..append(id, Expected::Any, 0)
                })
                .await
                .unwrap(),
        );
    }
    node.log.keys().delete(organization(), gone).await.unwrap();
    let keys = KeyStore::new(node.database.log.clone(), master());
    let log = EventLog::with_upcasters(
        node.database.log.clone(),
        keys,
        AppenderOptions::default(),
        upcasters(),
    );
    let mut lifted = 0;
    for (id, name) in [(first, Some("Ada")), (second, Some("Grace")), (gone, None)] {
        let stream = StreamId { stream_type: "client", id };
        let event = log.read_stream(organization(), stream, 0, 1).await.unwrap().remove(0);
        assert_eq!(event.schema_version, 3);
        let Some(ClientEvent::Registered(registered)) = event.of::<Client>().unwrap() else {
            panic!("another event");
        };
        let expected = name.map_or(Personal::Erased, |name| Personal::Known(name.to_owned()));
        assert_eq!(registered.name, expected);
        lifted += 1;
    }
    // Another log, without upcasters, reads what is stored.
    let stored: Vec<u32> =
        everything(&node.log).await.iter().map(|event| event.schema_version).collect();
    assert_eq!(stored, [1, 2, 1]);
    println!("{lifted} events of versions 1, 2, 1 read as version 3, one of them erased");
}
