//! The database: one Postgres, or several SQLite files.
//!
//! SQLite allows one writer per file, and most of the cost of a commit is the disk sync. The log
//! and its keys, which must survive a power failure, therefore have a file of their own that syncs
//! on every commit (`synchronous=FULL`). Read models and the queue, which can be refilled from the
//! log, have files that sync at checkpoints (`synchronous=NORMAL`) and never delay an append. In
//! Postgres the three are tables of one database.
//!
//! [`Database::mend`] comes before the SQLite files are opened; [`Database::keep_up`] runs while they
//! are.

mod error;
mod file;
mod lease;
mod mend;
mod migrations;
mod presence;
pub mod sql;
mod upkeep;
mod values;

pub use error::DatabaseError;
pub use file::{FORGOTTEN_AFTER, File, Part};
pub use lease::Lease;
pub use mend::{Examined, SET_ASIDE_FOR, SetAside, examine, refuse_without_log, set_aside_of};
pub use presence::Presence;

use crate::private;
use crate::url::has_scheme;
use sql::Sql;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, SqliteConnection};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How long a statement waits for another process's write to a SQLite file.
const SQLITE_BUSY_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a Postgres transaction may wait for its client's next statement.
#[cfg(feature = "postgres")]
const IDLE_IN_TRANSACTION: &str = "10s";
/// Reading connections per SQLite file.
const SQLITE_READERS: u32 = 4;

/// The URLs that [`Database::open`] accepts.
const FORMS: &str = "\"sqlite:PATH\" or \"postgres://USER:PASSWORD@HOST/NAME\"";

/// Checks whether [`Database::open`] accepts a URL of this form; the error lists the accepted
/// forms.
pub fn check_url(url: &str) -> Result<(), String> {
    let known = has_scheme(url, &["sqlite:", "postgres://", "postgresql://"]);
    if known { Ok(()) } else { Err(FORMS.to_owned()) }
}

/// Handles to the three parts of the database.
#[derive(Clone, Debug)]
pub struct Database {
    /// Events, command keys, data keys.
    pub log: Sql,
    /// Read models, their checkpoints, updates for clients.
    pub views: Sql,
    /// Unfinished work.
    pub queue: Sql,
}

