//! Whether the process that claimed something is still there.
//!
//! A process holds a lock for each of its claims, which the operating system or Postgres releases
//! when it ends, however it ends.

use super::file::beside;
use super::sql::Sql;
use super::{DatabaseError, File};
use crate::private;
#[cfg(feature = "postgres")]
use sqlx::{Connection, PgConnection};
use std::fs::TryLockError;
use std::path::{Path, PathBuf};

/// What the name of a lock has after the name of the database's file, before the token.
const CLAIM: &str = ".claim-";

/// The proof that a process is there. Ends with the process, or when dropped.
#[derive(Debug)]
pub struct Presence(#[allow(dead_code)] Held);

#[derive(Debug)]
enum Held {
    /// A locked file, removed at the end.
    File { path: PathBuf, _lock: std::fs::File },
    /// A connection that has an advisory lock.
    #[cfg(feature = "postgres")]
    Connection(#[allow(dead_code)] PgConnection),
}

impl Drop for Held {
    fn drop(&mut self) {
        match self {
            Self::File { path, .. } => remove(path),
            #[cfg(feature = "postgres")]
            Self::Connection(_) => {}
        }
    }
}

fn remove(path: &Path) {
    if let Err(error) = std::fs::remove_file(path)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(file = %path.display(), %error, "the lock of a claim stays");
    }
}

fn lock_of(file: &File, token: i64) -> PathBuf {
    beside(file.path(), &format!("{CLAIM}{token:016x}"))
}

impl Sql {
    /// Shows, until the answer is dropped, that the holder of the claim with this random token is
    /// there.
    pub async fn show_presence(&self, token: i64) -> Result<Presence, DatabaseError> {
        match self {
            Self::Sqlite { file, .. } => {
                let path = lock_of(file, token);
                // Locked before others can see it.
                let new = beside(&path, ".new");
                private::file(&new).map_err(DatabaseError::config)?;
                let lock = std::fs::OpenOptions::new().write(true).open(&new);
                let lock = lock.map_err(DatabaseError::config)?;
                match lock.try_lock() {
                    Err(TryLockError::Error(error))
                        if error.kind() != std::io::ErrorKind::Unsupported =>
                    {
                        return Err(DatabaseError::config(error));
                    }
                    _ => {}
                }
                std::fs::rename(new, &path).map_err(DatabaseError::config)?;
                Ok(Presence(Held::File { path, _lock: lock }))
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(pool) => {
                let mut connection = PgConnection::connect_with(&pool.connect_options()).await?;
                sqlx::query("SELECT pg_advisory_lock($1)")
                    .bind(token)
                    .execute(&mut connection)
                    .await?;
                Ok(Presence(Held::Connection(connection)))
            }
        }
    }

    /// Returns whether the holder of a claim is there; `None` if that cannot be known.
    pub async fn is_present(&self, token: i64) -> Result<Option<bool>, DatabaseError> {
        match self {
            Self::Sqlite { file, .. } => {
                let Ok(lock) = std::fs::File::open(lock_of(file, token)) else { return Ok(None) };
                // Shared, so that those who ask do not take each other for the holder.
                Ok(match lock.try_lock_shared() {
                    Ok(()) => Some(false),
                    Err(TryLockError::WouldBlock) => Some(true),
                    Err(TryLockError::Error(_)) => None,
                })
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(pool) => {
                let free: bool = sqlx::query_scalar("SELECT pg_try_advisory_xact_lock_shared($1)")
                    .bind(token)
                    .fetch_one(pool)
                    .await?;
                Ok(Some(!free))
            }
        }
    }

    /// Removes what holders left behind that are no longer there, but for those of these claims.
    pub fn clear_presences(&self, claims: &[i64]) {
        let Some(file) = self.file() else { return };
        let path = file.path();
        let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else { return };
        let begin = format!("{}{CLAIM}", name.to_string_lossy());
        for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let token = name.to_str().and_then(|name| name.strip_prefix(&begin));
            let Some(token) = token.and_then(|token| i64::from_str_radix(token, 16).ok()) else {
                continue;
            };
            let lock = std::fs::File::open(entry.path());
            // A file under its final name is locked for as long as its holder is there.
            if !claims.contains(&token) && lock.is_ok_and(|lock| lock.try_lock_shared().is_ok()) {
                remove(&entry.path());
            }
        }
    }
}
