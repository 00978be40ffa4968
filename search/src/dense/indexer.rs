//! Keeps a collection of vectors up to date with the log.
//!
//! One process at a time does this, under a lease. The current state of a session is stored,
//! whatever the event was; chunks that are in the store are not embedded again, so the work may be
//! interrupted and repeated. The collection of a new model, or one that was lost, is filled from
//! the start of the log; the previous collection answers until the new one has caught up, and is
//! then removed.
//!
//! Invariants:
//!
//! - An event is behind the position of the collection only once the current state of its session
//!   is in it, or can never be embedded.
//! - The step that processes a deletion removes the session from every collection, also from those
//!   that no longer follow the log.

use super::{chunks, collection_name};
use crate::passages;
use crate::touched::touched;
use async_trait::async_trait;
use debrief_domain::event::DecodeError;
use debrief_domain::ids::OrganizationId;
use debrief_domain::subject::Subject;
use debrief_infra::database::{DatabaseError, Lease};
use debrief_infra::documents::Documents;
use debrief_infra::embeddings::{EmbedError, Embedder, Role};
use debrief_infra::log::follow::{self, Consumer, Diverged, follow};
use debrief_infra::log::{EventLog, LogError};
use debrief_infra::vectors::{Entry, SessionInfo, State, VectorError, VectorStore};
use debrief_sessions::{LoadError, Session, load_subject};
use futures::{StreamExt, TryStreamExt, stream};
use metrics::{counter, gauge, histogram};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Maximum number of events between two writes of the position.
const BATCH: u32 = 50;
/// Maximum number of sessions that are embedded at once.
const SESSIONS: usize = 4;
/// Interval at which to try to take the lease from another process.
const STANDBY: Duration = Duration::from_secs(1);
/// Duration of the lease.
pub const LEASE: Duration = Duration::from_secs(10);
/// Number of events without anything to embed after which the position is written anyway.
const IDLE_EVENTS: i64 = 10_000;
/// How long a collection is kept after it was replaced, for processes that still use it.
const SWITCH: Duration = Duration::from_secs(10);
/// Interval at which the indexer checks that the collection still exists.
const LOOK: Duration = Duration::from_secs(5);

