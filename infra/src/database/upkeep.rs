//! What was deleted leaves the SQLite files.
//!
//! A deletion overwrites the content in the file, but the write-ahead log beside it holds every page
//! as it was, until it is emptied.

use super::file::{FORGOTTEN_AFTER, File};
use super::sql::Sql;
use super::{Database, DatabaseError};
use sqlx::SqlitePool;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Pause before another attempt while somebody reads an old state.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// The `user_version` of files in which deleted content was always overwritten.
const OVERWRITING: i64 = 1;

impl Database {
    /// Empties the write-ahead logs of SQLite files [`FORGOTTEN_AFTER`] after a write, until stopped.
    pub async fn keep_up(&self, stop: &CancellationToken) {
        let parts = [&self.log, &self.views, &self.queue].map(|part| part.keep_up(stop));
        futures::future::join_all(parts).await;
    }
}

impl Sql {
    fn sqlite(&self) -> Option<(&SqlitePool, &File)> {
        match self {
            Self::Sqlite { writer, file, .. } => Some((writer, file.as_ref())),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => None,
        }
    }

    async fn keep_up(&self, stop: &CancellationToken) {
        let Some((_, file)) = self.sqlite() else { return };
        while stop.run_until_cancelled(file.written.notified()).await.is_some() {
            let mut pause = FORGOTTEN_AFTER;
            while stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_some() {
                match self.forget().await {
                    Ok(true) => break,
                    Ok(false) => {}
                    Err(error) => {
                        let file = file.path().display();
                        tracing::warn!(%file, %error, "deleted content stays in the write-ahead log for now");
                    }
                }
                pause = AGAIN_AFTER;
            }
        }
    }

    /// Empties the write-ahead log of a SQLite file. Returns `false` if somebody still reads from it.
    pub(super) async fn forget(&self) -> Result<bool, DatabaseError> {
        let Some((writer, file)) = self.sqlite() else { return Ok(true) };
        let emptied = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(writer).await;
        let (busy, _, _): (i64, i64, i64) = emptied.map_err(|error| file.seen(error.into()))?;
        Ok(busy == 0)
    }

    /// Rewrites a SQLite file once in its life: before `secure_delete` was on, deleted content stayed
    /// in it.
    pub(super) async fn overwrite_free_pages(&self) -> Result<(), DatabaseError> {
        let Some((writer, file)) = self.sqlite() else { return Ok(()) };
        let rewritten = async {
            let version: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(writer).await?;
            if version < OVERWRITING {
                sqlx::query("VACUUM").execute(writer).await?;
                let sql = format!("PRAGMA user_version = {OVERWRITING}");
                sqlx::query(sqlx::AssertSqlSafe(sql)).execute(writer).await?;
            }
            Ok(())
        };
        rewritten.await.map_err(|error: sqlx::Error| file.seen(error.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    const WORD: &str = "marrowglint";

    /// Returns the names of the files in a directory that contain the word.
    fn found(directory: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(directory).unwrap().map(Result::unwrap);
        let with_word = entries.filter(|entry| {
            let bytes = std::fs::read(entry.path()).unwrap();
            bytes.windows(WORD.len()).any(|bytes| bytes == WORD.as_bytes())
        });
        let mut names: Vec<_> =
            with_word.map(|entry| entry.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    async fn open(directory: &Path) -> Database {
        let url = format!("sqlite:{}", directory.join("d.db").display());
        let database = Database::open(&url, 2).await.unwrap();
        database.migrate().await.unwrap();
        database
    }

    /// Puts rows with the word into a table, and deletes them.
    async fn write_and_delete(sql: &Sql, directory: &Path) {
        sql.execute("CREATE TABLE words (n INTEGER PRIMARY KEY, word text)", &[]).await.unwrap();
        for n in 0..200_i64 {
            let word = format!("{WORD} {}", "x".repeat(100));
            sql.execute("INSERT INTO words VALUES ($1, $2)", &[n.into(), word.into()])
                .await
                .unwrap();
        }
        assert!(!found(directory).is_empty(), "the words were never there");
        sql.execute("DELETE FROM words WHERE n % 2 = 0", &[]).await.unwrap();
        sql.execute("DELETE FROM words", &[]).await.unwrap();
    }

    #[tokio::test]
    async fn deleted_content_leaves_the_files() {
        let directory = tempfile::tempdir().unwrap();
        let database = open(directory.path()).await;
        for (sql, name) in [
            (&database.log, "d.db"),
            (&database.views, "d-views.db"),
            (&database.queue, "d-queue.db"),
        ] {
            write_and_delete(sql, directory.path()).await;
            assert_eq!(
                found(directory.path()),
                [format!("{name}-wal")],
                "a deletion is not enough"
            );
            assert!(sql.forget().await.unwrap());
            assert_eq!(found(directory.path()), [] as [&str; 0], "{name}");
        }
        // And by itself, while a process runs.
        database.views.execute("INSERT INTO words VALUES (1, $1)", &[WORD.into()]).await.unwrap();
        database.views.execute("DELETE FROM words", &[]).await.unwrap();
        assert!(!found(directory.path()).is_empty());
        let stop = CancellationToken::new();
        let emptied = async {
            let began = std::time::Instant::now();
            while !found(directory.path()).is_empty() {
                assert!(began.elapsed() < FORGOTTEN_AFTER * 3, "the word stays");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            stop.cancel();
        };
        tokio::join!(database.keep_up(&stop), emptied);
        database.close().await;
    }

    #[tokio::test]
    async fn closing_leaves_nothing_deleted_behind() {
        let directory = tempfile::tempdir().unwrap();
        let (database, other) = (open(directory.path()).await, open(directory.path()).await);
        write_and_delete(&database.views, directory.path()).await;
        // Another process keeps the write-ahead log in use.
        other.views.query("SELECT 1", &[]).await.unwrap();
        database.close().await;
        assert_eq!(found(directory.path()), [] as [&str; 0]);
        other.close().await;
    }

    /// Files of a version that did not overwrite what it deleted.
    #[tokio::test]
    async fn what_older_versions_left_is_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        open(directory.path()).await.close().await;
        let old = rusqlite::Connection::open(directory.path().join("d-views.db")).unwrap();
        old.execute_batch(&format!(
            "PRAGMA secure_delete = off; PRAGMA user_version = 0; CREATE TABLE words (word text); \
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) \
             INSERT INTO words SELECT '{WORD}' FROM n; DELETE FROM words; \
             PRAGMA wal_checkpoint(TRUNCATE);"
        ))
        .unwrap_or_else(|error| panic!("{error}"));
        drop(old);
        assert_eq!(found(directory.path()), ["d-views.db"], "the control arm: it is still there");
        let database = open(directory.path()).await;
        database.close().await;
        assert_eq!(found(directory.path()), [] as [&str; 0]);
    }
}
