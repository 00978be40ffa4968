//! Keeps the search index of this process up to date with the log.
//!
//! Each process that answers searches has an index of its own, in its own directory below the
//! configured one, and follows the log from its own checkpoint. An index that is missing, damaged,
//! of another schema or of another log is rebuilt. Meanwhile the old one answers if it still can,
//! and every answer contains the position that it reflects.
//!
//! Invariant: the checkpoint passes an event only once the current state of its session is in the
//! index, or can never be read.

mod slots;

use crate::index::{Index, IndexError};
use crate::touched::touched;
use async_trait::async_trait;
use debrief_domain::event::DecodeError;
use debrief_domain::ids::OrganizationId;
use debrief_domain::subject::Subject;
use debrief_infra::documents::Documents;
use debrief_infra::log::follow::{self, Consumer, Diverged, follow};
use debrief_infra::log::{EventLog, LogError};
use debrief_sessions::{LoadError, load_subject};
use metrics::{counter, gauge, histogram};
use slots::{SLOTS_MAX, Target, clear, open_newest, take_slot, verified};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Maximum number of events between two commits.
const BATCH: u32 = 500;
/// Minimum time between two commits: each one syncs the disk several times.
const COMMIT_PAUSE: Duration = Duration::from_millis(200);
/// Number of events without anything to index after which the checkpoint is written anyway.
const IDLE_EVENTS: i64 = 10_000;