/// Why the vectors could not be kept up to date.
#[derive(Debug, thiserror::Error)]
pub enum IndexerError {
    /// The log failed.
    #[error(transparent)]
    Log(#[from] LogError),
    /// An event cannot be deserialized.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// A session cannot be read, but may be later.
    #[error("a session cannot be read for now: {0}")]
    Session(#[source] LoadError),
    /// The model failed.
    #[error(transparent)]
    Embed(#[from] EmbedError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] VectorError),
    /// The lease failed.
    #[error(transparent)]
    Lease(#[from] DatabaseError),
}

/// The collection that is being written.
#[derive(Debug, Clone)]
struct Target {
    name: String,
    state: State,
    /// Position up to which the log has been processed.
    position: i64,
    /// The event there.
    event: Option<Uuid>,
    looked: Instant,
    /// When it was found complete; set until the previous ones are removed.
    switched: Option<Instant>,
}

/// Keeps a collection up to date; see the module documentation.
#[derive(Debug)]
pub struct Indexer {
    log: EventLog,
    documents: Documents,
    embedder: Arc<dyn Embedder>,
    embeddings_url: String,
    store: Arc<dyn VectorStore>,
    lease: Lease,
    target: Option<Target>,
}

impl Indexer {
    /// Creates an indexer that embeds with a model, which `embeddings_url` opens, into a store.
    pub fn new(
        log: EventLog,
        documents: Documents,
        embedder: Arc<dyn Embedder>,
        embeddings_url: String,
        store: Arc<dyn VectorStore>,
        lease: Lease,
    ) -> Self {
        Self { log, documents, embedder, embeddings_url, store, lease, target: None }
    }

    /// Runs until it is told to stop; cuts off what is running then.
    pub async fn run(mut self, stop: CancellationToken) {
        let log = self.log.clone();
        tokio::select! {
            () = stop.cancelled() => {}
            () = follow(&log, &mut self, &stop) => {}
        }
        if let Err(error) = self.lease.release().await {
            tracing::debug!(%error, "the lease on the vectors was not released; it will expire");
        }
    }

    /// Processes everything that is in the log now; returns the position reached.
    pub async fn catch_up(&mut self) -> Result<i64, IndexerError> {
        while self.step().await? > 0 {}
        Ok(self.target.as_ref().map_or(0, |target| target.position))
    }

    /// Processes one batch of events; returns their number.
    pub async fn step(&mut self) -> Result<usize, IndexerError> {
        let mut target = match self.target.take() {
            Some(target) => target,
            None => self.open().await?,
        };
        let events = self.log.read(target.position, BATCH).await?;
        let Some(last) = events.last() else {
            let target = self.settle(target).await?;
            self.target = target;
            return Ok(0);
        };
        let touched = touched(&events)?;
        let nothing_new = touched.is_empty();
        let begun = Instant::now();
        stream::iter(touched)
            .map(|(organization, subject)| self.take_in(&target, organization, subject))
            .buffer_unordered(SESSIONS)
            .try_collect::<()>()
            .await?;
        target.position = last.position;
        target.event = Some(last.id);
        if !nothing_new || target.position - target.state.position >= IDLE_EVENTS {
            histogram!("debrief_vectors_step_seconds").record(begun.elapsed());
            target.state.position = target.position;
            target.state.event = target.event;
            self.store.put_state(&target.name, &target.state, None).await?;
        }
        gauge!("debrief_vectors_position").set(target.position as f64);
        self.target = Some(target);
        Ok(events.len())
    }

    /// Opens the collection of this model and this log, or creates it.
    async fn open(&self) -> Result<Target, IndexerError> {
        let head = self.log.look().await?;
        let epoch = head.epoch.to_string();
        let name = collection_name(self.embedder.model(), &epoch);
        let collections = self.store.collections().await?;
        let own = collections.into_iter().find(|(known, _)| *known == name);
        let state = match own {
            // A log that was restored to an earlier state has another history from there on.
            Some((_, state)) if self.is_of_log(&state).await? => state,
            known => {
                if known.is_some() {
                    self.store.drop_collection(&name).await?;
                }
                let probe = self.embedder.embed(&["dimensions".to_owned()], Role::Passage).await?;
                let dimensions = probe.first().map_or(0, Vec::len);
                let state = State {
                    model: self.embedder.model().to_owned(),
                    embeddings_url: self.embeddings_url.clone(),
                    epoch,
                    position: 0,
                    event: None,
                    complete: false,
                };
                self.store.put_state(&name, &state, Some(dimensions)).await?;
                tracing::info!(model = %state.model, dimensions, "embedding all sessions");
                state
            }
        };
        let (position, event) = (state.position, state.event);
        Ok(Target { name, state, position, event, looked: Instant::now(), switched: None })
    }

    async fn is_of_log(&self, state: &State) -> Result<bool, IndexerError> {
        let (position, event) = (state.position, state.event);
        let place = follow::Checkpoint { epoch: Some(state.epoch.clone()), position, event };
        match self.log.verify_place(&place).await {
            Err(LogError::Diverged(_)) => Ok(false),
            verified => Ok(verified.map(|()| true)?),
        }
    }

    /// Finishes at the head of the log: this collection answers from now on, others are removed.
    /// Returns `None` if the collection is gone.
    async fn settle(&self, mut target: Target) -> Result<Option<Target>, IndexerError> {
        if !target.state.complete {
            target.state.complete = true;
            target.state.position = target.position;
            target.state.event = target.event;
            self.store.put_state(&target.name, &target.state, None).await?;
            target.switched = Some(Instant::now());
            tracing::info!(position = target.position, "all sessions are embedded");
        }
        if target.looked.elapsed() < LOOK {
            return Ok(Some(target));
        }
        target.looked = Instant::now();
        let collections = self.store.collections().await?;
        if !collections.iter().any(|(name, _)| *name == target.name) {
            tracing::warn!("the vectors are gone; rebuilding them from the log");
            return Ok(None);
        }
        if target.switched.is_none_or(|at| at.elapsed() >= SWITCH) {
            for (other, _) in collections.iter().filter(|(name, _)| *name != target.name) {
                tracing::info!(collection = %other, "removing the vectors of a replaced model");
                self.store.drop_collection(other).await?;
            }
        }
        Ok(Some(target))
    }

    /// Replaces a session in the collection by its current state.
    async fn take_in(
        &self,
        target: &Target,
        organization: OrganizationId,
        subject: Subject,
    ) -> Result<(), IndexerError> {
        let loaded = load_subject(&self.log, &self.documents, organization, subject).await;
        let session = match loaded {
            Ok(session) => session,
            Err(error) if error.is_temporary() => return Err(IndexerError::Session(error)),
            Err(error) => {
                tracing::error!(subject = %subject.id(), %error, "a session can never be read; it has no vectors");
                None
            }
        };
        let Some(session) = session else {
            return self.forget(target, organization, subject).await;
        };
        match self.put(target, &session).await {
            Err(IndexerError::Embed(EmbedError::Refused(reason))) => {
                tracing::error!(subject = %subject.id(), %reason, "a session cannot be embedded; it is found by words only");
                counter!("debrief_vectors_sessions_refused_total").increment(1);
                Ok(())
            }
            other => other,
        }
    }

    async fn put(&self, target: &Target, session: &Session) -> Result<(), IndexerError> {
        let passages = passages::of_session(session);
        let mut chunks = chunks::of_passages(session.subject, &passages);
        let known = self.store.known(&target.name, session.organization, session.subject).await?;
        let new: Vec<usize> =
            (0..chunks.len()).filter(|at| !known.contains(&chunks[*at].entry.id)).collect();
        for batch in new.chunks(self.embedder.batch().max(1)) {
            let texts: Vec<String> =
                batch.iter().map(|at| std::mem::take(&mut chunks[*at].text)).collect();
            let vectors = self.embedder.embed(&texts, Role::Passage).await?;
            counter!("debrief_vectors_embedded_total").increment(vectors.len() as u64);
            for (at, vector) in batch.iter().zip(vectors) {
                chunks[*at].entry.vector = Some(vector);
            }
        }
        let info = info(session);
        let entries: Vec<Entry> = chunks.into_iter().map(|chunk| chunk.entry).collect();
        Ok(self.store.replace(&target.name, &info, &entries).await?)
    }

    /// Removes a deleted session from every collection.
    async fn forget(
        &self,
        target: &Target,
        organization: OrganizationId,
        subject: Subject,
    ) -> Result<(), IndexerError> {
        let info = info(&Session::new(organization, subject, chrono::DateTime::UNIX_EPOCH));
        self.store.replace(&target.name, &info, &[]).await?;
        for (other, _) in self.store.collections().await? {
            if other != target.name {
                self.store.replace(&other, &info, &[]).await?;
            }
        }
        Ok(())
    }
}

/// Renews the lease until another process holds it.
async fn lost(lease: &Lease) -> Result<(), IndexerError> {
    let mut tick = tokio::time::interval(LEASE / 3);
    tick.tick().await;
    loop {
        tick.tick().await;
        if !lease.hold().await? {
            return Ok(());
        }
    }
}

/// Everything runs under the lease, and is interrupted when another process holds it.
#[async_trait]
impl Consumer for Indexer {
    type Error = IndexerError;

    /// A model's server may be unavailable for long, and every retry costs it something.
    const PAUSE_MAX: Duration = Duration::from_secs(30);

    fn name(&self) -> &str {
        "vectors"
    }

    async fn checkpoints(&mut self) -> Result<Vec<follow::Checkpoint>, IndexerError> {
        let lease = self.lease.clone();
        if !lease.hold().await? {
            self.target = None;
            return Ok(Vec::new());
        }
        if self.target.is_none() {
            self.target = tokio::select! {
                opened = self.open() => Some(opened?),
                lost = lost(&lease) => lost.map(|()| None)?,
            };
        }
        let place = |target: &Target| follow::Checkpoint {
            epoch: Some(target.state.epoch.clone()),
            position: target.position,
            event: target.event,
        };
        Ok(self.target.iter().map(place).collect())
    }

    async fn step(&mut self) -> Result<bool, IndexerError> {
        let lease = self.lease.clone();
        tokio::select! {
            stepped = Self::step(self) => Ok(stepped? > 0),
            lost = lost(&lease) => lost.map(|()| true),
        }
    }

    async fn rest(&mut self) -> Result<Option<Duration>, IndexerError> {
        let Some(target) = self.target.take() else { return Ok(Some(STANDBY)) };
        let lease = self.lease.clone();
        self.target = tokio::select! {
            settled = self.settle(target) => settled?,
            lost = lost(&lease) => lost.map(|()| None)?,
        };
        // Early enough to renew the lease.
        Ok(Some(if self.target.is_some() { LEASE / 4 } else { Duration::ZERO }))
    }

    /// Rebuilds the collection.
    async fn diverged(&mut self, diverged: Diverged) -> Result<(), IndexerError> {
        tracing::warn!(%diverged, "the vectors are of another log; rebuilding them");
        self.target = None;
        Ok(())
    }

    fn failed(&mut self, _: &IndexerError) {
        // What was known of the collection may no longer be true.
        self.target = None;
    }
}

fn info(session: &Session) -> SessionInfo {
    let coaches = session.content.iter().flat_map(passages::coaches);
    SessionInfo {
        organization: session.organization,
        subject: session.subject,
        client: session.client_id,
        coaches: coaches.map(str::to_owned).collect(),
        at: session.held_at.unwrap_or(session.uploaded_at),
    }
}
