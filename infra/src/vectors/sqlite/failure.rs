//! Errors of the file, sorted by their remedy.

use crate::vectors::VectorError;

/// Why a call failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The file is damaged or has another layout: only a new file helps.
    Damaged(String),
    /// The error for the caller.
    Error(VectorError),
}

impl From<VectorError> for Failure {
    fn from(error: VectorError) -> Self {
        Self::Error(error)
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(refusal) => {
                let code = refusal.code().and_then(|code| code.parse().ok()).unwrap_or(0);
                from_code(code, refusal.message())
            }
            sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnIndexOutOfBounds { .. }
            | sqlx::Error::ColumnNotFound(_) => Self::Damaged(error.to_string()),
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed => Self::Error(VectorError::Unavailable(error.to_string())),
            _ => Self::Error(VectorError::Other(error.to_string())),
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        match &error {
            rusqlite::Error::SqliteFailure(code, message) => {
                from_code(code.extended_code, message.as_deref().unwrap_or("no reason given"))
            }
            rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::FromSqlConversionFailure(..) => Self::Damaged(error.to_string()),
            _ => Self::Error(VectorError::Other(error.to_string())),
        }
    }
}

impl From<rusqlite::types::FromSqlError> for Failure {
    fn from(error: rusqlite::types::FromSqlError) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// Classifies an extended result code of SQLite: <https://www.sqlite.org/rescode.html>.
fn from_code(code: i32, message: &str) -> Failure {
    /// `SQLITE_IOERR_SHORT_READ`: the file ends too early.
    const SHORT_READ: i32 = 522;
    /// `SQLITE_READONLY_DBMOVED`: the file was renamed or removed.
    const MOVED: i32 = 1032;
    let lost = ["no such table", "no such column", "malformed"];
    match (code, code & 0xff) {
        (SHORT_READ | MOVED, _) | (_, 11 | 26) => Failure::Damaged(message.to_owned()),
        (_, 1) if lost.iter().any(|it| message.contains(it)) => {
            Failure::Damaged(message.to_owned())
        }
        // Busy, locked, no memory, interrupted, I/O error, full, cannot open, protocol, schema.
        (_, 5 | 6 | 7 | 9 | 10 | 13 | 14 | 15 | 17) => {
            Failure::Error(VectorError::Unavailable(message.to_owned()))
        }
        // Permission, read-only.
        (_, 3 | 8) => Failure::Error(VectorError::Config(format!("the file: {message}"))),
        _ => Failure::Error(VectorError::Other(message.to_owned())),
    }
}
