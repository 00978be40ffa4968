//! Databases and nodes for the contract suites, separate for each test.
#![allow(dead_code)] // Each test binary uses a part.
#![allow(unreachable_pub)] // Shared between test binaries as a module.

#[cfg(feature = "nats")]
pub mod bench;
pub mod servers;
pub mod tally;

use debrief_domain::ids::OrganizationId;
use debrief_infra::database::Database;
use debrief_infra::database::sql::{Dialect, Value as SqlValue};
use debrief_infra::keys::{DataKey, KeyStore, MasterKey};
use debrief_infra::log::{
    Append, Appended, AppenderOptions, CommandContext, CommandKey, EventLog, Expected, Metadata,
    NewEvent, RecordedEvent, StreamId,
};
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

/// The stream type of plain appends.
pub const STREAM: &str = "test";

/// A database for one test.
pub struct Place {
    pub url: String,
    pub kind: Dialect,
    directory: Option<tempfile::TempDir>,
}

/// The handles of one process to a place.
pub struct Node {
    pub database: Database,
    pub log: EventLog,
}

pub fn master() -> MasterKey {
    MasterKey::from_hex(&"5a".repeat(32)).unwrap()
}

impl Place {
    pub async fn sqlite() -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", directory.path().join("debrief.db").display());
        let place = Self { url, kind: Dialect::Sqlite, directory: Some(directory) };
        place.migrate().await;
        Some(place)
    }

    /// Returns `None`, with a message, if Postgres is not available.
    pub async fn postgres() -> Option<Self> {
        if cfg!(not(feature = "postgres")) {
            println!("skipped: built without Postgres");
            return None;
        }
        let Ok(admin) = std::env::var("DEBRIEF_TEST_POSTGRES_URL") else {
            println!("skipped: DEBRIEF_TEST_POSTGRES_URL is not set");
            return None;
        };
        let name = format!("t_{}", Uuid::now_v7().simple());
        on_server(&admin, &format!("CREATE DATABASE {name}")).await;
        let (server, _) = admin.rsplit_once('/').unwrap();
        let place =
            Self { url: format!("{server}/{name}"), kind: Dialect::Postgres, directory: None };
        place.migrate().await;
        Some(place)
    }

    async fn migrate(&self) {
        let database = self.open().await;
        database.migrate().await.unwrap();
        database.close().await;
    }

    pub fn directory(&self) -> &std::path::Path {
        self.directory.as_ref().expect("a SQLite place").path()
    }

    pub fn is_postgres(&self) -> bool {
        self.kind == Dialect::Postgres
    }

    pub async fn open(&self) -> Database {
        Database::open(&self.url, 12).await.unwrap()
    }

    /// Opens everything as another process would.
    pub async fn node(&self) -> Node {
        let database = self.open().await;
        let keys = KeyStore::new(database.log.clone(), master());
        let log = EventLog::new(database.log.clone(), keys, AppenderOptions::default());
        Node { database, log }
    }

    /// Runs a test on this place and removes the place.
    pub async fn run<F: Future<Output = ()>>(place: Option<Self>, test: impl FnOnce(Shared) -> F) {
        let Some(place) = place else { return };
        let place = std::sync::Arc::new(place);
        let began = std::time::Instant::now();
        test(place.clone()).await;
        println!("{:?}: took {:.2} s", place.kind, began.elapsed().as_secs_f64());
        if place.is_postgres() {
            let (server, name) = place.url.rsplit_once('/').unwrap();
            on_server(&format!("{server}/postgres"), &format!("DROP DATABASE {name} WITH (FORCE)"))
                .await;
        }
    }
}

impl Node {
    /// Sets the log back to an earlier state, as a restored backup does.
    pub async fn restore_log(&self, to: i64) {
        let log = &self.database.log;
        let unlock = match log.dialect() {
            Dialect::Sqlite => "DROP TRIGGER IF EXISTS events_refuse_delete",
            Dialect::Postgres => "ALTER TABLE events DISABLE TRIGGER USER",
        };
        log.execute(unlock, &[]).await.unwrap();
        for sql in [
            "DELETE FROM events WHERE position > $1",
            "DELETE FROM command_keys WHERE position > $1",
            "UPDATE log_head SET position = $1",
        ] {
            log.execute(sql, &[to.into()]).await.unwrap();
        }
    }
}

/// Passed to each test.
pub type Shared = std::sync::Arc<Place>;

