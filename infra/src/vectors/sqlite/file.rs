//! The file: opening, creating and recognising it.
//!
//! Invariants:
//!
//! - The file is created and removed under `PATH.lock`, by one process at a time.
//! - A file of another program is never removed.
//! - It is readable by its owner only.
//! - Deleted content is overwritten (`secure_delete`), and has left the write-ahead log when
//!   [`File::forget`] returns.

use super::failure::Failure;
use crate::private;
use crate::vectors::VectorError;
use rusqlite::OpenFlags;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection, SqlitePool};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The application id in the header of our files: `DbVe`.
const APPLICATION: i32 = 0x4462_5665;
/// The version of the layout below. A file of another version is discarded, as it can be refilled.
const LAYOUT: i32 = 1;
/// How long a statement waits for another process's write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(15);
/// Pause between two attempts to empty the write-ahead log.
const CHECKPOINT_PAUSE: Duration = Duration::from_millis(10);
/// Reading connections.
const READERS: u32 = 4;
/// Idle connections kept for searches, each with its page cache.
const RESTING: usize = 2;
/// The page cache of each, in KiB: the coarse vectors of about 70,000 passages.
const KEPT: i64 = 32_000;
/// Passages are read in blobs of many kilobytes: larger pages need fewer reads.
const PAGE: u32 = 16_384;

const TABLES: &str = "
    -- One whose name is NULL is being removed.
    CREATE TABLE collection (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT UNIQUE,
        dimensions INTEGER NOT NULL,
        state TEXT NOT NULL
    );
    CREATE TABLE session (
        number INTEGER PRIMARY KEY,
        collection INTEGER NOT NULL,
        organization TEXT NOT NULL,
        transcript TEXT NOT NULL,
        client TEXT,
        at INTEGER NOT NULL, -- microseconds
        particulars TEXT NOT NULL, -- what names are filtered by, as JSON
        UNIQUE (collection, organization, transcript)
    );
    -- Searched from end to end; see packed.rs.
    CREATE TABLE coarse (session INTEGER PRIMARY KEY, passages BLOB NOT NULL);
    -- Little-endian floats of those that come into question, by the number in their record.
    CREATE TABLE exact (number INTEGER PRIMARY KEY, vector BLOB NOT NULL);
";

/// An open file.
#[derive(Debug)]
pub(super) struct File {
    path: PathBuf,
    identity: Option<Identity>,
    /// The writing connection.
    pub(super) writer: SqlitePool,
    /// Connections that see whole transactions.
    pub(super) readers: SqlitePool,
    /// See [`File::searcher`].
    searchers: Mutex<Vec<rusqlite::Connection>>,
}

impl File {
    /// Opens the file, or creates a new one if it is missing or damaged.
    pub(super) async fn open(path: &Path) -> Result<Self, VectorError> {
        let _lock = lock(path).await?;
        if !exists(path) {
            // A write-ahead log without its file would be applied to the new one.
            remove(path)?;
        }
        let damage = match Self::connect(path).await {
            Ok(file) => return Ok(file),
            Err(Failure::Error(error)) => return Err(error),
            Err(Failure::Damaged(damage)) => damage,
        };
        if is_foreign(path) {
            return Err(foreign());
        }
        tracing::warn!(damage, "replacing a damaged file of vectors");
        remove(path)?;
        Self::reconnect(path).await
    }

    /// Opens the file that is at the path now; creates a new one if it is still this one.
    pub(super) async fn remake(&self) -> Result<Self, VectorError> {
        {
            let _lock = lock(&self.path).await?;
            if Identity::of(&self.path) == self.identity {
                remove(&self.path)?;
            }
        }
        Self::open(&self.path).await
    }

    async fn reconnect(path: &Path) -> Result<Self, VectorError> {
        Self::connect(path).await.map_err(|failure| match failure {
            Failure::Error(error) => error,
            Failure::Damaged(damage) => VectorError::Unavailable(damage),
        })
    }

    async fn connect(path: &Path) -> Result<Self, Failure> {
        for suffix in ["", "-wal", "-shm"] {
            let path = with_suffix(path, suffix);
            if suffix.is_empty() || path.exists() {
                private::file(&path).map_err(|error| VectorError::Config(error.to_string()))?;
            }
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .page_size(PAGE)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("secure_delete", "on")
            .pragma("cache_size", "-8000")
            .pragma("temp_store", "memory");
        // A single connection first: a pool would retry a damaged file.
        let mut connection = SqliteConnection::connect_with(&options).await?;
        prepare(&mut connection).await?;
        connection.close().await?;
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .acquire_timeout(Duration::from_secs(30))
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.clone())
            .await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(Duration::from_secs(30))
            .connect_lazy_with(options.read_only(true));
        let file = Self {
            path: path.to_owned(),
            identity: Identity::of(path),
            writer,
            readers,
            searchers: Mutex::default(),
        };
        // A killed process may have left deleted vectors in the log.
        match file.forget().await {
            Err(Failure::Error(VectorError::Unavailable(_))) | Ok(()) => Ok(file),
            Err(failure) => Err(failure),
        }
    }

