//! The catalogue of events.
//!
//! Invariants: a type name such as `transcript.uploaded` is globally unique and never reused; a
//! schema version only grows; every version that was ever stored has a golden fixture in
//! `domain/fixtures/events` and is lifted to the newest by [`crate::upcasters`].

use crate::client::{Client, ClientEvent};
use crate::note::{Note, NoteEvent};
use crate::organization::{Organization, OrganizationEvent};
use crate::saved_search::{SavedSearch, SavedSearchEvent};
use crate::summary::{Summary, SummaryEvent};
use crate::transcript::{Transcript, TranscriptEvent};
use crate::vocabulary::{Vocabulary, VocabularyEvent};
use cqrs_es::Aggregate;
use serde_json::{Value, json};

/// Implements `cqrs_es::DomainEvent` from one table of names and schema versions.
macro_rules! impl_domain_event {
    ($event:ident { $($variant:ident => ($name:literal, $version:literal)),+ $(,)? }) => {
        impl $event {
            /// Type names and current schema versions.
            pub const TYPES: &'static [(&'static str, u32)] = &[$(($name, $version)),+];
        }

        impl cqrs_es::DomainEvent for $event {
            fn event_type(&self) -> String {
                match self { $(Self::$variant(_) => $name.to_owned()),+ }
            }

            fn event_version(&self) -> String {
                match self { $(Self::$variant(_) => $version.to_string()),+ }
            }
        }
    };
}
pub(crate) use impl_domain_event;

/// Any event.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Of an organization.
    Organization(OrganizationEvent),
    /// Of a client.
    Client(ClientEvent),
    /// Of a transcript.
    Transcript(TranscriptEvent),
    /// Of a summary.
    Summary(SummaryEvent),
    /// Of a vocabulary.
    Vocabulary(VocabularyEvent),
    /// Of a note from elsewhere.
    Note(NoteEvent),
    /// Of a saved search.
    SavedSearch(SavedSearchEvent),
}

/// An event of the newest schema could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// No aggregate of this name.
    #[error("there is no stream type \"{0}\"")]
    UnknownStreamType(String),
    /// The payload is not what the type name promises.
    #[error("the payload of {event_type} cannot be read: {source}")]
    Payload {
        /// The type name.
        event_type: String,
        /// What did not fit.
        source: serde_json::Error,
    },
}

impl Event {
    /// Type names and current schema versions of all events, with their stream types.
    pub fn types() -> impl Iterator<Item = (&'static str, &'static str, u32)> {
        let of = |stream: &'static str, types: &'static [(&'static str, u32)]| {
            types.iter().map(move |(name, version)| (stream, *name, *version))
        };
        of(Organization::TYPE, OrganizationEvent::TYPES)
            .chain(of(Client::TYPE, ClientEvent::TYPES))
            .chain(of(Transcript::TYPE, TranscriptEvent::TYPES))
            .chain(of(Summary::TYPE, SummaryEvent::TYPES))
            .chain(of(Vocabulary::TYPE, VocabularyEvent::TYPES))
            .chain(of(Note::TYPE, NoteEvent::TYPES))
            .chain(of(SavedSearch::TYPE, SavedSearchEvent::TYPES))
    }

    /// Reads an event of the newest schema version.
    pub fn decode(
        stream_type: &str,
        event_type: &str,
        payload: Value,
    ) -> Result<Self, DecodeError> {
        let event = json!({"type": event_type, "payload": payload});
        let read = |source| DecodeError::Payload { event_type: event_type.to_owned(), source };
        match stream_type {
            Organization::TYPE => serde_json::from_value(event).map(Self::Organization),
            Client::TYPE => serde_json::from_value(event).map(Self::Client),
            Transcript::TYPE => serde_json::from_value(event).map(Self::Transcript),
            Summary::TYPE => serde_json::from_value(event).map(Self::Summary),
            Vocabulary::TYPE => serde_json::from_value(event).map(Self::Vocabulary),
            Note::TYPE => serde_json::from_value(event).map(Self::Note),
            SavedSearch::TYPE => serde_json::from_value(event).map(Self::SavedSearch),
            other => return Err(DecodeError::UnknownStreamType(other.to_owned())),
        }
        .map_err(read)
    }
}

/// The payload of an event as JSON, without its type name.
pub fn encode_payload<E: cqrs_es::DomainEvent>(event: &E) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::to_value(event)?;
    Ok(value.get_mut("payload").map(Value::take).unwrap_or(Value::Null))
}
