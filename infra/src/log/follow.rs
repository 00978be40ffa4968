//! Following the log: the loop of everything that processes events and keeps a checkpoint.
//!
//! A [`Consumer`] has checkpoints and processes a batch when called; [`follow`] decides when. It
//! compares the checkpoints with the log: behind the head, there is a batch to process; at the head,
//! there is nothing to do until the log advances; a checkpoint beyond the head, of another log, or
//! behind an event that the log does not have, is [`Diverged`].
//!
//! Invariants: a consumer at the head is called only when the log advances, or when it asked to be
//! called again; one that failed is retried after a pause that doubles, whatever signals arrive
//! meanwhile; the stop token does not interrupt a step.

use super::{EventLog, Head, LogError};
use crate::health::Unwell;
use async_trait::async_trait;
use metrics::counter;
use std::fmt::Display;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Pause after a first failure.
const PAUSE_MIN: Duration = Duration::from_millis(500);

/// A consumer's position in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log it is; `None` if not recorded.
    pub epoch: Option<String>,
    /// All events up to this position have been processed.
    pub position: i64,
    /// The event at that position; `None` if not recorded, or at the beginning.
    pub event: Option<Uuid>,
}

/// A checkpoint is not one of this log: its consumer has processed events that the log does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Diverged {
    /// The log was restored from a backup that is older than the checkpoint.
    #[error("the checkpoint is at {position}, beyond the end of the log at {head}")]
    Beyond {
        /// The checkpoint.
        position: i64,
        /// The last position of the log.
        head: i64,
    },
    /// The log was replaced.
    #[error("the checkpoint belongs to log {other}, this is log {log}")]
    OtherLog {
        /// The log of the checkpoint.
        other: String,
        /// This log.
        log: String,
    },
    /// The log was restored from a backup that is older than the checkpoint, and has grown since.
    #[error("the event at {position} is not the one that the checkpoint was written after")]
    OtherEvent {
        /// The checkpoint.
        position: i64,
    },
}

impl Diverged {
    /// Returns what a health check of the consumer reports.
    pub fn unwell(self) -> Unwell {
        Unwell::new("of another log", self)
    }
}

impl Checkpoint {
    /// Checks that it can be a checkpoint of the log with this head. Whether it is one, only
    /// [`EventLog::verify_place`] can say.
    pub fn check(&self, head: &Head) -> Result<(), Diverged> {
        match &self.epoch {
            Some(other) if **other != *head.epoch => {
                Err(Diverged::OtherLog { other: other.clone(), log: head.epoch.to_string() })
            }
            _ if self.position > head.position => {
                Err(Diverged::Beyond { position: self.position, head: head.position })
            }
            _ => Ok(()),
        }
    }
}

/// Processes events in order, and keeps checkpoints.
#[async_trait]
pub trait Consumer: Send {
    /// Why it failed.
    type Error: Display + From<LogError> + Send;

    /// Longest pause between retries.
    const PAUSE_MAX: Duration = Duration::from_secs(2);

    /// Its name in log lines and metrics.
    fn name(&self) -> &str;

    /// Returns its checkpoints: usually one; none while another process does its work.
    async fn checkpoints(&mut self) -> Result<Vec<Checkpoint>, Self::Error>;

    /// Processes a batch of events after its checkpoints. Returns `false` if there were none.
    async fn step(&mut self) -> Result<bool, Self::Error>;

    /// Called at the head of the log. Returns the time after which to be called again even if the
    /// log does not advance.
    async fn rest(&mut self) -> Result<Option<Duration>, Self::Error> {
        Ok(None)
    }

    /// Called instead of [`Consumer::step`] if a checkpoint is not one of this log. A consumer that
    /// can start over does so here; by default it fails.
    async fn diverged(&mut self, diverged: Diverged) -> Result<(), Self::Error> {
        Err(LogError::Diverged(diverged).into())
    }

    /// Called after each failure.
    fn failed(&mut self, error: &Self::Error) {
        let _ = error;
    }
}

