//! Executes commands: load, decide, append; retried after a conflict with another command.

use super::batch::{Append, Appended, CommandKey, Expected, NewEvent, StoredAnswer, StreamId};
use super::event::Metadata;
use super::{EventLog, LogError};
use crate::keys::{DataKey, WrappedKey};
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use debrief_domain::event::{decode, encode_payload};
use debrief_domain::ids::OrganizationId;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard};
use uuid::Uuid;

/// Maximum number of attempts to execute a command, after conflicts on its stream.
const ATTEMPTS: u32 = 8;
/// Number of events of a stream read at a time.
const LOAD_PAGE: u32 = 2_000;

/// The context of a command.
#[derive(Debug, Clone)]
pub struct CommandContext {
    /// Organization that owns the stream.
    pub organization: OrganizationId,
    /// Actor and causes.
    pub metadata: Metadata,
    /// Identifies the command.
    pub key: CommandKey,
    /// Stored with the key and returned on replay; contains ids, never a person's words.
    pub answer: Value,
    /// Encrypts personal fields.
    pub data_key: Option<DataKey>,
    /// Keys to be stored with the events.
    pub wrapped_keys: Vec<WrappedKey>,
}

/// A command that was executed, now or before.
#[derive(Debug, Clone, PartialEq)]
pub struct Committed {
    /// Position that the command reached.
    pub position: i64,
    /// Version of the stream after it.
    pub version: i64,
    /// The first execution's [`CommandContext::answer`].
    pub answer: Value,
    /// Whether this is the answer of an earlier execution.
    pub replayed: bool,
}

impl Committed {
    fn earlier(stored: StoredAnswer) -> Self {
        Self {
            position: stored.position,
            version: stored.version,
            answer: stored.answer,
            replayed: true,
        }
    }
}

/// A command was not executed.
#[derive(Debug, thiserror::Error)]
pub enum CommandError<E: std::error::Error> {
    /// The domain refuses it.
    #[error(transparent)]
    Refused(E),
    /// Other commands kept changing the stream.
    #[error("concurrent changes prevented this {ATTEMPTS} times in a row")]
    Conflict,
    /// The key was used for another command.
    #[error("this idempotency key was used for another request")]
    KeyReused,
    /// The log failed.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A stored event cannot be read.
    #[error(transparent)]
    Decode(#[from] debrief_domain::event::DecodeError),
    /// An event cannot be written as JSON.
    #[error("an event cannot be written: {0}")]
    Encode(#[from] serde_json::Error),
}

/// A queue for commands that lost a race for their stream. Streams share locks: two with the same
/// lock only wait a little longer.
#[derive(Clone)]
pub(super) struct ConflictQueue(Arc<[Mutex<()>]>);

impl Default for ConflictQueue {
    fn default() -> Self {
        Self((0..64).map(|_| Mutex::new(())).collect())
    }
}

impl ConflictQueue {
    fn of(&self, id: Uuid) -> &Mutex<()> {
        &self.0[(id.as_u128() % self.0.len() as u128) as usize]
    }

    fn are_taken(&self, id: Uuid) -> bool {
        self.of(id).try_lock().is_err()
    }

    async fn wait(&self, id: Uuid) -> MutexGuard<'_, ()> {
        self.of(id).lock().await
    }
}

impl EventLog {
    /// Loads the aggregate with this id and its version; 0 if it has no events in this
    /// organization.
    pub async fn load<A: Aggregate>(
        &self,
        organization: OrganizationId,
        id: Uuid,
    ) -> Result<(A, i64), CommandError<A::Error>> {
        let stream = StreamId { stream_type: A::TYPE, id };
        let (mut aggregate, mut version) = (A::default(), 0);
        loop {
            let events = self.read_stream(organization, stream, version, LOAD_PAGE).await?;
            let full = events.len() == LOAD_PAGE as usize;
            for event in events {
                version = event.version;
                aggregate.apply(decode(&event.event_type, &event.payload)?);
            }
            if !full {
                return Ok((aggregate, version));
            }
        }
    }

