//! What is looked at before the SQLite files are opened: whether they are whole, and belong together.
//!
//! Invariant: the log is never replaced. A damaged file that the log can refill is renamed, and only
//! where no other process uses it.

use super::DatabaseError;
use super::file::{Part, beside, lock_file, marker};
use chrono::{NaiveDateTime, Utc};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

/// Longest time that a start looks for damage in one file; `debrief doctor` looks at all of it.
const LOOK: Duration = Duration::from_secs(2);
/// How long a file that was set aside is kept: it holds what is deleted meanwhile.
pub const SET_ASIDE_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How the time is written in the name of a file that was set aside.
const TIME: &str = "%Y%m%dT%H%M%SZ";
/// What the name of a write-ahead log ends in.
const WAL: &str = "-wal";
/// Findings that are told of one file.
const FINDINGS: usize = 3;

/// What a look at a file found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Examined {
    /// There is no such file, or it is empty.
    Missing,
    /// It is whole.
    Sound,
    /// No damage was found in the time that was given.
    SoundSoFar,
    /// It is damaged.
    Damaged(String),
}

/// Looks for damage in a SQLite file, at most for this long. Changes nothing.
pub fn examine(path: &Path, within: Option<Duration>) -> Result<Examined, DatabaseError> {
    match std::fs::metadata(path) {
        Ok(file) if file.len() > 0 => {}
        Ok(_) => return Ok(Examined::Missing),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Examined::Missing),
        Err(error) => return Err(DatabaseError::config(error)),
    }
    match look(path, within) {
        Ok(findings) if findings == ["ok"] => Ok(Examined::Sound),
        Ok(findings) => Ok(Examined::Damaged(one_line(&findings))),
        Err(error) => match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => Ok(Examined::SoundSoFar),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Ok(Examined::Damaged(error.to_string()))
            }
            _ => Err(error.into()),
        },
    }
}

/// Joins what SQLite says in lines, without the heading.
fn one_line(findings: &[String]) -> String {
    let lines = findings.iter().flat_map(|finding| finding.lines());
    let lines: Vec<_> = lines.filter(|line| !line.starts_with("***")).collect();
    lines.join("; ")
}

fn look(path: &Path, within: Option<Duration>) -> rusqlite::Result<Vec<String>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    let check = || {
        // A quick check leaves out whether indexes and tables say the same.
        let check = if within.is_some() { "quick_check" } else { "integrity_check" };
        let mut statement = connection.prepare(&format!("PRAGMA {check}({FINDINGS})"))?;
        statement.query_map([], |row| row.get(0))?.collect()
    };
    let Some(within) = within else { return check() };
    let (interrupt, (ended, end)) = (connection.get_interrupt_handle(), mpsc::channel::<()>());
    std::thread::scope(|scope| {
        scope.spawn(move || {
            if end.recv_timeout(within) == Err(RecvTimeoutError::Timeout) {
                interrupt.interrupt();
            }
        });
        let found = check();
        drop(ended);
        found
    })
}

/// A damaged file that was renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// Its name.
    pub file: PathBuf,
    /// Its new name.
    pub kept_as: PathBuf,
    /// What was found.
    pub reason: String,
}

/// Checks the files of the log at this path, and sets aside those that the log refills if they are
/// damaged.
///
/// Fails if the log is damaged or missing, and if another process uses a damaged file.
pub(super) fn mend(log: &Path) -> Result<Vec<SetAside>, DatabaseError> {
    refuse_without_log(log)?;
    if let Examined::Damaged(reason) = look_over(log) {
        return Err(DatabaseError::damaged(Part::Log, log, reason));
    }
    let mut aside = Vec::new();
    for part in Part::ALL.into_iter().filter(|part| part.is_rebuilt()) {
        let path = part.path(log);
        remove_old(&path);
        let reason = match look_over(&path) {
            Examined::Damaged(reason) => reason,
            _ if marker(&path).exists() => "damage was found while it was in use".to_owned(),
            _ => continue,
        };
        let lock = lock_file(log)?;
        match lock.try_lock() {
            Err(std::fs::TryLockError::WouldBlock) => {
                return Err(DatabaseError::DamagedInUse { file: path, reason });
            }
            Err(std::fs::TryLockError::Error(error))
                if error.kind() != std::io::ErrorKind::Unsupported =>
            {
                return Err(DatabaseError::config(error));
            }
            _ => {}
        }
        aside.push(set_aside(path, reason)?);
    }
    Ok(aside)
}

