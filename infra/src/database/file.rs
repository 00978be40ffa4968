//! The SQLite files of a database: what each is for, and what a process knows of one that is open.
//!
//! Invariants:
//!
//! - A file and SQLite's files beside it are readable by their owner only.
//! - What was deleted is overwritten in the file (`secure_delete`) and has left the write-ahead log
//!   [`FORGOTTEN_AFTER`] after the last write, and when the file is closed.
//! - Damage that a statement finds is told by name of the file from then on, also to the next start.

use super::DatabaseError;
use crate::private;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;
use tokio::sync::Notify;

/// Time from a write to the emptying of the write-ahead log, which holds what the write replaced.
pub const FORGOTTEN_AFTER: Duration = Duration::from_secs(10);

/// A part of the database that has a file of its own on SQLite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The event log and the keys.
    Log,
    /// The read models.
    Views,
    /// The queue's ledger.
    Queue,
}

impl Part {
    /// All parts.
    pub const ALL: [Self; 3] = [Self::Log, Self::Views, Self::Queue];

    /// Returns its file, where `log` is the file of the log.
    pub fn path(self, log: &Path) -> PathBuf {
        let part = match self {
            Self::Log => return log.to_owned(),
            Self::Views => "views",
            Self::Queue => "queue",
        };
        let stem = log.file_stem().unwrap_or_default().to_string_lossy();
        log.with_file_name(format!("{stem}-{part}.db"))
    }

    /// Returns whether the log can refill it.
    pub fn is_rebuilt(self) -> bool {
        self != Self::Log
    }

    /// Returns what to do about damage to its file.
    pub(super) fn cure(self) -> &'static str {
        match self {
            Self::Log => {
                "stop Debrief and put back a backup of it (docs/operations.md, \"Backing up and \
                 restoring\"); what can still be read is recovered with `sqlite3 FILE .recover`"
            }
            Self::Views | Self::Queue => {
                "restart Debrief (`debrief up` or `debrief migrate`): it sets the file aside and \
                 rebuilds it from the log"
            }
        }
    }
}

/// Returns a file's name with a suffix, such as `-wal`.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Returns the file that marks a damaged one, in case a check at the next start does not come upon
/// the damage.
pub(super) fn marker(path: &Path) -> PathBuf {
    beside(path, ".damaged")
}

/// What a process knows of an open SQLite file.
#[derive(Debug)]
pub struct File {
    part: Part,
    path: PathBuf,
    /// Set by the first statement that finds damage.
    damage: OnceLock<String>,
    /// Told of writes.
    pub(super) written: Notify,
    /// Shared by all processes that have the database open to write to it.
    lock: Option<std::fs::File>,
}

impl File {
    /// Creates the file or closes it to other users, and notes that this process uses it.
    pub(super) fn prepare(part: Part, log: &Path) -> Result<Self, DatabaseError> {
        let path = part.path(log);
        let closed = |path: &Path| private::file(path).map_err(DatabaseError::config);
        closed(&path)?;
        for suffix in ["-wal", "-shm"] {
            let path = beside(&path, suffix);
            if path.exists() {
                closed(&path)?;
            }
        }
        let lock = lock_file(log)?;
        match lock.lock_shared() {
            Err(error) if error.kind() != std::io::ErrorKind::Unsupported => {
                return Err(DatabaseError::config(error));
            }
            _ => {}
        }
        let written = Notify::new();
        // A process that was killed may have left deleted content in the write-ahead log.
        written.notify_one();
        Ok(Self { part, path, damage: OnceLock::new(), written, lock: Some(lock) })
    }

    /// Names the file to look at, and leaves everything as it is.
    pub(super) fn inspected(part: Part, log: &Path) -> Self {
        let (damage, written) = (OnceLock::new(), Notify::new());
        Self { part, path: part.path(log), damage, written, lock: None }
    }

    /// Returns whether this process may write to it.
    pub(super) fn is_written_to(&self) -> bool {
        self.lock.is_some()
    }

    /// Returns its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the error as the caller is to see it: damage is told with the file and the cure, and
    /// remembered.
    pub(crate) fn seen(&self, error: DatabaseError) -> DatabaseError {
        let Some(reason) = error.damage() else { return error };
        if self.damage.set(reason.clone()).is_ok() {
            tracing::error!(file = %self.path.display(), reason, "the file is damaged");
            if self.part.is_rebuilt()
                && self.is_written_to()
                && let Err(error) = private::file(&marker(&self.path))
            {
                tracing::warn!(%error, "the damaged file cannot be marked for the next start");
            }
        }
        DatabaseError::damaged(self.part, &self.path, reason)
    }

    /// Returns an error if damage was found.
    pub(super) fn check(&self) -> Result<(), DatabaseError> {
        self.damage.get().map_or(Ok(()), |reason| {
            Err(DatabaseError::damaged(self.part, &self.path, reason.clone()))
        })
    }
}

/// Opens the lock that each process with an open database shares, and that is had alone to set a
/// file aside.
pub(super) fn lock_file(log: &Path) -> Result<std::fs::File, DatabaseError> {
    let path = beside(log, ".lock");
    private::file(&path).map_err(DatabaseError::config)?;
    std::fs::OpenOptions::new().write(true).open(path).map_err(DatabaseError::config)
}
