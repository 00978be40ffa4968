//! The directories of indexes: a slot for each process, with the index that it writes.

use super::FollowError;
use crate::index::{Checkpoint, Index, IndexError, SCHEMA, Writer};
use debrief_infra::log::follow;
use debrief_infra::log::{EventLog, Head, LogError};
use std::fs::File;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Maximum number of processes on one machine that share the configured directory.
pub(super) const SLOTS_MAX: u32 = 64;

/// An index that is being written.
pub(super) struct Target {
    pub(super) directory: PathBuf,
    pub(super) index: Index,
    pub(super) writer: Writer,
    pub(super) written: Checkpoint,
}

impl Target {
    fn create(slot: &Path, epoch: &str) -> Result<Self, IndexError> {
        let directory = slot.join(format!("index-{}", Uuid::now_v7().simple()));
        std::fs::create_dir_all(&directory)?;
        let index = Index::create(&directory)?;
        let mut writer = index.writer()?;
        let written =
            Checkpoint { schema: SCHEMA, epoch: epoch.to_owned(), position: 0, event: None };
        writer.commit(&written)?;
        Ok(Self { directory, index, writer, written })
    }

    /// Opens the index in a directory, if it is intact, of this log, and not ahead of it.
    fn open(directory: PathBuf, head: &Head) -> Result<Self, IndexError> {
        let (index, written) = Index::open(&directory)?;
        place(&written)
            .check(head)
            .map_err(|diverged| IndexError::Damaged(diverged.to_string()))?;
        let writer = index.writer()?;
        Ok(Self { directory, index, writer, written })
    }
}

/// Returns the place of an index in the log.
fn place(written: &Checkpoint) -> follow::Checkpoint {
    let Checkpoint { epoch, position, event, .. } = written.clone();
    follow::Checkpoint { epoch: Some(epoch), position, event }
}

/// Locks a directory under `root` that no other process uses.
pub(super) fn take_slot(root: &Path) -> Result<(PathBuf, File), FollowError> {
    for number in 0..SLOTS_MAX {
        let slot = root.join(number.to_string());
        std::fs::create_dir_all(&slot).map_err(IndexError::Directory)?;
        let lock = File::create(slot.join("lock")).map_err(IndexError::Directory)?;
        match lock.try_lock() {
            Ok(()) => return Ok((slot, lock)),
            Err(std::fs::TryLockError::WouldBlock) => {}
            Err(std::fs::TryLockError::Error(error)) => {
                return Err(IndexError::Directory(error).into());
            }
        }
    }
    Err(FollowError::NoSlot(root.to_owned()))
}

/// Returns the indexes of a slot, newest first.
fn indexes(slot: &Path) -> Result<Vec<PathBuf>, IndexError> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(slot)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("index-") {
            found.push(entry.path());
        }
    }
    found.sort();
    found.reverse();
    Ok(found)
}

/// Opens the newest usable index of a slot, or creates one.
pub(super) fn open_newest(slot: &Path, head: &Head) -> Result<Target, IndexError> {
    std::fs::create_dir_all(slot)?;
    for directory in indexes(slot)? {
        match Target::open(directory.clone(), head) {
            Ok(target) => {
                clear(slot, Some(&target.directory));
                return Ok(target);
            }
            Err(error) => {
                tracing::warn!(directory = %directory.display(), %error, "a search index cannot be used; rebuilding it from the log");
            }
        }
    }
    let target = Target::create(slot, &head.epoch)?;
    clear(slot, Some(&target.directory));
    Ok(target)
}

/// Returns the index, or a new one if the log has another event at its checkpoint.
pub(super) async fn verified(
    log: &EventLog,
    slot: &Path,
    target: Target,
) -> Result<Target, FollowError> {
    match log.verify_place(&place(&target.written)).await {
        Err(LogError::Diverged(diverged)) => {
            tracing::warn!(%diverged, "the search index is of another log; rebuilding it");
            let (slot, epoch) = (slot.to_owned(), log.epoch().await?);
            let made = tokio::task::spawn_blocking(move || {
                drop(target);
                let target = Target::create(&slot, &epoch)?;
                clear(&slot, Some(&target.directory));
                Ok::<_, IndexError>(target)
            });
            Ok(made.await??)
        }
        verified => Ok(verified.map(|()| target)?),
    }
}

/// Removes all indexes of a slot but one. A removed one can go on answering: its files are open.
pub(super) fn clear(slot: &Path, keep: Option<&Path>) {
    let others = indexes(slot).unwrap_or_default();
    for directory in others.into_iter().filter(|other| Some(other.as_path()) != keep) {
        if let Err(error) = std::fs::remove_dir_all(&directory) {
            tracing::warn!(directory = %directory.display(), %error, "an old search index could not be removed");
        }
    }
}
