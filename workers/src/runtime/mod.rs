//! The runtime: leases jobs, renews leases, and settles outcomes.
//!
//! Invariants: a worker runs at most `concurrency` jobs at once, and an organization at most three
//! quarters of them: the rest is reserved for organizations without running jobs. The lease of a running job is
//! renewed every third of its length, for `timeout` at most; an attempt that takes longer has
//! failed. A job whose lease was lost is stopped, because another worker has it. A panic is a
//! failed attempt. A worker is told of a job that failed for good before the job becomes a dead
//! letter. When a dependency of a worker is unavailable, its breaker opens: for a while it leases
//! nothing, and no job fails. On shutdown, no more jobs are leased; running jobs may finish within
//! the grace, and are handed back after it.

mod breaker;
mod job;
#[cfg(test)]
mod tests;

use crate::descriptor::Limits;
use crate::worker::Worker;
use breaker::Breaker;
use debrief_infra::log::EventLog;
use debrief_infra::queue::{Queue, Room};
use metrics::{counter, gauge};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Duration of one wait for jobs.
const LEASE_WAIT: Duration = Duration::from_secs(2);
/// The same while only reserved slots are free; others may become free meanwhile.
const RESERVED_WAIT: Duration = Duration::from_millis(50);
/// Delay after the queue was unavailable.
const FAILURE_PAUSE: Duration = Duration::from_millis(500);

/// Limits of the runtime.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Maximum number of jobs that a worker runs at once.
    pub concurrency: usize,
    /// Timeout of an attempt.
    pub timeout: Duration,
    /// Maximum processor time that an attempt may use in a child process.
    pub cpu: Duration,
    /// Duration of a lease unless it is renewed.
    pub lease: Duration,
    /// Number of attempts, and leases without an outcome, after which a job is a dead letter.
    pub max_attempts: u32,
    /// Delay after the first failure. It doubles with each further one; half of it is random.
    pub backoff_min: Duration,
    /// Maximum delay.
    pub backoff_max: Duration,
    /// How long running jobs may take after the runtime was told to stop.
    pub grace: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            concurrency: 4,
            timeout: Duration::from_secs(600),
            cpu: Duration::from_secs(60),
            lease: Duration::from_secs(10),
            max_attempts: 8,
            backoff_min: Duration::from_secs(1),
            backoff_max: Duration::from_secs(300),
            grace: Duration::from_secs(20),
        }
    }
}

impl Options {
    /// Returns these options, overridden by the limits of a worker.
    pub fn within(self, limits: &Limits) -> Self {
        Self {
            concurrency: limits.concurrency.unwrap_or(self.concurrency),
            timeout: limits.timeout.unwrap_or(self.timeout),
            cpu: limits.cpu.unwrap_or(self.cpu),
            max_attempts: limits.attempts.unwrap_or(self.max_attempts),
            ..self
        }
    }

    /// Returns how many slots are for organizations without running jobs.
    fn reserved(&self) -> usize {
        self.concurrency / 4
    }

    /// Returns the delay before the next attempt: exponential, half of it jitter.
    fn backoff(&self, attempts: u32) -> Duration {
        let full = self.backoff_min.saturating_mul(2_u32.saturating_pow(attempts.min(20)));
        let full = full.min(self.backoff_max);
        full.mul_f64(rand::random_range(0.5..=1.0))
    }
}

/// Runs the worker of this name until it is told to stop, and its jobs have ended or were handed
/// back.
pub async fn run(
    name: &'static str,
    worker: Arc<dyn Worker>,
    log: EventLog,
    queue: Arc<dyn Queue>,
    options: Options,
    stop: CancellationToken,
) {
    let slots = Arc::new(Semaphore::new(options.concurrency));
    let jobs = TaskTracker::new();
    // Cancelled when the grace is over.
    let halt = CancellationToken::new();
    let breaker = Arc::new(Breaker::default());
    loop {
        let slot = tokio::select! {
            () = stop.cancelled() => break,
            slot = Arc::clone(&slots).acquire_owned() => slot.expect("the semaphore is open"),
        };
        if let Some(pause) = breaker.closed_in() {
            gauge!("debrief_worker_breaker_open", "worker" => name).set(1.0);
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(pause) => {}
            }
        }
        gauge!("debrief_worker_breaker_open", "worker" => name).set(0.0);
        let room = Room { jobs: 1 + slots.available_permits(), reserved: options.reserved() };
        let wait = if room.jobs > room.reserved { LEASE_WAIT } else { RESERVED_WAIT };
        let leased = match queue.lease(name, room, options.lease, wait, &stop).await {
            Ok(leased) => leased,
            Err(error) => {
                tracing::warn!(worker = name, %error, "cannot lease jobs; trying again");
                counter!("debrief_queue_failures_total", "worker" => name).increment(1);
                let _ = stop.run_until_cancelled(tokio::time::sleep(FAILURE_PAUSE)).await;
                continue;
            }
        };
        let mut slot = Some(slot);
        for job in leased {
            let slot = match slot.take() {
                Some(slot) => slot,
                // `room` counted the free slots, and only this loop takes any.
                None => Arc::clone(&slots).acquire_owned().await.expect("the semaphore is open"),
            };
            let run = job::Run {
                name,
                worker: Arc::clone(&worker),
                log: log.clone(),
                queue: Arc::clone(&queue),
                options,
                halt: halt.clone(),
                breaker: Arc::clone(&breaker),
            };
            jobs.spawn(async move {
                run.run(job).await;
                drop(slot);
            });
        }
    }
    jobs.close();
    if tokio::time::timeout(options.grace, jobs.wait()).await.is_err() {
        tracing::warn!(worker = name, jobs = jobs.len(), "the grace is over; handing jobs back");
        halt.cancel();
        jobs.wait().await;
    }
}
