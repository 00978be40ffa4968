//! Decides a batch of appends: which succeed, and the positions of their events.
//!
//! Pure, and the same for every database: an adapter locks the log, reads a [`State`], calls
//! [`decide`], and writes the result, all in one transaction.

use super::event::Metadata;
use crate::keys::{DataKey, WrappedKey};
use debrief_domain::ids::OrganizationId;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Identifies a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StreamId {
    /// Type of the aggregate.
    pub stream_type: &'static str,
    /// Id of the aggregate.
    pub id: Uuid,
}

/// The stream version that an append requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Exactly this one; 0 for a new stream.
    Version(i64),
    /// Any version.
    Any,
}

/// Identifies a command, so that it takes effect once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CommandKey {
    /// The client's `Idempotency-Key`, or `<worker>:<event id>`; unique in its organization.
    pub key: String,
    /// SHA-256 of the command's content.
    pub fingerprint: [u8; 32],
}

/// An event that is not in the log yet.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// Globally unique name.
    pub event_type: String,
    /// Schema version of `payload`.
    pub schema_version: u32,
    /// Payload; personal fields are not encrypted.
    pub payload: Value,
}

/// The events of one command.
#[derive(Debug, Clone)]
pub struct Append {
    /// Organization that owns them.
    pub organization: OrganizationId,
    /// Stream to append to.
    pub stream: StreamId,
    /// Required version of the stream.
    pub expected: Expected,
    /// Events, in order.
    pub events: Vec<NewEvent>,
    /// Identifies the command.
    pub key: CommandKey,
    /// Stored with the key and returned on replay; contains ids, never a person's words.
    pub answer: Value,
    /// Actor and causes.
    pub metadata: Metadata,
    /// Encrypts personal fields.
    pub data_key: Option<DataKey>,
    /// Keys to be stored, or rewrapped, with the events.
    pub wrapped_keys: Vec<WrappedKey>,
}

/// Result of an append.
#[derive(Debug, Clone, PartialEq)]
pub enum Appended {
    /// The events are in the log.
    Committed {
        /// Position of the last event.
        position: i64,
        /// Version of the stream after it.
        version: i64,
    },
    /// The command was executed before; this was its answer.
    Replayed(StoredAnswer),
    /// The key was used for another command.
    KeyReused,
    /// The stream has another version.
    Conflict {
        /// Actual version.
        actual: i64,
    },
}

/// The stored answer to an executed command.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredAnswer {
    /// The command's answer.
    pub answer: Value,
    /// Position of its last event.
    pub position: i64,
    /// Version of its stream after that.
    pub version: i64,
}

/// An answer with the fingerprint of its command.
#[derive(Debug, Clone)]
pub(super) struct StoredKey {
    pub(super) fingerprint: [u8; 32],
    pub(super) answer: StoredAnswer,
}

/// An append that is encrypted and ready to be written.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    pub(super) organization: OrganizationId,
    pub(super) stream: StreamId,
    pub(super) expected: Expected,
    pub(super) events: Vec<PreparedEvent>,
    pub(super) key: CommandKey,
    pub(super) answer: Value,
    /// JSON of [`Metadata`].
    pub(super) metadata: String,
    pub(super) wrapped_keys: Vec<WrappedKey>,
}

#[derive(Debug, Clone)]
pub(super) struct PreparedEvent {
    pub(super) id: Uuid,
    pub(super) event_type: String,
    pub(super) schema_version: u32,
    /// JSON; personal fields are encrypted.
    pub(super) payload: String,
}

/// The part of the log's state needed to decide a batch.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Position of the last event.
    pub(super) position: i64,
    /// Versions of the batch's streams; new streams may be missing.
    pub(super) versions: HashMap<StreamId, i64>,
    /// Stored answers to the batch's keys.
    pub(super) keys: HashMap<(OrganizationId, String), StoredKey>,
}

/// Result of one append of a batch.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outcome {
    /// Its events end at `position`.
    Committed { position: i64, version: i64 },
    /// See [`Appended::Replayed`].
    Replayed(StoredAnswer),
    /// See [`Appended::KeyReused`].
    KeyReused,
    /// See [`Appended::Conflict`].
    Conflict { actual: i64 },
}

