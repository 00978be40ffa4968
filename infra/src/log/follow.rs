//! Following the log: the loop of all who take events in and note how far they have come.
//!
//! A consumer says where it stands and takes in a batch when it is told to; [`follow`] says when. It
//! holds the consumer's checkpoints against the log: behind its head there is something to take in,
//! at its head there is nothing until the log moves, and a checkpoint that lies beyond the head or
//! belongs to another log is [`Diverged`].
//!
//! Invariants: a consumer that stands at the log's head is left alone, but for the rest it asks for;
//! one that failed is tried again after a pause that doubles, whatever signals come meanwhile; a step
//! that has begun is not cut off by the stop token.

use super::{EventLog, Head, LogError};
use crate::health::Unwell;
use async_trait::async_trait;
use metrics::counter;
use std::fmt::Display;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Pause after a first failure.
const PAUSE_MIN: Duration = Duration::from_millis(500);

/// How far a consumer has come in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log it is; `None` where that was not noted yet.
    pub epoch: Option<String>,
    /// All events up to here were taken in.
    pub position: i64,
}

/// A checkpoint that is not one of this log: what its consumer took in may never have happened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Diverged {
    /// The log was set back, to a copy that was made before the checkpoint was reached.
    #[error("the checkpoint is at {position}, beyond the end of the log at {head}")]
    Beyond {
        /// Where the checkpoint lies.
        position: i64,
        /// Where the log ends.
        head: i64,
    },
    /// The log was replaced.
    #[error("the checkpoint belongs to log {other}, this is log {log}")]
    OtherLog {
        /// The log it belongs to.
        other: String,
        /// The log that is there.
        log: String,
    },
}

impl Diverged {
    /// For those who ask how the consumer is.
    pub fn unwell(self) -> Unwell {
        Unwell::new("of another log", self)
    }
}

impl Checkpoint {
    /// Whether it is a checkpoint of the log with this head.
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

/// Takes events in, in order, and notes how far it has come.
#[async_trait]
pub trait Consumer: Send {
    /// Why it cannot go on.
    type Error: Display + From<LogError> + Send;

    /// Longest pause after failures.
    const PAUSE_MAX: Duration = Duration::from_secs(2);

    /// Names it in log lines and metrics.
    fn name(&self) -> &str;

    /// How far it has come; several where it keeps several, none where another process is at it.
    async fn checkpoints(&mut self) -> Result<Vec<Checkpoint>, Self::Error>;

    /// Takes in some of what comes after its checkpoints. `false`: there was nothing.
    async fn step(&mut self) -> Result<bool, Self::Error>;

    /// What there is to do once everything was taken in. Answers when to be called again at the
    /// latest, should the log stand still.
    async fn rest(&mut self) -> Result<Option<Duration>, Self::Error> {
        Ok(None)
    }

    /// A checkpoint is not one of this log. A consumer that can begin anew does so; any other cannot
    /// go on.
    async fn diverged(&mut self, diverged: Diverged) -> Result<(), Self::Error> {
        Err(LogError::Diverged(diverged).into())
    }

    /// Told of every failure, before the pause.
    fn failed(&mut self, error: &Self::Error) {
        let _ = error;
    }
}

/// What comes after a look at a consumer.
enum Next {
    /// Another look.
    Look,
    /// A wait until the log moves, or for so long.
    Wait(Option<Duration>),
}

/// Keeps a consumer up with the log until it is told to stop.
pub async fn follow<C: Consumer>(log: &EventLog, consumer: &mut C, stop: &CancellationToken) {
    let _lookout = log.tip.lookout();
    let mut moved = log.watch();
    let mut failures = 0;
    while !stop.is_cancelled() {
        // Before looking, so that no move falls between the two.
        moved.mark_unchanged();
        match look(log, consumer).await {
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
                let pause = pause(failures, C::PAUSE_MAX);
                failures += 1;
                let name = consumer.name().to_owned();
                tracing::error!(
                    consumer = name,
                    %error,
                    retry_in_ms = pause.as_millis() as u64,
                    "the log cannot be followed; trying again"
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

async fn look<C: Consumer>(log: &EventLog, consumer: &mut C) -> Result<Next, C::Error> {
    let checkpoints = consumer.checkpoints().await?;
    for checkpoint in &checkpoints {
        match log.check_place(checkpoint).await {
            Err(LogError::Diverged(diverged)) => {
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
        // The log ends before where it was said to.
        log.tip.look().await?;
    }
    Ok(Next::Look)
}

/// Pause after so many failures before: it doubles.
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
            Checkpoint { epoch: epoch.map(str::to_owned), position }.check(&head)
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
