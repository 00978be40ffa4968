//! Database errors, sorted by what the caller can do about them.

use super::file::Part;
use sqlx::migrate::MigrateError;
use std::path::{Path, PathBuf};

/// Why a database operation failed.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The configuration does not name a usable database.
    #[error("{0}")]
    Config(String),
    /// The database cannot be reached or was restarted: retry later.
    #[error("the database is unavailable: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// A stored value does not have its column's type.
    #[error("column {column} holds {found}, expected {expected}")]
    Type {
        /// The column's index, from 0.
        column: usize,
        /// The expected type.
        expected: &'static str,
        /// The stored type.
        found: &'static str,
    },
    /// The schema could not be migrated to the newest version.
    #[error("cannot migrate the schema: {0}")]
    Migration(#[from] MigrateError),
    /// The disk is full; nothing was written. The same call succeeds once there is space.
    #[error("the disk of the database is full: {0}")]
    Full(#[source] sqlx::Error),
    /// A SQLite file is damaged.
    #[error("{file} is damaged ({reason}): {cure}")]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What was found.
        reason: String,
        /// What to do.
        cure: &'static str,
    },
    /// A SQLite file that could be rebuilt is damaged, and another process uses it.
    #[error(
        "{file} is damaged ({reason}), and another process of Debrief uses it: stop that one, then \
         start again"
    )]
    DamagedInUse {
        /// The file.
        file: PathBuf,
        /// What was found.
        reason: String,
    },
    /// The log is missing, and what follows it is not.
    #[error(
        "{log} is missing or empty, but {beside} has followed a log: put back a backup of {log}, or, \
         to begin with an empty log, move away what is beside it"
    )]
    NoLog {
        /// The log's file.
        log: PathBuf,
        /// A file that has content.
        beside: PathBuf,
    },
    /// Any other error: a defect.
    #[error("database error: {0}")]
    Other(#[source] sqlx::Error),
}

/// `SQLITE_FULL`, from <https://www.sqlite.org/rescode.html>, as the next ones.
const FULL: i32 = 13;
/// `SQLITE_IOERR_SHMSIZE`: the index of the write-ahead log does not fit on the disk.
const SHM_SIZE: i32 = 4_874;
/// `SQLITE_CORRUPT`.
pub(super) const CORRUPT: i32 = 11;
/// `SQLITE_NOTADB`.
const NOT_A_DATABASE: i32 = 26;

/// Returns SQLite's extended result code, if the error is one of SQLite.
fn sqlite_code(error: &sqlx::Error) -> Option<i32> {
    match error {
        // Codes of Postgres have five characters, and those of SQLite at most four.
        sqlx::Error::Database(error) => {
            error.code().filter(|code| code.len() < 5).and_then(|code| code.parse().ok())
        }
        sqlx::Error::AnyDriverError(error) => match error.downcast_ref::<rusqlite::Error>() {
            Some(rusqlite::Error::SqliteFailure(error, _)) => Some(error.extended_code),
            _ => None,
        },
        _ => None,
    }
}

/// Returns whether a disk is full: SQLite's, or by class 53100 Postgres's.
fn is_disk_full(error: &sqlx::Error) -> bool {
    let code = sqlite_code(error);
    code.is_some_and(|code| code & 0xff == FULL || code == SHM_SIZE)
        || matches!(error, sqlx::Error::Database(error) if error.code().as_deref() == Some("53100"))
}

impl DatabaseError {
    /// Wraps the failure of the thread that did the work.
    pub(crate) fn broken(error: tokio::task::JoinError) -> Self {
        Self::Unavailable(sqlx::Error::AnyDriverError(Box::new(error)))
    }

    /// Wraps a failure that only another configuration, or its owner, can end.
    pub(super) fn config(error: impl std::fmt::Display) -> Self {
        Self::Config(error.to_string())
    }

    /// Says that the file of this part is damaged.
    pub fn damaged(part: Part, file: &Path, reason: String) -> Self {
        Self::Damaged { file: file.to_owned(), reason, cure: part.cure() }
    }

    /// Returns whether the same call may succeed later.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Full(_))
    }

    /// Returns whether the disk is full.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full(_))
    }

    /// Returns what SQLite says, if the error is that its file is damaged.
    pub(super) fn damage(&self) -> Option<String> {
        let error = match self {
            Self::Other(error) | Self::Migration(MigrateError::Execute(error)) => error,
            Self::Migration(MigrateError::ExecuteMigration(error, _)) => error,
            _ => return None,
        };
        let code = sqlite_code(error)?;
        matches!(code & 0xff, CORRUPT | NOT_A_DATABASE).then(|| error.to_string())
    }

    /// Returns whether a unique constraint rejected the write.
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Other(sqlx::Error::Database(error)) if error.is_unique_violation())
    }
}

impl From<sqlx::Error> for DatabaseError {
    fn from(error: sqlx::Error) -> Self {
        let temporary = match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed
            | sqlx::Error::Protocol(_)
            | sqlx::Error::Tls(_) => true,
            sqlx::Error::Database(error) => error.code().is_some_and(|code| {
                // Postgres classes 08 (connection), 57P (shutdown, terminated), 53 (resources), 40
                // (serialization failure, deadlock), 25P03 (transaction idle for too long); SQLite
                // 5 (busy), 6 (locked).
                ["08", "57P", "53", "40", "25P03"].iter().any(|class| code.starts_with(class))
                    && code.len() == 5
                    || matches!(code.as_ref(), "5" | "6" | "261" | "517")
            }),
            _ => false,
        };
        match temporary {
            _ if is_disk_full(&error) => Self::Full(error),
            true => Self::Unavailable(error),
            false => Self::Other(error),
        }
    }
}

impl From<rusqlite::Error> for DatabaseError {
    fn from(error: rusqlite::Error) -> Self {
        let temporary = matches!(
            error.sqlite_error_code(),
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked)
        );
        let error = sqlx::Error::AnyDriverError(Box::new(error));
        match temporary {
            _ if is_disk_full(&error) => Self::Full(error),
            true => Self::Unavailable(error),
            false => Self::Other(error),
        }
    }
}
