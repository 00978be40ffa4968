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
