//! One job: from its lease to its outcome.

use super::{Breaker, Options};
use crate::worker::{Fault, JobContext, Worker};
use chrono::Utc;
use debrief_infra::log::{EventLog, RecordedEvent};
use debrief_infra::queue::{Job, Outcome, Queue};
use metrics::{counter, histogram};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

/// Pause before work is tried again that waits for something unreachable.
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

/// How an attempt ended.
enum Ended {
    /// The worker answered.
    Answered(Result<(), Fault>),
    /// The lease was lost: another has the job.
    LeaseLost,
    /// The process stops.
    Halted,
}

impl Run {
    pub(super) async fn run(self, job: Job) {
        let name = self.name;
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
            worker = name,
            position = job.position,
            event_type = event.event_type,
            correlation_id = %event.metadata.correlation_id,
            attempt = job.attempts + 1,
        );
        self.attempt(job, event).instrument(span).await;
    }

    async fn attempt(self, job: Job, event: RecordedEvent) {
        let name = self.name;
        if job.abandoned >= self.options.max_attempts {
            let error = format!("{} workers ended while they were at it", job.abandoned);
            return self.bury(&job, &event, error).await;
        }
        let waited = Utc::now() - event.recorded_at;
        histogram!("debrief_job_wait_seconds", "worker" => name)
            .record(waited.as_seconds_f64().max(0.0));
        let began = Instant::now();
        let ended = self.supervise(&job, &event).await;
        let took = began.elapsed();
        histogram!("debrief_job_seconds", "worker" => name).record(took.as_secs_f64());
        let result = match ended {
            Ended::Answered(result) => result,
            Ended::LeaseLost => {
                tracing::warn!("the lease was lost; another worker has the job");
                counter!("debrief_jobs_total", "worker" => name, "outcome" => "lost").increment(1);
                return;
            }
            Ended::Halted => {
                tracing::info!("handed back");
                return self.settle(&job, Outcome::Snooze { after: Duration::ZERO }).await;
            }
        };
        match result {
            Ok(()) => {
                self.breaker.succeeded();
                tracing::info!(millis = took.as_millis() as u64, "done");
                self.settle(&job, Outcome::Done).await;
            }
            Err(Fault::Unavailable(error)) => {
                self.breaker.failed();
                tracing::warn!(error, "what is needed cannot be reached; the work waits");
                self.settle(&job, Outcome::Snooze { after: UNAVAILABLE_PAUSE }).await;
            }
            Err(Fault::Later(after)) => self.settle(&job, Outcome::Snooze { after }).await,
            Err(Fault::Failed(error)) => self.failed(&job, Some(&event), error).await,
            Err(Fault::Never(error)) => self.bury(&job, &event, error).await,
        }
    }

    /// Lets the worker work while the lease is renewed.
    async fn supervise(&self, job: &Job, event: &RecordedEvent) -> Ended {
        let (progress, told) = watch::channel(None);
        let context = JobContext { progress, attempt: job.attempts };
        let (worker, owned) = (Arc::clone(&self.worker), event.clone());
        // A task of its own: a panic ends the attempt and nothing else.
        let mut task =
            tokio::spawn(async move { worker.handle(&owned, &context).await }.in_current_span());
        let mut beat = tokio::time::interval(self.options.lease / 3);
        beat.tick().await;
        loop {
            tokio::select! {
                result = &mut task => {
                    return Ended::Answered(result.unwrap_or_else(|error| {
                        Err(Fault::Failed(format!("the worker panicked: {error}")))
                    }));
                }
                () = self.halt.cancelled() => {
                    task.abort();
                    return Ended::Halted;
                }
                _ = beat.tick() => {
                    let progress = *told.borrow();
                    match self.queue.renew(job, self.options.lease, progress).await {
                        Ok(true) => {}
                        Ok(false) => {
                            task.abort();
                            return Ended::LeaseLost;
                        }
                        // The lease may last until the next beat.
                        Err(error) => tracing::warn!(%error, "the lease could not be renewed"),
                    }
                }
            }
        }
    }

    async fn failed(&self, job: &Job, event: Option<&RecordedEvent>, error: String) {
        if job.attempts + 1 >= self.options.max_attempts {
            return match event {
                Some(event) => self.bury(job, event, error).await,
                None => self.settle(job, Outcome::Dead { error }).await,
            };
        }
        let after = self.options.backoff(job.attempts);
        tracing::warn!(error, retry_in_ms = after.as_millis() as u64, "failed; to be tried again");
        self.settle(job, Outcome::Retry { after, error }).await;
    }

    /// Tells the worker that it is over, then makes the job a dead letter.
    async fn bury(&self, job: &Job, event: &RecordedEvent, error: String) {
        tracing::error!(error, "failed for good: a dead letter");
        if let Err(fault) = self.worker.gave_up(event, &error).await {
            // Users are to be told before nobody tries again.
            tracing::warn!(%fault, "the end of this work could not be recorded; trying again");
            return self.settle(job, Outcome::Snooze { after: UNAVAILABLE_PAUSE }).await;
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
            Ok(false) => tracing::warn!("the lease was lost before the outcome was noted"),
            // The lease runs out, and the job is done again; its effect counts once.
            Err(error) => tracing::warn!(%error, "the outcome could not be noted"),
        }
    }
}