    /// Returns whether the file is still at its path.
    pub(super) fn is_in_place(&self) -> bool {
        self.identity.is_some() && Identity::of(&self.path) == self.identity
    }

    /// Empties the write-ahead log, which contains what was deleted from the file.
    pub(super) async fn forget(&self) -> Result<(), Failure> {
        let deadline = Instant::now() + BUSY_TIMEOUT;
        loop {
            let (busy, _, _): (i64, i64, i64) =
                sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&self.writer).await?;
            if busy == 0 {
                return Ok(());
            }
            // SQLite waits for readers, but not for another process doing the same.
            if Instant::now() > deadline {
                let text = "deleted vectors are still in the write-ahead log, which is in use";
                return Err(VectorError::Unavailable(text.to_owned()).into());
            }
            tokio::time::sleep(CHECKPOINT_PAUSE).await;
        }
    }

    /// Opens a read-only connection for a blocking thread. Without memory mapping: truncating a
    /// mapped file would crash this process.
    pub(super) fn searcher(&self) -> Result<rusqlite::Connection, Failure> {
        let resting = self.searchers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(connection) = resting {
            return Ok(connection);
        }
        let read_only = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = rusqlite::Connection::open_with_flags(&self.path, read_only)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "cache_size", -KEPT)?;
        connection.pragma_update(None, "temp_store", "memory")?;
        Ok(connection)
    }

    /// Keeps a connection for the next search.
    pub(super) fn rest(&self, connection: rusqlite::Connection) {
        let mut resting = self.searchers.lock().unwrap_or_else(PoisonError::into_inner);
        if resting.len() < RESTING {
            resting.push(connection);
        }
    }

    /// Closes all connections after the running statements.
    pub(super) async fn close(&self) {
        self.searchers.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Creates the tables of a new file, or checks those of an existing one.
async fn prepare(connection: &mut SqliteConnection) -> Result<(), Failure> {
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    let application: i32 = sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut *tx).await?;
    let layout: i32 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *tx).await?;
    let tables: i64 =
        sqlx::query_scalar("SELECT count(*) FROM sqlite_schema").fetch_one(&mut *tx).await?;
    if application == APPLICATION {
        return match layout {
            LAYOUT => Ok(()),
            other => Err(Failure::Damaged(format!("its layout is {other}, not {LAYOUT}"))),
        };
    }
    if application != 0 || layout != 0 || tables != 0 {
        return Err(foreign().into());
    }
    let made =
        format!("{TABLES} PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {LAYOUT};");
    sqlx::raw_sql(AssertSqlSafe(made)).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

fn foreign() -> VectorError {
    VectorError::Config(
        "the file of vectors is the database of another program: name a separate file".to_owned(),
    )
}

/// Returns whether the file is a database that is not ours, however damaged.
fn is_foreign(path: &Path) -> bool {
    let mut header = [0; 72];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut header));
    read.is_ok()
        && header.starts_with(b"SQLite format 3\0")
        && header[68..] != APPLICATION.to_be_bytes()
}

fn exists(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|file| file.len() > 0)
}

/// Removes the file and SQLite's files next to it.
fn remove(path: &Path) -> Result<(), VectorError> {
    for name in [path.to_owned(), with_suffix(path, "-wal"), with_suffix(path, "-shm")] {
        match std::fs::remove_file(name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(VectorError::Config(format!(
                    "cannot remove the file of vectors: {error}"
                )));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Takes the lock, which is held until dropped.
async fn lock(path: &Path) -> Result<std::fs::File, VectorError> {
    let path = path.to_owned();
    let locked = tokio::task::spawn_blocking(move || {
        if let Some(directory) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
            std::fs::create_dir_all(directory)?;
        }
        let lock = std::fs::File::create(with_suffix(&path, ".lock"))?;
        match lock.lock() {
            Err(error) if error.kind() != std::io::ErrorKind::Unsupported => Err(error),
            _ => Ok(lock),
        }
    });
    let locked = locked.await.unwrap_or_else(|panic| Err(std::io::Error::other(panic)));
    locked.map_err(|error| {
        VectorError::Config(format!("the directory of the file of vectors: {error}"))
    })
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Distinguishes a file from another one at the same path.
#[derive(Debug, PartialEq, Eq)]
struct Identity {
    #[cfg(unix)]
    device: u64,
    #[cfg(unix)]
    inode: u64,
}

impl Identity {
    fn of(path: &Path) -> Option<Self> {
        let _file = std::fs::metadata(path).ok()?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            Some(Self { device: _file.dev(), inode: _file.ino() })
        }
        #[cfg(not(unix))]
        Some(Self {})
    }
}
