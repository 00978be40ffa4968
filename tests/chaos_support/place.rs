//! Databases of a single test, opened as the program opens them.

use debrief_infra::database::Database;
use debrief_infra::keys::{KeyStore, MasterKey};
use debrief_infra::log::{AppenderOptions, EventLog, RecordedEvent};
use debrief_infra::queue::{self, Ledger, Queue};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// The master key of all proofs.
pub(crate) const MASTER_KEY: &str =
    "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";

/// The stores of log, read models and jobs, and the queue.
pub(crate) struct Place {
    pub(crate) name: &'static str,
    pub(crate) database_url: String,
    pub(crate) queue_url: String,
    pub(crate) queue_prefix: String,
    pub(crate) directory: tempfile::TempDir,
}

/// One process's handles to a place.
pub(crate) struct Node {
    pub(crate) database: Database,
    pub(crate) log: EventLog,
    pub(crate) ledger: Ledger,
    pub(crate) queue: Arc<dyn Queue>,
}

impl Place {
    /// SQLite, and the queue in it.
    pub(crate) fn embedded() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        Self {
            name: "embedded (SQLite)",
            database_url: format!("sqlite:{}", directory.path().join("debrief.db").display()),
            queue_url: "embedded".to_owned(),
            queue_prefix: "debrief".to_owned(),
            directory,
        }
    }

    /// Creates a database in the Postgres of `scripts/with-services`, with its NATS. Prints a
    /// message and returns `None` if there is none.
    pub(crate) async fn distributed() -> Option<Self> {
        let postgres = std::env::var("DEBRIEF_TEST_POSTGRES_URL");
        let nats = std::env::var("DEBRIEF_TEST_NATS_URL");
        let (Ok(postgres), Ok(nats)) = (postgres, nats) else {
            println!("skipped: run through scripts/with-services");
            return None;
        };
        Some(Self::on(&postgres, &nats).await)
    }

    /// Creates a database in this Postgres, and separate names in this NATS.
    pub(crate) async fn on(postgres: &str, nats: &str) -> Self {
        let name = format!("chaos_{}", Uuid::new_v4().simple());
        let admin = Database::open(postgres, 2).await.expect("a URL of Postgres");
        let create = format!("CREATE DATABASE {name}");
        admin.log.execute(&create, &[]).await.expect("a database can be made");
        admin.close().await;
        let (server, _) = postgres.rsplit_once('/').expect("a URL with a database");
        Self {
            name: "distributed (Postgres, NATS)",
            database_url: format!("{server}/{name}"),
            queue_url: nats.to_owned(),
            queue_prefix: name[..20].to_owned(),
            directory: tempfile::tempdir().expect("a temporary directory"),
        }
    }

    pub(crate) fn is_embedded(&self) -> bool {
        self.queue_url == "embedded"
    }

    /// Migrates the schema.
    pub(crate) async fn migrate(&self) {
        let database = Database::open(&self.database_url, 2).await.expect("the database opens");
        database.migrate().await.expect("the schema comes up");
        database.close().await;
    }

    /// Opens everything as another process would.
    pub(crate) async fn node(&self) -> Node {
        let database = Database::open(&self.database_url, 10).await.expect("the database opens");
        let master = MasterKey::from_hex(MASTER_KEY).expect("a key");
        let keys = KeyStore::new(database.log.clone(), master);
        let log = EventLog::new(database.log.clone(), keys, AppenderOptions::default());
        let ledger = Ledger::new(database.queue.clone());
        let queue = queue::from_url(&self.queue_url, &self.queue_prefix, ledger.clone()).await;
        Node { database, log, ledger, queue: queue.expect("the queue opens") }
    }
}

impl Node {
    /// Returns the whole log.
    pub(crate) async fn events(&self) -> Vec<RecordedEvent> {
        let mut events: Vec<RecordedEvent> = Vec::new();
        loop {
            let after = events.last().map_or(0, |event| event.position);
            let page = self.log.read(after, 1_000).await.expect("the log can be read");
            if page.is_empty() {
                return events;
            }
            events.extend(page);
        }
    }
}

/// Asserts positions 1, 2, 3 … and in each stream versions 1, 2, 3 …
#[track_caller]
pub(crate) fn assert_gapless(events: &[RecordedEvent]) {
    let mut versions = HashMap::new();
    for (event, position) in events.iter().zip(1..) {
        assert_eq!(event.position, position, "a gap or a repetition in the log");
        let version = versions.entry((&event.stream_type, event.stream_id)).or_insert(0);
        *version += 1;
        assert_eq!(event.version, *version, "a gap in stream {}", event.stream_id);
    }
}
