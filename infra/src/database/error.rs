//! Database errors, sorted by what the caller can do about them.

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
    Migration(#[from] sqlx::migrate::MigrateError),
    /// Any other error: a defect, or a full disk.
    #[error("database error: {0}")]
    Other(#[source] sqlx::Error),
}

impl DatabaseError {
    /// Wraps the failure of the thread that did the work.
    pub(crate) fn broken(error: tokio::task::JoinError) -> Self {
        Self::Unavailable(sqlx::Error::AnyDriverError(Box::new(error)))
    }

    /// Returns whether the same call may succeed later.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_))
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
        if temporary { Self::Unavailable(error) } else { Self::Other(error) }
    }
}

impl From<rusqlite::Error> for DatabaseError {
    fn from(error: rusqlite::Error) -> Self {
        let temporary = matches!(
            error.sqlite_error_code(),
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked)
        );
        let error = sqlx::Error::AnyDriverError(Box::new(error));
        if temporary { Self::Unavailable(error) } else { Self::Other(error) }
    }
}
