//! Rows of a long answer.
//!
//! sqlx reads on a thread of its own and hands over row by row. A task that sleeps until the next
//! row is woken for each of them, which takes longer than to read it. So this one stays awake for
//! as long as rows keep coming.

use futures::FutureExt;
use futures::stream::{BoxStream, TryStreamExt};
use sqlx::sqlite::SqliteRow;

/// How often others have their turn before the task sleeps: some tenths of a millisecond.
const TURNS: usize = 100;

/// An answer that is being read.
pub(super) struct Rows<'a>(BoxStream<'a, sqlx::Result<SqliteRow>>);

impl<'a> Rows<'a> {
    pub(super) fn new(rows: BoxStream<'a, sqlx::Result<SqliteRow>>) -> Self {
        Self(rows)
    }

    /// The next row; `None` after the last.
    pub(super) async fn next(&mut self) -> sqlx::Result<Option<SqliteRow>> {
        for _ in 0..TURNS {
            if let Some(row) = self.0.try_next().now_or_never() {
                return row;
            }
            // The thread that reads may need this processor; other tasks may need this thread.
            std::thread::yield_now();
            tokio::task::yield_now().await;
        }
        self.0.try_next().await
    }
}
