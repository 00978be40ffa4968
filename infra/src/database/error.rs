//! What can go wrong with a database, sorted by what a caller can do about it.

/// A database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The configuration does not name a usable database.
    #[error("{0}")]
    Config(String),
    /// It cannot be reached or was restarted: the same call may work later.
    #[error("the database is unavailable: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// A stored value is not of the type that its column promises.
    #[error("column {column} holds {found} where {expected} is expected")]
    Type {
        /// Index of the column, from 0.
        column: usize,
        /// What is expected.
        expected: &'static str,
        /// What is there.
        found: &'static str,
    },
    /// The schema could not be brought to the newest version.
    #[error("the schema cannot be migrated: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// Anything else: a defect, or a full disk.
    #[error("the database refused: {0}")]
    Other(#[source] sqlx::Error),
}

impl DatabaseError {
    /// A thread that was to do the work broke off.
    pub(crate) fn broken(error: tokio::task::JoinError) -> Self {
        Self::Unavailable(sqlx::Error::AnyDriverError(Box::new(error)))
    }

    /// Whether the same call may work later.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Whether a unique constraint refused the write.
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
                // Postgres classes 08 (connection), 57P (shutdown, terminated), 53 (resources),
                // 40 (serialization failure, deadlock), 25P03 (transaction idle for too long);
                // SQLite 5 (busy), 6 (locked).
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