async fn on_server(url: &str, statement: &str) {
    let admin = Database::open(url, 2).await.unwrap();
    admin.log.execute(statement, &[]).await.unwrap();
    admin.close().await;
}

/// Instantiates the tests of a contract for each database.
#[macro_export]
macro_rules! on_databases {
    ($($place:ident as $module:ident),+ => $tests:tt) => {
        $( $crate::on_databases!(@ $place $module $tests); )+
    };
    (@ $place:ident $module:ident { $($contract:ident: $($test:ident),+ $(,)?);+ $(;)? }) => {
        mod $module {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $test() {
                    let place = $crate::support::Place::$place().await;
                    $crate::support::Place::run(place, $crate::$contract::$test).await;
                }
            )+)+
        }
    };
}

/// Returns whether the long form was requested.
pub fn full() -> bool {
    std::env::var("DEBRIEF_TEST_FULL").is_ok_and(|value| value == "1")
}

/// The organization of tests that need only one.
pub fn organization() -> OrganizationId {
    OrganizationId(Uuid::from_u128(0x0a))
}

pub fn metadata() -> Metadata {
    Metadata { actor: "system".into(), correlation_id: Uuid::from_u128(1), causation_id: None }
}

pub fn key(name: impl Into<String>) -> CommandKey {
    CommandKey { key: name.into(), fingerprint: [7; 32] }
}

pub fn context(name: impl Into<String>) -> CommandContext {
    CommandContext {
        organization: organization(),
        metadata: metadata(),
        key: key(name),
        answer: json!({}),
        data_key: None,
        wrapped_keys: vec![],
    }
}

pub fn stream(id: Uuid) -> StreamId {
    StreamId { stream_type: STREAM, id }
}

pub fn event(payload: Value) -> NewEvent {
    NewEvent { event_type: "test.happened".into(), schema_version: 1, payload }
}

/// Returns an append of `count` events under a key of its own.
pub fn append(id: Uuid, expected: Expected, count: usize) -> Append {
    Append {
        organization: organization(),
        stream: stream(id),
        expected,
        events: (0..count).map(|n| event(json!({ "n": n }))).collect(),
        key: key(Uuid::new_v4().to_string()),
        answer: json!({ "id": Uuid::new_v4() }),
        metadata: metadata(),
        data_key: None,
        wrapped_keys: vec![],
    }
}

/// Returns an append of one event with personal fields.
pub fn personal(id: Uuid, data_key: &DataKey, payload: Value) -> Append {
    Append {
        events: vec![event(payload)],
        data_key: Some(data_key.clone()),
        ..append(id, Expected::Any, 0)
    }
}

/// Returns position and version of an append that must succeed.
#[track_caller]
pub fn committed(appended: Appended) -> (i64, i64) {
    match appended {
        Appended::Committed { position, version, .. } => (position, version),
        other => panic!("not committed: {other:?}"),
    }
}

/// Reads the whole log, page by page.
pub async fn everything(log: &EventLog) -> Vec<RecordedEvent> {
    let mut events: Vec<RecordedEvent> = Vec::new();
    loop {
        let after = events.last().map_or(0, |event| event.position);
        let page = log.read(after, 1_000).await.unwrap();
        if page.is_empty() {
            return events;
        }
        events.extend(page);
    }
}

/// Checks for positions 1, 2, 3 … and, in each stream, versions 1, 2, 3 …
#[track_caller]
pub fn assert_gapless(events: &[RecordedEvent]) {
    let mut versions = std::collections::HashMap::new();
    for (event, position) in events.iter().zip(1..) {
        assert_eq!(event.position, position, "a gap or a repetition in the log");
        let version = versions.entry((&event.stream_type, event.stream_id)).or_insert(0);
        *version += 1;
        assert_eq!(event.version, *version, "a gap in stream {}", event.stream_id);
    }
}

/// Returns the single integer that a query selects.
pub async fn count(database: &Database, sql: &str, arguments: &[SqlValue]) -> i64 {
    database.log.query(sql, arguments).await.unwrap()[0].get(0).unwrap()
}

/// Waits until `condition` holds; fails after `limit`.
pub async fn eventually<F: Future<Output = bool>>(
    limit: Duration,
    what: &str,
    mut condition: impl FnMut() -> F,
) {
    let began = std::time::Instant::now();
    while !condition().await {
        assert!(began.elapsed() < limit, "not within {limit:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
