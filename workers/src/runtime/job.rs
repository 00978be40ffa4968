//! Runs one job, from its lease to its outcome.

use super::{Breaker, Options};
use crate::fault::Fault;
use crate::job::JobContext;
use crate::worker::{Done, Worker};
use chrono::Utc;
use debrief_infra::log::{EventLog, RecordedEvent};
use debrief_infra::queue::{Job, Outcome, Queue};
use metrics::{counter, histogram};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

/// Maximum number of parts of a job, and of bytes in the key of each.
const PARTS_MAX: usize = 10_000;
const KEY_MAX: usize = 200;
/// Timeout of telling a worker that its job failed for good.
const GIVING_UP: Duration = Duration::from_secs(30);
/// How long an aborted attempt may take to end before its slot is given away.
const ENDING: Duration = Duration::from_secs(1);
/// Delay before a job whose dependency is unavailable is tried again.
const UNAVAILABLE_PAUSE: Duration = Duration::from_secs(1);

pub(super) struct Run {
    pub(super) name: &'static str,
    pub(super) worker: Arc<dyn Worker>,
    pub(super) log: EventLog,
    pub(super) queue: Arc<dyn Queue>,
    pub(super) options: Options,
    pub(super) halt: CancellationToken,
    pub(super) breaker: Arc<Breaker>,
}

/// How an attempt under a lease ended.
enum Ended<T> {
    /// The worker returned.
    Answered(T),
    /// The worker panicked.
    Panicked(JoinError),
    /// The attempt timed out.
    TimedOut,
    /// The lease was lost: another worker has the job.
    LeaseLost,
    /// The process is stopping.
    Halted,
}

impl Run {
    pub(super) async fn run(self, job: Job) {
        let event = match self.log.read_at(job.position).await {
            Ok(Some(event)) => event,
            Ok(None) => {
                let error = "its event is not in the log".to_owned();
                return self.settle(&job, Outcome::Dead { error }).await;
            }
            Err(error) if error.is_temporary() => {
                self.breaker.failed();
                return self.settle(&job, Outcome::Snooze { after: UNAVAILABLE_PAUSE }).await;
            }
            Err(error) => return self.failed(&job, None, error.to_string()).await,
        };
        let span = tracing::info_span!(
            "job",
            worker = self.name,
            position = job.position,
            key = job.key,
            event_type = event.event_type,
            correlation_id = %event.metadata.correlation_id,
            attempt = job.attempts + 1,
        );
        self.attempt(job, event).instrument(span).await;
    }

    async fn attempt(self, job: Job, event: RecordedEvent) {
        let name = self.name;
        if job.abandoned >= self.options.max_attempts {
            let error = format!("{} workers ended while they ran it", job.abandoned);
            return self.bury(&job, &event, error).await;
        }
        let waited = Utc::now() - event.recorded_at;
        histogram!("debrief_job_wait_seconds", "worker" => name)
            .record(waited.as_seconds_f64().max(0.0));
        let began = Instant::now();
        let (worker, owned, context) =
            (Arc::clone(&self.worker), event.clone(), self.context(&job));
        let progress = context.progress.subscribe();
        // A separate task: a panic ends this attempt only.
        let task =
            tokio::spawn(async move { worker.handle(&owned, &context).await }.in_current_span());
        let timeout = self.options.timeout;
        let ended = self.supervise(&job, progress, timeout, task).await;
        let took = began.elapsed();
        histogram!("debrief_job_seconds", "worker" => name).record(took.as_secs_f64());
        let result = match ended {
            Ended::Answered(result) => result,
            Ended::Panicked(error) => Err(Fault::Failed(format!("the worker panicked: {error}"))),
            Ended::TimedOut => {
                let error = format!("it took longer than {} s", timeout.as_secs_f64());
                Err(Fault::Failed(error))
            }
            Ended::LeaseLost => return self.lost(),
            Ended::Halted => return self.hand_back(&job).await,
        };
        match result {
            Ok(done) => {
                self.breaker.succeeded();
                self.done(&job, &event, done, took).await;
            }
            Err(Fault::Unavailable(error)) => {
                self.breaker.failed();
                tracing::warn!(error, "a dependency is unavailable; the job waits");
                self.settle(&job, Outcome::Snooze { after: UNAVAILABLE_PAUSE }).await;
            }
            Err(Fault::Later(after)) => self.settle(&job, Outcome::Snooze { after }).await,
            Err(Fault::Overran(error)) if job.attempts > 0 => self.bury(&job, &event, error).await,
            Err(Fault::Failed(error) | Fault::Overran(error)) => {
                self.failed(&job, Some(&event), error).await;
            }
            Err(Fault::Never(error)) => self.bury(&job, &event, error).await,
        }
    }

    async fn done(&self, job: &Job, event: &RecordedEvent, done: Done, took: Duration) {
        let outcome = match done {
            Done::Finished => Outcome::Done,
            Done::Split(keys) => match unsplittable(job, &keys) {
                Some(error) => return self.bury(job, event, error).await,
                None => Outcome::Split { keys },
            },
        };
        tracing::info!(millis = took.as_millis() as u64, "done");
        self.settle(job, outcome).await;
    }

    fn context(&self, job: &Job) -> JobContext {
        JobContext::new(self.name, job.clone(), self.queue.ledger().clone(), self.options.cpu)
    }