/// What to do after a consumer was called.
enum Next {
    /// Call it again.
    Look,
    /// Wait until the log advances, at most for this long.
    Wait(Option<Duration>),
}

/// Keeps a consumer up to date with the log until stopped.
pub async fn follow<C: Consumer>(log: &EventLog, consumer: &mut C, stop: &CancellationToken) {
    let _lookout = log.tip.lookout();
    let mut moved = log.watch();
    let mut failures = 0;
    let mut known = None;
    while !stop.is_cancelled() {
        // Before the call, so that no advance is missed.
        moved.mark_unchanged();
        match look(log, consumer, &mut known).await {
            Ok(next) => {
                failures = 0;
                let Next::Wait(longest) = next else { continue };
                let rested = async {
                    match longest {
                        Some(longest) => tokio::time::sleep(longest).await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    () = stop.cancelled() => {}
                    _ = moved.changed() => {}
                    () = rested => {}
                }
            }
            Err(error) => {
                known = None;
                let pause = pause(failures, C::PAUSE_MAX);
                failures += 1;
                let name = consumer.name().to_owned();
                tracing::error!(
                    consumer = name,
                    %error,
                    retry_in_ms = pause.as_millis() as u64,
                    "cannot follow the log; retrying"
                );
                counter!("debrief_follow_failures_total", "consumer" => name).increment(1);
                consumer.failed(&error);
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = tokio::time::sleep(pause) => {}
                }
            }
        }
    }
}

/// `known` is the number of setbacks of the log when the checkpoints were last verified; a consumer
/// that goes on from there by itself stays where the log is.
async fn look<C: Consumer>(
    log: &EventLog,
    consumer: &mut C,
    known: &mut Option<u64>,
) -> Result<Next, C::Error> {
    let checkpoints = consumer.checkpoints().await?;
    let setbacks = log.tip.setbacks();
    let verify = *known != Some(setbacks);
    *known = (!checkpoints.is_empty()).then_some(setbacks);
    for checkpoint in &checkpoints {
        let checked = match verify {
            true => log.verify_place(checkpoint).await,
            false => log.check_place(checkpoint).await,
        };
        match checked {
            Err(LogError::Diverged(diverged)) => {
                *known = None;
                consumer.diverged(diverged).await?;
                return Ok(Next::Look);
            }
            checked => checked?,
        }
    }
    let head = log.known_head().await?;
    if checkpoints.iter().all(|checkpoint| checkpoint.position >= head.position) {
        return Ok(Next::Wait(consumer.rest().await?));
    }
    if !consumer.step().await? {
        // The log ends earlier than a signal said.
        log.tip.look().await?;
    }
    Ok(Next::Look)
}

/// Returns the pause after a number of earlier failures: it doubles.
fn pause(failures: u32, longest: Duration) -> Duration {
    PAUSE_MIN.saturating_mul(2_u32.saturating_pow(failures.min(16))).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_of_one_log_and_not_beyond_it() {
        let head = Head { epoch: "a".into(), position: 7 };
        let at = |epoch: Option<&str>, position| {
            Checkpoint { epoch: epoch.map(str::to_owned), position, event: None }.check(&head)
        };
        assert_eq!(at(Some("a"), 7), Ok(()));
        assert_eq!(at(None, 0), Ok(()));
        assert_eq!(at(None, 8), Err(Diverged::Beyond { position: 8, head: 7 }));
        let other = Diverged::OtherLog { other: "b".to_owned(), log: "a".to_owned() };
        assert_eq!(at(Some("b"), 3), Err(other));
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let longest = Duration::from_secs(2);
        let pauses: Vec<_> = (0..4).map(|n| pause(n, longest).as_millis()).collect();
        assert_eq!(pauses, [500, 1_000, 2_000, 2_000]);
        assert_eq!(pause(u32::MAX, Duration::from_secs(30)), Duration::from_secs(30));
    }
}
