//! The event log: the single source of truth.
//!
//! Invariants, checked by the contract suite in `infra/tests/log` on both databases:
//!
//! 1. Positions run 1, 2, 3 … in commit order. A reader that has seen position `n` will never see a
//!    new event at or below `n`.
//! 2. A stream's versions run 1, 2, 3 …; an append states the version it expects.
//! 3. Every command has a key. The same key returns the first answer again; the same key with
//!    another fingerprint is refused. Events, answer and new data keys are written in one
//!    transaction.
//! 4. Events are never changed or deleted: a trigger prevents it.
//! 5. Personal fields are encrypted before they reach the database and decrypted after they leave
//!    it.
//!
//! [`EventLog`] is the interface for the rest of the system. `append` goes through the node's
//! single [`appender`], which merges waiting appends into one transaction; [`store`] has an adapter
//! for each database; [`follow`] keeps consumers up to date with the log.

mod appender;
mod batch;
mod codec;
mod event;
mod executor;
pub mod follow;
#[cfg(feature = "postgres")]
mod postgres;
mod sqlite;
mod store;
mod tip;

pub use appender::AppenderOptions;
pub use batch::{Append, Appended, CommandKey, Expected, NewEvent, StreamId};
pub use codec::CodecError;
pub use event::{EventHeader, Metadata, RecordedEvent};
pub use executor::{CommandContext, CommandError, Committed};
pub use tip::Head;

use crate::database::{DatabaseError, sql::Sql};
use crate::keys::{KeyError, KeyStore};
use crate::signals::{Shared, Trust};
use appender::Appender;
use batch::Outcome;
use codec::Codec;
use cqrs_es::persist::EventUpcaster;
use debrief_domain::ids::OrganizationId;
use follow::{Checkpoint, Diverged};
use std::collections::HashMap;
use std::sync::Arc;
use store::LogStore;
use tip::Tip;
use tokio::sync::watch;
use uuid::Uuid;

/// An operation on the log failed.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The database failed. If the error is temporary, it is safe to send the same command again.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A key is unavailable.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// An event cannot be encrypted, decrypted or read.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// A checkpoint belongs to another log.
    #[error(transparent)]
    Diverged(#[from] Diverged),
    /// Too many appends are waiting.
    #[error("the log is overloaded: too many appends are waiting")]
    Overloaded,
    /// The process is shutting down.
    #[error("the log is closed")]
    Closed,
}

impl LogError {
    /// Returns whether the same call may succeed later.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Database(error) | Self::Key(KeyError::Database(error)) => error.is_temporary(),
            Self::Overloaded | Self::Closed => true,
            Self::Key(KeyError::WrongMaster(_)) | Self::Codec(_) | Self::Diverged(_) => false,
        }
    }
}

impl LogError {
    /// Returns whether the disk is full.
    pub fn is_full(&self) -> bool {
        match self {
            Self::Database(error) | Self::Key(KeyError::Database(error)) => error.is_full(),
            _ => false,
        }
    }
}

/// The event log of this process. Clones share one appender.
#[derive(Clone)]
pub struct EventLog {
    store: Arc<dyn LogStore>,
    appender: Appender,
    tip: Tip,
    codec: Codec,
    keys: KeyStore,
    turns: executor::ConflictQueue,
}

impl std::fmt::Debug for EventLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EventLog")
    }
}

impl EventLog {
    /// Opens the log in a migrated database and starts this node's appender.
    pub fn new(sql: Sql, keys: KeyStore, options: AppenderOptions) -> Self {
        Self::with_upcasters(sql, keys, options, debrief_domain::upcasters::all())
    }

    /// Opens the log with upcasters other than the domain's.
    pub fn with_upcasters(
        sql: Sql,
        keys: KeyStore,
        options: AppenderOptions,
        upcasters: Vec<Box<dyn EventUpcaster>>,
    ) -> Self {
        let store = store::of(sql);
        let appender = Appender::start(Arc::clone(&store), options);
        Self {
            tip: Tip::new(Arc::clone(&store), appender.appended().clone()),
            appender,
            codec: Codec::new(keys.clone(), upcasters),
            store,
            keys,
            turns: executor::ConflictQueue::default(),
        }
    }

    /// Returns the keys that encrypt personal fields.
    pub fn keys(&self) -> &KeyStore {
        &self.keys
    }

    /// Appends the events of one command, all or none.
    pub async fn append(&self, append: Append) -> Result<Appended, LogError> {
        let prepared = Codec::prepare(append)?;
        Ok(match self.appender.append(prepared).await? {
            Outcome::Committed { position, version } => Appended::Committed { position, version },
            Outcome::Replayed(answer) => Appended::Replayed(answer),
            Outcome::KeyReused => Appended::KeyReused,
            Outcome::Conflict { actual } => Appended::Conflict { actual },
        })
    }

    /// Returns the stored answer for a command's key, if the command was executed.
    pub async fn answer_to(
        &self,
        organization: OrganizationId,
        key: &CommandKey,
    ) -> Result<Option<Appended>, LogError> {
        let stored = self.store.find_key(organization, &key.key).await?;
        Ok(stored.map(|stored| {
            if stored.fingerprint == key.fingerprint {
                Appended::Replayed(stored.answer)
            } else {
                Appended::KeyReused
            }
        }))
    }