/// What cannot be looked at, because the disk is full or the file in use, is found out by opening it.
fn look_over(path: &Path) -> Examined {
    examine(path, Some(LOOK)).unwrap_or_else(|error| {
        tracing::warn!(file = %path.display(), %error, "the file cannot be checked for damage");
        Examined::SoundSoFar
    })
}

/// Refuses a log that is not there although files that follow it have content: an empty one would be
/// taken for the truth.
pub fn refuse_without_log(log: &Path) -> Result<(), DatabaseError> {
    if std::fs::metadata(log).is_ok_and(|file| file.len() > 0) {
        return Ok(());
    }
    for (part, table) in
        [(Part::Views, "projection_checkpoints"), (Part::Queue, "relay_checkpoints")]
    {
        let path = part.path(log);
        if std::fs::metadata(&path).is_ok_and(|file| file.len() > 0) && has_followed(&path, table) {
            return Err(DatabaseError::NoLog { log: log.to_owned(), beside: path });
        }
    }
    Ok(())
}

/// Returns whether a checkpoint has ever advanced; also if the file cannot be read.
fn has_followed(path: &Path, table: &str) -> bool {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reached = Connection::open_with_flags(path, flags).and_then(|connection| {
        let sql = "SELECT count(*) FROM sqlite_schema WHERE name = ?1";
        if connection.query_row(sql, [table], |row| row.get::<_, i64>(0))? == 0 {
            return Ok(0);
        }
        let sql = format!("SELECT coalesce(max(position), 0) FROM {table}");
        connection.query_row(&sql, [], |row| row.get::<_, i64>(0))
    });
    reached.map_or(true, |position| position > 0)
}

fn set_aside(path: PathBuf, reason: String) -> Result<SetAside, DatabaseError> {
    let now = Utc::now().format(TIME);
    let kept_as = beside(&path, &format!(".damaged-{now}"));
    let done = |result: std::io::Result<()>| match result {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(DatabaseError::config(error))
        }
        _ => Ok(()),
    };
    // The write-ahead log belongs to the file: with a new one it would be applied to that.
    let wal = beside(&path, WAL);
    match std::fs::metadata(&wal).is_ok_and(|file| file.len() > 0) {
        true => done(std::fs::rename(&wal, beside(&kept_as, WAL)))?,
        false => done(std::fs::remove_file(&wal))?,
    }
    done(std::fs::remove_file(beside(&path, "-shm")))?;
    done(std::fs::rename(&path, &kept_as))?;
    done(std::fs::remove_file(marker(&path)))?;
    tracing::error!(
        file = %path.display(),
        kept_as = %kept_as.display(),
        reason,
        "the file is damaged; it is set aside and rebuilt from the log"
    );
    Ok(SetAside { file: path, kept_as, reason })
}

/// Returns the files that were set aside in place of this one, without their write-ahead logs.
pub fn set_aside_of(path: &Path) -> Vec<PathBuf> {
    let Some(name) = path.file_name() else { return Vec::new() };
    let begin = format!("{}.damaged-", name.to_string_lossy());
    let directory = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut found: Vec<_> = entries
        .filter(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            name.starts_with(&begin) && !name.ends_with(WAL)
        })
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found
}

/// Returns how long ago a file was set aside, by its name.
fn age(kept: &Path) -> Option<Duration> {
    let name = kept.file_name()?.to_str()?;
    let (_, time) = name.rsplit_once(".damaged-")?;
    let time = NaiveDateTime::parse_from_str(time.get(..16)?, TIME).ok()?;
    (Utc::now() - time.and_utc()).to_std().ok()
}