/// Decides each append in turn: appends to one stream chain, and a key used twice in one batch
/// takes effect once. Afterwards `state.position` is that of the last accepted event.
pub(super) fn decide(state: &mut State, batch: &[Prepared]) -> Vec<Outcome> {
    let mut outcomes: Vec<Outcome> = Vec::with_capacity(batch.len());
    // Accepted appends of this batch by key: position and version.
    let mut accepted: HashMap<(OrganizationId, &str), (&Prepared, i64, i64)> =
        HashMap::with_capacity(batch.len());
    for append in batch {
        let key = (append.organization, append.key.key.as_str());
        let earlier = match accepted.get(&key) {
            Some((earlier, position, version)) => Some(stored(earlier, *position, *version)),
            None if state.keys.is_empty() => None,
            None => state.keys.get(&(key.0, key.1.to_owned())).cloned(),
        };
        if let Some(earlier) = earlier {
            outcomes.push(if earlier.fingerprint == append.key.fingerprint {
                Outcome::Replayed(earlier.answer)
            } else {
                Outcome::KeyReused
            });
            continue;
        }
        let version = state.versions.entry(append.stream).or_insert(0);
        if let Expected::Version(expected) = append.expected
            && expected != *version
        {
            outcomes.push(Outcome::Conflict { actual: *version });
            continue;
        }
        let count = append.events.len() as i64;
        *version += count;
        state.position += count;
        outcomes.push(Outcome::Committed { position: state.position, version: *version });
        accepted.insert(key, (append, state.position, *version));
    }
    outcomes
}

/// Returns the versions that the appends expect, if the batch is plain: every append expects one,
/// and streams and keys are distinct.
pub(super) fn plain(batch: &[Prepared]) -> Option<Vec<i64>> {
    let mut streams = HashSet::with_capacity(batch.len());
    let mut keys = HashSet::with_capacity(batch.len());
    batch
        .iter()
        .map(|append| match append.expected {
            Expected::Version(version)
                if streams.insert(append.stream)
                    && keys.insert((append.organization, &append.key.key)) =>
            {
                Some(version)
            }
            _ => None,
        })
        .collect()
}

/// Returns what is stored for an accepted append.
fn stored(append: &Prepared, position: i64, version: i64) -> StoredKey {
    let answer = StoredAnswer { answer: append.answer.clone(), position, version };
    StoredKey { fingerprint: append.key.fingerprint, answer }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn append(stream: u128, expected: Expected, key: &str, events: usize) -> Prepared {
        let event = PreparedEvent {
            id: Uuid::now_v7(),
            event_type: "t".into(),
            schema_version: 1,
            payload: "{}".into(),
        };
        Prepared {
            organization: OrganizationId(Uuid::from_u128(1)),
            stream: StreamId { stream_type: "s", id: Uuid::from_u128(stream) },
            expected,
            events: vec![event; events],
            key: CommandKey { key: key.into(), fingerprint: [0; 32] },
            answer: Value::from(key),
            metadata: "{}".into(),
            wrapped_keys: vec![],
        }
    }

    fn run(batch: &[Prepared]) -> Vec<Outcome> {
        let mut state = State { position: 10, ..State::default() };
        decide(&mut state, batch)
    }

    fn committed(position: i64, version: i64) -> Outcome {
        Outcome::Committed { position, version }
    }

    #[test]
    fn appends_to_one_stream_chain() {
        let outcomes = run(&[
            append(1, Expected::Version(0), "a", 2),
            append(2, Expected::Any, "b", 1),
            append(1, Expected::Version(2), "c", 1),
            append(1, Expected::Any, "d", 1),
        ]);
        let expected = [committed(12, 2), committed(13, 1), committed(14, 3), committed(15, 4)];
        assert_eq!(outcomes, expected);
    }

    #[test]
    fn a_conflict_takes_no_position() {
        let outcomes = run(&[
            append(1, Expected::Version(0), "a", 1),
            append(1, Expected::Version(0), "b", 1),
            append(2, Expected::Version(0), "c", 1),
        ]);
        assert_eq!(outcomes, [committed(11, 1), Outcome::Conflict { actual: 1 }, committed(12, 1)]);
    }

    #[test]
    fn a_batch_in_which_something_meets_is_not_plain() {
        let one = append(1, Expected::Version(0), "a", 1);
        let plainly = |other| plain(&[one.clone(), other]);
        assert_eq!(plainly(append(2, Expected::Version(3), "b", 2)), Some(vec![0, 3]));
        assert_eq!(plainly(append(2, Expected::Any, "b", 1)), None);
        assert_eq!(plainly(append(1, Expected::Version(1), "b", 1)), None);
        assert_eq!(plainly(append(2, Expected::Version(0), "a", 1)), None);
    }

    #[test]
    fn a_key_takes_effect_once_within_a_batch() {
        let mut other = append(2, Expected::Any, "a", 1);
        other.key.fingerprint = [1; 32];
        let first = append(1, Expected::Version(0), "a", 1);
        let outcomes = run(&[first.clone(), first, other]);
        let answer = StoredAnswer { answer: "a".into(), position: 11, version: 1 };
        assert_eq!(outcomes, [committed(11, 1), Outcome::Replayed(answer), Outcome::KeyReused]);
    }
}