/// Why the index could not be kept up to date.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The index failed.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The log failed.
    #[error(transparent)]
    Log(#[from] LogError),
    /// An event cannot be deserialized.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// A session cannot be read, but may be later.
    #[error("a session cannot be read for now: {0}")]
    Session(#[source] LoadError),
    /// The task was cancelled.
    #[error("indexing was cancelled: {0}")]
    Join(#[from] tokio::task::JoinError),
    /// Other processes use all slots for an index.
    #[error("{SLOTS_MAX} processes use {} already; give this one another search_dir", .0.display())]
    NoSlot(PathBuf),
}

/// The index as searches see it. Clones share it.
#[derive(Clone, Debug)]
pub struct Search {
    live: Arc<RwLock<Index>>,
    reached: watch::Receiver<i64>,
}

impl Search {
    /// Returns the current index.
    pub fn index(&self) -> Index {
        self.live.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the position up to which all events can be found.
    pub fn position(&self) -> i64 {
        *self.reached.borrow()
    }

    /// Waits until all events up to `position` can be found; returns whether they can.
    pub async fn wait_for(&self, position: i64, timeout: Duration) -> bool {
        let mut reached = self.reached.clone();
        let wait = reached.wait_for(|reached| *reached >= position);
        matches!(tokio::time::timeout(timeout, wait).await, Ok(Ok(_)))
    }
}

/// Keeps the index of this process up to date with the log.
pub struct Follower {
    log: EventLog,
    documents: Documents,
    slot: PathBuf,
    /// Locked while the slot is in use.
    _lock: File,
    target: Option<Target>,
    /// Position up to which the log has been processed, and the event there.
    position: i64,
    event: Option<Uuid>,
    /// Position that a new index must reach before it replaces the old one.
    switch_at: Option<i64>,
    live: Arc<RwLock<Index>>,
    reached: watch::Sender<i64>,
    last_commit: Option<Instant>,
}

impl std::fmt::Debug for Follower {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Follower")
    }
}

impl Follower {
    /// Opens the index of this process under `root`, or creates one.
    pub async fn open(
        log: EventLog,
        documents: Documents,
        root: &Path,
    ) -> Result<Self, FollowError> {
        let head = log.look().await?;
        let root = root.to_owned();
        let opened = tokio::task::spawn_blocking(move || {
            let (slot, lock) = take_slot(&root)?;
            let target = open_newest(&slot, &head)?;
            Ok::<_, FollowError>((slot, lock, target))
        });
        let (slot, lock, target) = opened.await??;
        let target = verified(&log, &slot, target).await?;
        let position = target.written.position;
        Ok(Self {
            log,
            documents,
            slot,
            _lock: lock,
            position,
            event: target.written.event,
            switch_at: None,
            live: Arc::new(RwLock::new(target.index.clone())),
            target: Some(target),
            reached: watch::Sender::new(position),
            last_commit: None,
        })
    }

    /// Returns the index as searches see it.
    pub fn search(&self) -> Search {
        Search { live: Arc::clone(&self.live), reached: self.reached.subscribe() }
    }

    /// Runs until it is told to stop.
    pub async fn run(mut self, stop: CancellationToken) {
        let log = self.log.clone();
        follow(&log, &mut self, &stop).await;
    }

    /// Processes everything that is in the log now.
    pub async fn catch_up(&mut self) -> Result<i64, FollowError> {
        while self.step().await? > 0 {}
        Ok(self.position)
    }

    /// Processes one batch of events; returns their number.
    pub async fn step(&mut self) -> Result<usize, FollowError> {
        self.ensure_target().await?;
        if let Some(last) = self.last_commit {
            tokio::time::sleep(COMMIT_PAUSE.saturating_sub(last.elapsed())).await;
        }
        let events = self.log.read(self.position, BATCH).await?;
        let Some(last) = events.last() else {
            self.switch();
            return Ok(0);
        };
        let touched = touched(&events)?;
        let Some(mut target) = self.target.take() else { return Ok(0) };
        for (organization, subject) in &touched {
            target = self.take_in(target, *organization, *subject).await?;
        }
        let (position, event) = (last.position, Some(last.id));
        if !touched.is_empty() || position - target.written.position >= IDLE_EVENTS {
            target.written.position = position;
            target.written.event = event;
            let begun = Instant::now();
            let committed = tokio::task::spawn_blocking(move || {
                target.writer.commit(&target.written)?;
                Ok::<_, IndexError>(target)
            });
            target = committed.await??;
            histogram!("debrief_search_commit_seconds").record(begun.elapsed());
            self.last_commit = Some(Instant::now());
        }
        self.target = Some(target);
        self.position = position;
        self.event = event;
        self.switch();
        Ok(events.len())
    }

    /// Replaces a session in the index by its current state.
    async fn take_in(
        &mut self,
        mut target: Target,
        organization: OrganizationId,
        subject: Subject,
    ) -> Result<Target, FollowError> {
        let loaded = load_subject(&self.log, &self.documents, organization, subject).await;
        let session = match loaded {
            Ok(session) => session,
            Err(error) if error.is_temporary() => {
                self.target = Some(target);
                return Err(FollowError::Session(error));
            }
            Err(error) => {
                tracing::error!(subject = %subject.id(), %error, "a session can never be read; it will not be found");
                counter!("debrief_search_sessions_skipped_total").increment(1);
                None
            }
        };
        let written = tokio::task::spawn_blocking(move || {
            match session {
                Some(session) => {
                    let passages = target.writer.replace(&session)?;
                    counter!("debrief_search_passages_total").increment(passages as u64);
                }
                None => target.writer.remove(organization, subject),
            }
            Ok::<_, IndexError>(target)
        });
        Ok(written.await??)
    }

    /// Reopens the index after a failure, or creates a new one beside the one that still answers.
    async fn ensure_target(&mut self) -> Result<(), FollowError> {
        if self.target.is_some() {
            return Ok(());
        }
        let head = self.log.look().await?;
        let slot = self.slot.clone();
        let opened = tokio::task::spawn_blocking(move || open_newest(&slot, &head));
        let target = verified(&self.log, &self.slot, opened.await??).await?;
        self.position = target.written.position;
        self.event = target.written.event;
        self.switch_at = Some(*self.reached.borrow());
        self.target = Some(target);
        Ok(())
    }

    /// Lets the new index answer, once it has reached the position of the old one.
    fn switch(&mut self) {
        if let (Some(target), true) =
            (&self.target, self.switch_at.is_some_and(|at| self.position >= at))
        {
            *self.live.write().unwrap_or_else(PoisonError::into_inner) = target.index.clone();
            self.switch_at = None;
            clear(&self.slot, Some(&target.directory));
        }
        if self.switch_at.is_none() {
            self.reached.send_replace(self.position);
            gauge!("debrief_search_position").set(self.position as f64);
        }
    }
}

#[async_trait]
impl Consumer for Follower {
    type Error = FollowError;

    fn name(&self) -> &str {
        "search"
    }

    async fn checkpoints(&mut self) -> Result<Vec<follow::Checkpoint>, FollowError> {
        self.ensure_target().await?;
        let epoch = self.target.as_ref().map(|target| target.written.epoch.clone());
        Ok(vec![follow::Checkpoint { epoch, position: self.position, event: self.event }])
    }

    async fn step(&mut self) -> Result<bool, FollowError> {
        Ok(Self::step(self).await? > 0)
    }

    async fn rest(&mut self) -> Result<Option<Duration>, FollowError> {
        self.switch();
        Ok(None)
    }

    /// Rebuilds the index; the old one, which is of another log, stops answering.
    async fn diverged(&mut self, diverged: Diverged) -> Result<(), FollowError> {
        tracing::warn!(%diverged, "the search index is of another log; rebuilding it");
        self.target = None;
        self.ensure_target().await?;
        self.switch_at = Some(0);
        self.switch();
        Ok(())
    }

    fn failed(&mut self, error: &FollowError) {
        if matches!(error, FollowError::Index(_) | FollowError::Join(_)) {
            // The state of what was written since the last commit is unknown.
            self.target = None;
        }
    }
}
