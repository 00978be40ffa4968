//! Databases, histories and comparisons for the tests of projections.
#![allow(unreachable_pub)] // A module of a test binary.

pub mod fixtures;
pub mod history;

use debrief_infra::database::Database;
use debrief_infra::database::sql::{Dialect, Row, Value};
use debrief_infra::keys::{KeyStore, MasterKey};
use debrief_infra::log::{AppenderOptions, EventLog};
use debrief_projections::engine::{Projection, Runner, Verified, verify};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// The database of one test.
pub struct Place {
    url: String,
    pub kind: Dialect,
    _directory: Option<tempfile::TempDir>,
}

/// Passed to each test.
pub type Shared = Arc<Place>;

/// One process's handles to a place.
#[derive(Clone)]
pub struct Node {
    pub database: Database,
    pub log: EventLog,
}

impl Place {
    pub async fn sqlite() -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", directory.path().join("debrief.db").display());
        Some(Self { url, kind: Dialect::Sqlite, _directory: Some(directory) })
    }

    /// Returns `None`, with a message, if Postgres is not available.
    pub async fn postgres() -> Option<Self> {
        let Ok(admin) = std::env::var("DEBRIEF_TEST_POSTGRES_URL") else {
            println!("skipped: DEBRIEF_TEST_POSTGRES_URL is not set");
            return None;
        };
        let name = format!("t_{}", Uuid::now_v7().simple());
        on_server(&admin, &format!("CREATE DATABASE {name}")).await;
        let (server, _) = admin.rsplit_once('/').unwrap();
        Some(Self { url: format!("{server}/{name}"), kind: Dialect::Postgres, _directory: None })
    }

    /// Opens everything as another process would.
    pub async fn node(&self) -> Node {
        let database = Database::open(&self.url, 12).await.unwrap();
        database.migrate().await.unwrap();
        let master = MasterKey::from_hex(&"5a".repeat(32)).unwrap();
        let keys = KeyStore::new(database.log.clone(), master);
        let log = EventLog::new(database.log.clone(), keys, AppenderOptions::default());
        Node { database, log }
    }

    /// Runs a test on this place and removes it.
    pub async fn run<F: Future<Output = ()>>(place: Option<Self>, test: impl FnOnce(Shared) -> F) {
        let Some(place) = place else { return };
        let place = Arc::new(place);
        let began = std::time::Instant::now();
        test(place.clone()).await;
        println!("{:?}: took {:.2} s", place.kind, began.elapsed().as_secs_f64());
        if place.kind == Dialect::Postgres {
            let (server, name) = place.url.rsplit_once('/').unwrap();
            let sql = format!("DROP DATABASE {name} WITH (FORCE)");
            on_server(&format!("{server}/postgres"), &sql).await;
        }
    }
}

async fn on_server(url: &str, statement: &str) {
    let admin = Database::open(url, 2).await.unwrap();
    admin.log.execute(statement, &[]).await.unwrap();
    admin.close().await;
}

/// Instantiates each test for each database.
#[macro_export]
macro_rules! on_databases {
    ($($place:ident),+ => $tests:tt) => {
        $( $crate::on_databases!(@ $place $tests); )+
    };
    (@ $place:ident { $($contract:ident: $($test:ident),+ $(,)?);+ $(;)? }) => {
        mod $place {
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

/// Number of events in the long histories of this run.
pub fn long() -> usize {
    if std::env::var("DEBRIEF_TEST_FULL").is_ok_and(|value| value == "1") { 20_000 } else { 2_000 }
}

/// Retention per channel if no update may be lost.
pub const KEEP_ALL: u32 = 1_000_000;

impl Node {
    pub fn runner(&self, projection: &Arc<dyn Projection>, batch: u32) -> Runner {
        Runner::new(self.log.clone(), self.database.views.clone(), Arc::clone(projection))
            .with_batch(batch)
    }

    pub async fn catch_up(&self, projections: &[Arc<dyn Projection>]) {
        for projection in projections {
            self.runner(projection, 1_000).catch_up().await.unwrap();
        }
    }

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

    pub async fn execute(&self, sql: &str, arguments: &[Value]) -> u64 {
        self.database.views.execute(sql, arguments).await.unwrap()
    }

    /// Returns the single integer of a query.
    pub async fn count(&self, sql: &str) -> i64 {
        self.database.views.query(sql, &[]).await.unwrap()[0].get(0).unwrap()
    }

    /// Returns all rows of all tables of these projections, ordered by key.
    pub async fn dump(
        &self,
        projections: &[Arc<dyn Projection>],
    ) -> BTreeMap<&'static str, Vec<Row>> {
        let mut dump = BTreeMap::new();
        for table in projections.iter().flat_map(|projection| projection.tables()) {
            let quoted = |columns: &[(&str, _)]| {
                columns.iter().map(|(name, _)| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
            };
            let sql = format!(
                "SELECT {}, {} FROM {} ORDER BY {}",
                quoted(table.key),
                quoted(table.columns),
                table.name,
                quoted(table.key)
            );
            dump.insert(table.name, self.database.views.query(&sql, &[]).await.unwrap());
        }
        dump
    }

    pub async fn verify(&self, projection: &Arc<dyn Projection>) -> Verified {
        verify(&self.log, &self.database.views, projection, |_, _| ()).await.unwrap()
    }

    /// Asserts that every projection matches the log; returns the number of rows compared.
    #[track_caller]
    pub fn assert_verified(
        &self,
        projections: &[Arc<dyn Projection>],
    ) -> impl Future<Output = i64> {
        let caller = std::panic::Location::caller();
        async move {
            let mut rows = 0;
            for projection in projections {
                let verified = self.verify(projection).await;
                assert_eq!(verified.differences, [], "{}, from {caller}", verified.name);
                assert_eq!(verified.position, self.log.head().await.unwrap(), "from {caller}");
                rows += verified.rows;
            }
            rows
        }
    }

    /// Asserts that channels' offsets run 1, 2, 3 … up to their heads, while nothing is past
    /// retention.
    pub async fn assert_consecutive_offsets(&self) -> i64 {
        let wrong = self
            .count(
                "SELECT COUNT(*) FROM update_channels c WHERE c.head <> \
                 (SELECT COUNT(*) FROM updates u WHERE u.channel = c.channel) OR c.head <> \
                 (SELECT MAX(u.\"offset\") FROM updates u WHERE u.channel = c.channel)",
            )
            .await;
        assert_eq!(wrong, 0, "channels with gaps or repetitions");
        self.count("SELECT COUNT(*) FROM updates").await
    }

    /// Resets the database as if these projections had never run.
    pub async fn forget(&self, projections: &[Arc<dyn Projection>]) {
        for projection in projections {
            let sql = "DELETE FROM projection_checkpoints WHERE name = $1";
            self.execute(sql, &[projection.name().into()]).await;
            for table in projection.tables() {
                self.execute(&format!("DROP TABLE {}", table.name), &[]).await;
            }
        }
    }
}