    /// Renews the lease while the worker runs.
    async fn supervise<T>(
        &self,
        job: &Job,
        progress: watch::Receiver<Option<f64>>,
        timeout: Duration,
        mut task: JoinHandle<T>,
    ) -> Ended<T> {
        let timeout = tokio::time::sleep(timeout);
        tokio::pin!(timeout);
        let mut beat = tokio::time::interval(self.options.lease / 3);
        beat.tick().await;
        loop {
            tokio::select! {
                result = &mut task => return match result {
                    Ok(answer) => Ended::Answered(answer),
                    Err(panic) => Ended::Panicked(panic),
                },
                () = &mut timeout => {
                    end(task).await;
                    return Ended::TimedOut;
                }
                () = self.halt.cancelled() => {
                    task.abort();
                    return Ended::Halted;
                }
                _ = beat.tick() => {
                    let progress = *progress.borrow();
                    match self.queue.renew(job, self.options.lease, progress).await {
                        Ok(true) => {}
                        Ok(false) => {
                            end(task).await;
                            return Ended::LeaseLost;
                        }
                        // The lease may still hold at the next renewal.
                        Err(error) => tracing::warn!(%error, "the lease could not be renewed"),
                    }
                }
            }
        }
    }

    fn lost(&self) {
        tracing::warn!("the lease was lost; another worker has the job");
        counter!("debrief_jobs_total", "worker" => self.name, "outcome" => "lost").increment(1);
    }

    async fn hand_back(&self, job: &Job) {
        tracing::info!("handed back");
        self.settle(job, Outcome::Snooze { after: Duration::ZERO }).await;
    }

    async fn failed(&self, job: &Job, event: Option<&RecordedEvent>, error: String) {
        if job.attempts + 1 >= self.options.max_attempts {
            return match event {
                Some(event) => self.bury(job, event, error).await,
                None => self.settle(job, Outcome::Dead { error }).await,
            };
        }
        let after = self.options.backoff(job.attempts);
        tracing::warn!(error, retry_in_ms = after.as_millis() as u64, "failed; will be retried");
        self.settle(job, Outcome::Retry { after, error }).await;
    }

    /// Tells the worker that the job failed for good, then makes it a dead letter.
    async fn bury(&self, job: &Job, event: &RecordedEvent, error: String) {
        tracing::error!(error, "failed for good: a dead letter");
        let (worker, owned, context) = (Arc::clone(&self.worker), event.clone(), self.context(job));
        let (progress, reason) = (context.progress.subscribe(), error.clone());
        let task = tokio::spawn(
            async move { worker.gave_up(&owned, &context, &reason).await }.in_current_span(),
        );
        match self.supervise(job, progress, GIVING_UP, task).await {
            Ended::Answered(Ok(())) => {}
            Ended::Answered(Err(fault @ (Fault::Unavailable(_) | Fault::Later(_)))) => {
                // Users are told before retries end.
                tracing::warn!(%fault, "the failure of this job cannot be recorded; trying again");
                return self.settle(job, Outcome::Snooze { after: UNAVAILABLE_PAUSE }).await;
            }
            Ended::LeaseLost => return self.lost(),
            Ended::Halted => return self.hand_back(job).await,
            // A failure to record this must not keep the job from becoming a dead letter.
            Ended::Answered(Err(fault)) => {
                tracing::error!(%fault, "the failure of this job is not recorded");
            }
            Ended::Panicked(error) => {
                tracing::error!(%error, "the failure of this job is not recorded");
            }
            Ended::TimedOut => {
                tracing::error!("the failure of this job is not recorded: it took too long");
            }
        }
        self.settle(job, Outcome::Dead { error }).await;
    }

    async fn settle(&self, job: &Job, outcome: Outcome) {
        let label = match &outcome {
            Outcome::Done => "done",
            Outcome::Split { .. } => "split",
            Outcome::Retry { .. } => "retry",
            Outcome::Snooze { .. } => "snooze",
            Outcome::Dead { .. } => "dead",
        };
        counter!("debrief_jobs_total", "worker" => self.name, "outcome" => label).increment(1);
        match self.queue.settle(job, outcome).await {
            Ok(true) => {}
            Ok(false) => tracing::warn!("the lease was lost before the outcome was recorded"),
            // The lease runs out, and the job is repeated; its effect counts once.
            Err(error) => tracing::warn!(%error, "the outcome could not be recorded"),
        }
    }
}

/// Aborts an attempt and waits briefly until it has ended and released what it holds. An attempt
/// that blocks its thread is not waited for.
async fn end<T>(mut task: JoinHandle<T>) {
    task.abort();
    let _ = tokio::time::timeout(ENDING, &mut task).await;
}

/// Returns why a job cannot be split into these parts; `None` if it can.
fn unsplittable(job: &Job, keys: &[String]) -> Option<String> {
    if !job.key.is_empty() {
        return Some("a part of a split job is not split again".to_owned());
    }
    if keys.len() > PARTS_MAX {
        return Some(format!("it was split into {} parts; at most {PARTS_MAX}", keys.len()));
    }
    if keys.iter().any(|key| key.is_empty() || key.len() > KEY_MAX) {
        return Some(format!("a part's key has 1 to {KEY_MAX} bytes"));
    }
    let distinct: HashSet<&String> = keys.iter().collect();
    (distinct.len() < keys.len()).then(|| "two parts have the same key".to_owned())
}