    /// Executes a command on an existing stream.
    pub async fn execute<A>(
        &self,
        context: CommandContext,
        id: Uuid,
        command: A::Command,
    ) -> Result<Committed, CommandError<A::Error>>
    where
        A: Aggregate<Services = ()>,
        A::Command: Clone,
    {
        // If others are queued, a newcomer queues behind them; overtaking would make them lose
        // repeatedly.
        let mut turn = match self.turns.are_taken(id) {
            true => Some(self.turns.wait(id).await),
            false => None,
        };
        for attempt in 0..ATTEMPTS {
            let (aggregate, version) = self.load::<A>(context.organization, id).await?;
            match self.decide(&context, id, aggregate, version, command.clone()).await? {
                Some(committed) => return Ok(committed),
                // Losing commands of this node queue up: then each wins its second attempt, however
                // many there are. Against other nodes, random pauses help.
                None if turn.is_none() => turn = Some(self.turns.wait(id).await),
                None => {
                    let pause = 2_u64.pow(attempt) * rand::random_range(2..10);
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
            }
        }
        Err(CommandError::Conflict)
    }

    /// Executes the first command of a new stream, without reading it first. If the stream has
    /// events after all, it is decided like any other command.
    pub async fn create<A>(
        &self,
        context: CommandContext,
        id: Uuid,
        command: A::Command,
    ) -> Result<Committed, CommandError<A::Error>>
    where
        A: Aggregate<Services = ()>,
        A::Command: Clone,
    {
        match self.decide(&context, id, A::default(), 0, command.clone()).await? {
            Some(committed) => Ok(committed),
            None => self.execute::<A>(context, id, command).await,
        }
    }

    /// Makes one attempt; returns `None` if the stream has another version.
    async fn decide<A: Aggregate<Services = ()>>(
        &self,
        context: &CommandContext,
        id: Uuid,
        mut aggregate: A,
        version: i64,
        command: A::Command,
    ) -> Result<Option<Committed>, CommandError<A::Error>> {
        let sink = EventSink::default();
        let decided = aggregate.handle(command, &(), &sink).await;
        let events = sink.collect().await;
        if decided.is_err() || events.is_empty() {
            // Perhaps because it was executed before: then the first answer is returned.
            match self.answer_to(context.organization, &context.key).await? {
                Some(Appended::Replayed(stored)) => return Ok(Some(Committed::earlier(stored))),
                Some(_) => return Err(CommandError::KeyReused),
                None => {}
            }
            decided.map_err(CommandError::Refused)?;
            return Ok(Some(Committed {
                position: self.head().await?,
                version,
                answer: context.answer.clone(),
                replayed: false,
            }));
        }
        let events = events
            .iter()
            .map(|event| {
                Ok(NewEvent {
                    event_type: event.event_type(),
                    schema_version: event.event_version().parse().unwrap_or(1),
                    payload: encode_payload(event)?,
                })
            })
            .collect::<Result<_, serde_json::Error>>()?;
        let appended = self
            .append(Append {
                organization: context.organization,
                stream: StreamId { stream_type: A::TYPE, id },
                expected: Expected::Version(version),
                events,
                key: context.key.clone(),
                answer: context.answer.clone(),
                metadata: context.metadata.clone(),
                data_key: context.data_key.clone(),
                wrapped_keys: context.wrapped_keys.clone(),
            })
            .await?;
        match appended {
            Appended::Committed { position, version, .. } => Ok(Some(Committed {
                position,
                version,
                answer: context.answer.clone(),
                replayed: false,
            })),
            Appended::Replayed(stored) => Ok(Some(Committed::earlier(stored))),
            Appended::KeyReused => Err(CommandError::KeyReused),
            Appended::Conflict { .. } => Ok(None),
        }
    }
}
