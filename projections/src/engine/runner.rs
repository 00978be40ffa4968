//! Keeps one projection up to date with the log.

use super::batch::Batch;
use super::table::TableCopy;
use super::{Checkpoint, Projection, ProjectionError, build, checkpoint};
use async_trait::async_trait;
use debrief_infra::database::sql::{Sql, Transaction};
use debrief_infra::log::follow::{self, Consumer, Diverged, follow};
use debrief_infra::log::{EventLog, LogError, RecordedEvent};
use debrief_infra::signals::Shared;
use metrics::gauge;
use std::sync::Arc;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Maximum number of events in one transaction.
pub(super) const BATCH: u32 = 1_000;

/// Writes the changes of `events` to one copy of a projection's tables.
pub(super) async fn apply(
    tx: &mut Transaction,
    projection: &dyn Projection,
    copy: TableCopy,
    events: &[RecordedEvent],
) -> Result<(), ProjectionError> {
    let mut batch = Batch::new(projection, copy, tx.dialect());
    for event in events {
        let ops = projection
            .project(event)
            .map_err(|source| ProjectionError::Decode { position: event.position, source })?;
        for op in ops {
            batch.push(tx, op, event.position).await?;
        }
    }
    Ok(batch.flush(tx).await?)
}

/// Returns a projection's position under the name that all processes use.
pub(super) fn shared(name: &str, position: watch::Sender<i64>) -> Shared {
    Shared { topic: format!("projection_{name}"), position }
}

/// Keeps one projection up to date with the log. Several may run, in several processes: each batch
/// goes to the one that advances the checkpoint first.
pub struct Runner {
    log: EventLog,
    views: Sql,
    projection: Arc<dyn Projection>,
    batch: u32,
    reached: watch::Sender<i64>,
}

impl Runner {
    /// Creates a runner, which does not start yet.
    pub fn new(log: EventLog, views: Sql, projection: Arc<dyn Projection>) -> Self {
        Self { log, views, projection, batch: BATCH, reached: watch::Sender::new(0) }
    }

    /// Sets the maximum number of events in one transaction.
    pub fn with_batch(self, events: u32) -> Self {
        Self { batch: events, ..self }
    }

    /// Returns the projection's name.
    pub fn name(&self) -> &'static str {
        self.projection.name()
    }

    /// Returns the latest position of the read model known to this process.
    pub fn reached(&self) -> watch::Receiver<i64> {
        self.reached.subscribe()
    }

    /// Returns the same position, to be shared with other processes.
    pub fn shared(&self) -> Shared {
        shared(self.name(), self.reached.clone())
    }

    /// Creates the tables if they do not exist, and rebuilds them if another version of the code
    /// filled them, or from another log.
    pub async fn prepare(&self) -> Result<Checkpoint, ProjectionError> {
        let found = checkpoint::ensure(&self.views, &*self.projection).await?;
        if build::is_outdated(&self.log, &self.projection, &found).await? {
            build::rebuild_if_outdated(&self.log, &self.views, &self.projection).await?;
        }
        let found = checkpoint::ensure(&self.views, &*self.projection).await?;
        self.tell(found.position);
        Ok(found)
    }

    /// Runs until stopped.
    pub async fn run(&self, stop: CancellationToken) {
        let mut running = Running { runner: self, at: None };
        follow(&self.log, &mut running, &stop).await;
    }

    /// Applies all events currently in the log.
    pub async fn catch_up(&self) -> Result<i64, ProjectionError> {
        let mut at = None;
        while self.step(&mut at).await? > 0 {}
        Ok(at.map_or(0, |at: Checkpoint| at.position))
    }

    /// Applies one batch and returns its number of events. `at` is the checkpoint after the last
    /// call; `None` if unknown.
    pub async fn step(&self, at: &mut Option<Checkpoint>) -> Result<u64, ProjectionError> {
        let (from, verified) = match at.take() {
            Some(known) => (known, true),
            None => (self.find().await?, false),
        };
        let own = i64::from(self.projection.version());
        if from.version != own {
            // Newer code runs in another process, or older code was deployed again.
            let (name, found) = (self.name(), from.version);
            return Err(ProjectionError::OtherVersion { name, found, own });
        }
        match verified {
            true => self.log.check_place(&from.place()).await?,
            false => self.log.verify_place(&from.place()).await?,
        }
        let events = self.log.read(from.position, self.batch).await?;
        let Some(last) = events.last() else {
            *at = Some(from);
            return Ok(0);
        };
        let epoch = self.log.known_head().await?.epoch;
        let mut tx = self.views.begin().await?;
        if !checkpoint::advance(&mut tx, &from, last, &epoch).await? {
            return Ok(1);
        }
        apply(&mut tx, &*self.projection, TableCopy::Live, &events).await?;
        tx.commit().await?;
        for event in &events {
            tracing::debug!(
                projection = self.name(),
                position = event.position,
                event_type = event.event_type,
                correlation_id = %event.metadata.correlation_id,
                "projected"
            );
        }
        gauge!("debrief_projection_position", "projection" => self.name())
            .set(last.position as f64);
        self.tell(last.position);
        let epoch = from.epoch.or_else(|| Some(epoch.to_string()));
        *at = Some(Checkpoint { position: last.position, epoch, event: Some(last.id), ..from });
        Ok(events.len() as u64)
    }

    /// Reads the checkpoint. Another process may have advanced it.
    async fn find(&self) -> Result<Checkpoint, ProjectionError> {
        let found = checkpoint::ensure(&self.views, &*self.projection).await?;
        self.tell(found.position);
        Ok(found)
    }

    fn tell(&self, position: i64) {
        self.reached.send_if_modified(|reached| std::mem::replace(reached, position) != position);
    }
}

/// A runner that follows the log.
struct Running<'a> {
    runner: &'a Runner,
    /// The checkpoint after the last step; `None` if unknown.
    at: Option<Checkpoint>,
}

#[async_trait]
impl Consumer for Running<'_> {
    type Error = ProjectionError;

    fn name(&self) -> &str {
        self.runner.name()
    }

    async fn checkpoints(&mut self) -> Result<Vec<follow::Checkpoint>, ProjectionError> {
        let at = match self.at.take() {
            Some(known) => known,
            None => self.runner.find().await?,
        };
        let place = at.place();
        self.at = Some(at);
        Ok(vec![place])
    }

    async fn step(&mut self) -> Result<bool, ProjectionError> {
        Ok(self.runner.step(&mut self.at).await? > 0)
    }

    /// Rebuilds the tables, which are read as they are until then.
    async fn diverged(&mut self, diverged: Diverged) -> Result<(), ProjectionError> {
        self.at = None;
        let (found, own) =
            (self.runner.find().await?.version, i64::from(self.runner.projection.version()));
        if found != own {
            // Left to the code that fills them.
            return Err(LogError::Diverged(diverged).into());
        }
        self.runner.prepare().await.map(|_| ())
    }

    fn failed(&mut self, _: &ProjectionError) {
        self.at = None;
    }
}