fn remove_old(path: &Path) {
    for kept in set_aside_of(path) {
        if age(&kept).is_none_or(|age| age <= SET_ASIDE_FOR) {
            continue;
        }
        for file in [beside(&kept, WAL), kept] {
            match std::fs::remove_file(&file) {
                Ok(()) => tracing::info!(file = %file.display(), "removed a file set aside"),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => {
                    tracing::warn!(file = %file.display(), %error, "a file set aside stays");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Database;

    async fn filled() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let log = directory.path().join("d.db");
        let database = Database::open(&format!("sqlite:{}", log.display()), 2).await.unwrap();
        database.migrate().await.unwrap();
        let sql = "INSERT INTO projection_checkpoints \
             (name, version, generation, position, updated_at) VALUES ('a', 1, 1, 7, 0)";
        database.views.execute(sql, &[]).await.unwrap();
        database.close().await;
        (directory, log)
    }

    fn spoil(path: &Path) {
        std::fs::write(path, "no database at all, but long enough to be one").unwrap();
    }

    #[tokio::test]
    async fn whole_files_are_left_alone() {
        let (_directory, log) = filled().await;
        assert_eq!(mend(&log).unwrap(), []);
        for part in Part::ALL {
            assert_eq!(examine(&part.path(&log), None).unwrap(), Examined::Sound);
        }
        assert_eq!(examine(&log.with_extension("no"), None).unwrap(), Examined::Missing);
    }

    #[tokio::test]
    async fn what_the_log_refills_is_set_aside() {
        let (_directory, log) = filled().await;
        for part in [Part::Views, Part::Queue] {
            let path = part.path(&log);
            spoil(&path);
            assert!(matches!(examine(&path, None).unwrap(), Examined::Damaged(_)));
            let aside = mend(&log).unwrap();
            assert_eq!(aside.len(), 1);
            assert_eq!(aside[0].file, path);
            assert_eq!(set_aside_of(&path), [aside[0].kept_as.clone()]);
            assert!(!path.exists() && age(&aside[0].kept_as).unwrap() < Duration::from_secs(60));
        }
        // Kept for a week.
        let views = Part::Views.path(&log);
        let old = beside(&views, ".damaged-20200102T030405Z");
        spoil(&old);
        std::fs::write(beside(&old, "-wal"), "words").unwrap();
        mend(&log).unwrap();
        assert!(!old.exists() && !beside(&old, "-wal").exists());
        assert_eq!(set_aside_of(&views).len(), 1);
    }

    #[tokio::test]
    async fn a_file_that_was_found_damaged_in_use_is_set_aside_at_the_next_start() {
        let (_directory, log) = filled().await;
        let url = format!("sqlite:{}", log.display());
        let database = Database::open(&url, 2).await.unwrap();
        let damage = || {
            let code = rusqlite::ffi::Error::new(super::super::error::CORRUPT);
            DatabaseError::from(rusqlite::Error::SqliteFailure(code, None))
        };
        database.views.check().await.unwrap();
        let told = database.views.seen(damage()).to_string();
        let views = Part::Views.path(&log);
        assert!(told.contains(&format!("{} is damaged", views.display())), "{told}");
        assert!(told.contains("restart Debrief"), "{told}");
        assert!(database.views.check().await.is_err(), "forgotten");
        database.queue.check().await.unwrap();
        assert!(matches!(mend(&log), Err(DatabaseError::DamagedInUse { .. })));
        assert!(views.exists());
        database.close().await;
        drop(database);
        assert_eq!(mend(&log).unwrap().len(), 1);
        assert_eq!(mend(&log).unwrap(), [], "and only once");
    }

    #[tokio::test]
    async fn a_log_is_neither_replaced_nor_begun_among_files_of_another() {
        let (_directory, log) = filled().await;
        let whole = std::fs::read(&log).unwrap();
        spoil(&log);
        let refused = mend(&log).unwrap_err();
        assert!(matches!(refused, DatabaseError::Damaged { .. }), "{refused}");
        assert!(refused.to_string().contains("put back a backup"), "{refused}");
        for gone in [true, false] {
            match gone {
                true => std::fs::remove_file(&log).unwrap(),
                false => std::fs::write(&log, "").unwrap(),
            }
            assert!(matches!(mend(&log), Err(DatabaseError::NoLog { .. })));
            let url = format!("sqlite:{}", log.display());
            let opened = Database::open(&url, 2).await;
            assert!(matches!(opened, Err(DatabaseError::NoLog { .. })));
        }
        std::fs::write(&log, whole).unwrap();
        assert_eq!(mend(&log).unwrap(), []);
        // Read models that never followed a log are none's.
        let views = rusqlite::Connection::open(Part::Views.path(&log)).unwrap();
        views.execute("DELETE FROM projection_checkpoints", []).unwrap();
        drop(views);
        std::fs::remove_file(&log).unwrap();
        assert_eq!(mend(&log).unwrap(), []);
    }
}