impl Database {
    /// Opens `sqlite:PATH` (creates the files) or `postgres://…` (with at most `connections`).
    pub async fn open(url: &str, connections: u32) -> Result<Self, DatabaseError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            return Self::open_sqlite(Path::new(path)).await;
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Self::open_postgres(url, connections).await;
        }
        Err(DatabaseError::Config(format!("the URL of a database is {FORMS}")))
    }

    /// Looks at the SQLite files before they are opened: sets aside damaged ones that the log
    /// refills, and returns them. Does nothing on Postgres.
    ///
    /// Fails, with the file and what to do, if the log is damaged or missing, or if another process
    /// uses a damaged file. The search for damage is bounded in time.
    pub async fn mend(url: &str) -> Result<Vec<SetAside>, DatabaseError> {
        let Some(log) = sqlite_path(url) else { return Ok(Vec::new()) };
        let mended = tokio::task::spawn_blocking(move || mend::mend(&log));
        mended.await.unwrap_or_else(|panic| Err(DatabaseError::broken(panic)))
    }

    async fn open_sqlite(path: &Path) -> Result<Self, DatabaseError> {
        if let Some(directory) = path.parent().filter(|p| !p.as_os_str().is_empty())
            && !directory.exists()
        {
            private::directory(directory).map_err(DatabaseError::config)?;
        }
        mend::refuse_without_log(path)?;
        Ok(Self {
            log: open_file(Part::Log, path, SqliteSynchronous::Full).await?,
            views: open_file(Part::Views, path, SqliteSynchronous::Normal).await?,
            queue: open_file(Part::Queue, path, SqliteSynchronous::Normal).await?,
        })
    }

    /// Opens a database to read from it, as it is: SQLite files are not created, and none is changed.
    /// Connects at the first query.
    pub async fn inspect(url: &str) -> Result<Self, DatabaseError> {
        let Some(log) = sqlite_path(url) else { return Self::open(url, 2).await };
        let part = |part| {
            let file = Arc::new(File::inspected(part, &log));
            let options = SqliteConnectOptions::new()
                .filename(file.path())
                .read_only(true)
                .busy_timeout(SQLITE_BUSY_TIMEOUT);
            let pool = || SqlitePoolOptions::new().max_connections(1);
            let writer = pool().connect_lazy_with(options.clone());
            Sql::Sqlite { writer, readers: pool().connect_lazy_with(options), file }
        };
        Ok(Self { log: part(Part::Log), views: part(Part::Views), queue: part(Part::Queue) })
    }

    #[cfg(feature = "postgres")]
    async fn open_postgres(url: &str, connections: u32) -> Result<Self, DatabaseError> {
        use std::str::FromStr;
        let options = sqlx::postgres::PgConnectOptions::from_str(url)
            .map_err(|_| DatabaseError::Config("the Postgres URL is malformed".to_owned()))?
            .application_name("debrief")
            // A node that loses its network within a transaction would hold the log's lock for
            // hours.
            .options([("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION)]);
        let pool = sqlx::postgres::PgPoolOptions::new()
            .max_connections(connections.max(2))
            .acquire_timeout(Duration::from_secs(10))
            .connect_lazy_with(options);
        let sql = Sql::Postgres(pool);
        Ok(Self { log: sql.clone(), views: sql.clone(), queue: sql })
    }

    #[cfg(not(feature = "postgres"))]
    async fn open_postgres(_: &str, _: u32) -> Result<Self, DatabaseError> {
        Err(DatabaseError::Config(
            "built without Postgres; rebuild with --features postgres".to_owned(),
        ))
    }

    /// Migrates all tables to the newest schema.
    pub async fn migrate(&self) -> Result<(), DatabaseError> {
        match &self.log {
            Sql::Sqlite { .. } => {
                run_sqlite(migrations::SQLITE_LOG, &self.log).await?;
                run_sqlite(migrations::SQLITE_VIEWS, &self.views).await?;
                run_sqlite(migrations::SQLITE_QUEUE, &self.queue).await?;
                // Written before deleted content was overwritten.
                self.views.overwrite_free_pages().await?;
                self.queue.overwrite_free_pages().await
            }
            #[cfg(feature = "postgres")]
            Sql::Postgres(pool) => {
                // Three folders share one table of migrations: each must ignore the others' rows.
                for folder in migrations::POSTGRES {
                    let mut migrator = migrations::migrator(folder);
                    migrator.set_ignore_missing(true).run(pool).await?;
                }
                Ok(())
            }
        }
    }

    /// Closes all connections after the running statements.
    pub async fn close(&self) {
        for part in [&self.log, &self.views, &self.queue] {
            part.close().await;
        }
    }
}

async fn run_sqlite(folder: &[migrations::File], sql: &Sql) -> Result<(), DatabaseError> {
    match sql {
        Sql::Sqlite { writer, file, .. } => {
            let migrated = migrations::migrator(folder).run(writer).await;
            migrated.map_err(|error| file.seen(error.into()))
        }
        #[cfg(feature = "postgres")]
        Sql::Postgres(_) => unreachable!("the three parts are of one kind"),
    }
}

/// Returns the log's file, if the URL names one.
pub fn sqlite_path(url: &str) -> Option<PathBuf> {
    url.strip_prefix("sqlite:").map(PathBuf::from)
}

/// Settings of every connection to a SQLite file.
const PRAGMAS: [(&str, &str); 6] = [
    // What is deleted is overwritten, and what was a page of it.
    ("secure_delete", "on"),
    ("foreign_keys", "on"),
    // Without it, REPLACE deletes events in spite of the trigger.
    ("recursive_triggers", "on"),
    ("cache_size", "-8000"),
    ("temp_store", "memory"),
    // Pages of the write-ahead log between checkpoints. A checkpoint costs two syncs and writes
    // each changed page once more, however often it changed: 32 MiB.
    ("wal_autocheckpoint", "8000"),
];

async fn open_file(
    part: Part,
    log: &Path,
    synchronous: SqliteSynchronous,
) -> Result<Sql, DatabaseError> {
    let file = Arc::new(File::prepare(part, log)?);
    let options = SqliteConnectOptions::new()
        .filename(file.path())
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .busy_timeout(SQLITE_BUSY_TIMEOUT);
    let options =
        PRAGMAS.into_iter().fold(options, |options, (name, value)| options.pragma(name, value));
    // A single connection first: a pool would retry a damaged file.
    let tried = async { SqliteConnection::connect_with(&options).await?.close().await };
    tried.await.map_err(|error| file.seen(error.into()))?;
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(30))
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options.clone())
        .await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(SQLITE_READERS)
        .acquire_timeout(Duration::from_secs(30))
        .connect_lazy_with(options.read_only(true));
    Ok(Sql::Sqlite { writer, readers, file })
}

impl Sql {
    /// Opens another writing connection to the log's SQLite file that syncs at every commit, for a
    /// blocking thread.
    pub(crate) fn blocking_writer(&self) -> Result<rusqlite::Connection, DatabaseError> {
        match self {
            Self::Sqlite { writer, .. } => {
                let options = writer.connect_options();
                let connection = rusqlite::Connection::open(options.get_filename())?;
                connection.busy_timeout(SQLITE_BUSY_TIMEOUT)?;
                connection.pragma_update(None, "synchronous", "full")?;
                for (name, value) in PRAGMAS {
                    connection.pragma_update(None, name, value)?;
                }
                Ok(connection)
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => {
                Err(DatabaseError::Config("the database is not a SQLite file".to_owned()))
            }
        }
    }
}
