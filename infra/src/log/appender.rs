//! Group commit: one transaction for all waiting appends.
//!
//! A commit costs one disk sync whatever its size, so the node's single appender takes all appends
//! that queued up during the last transaction. Writers in a closed loop return shortly after a
//! commit, but not at the same instant; committing only the first would make the others wait for a
//! whole sync. So the appender lingers until as many appends wait as were answered last time, but
//! at most for a quarter of the last transaction. A lone writer never waits for others.
//!
//! If the database fails, the batch is retried until [`AppenderOptions::retry_for`] has passed.
//! That is safe even if the failed commit went through: each append's key is stored with its
//! events, so the retry returns the first result. If the database rejects a batch, its appends are
//! retried one by one: a bad one fails alone.

use super::LogError;
use super::batch::{Outcome, Prepared};
use super::store::LogStore;
use crate::signals::advance;
use metrics::{counter, gauge, histogram};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, watch};

/// Limits of group commit.
#[derive(Debug, Clone, Copy)]
pub struct AppenderOptions {
    /// Maximum number of appends in one transaction.
    pub batch_max: usize,
    /// Maximum number of waiting appends; more are refused.
    pub queue_max: usize,
    /// How long a batch is retried while the database is unavailable.
    pub retry_for: Duration,
}

impl Default for AppenderOptions {
    fn default() -> Self {
        Self { batch_max: 1_024, queue_max: 16_384, retry_for: Duration::from_secs(10) }
    }
}

/// First pause between retries of a batch.
const RETRY_PAUSE: Duration = Duration::from_millis(50);
/// Maximum time that the appender lingers for more appends.
const LINGER_MAX: Duration = Duration::from_millis(2);

struct Waiting {
    append: Prepared,
    answer: oneshot::Sender<Result<Outcome, LogError>>,
}

/// A handle to the node's appender, which ends when the last handle is dropped.
#[derive(Clone)]
pub(super) struct Appender {
    queue: mpsc::Sender<Waiting>,
    appended: watch::Sender<i64>,
}

impl Appender {
    pub(super) fn start(store: Arc<dyn LogStore>, options: AppenderOptions) -> Self {
        let (queue, waiting) = mpsc::channel(options.queue_max);
        let appended = watch::Sender::new(0);
        tokio::spawn(run(store, options, waiting, appended.clone()));
        Self { queue, appended }
    }

    pub(super) async fn append(&self, append: Prepared) -> Result<Outcome, LogError> {
        let (answer, outcome) = oneshot::channel();
        self.queue.try_send(Waiting { append, answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => LogError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => LogError::Closed,
        })?;
        outcome.await.map_err(|_| LogError::Closed)?
    }

    pub(super) fn appended(&self) -> &watch::Sender<i64> {
        &self.appended
    }
}

async fn run(
    store: Arc<dyn LogStore>,
    options: AppenderOptions,
    mut waiting: mpsc::Receiver<Waiting>,
    announce: watch::Sender<i64>,
) {
    let mut batch = Vec::new();
    let mut last_size = 1;
    let mut last_took = Duration::ZERO;
    while waiting.recv_many(&mut batch, options.batch_max).await > 0 {
        let linger = (last_took / 4).min(LINGER_MAX);
        let target = last_size.min(options.batch_max);
        let deadline = tokio::time::Instant::now() + linger;
        while batch.len() < target {
            let room = options.batch_max - batch.len();
            match tokio::time::timeout_at(deadline, waiting.recv_many(&mut batch, room)).await {
                Ok(more) if more > 0 => {}
                _ => break,
            }
        }
        last_size = batch.len();
        let (appends, answers): (Vec<_>, Vec<_>) =
            batch.drain(..).map(|waiting| (waiting.append, waiting.answer)).unzip();
        let appends = Arc::from(appends);

        let began = Instant::now();
        let results = commit_apart(&*store, &appends, options.retry_for).await;
        last_took = began.elapsed();
        histogram!("debrief_append_batch_size").record(appends.len() as f64);
        histogram!("debrief_append_seconds").record(last_took.as_secs_f64());
        gauge!("debrief_append_queue").set(waiting.len() as f64);

        let last = results.iter().rev().find_map(|result| match result {
            Ok(Outcome::Committed { position, .. }) => Some(*position),
            _ => None,
        });
        if let Some(position) = last {
            advance(&announce, position);
            gauge!("debrief_log_position").set(position as f64);
        }
        for (answer, result) in answers.into_iter().zip(results) {
            // A caller that went away finds its answer by its key.
            let _ = answer.send(result.map_err(|failure| failure.to_error()));
        }
    }
}

/// Commits a batch; if the database rejects it, commits each of its appends separately.
async fn commit_apart(
    store: &dyn LogStore,
    appends: &Arc<[Prepared]>,
    retry_for: Duration,
) -> Vec<Result<Outcome, Failure>> {
    let failure = match commit(store, appends, retry_for).await {
        Ok(outcomes) => return outcomes.into_iter().map(Ok).collect(),
        Err(failure) => failure,
    };
    counter!("debrief_append_failures_total").increment(1);
    tracing::error!(error = %failure, appends = appends.len(), "a batch of appends failed");
    if failure.temporary || appends.len() == 1 {
        return appends.iter().map(|_| Err(failure.clone())).collect();
    }
    let mut results = Vec::with_capacity(appends.len());
    for append in appends.iter() {
        let result = commit(store, &Arc::from([append.clone()]), retry_for).await;
        if let Err(failure) = &result {
            tracing::error!(error = %failure, "an append failed");
        }
        results.push(result.map(|mut outcomes| outcomes.remove(0)));
    }
    results
}

async fn commit(
    store: &dyn LogStore,
    appends: &Arc<[Prepared]>,
    retry_for: Duration,
) -> Result<Vec<Outcome>, Failure> {
    let deadline = Instant::now() + retry_for;
    let mut pause = RETRY_PAUSE;
    loop {
        match store.append(appends).await {
            Ok(outcomes) => return Ok(outcomes),
            Err(error) => {
                // A full disk is not waited for: nobody makes space within the time.
                let wait = error.is_temporary() && !error.is_full();
                if !wait || Instant::now() + pause > deadline {
                    return Err(Failure {
                        temporary: error.is_temporary(),
                        full: error.is_full(),
                        text: error.to_string(),
                    });
                }
                tracing::warn!(%error, "an append failed; retrying the same batch");
                counter!("debrief_append_retries_total").increment(1);
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(1));
            }
        }
    }
}

/// One failure, reported to every append of a batch.
#[derive(Clone)]
struct Failure {
    temporary: bool,
    /// Whether the disk is full.
    full: bool,
    text: String,
}

impl Failure {
    fn to_error(&self) -> LogError {
        use crate::database::DatabaseError;
        let text = sqlx::Error::Protocol(self.text.clone());
        LogError::Database(match self.temporary {
            _ if self.full => DatabaseError::Full(text),
            true => DatabaseError::Unavailable(text),
            false => DatabaseError::Other(text),
        })
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}