    /// Returns up to `limit` events after position `after`, in order, decrypted and upcast.
    pub async fn read(&self, after: i64, limit: u32) -> Result<Vec<RecordedEvent>, LogError> {
        let stored = self.store.read(after, limit).await?;
        self.codec.open(stored).await
    }

    /// Same as [`EventLog::read`], without payloads: nothing is decrypted.
    pub async fn read_headers(&self, after: i64, limit: u32) -> Result<Vec<EventHeader>, LogError> {
        let stored = self.store.read(after, limit).await?;
        stored
            .into_iter()
            .map(|event| {
                let metadata: Metadata = serde_json::from_str(&event.metadata)
                    .map_err(|source| CodecError::Json { position: event.position, source })?;
                Ok(EventHeader {
                    position: event.position,
                    id: event.id,
                    organization: event.organization,
                    stream_id: event.stream_id,
                    event_type: event.event_type,
                    correlation_id: metadata.correlation_id,
                    recorded_at: event.recorded_at,
                })
            })
            .collect()
    }

    /// Returns the event at `position`.
    pub async fn read_at(&self, position: i64) -> Result<Option<RecordedEvent>, LogError> {
        let mut events = self.read(position - 1, 1).await?;
        Ok(events.pop().filter(|event| event.position == position))
    }

    /// Returns up to `limit` events of one stream after version `after`, in order. A stream of
    /// another organization has no events.
    pub async fn read_stream(
        &self,
        organization: OrganizationId,
        stream: StreamId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, LogError> {
        let stored = self.store.read_stream(organization, stream, after, limit).await?;
        self.codec.open(stored).await
    }

    /// Returns the event with this id.
    pub async fn find(&self, id: Uuid) -> Result<Option<RecordedEvent>, LogError> {
        let stored = self.store.find(id).await?;
        Ok(self.codec.open(stored.into_iter().collect()).await?.pop())
    }

    /// Returns the position of the last event; 0 for an empty log.
    pub async fn head(&self) -> Result<i64, LogError> {
        Ok(self.tip.look().await?.position)
    }

    /// Returns the identity of this history: it changes when the log is replaced by another.
    pub async fn epoch(&self) -> Result<String, LogError> {
        Ok(self.tip.look().await?.epoch.to_string())
    }

    /// Returns both at once.
    pub async fn look(&self) -> Result<Head, LogError> {
        self.tip.look().await
    }

    /// Returns both as last known to this process, without asking the database. While anything in
    /// the process follows the log, they are at most as old as the interval at which it is polled.
    pub async fn known_head(&self) -> Result<Head, LogError> {
        self.tip.known().await
    }

    /// Checks that a checkpoint is one of this log.
    pub async fn check_place(&self, checkpoint: &Checkpoint) -> Result<(), LogError> {
        if checkpoint.check(&self.tip.known().await?).is_ok() {
            return Ok(());
        }
        // Another process may have appended, and advanced the checkpoint, unknown to this one.
        Ok(checkpoint.check(&self.tip.look().await?)?)
    }

    /// Same as [`EventLog::check_place`], and checks that the event at the checkpoint is the one that
    /// was processed: a log that was restored from a backup and has grown since has another one there.
    pub async fn verify_place(&self, checkpoint: &Checkpoint) -> Result<(), LogError> {
        self.check_place(checkpoint).await?;
        let (Some(event), position @ 1..) = (checkpoint.event, checkpoint.position) else {
            return Ok(());
        };
        match self.store.ids_at(&[position]).await?.get(&position) {
            Some(found) if *found == event => Ok(()),
            _ => Err(Diverged::OtherEvent { position }.into()),
        }
    }

    /// Returns the ids of the events at these positions; positions without an event are left out.
    pub async fn ids_at(&self, positions: &[i64]) -> Result<HashMap<i64, Uuid>, LogError> {
        Ok(self.store.ids_at(positions).await?)
    }

    /// Returns the place of a consumer that has processed all events up to `position`.
    pub async fn place_at(&self, position: i64) -> Result<Checkpoint, LogError> {
        let event = self.store.ids_at(&[position]).await?.remove(&position);
        Ok(Checkpoint { epoch: Some(self.known_head().await?.epoch.to_string()), position, event })
    }

    /// Returns a watch on the last position known to this process: a wake-up, not the truth. Other
    /// nodes append too; to see everything, [follow](follow::follow) the log.
    pub fn watch(&self) -> watch::Receiver<i64> {
        self.tip.position().subscribe()
    }

    /// Returns the same position, to be shared with other processes.
    pub fn shared(&self) -> Shared {
        Shared { topic: "log".to_owned(), position: self.tip.position().clone() }
    }

    /// Returns whether this process hears of what others append.
    pub fn trust(&self) -> &Trust {
        self.tip.trust()
    }

    /// Checks that the database responds.
    pub async fn check(&self) -> Result<(), LogError> {
        self.head().await.map(|_| ())
    }
}
