//! Events: their names, their versions, and how they are read.
//!
//! Invariants: a type name such as `transcript.uploaded` is globally unique and never reused; a
//! schema version only grows; every version that was ever stored has a golden fixture in
//! `domain/fixtures/events` and is lifted to the newest by [`crate::upcasters`].
//!
//! Nothing here lists all events: an aggregate declares its own with [`events!`], and
//! [`crate::STREAMS`] lists the aggregates. A reader of events asks for those of one aggregate.

use cqrs_es::{Aggregate, DomainEvent};
use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer};
use serde::de::{DeserializeOwned, DeserializeSeed, MapAccess};
use serde_json::Value;

/// Declares the events of an aggregate: for each its struct, its global type name and the current
/// version of its schema.
///
/// ```ignore
/// events! {
///     /// Events of a client.
///     pub enum ClientEvent {
///         Registered(ClientRegistered) = "client.registered", 1;
///     }
/// }
/// ```
macro_rules! events {
    (
        $(#[$doc:meta])*
        pub enum $event:ident {
            $($variant:ident($payload:ident) = $name:literal, $version:literal;)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "type", content = "payload")]
        pub enum $event {
            $(
                #[doc = concat!("`", $name, "`: see [`", stringify!($payload), "`].")]
                #[serde(rename = $name)]
                $variant($payload),
            )+
        }

        impl crate::event::Declared for $event {
            const TYPES: &'static [(&'static str, u32)] = &[$(($name, $version)),+];
        }

        impl cqrs_es::DomainEvent for $event {
            fn event_type(&self) -> String {
                match self { $(Self::$variant(_) => $name.to_owned()),+ }
            }

            fn event_version(&self) -> String {
                match self { $(Self::$variant(_) => stringify!($version).to_owned()),+ }
            }
        }
    };
}
pub(crate) use events;

/// Events that were declared with the `events!` macro.
pub trait Declared: DomainEvent {
    /// Type names and current schema versions.
    const TYPES: &'static [(&'static str, u32)];
}

/// A kind of stream: an aggregate and the events that its streams hold.
#[derive(Debug, Clone, Copy)]
pub struct Stream {
    /// [`Aggregate::TYPE`].
    pub name: &'static str,
    /// Type names and current schema versions of its events.
    pub events: &'static [(&'static str, u32)],
    recode: fn(&str, &Value) -> Result<Value, DecodeError>,
}

impl Stream {
    /// The streams of an aggregate.
    pub const fn of<A: Aggregate<Event: Declared>>() -> Self {
        Self { name: A::TYPE, events: A::Event::TYPES, recode: recode::<A::Event> }
    }

    /// Reads a payload of the newest schema and writes it again: the part that the domain knows.
    pub fn recode(&self, event_type: &str, payload: &Value) -> Result<Value, DecodeError> {
        (self.recode)(event_type, payload)
    }
}

fn recode<E: DomainEvent>(event_type: &str, payload: &Value) -> Result<Value, DecodeError> {
    let event: E = decode(event_type, payload)?;
    encode_payload(&event).map_err(|source| DecodeError::new(event_type, source))
}

/// An event of the newest schema could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the payload of {event_type} cannot be read: {source}")]
pub struct DecodeError {
    /// The type name.
    pub event_type: String,
    /// The cause.
    pub source: serde_json::Error,
}

impl DecodeError {
    fn new(event_type: &str, source: serde_json::Error) -> Self {
        Self { event_type: event_type.to_owned(), source }
    }
}

/// Reads an event of the newest schema version. The payload is not copied.
///
/// # Errors
///
/// If the aggregate has no event of this name, or the payload does not match it.
pub fn decode<E: DeserializeOwned>(event_type: &str, payload: &Value) -> Result<E, DecodeError> {
    let tagged = Tagged { event_type, payload, given: Given::Nothing };
    E::deserialize(MapAccessDeserializer::new(tagged))
        .map_err(|source| DecodeError::new(event_type, source))
}

/// The payload of an event as JSON, without its type name.
pub fn encode_payload<E: DomainEvent>(event: &E) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::to_value(event)?;
    Ok(value.get_mut("payload").map(Value::take).unwrap_or(Value::Null))
}

/// `{"type": event_type, "payload": payload}` as a map that serde reads, without making one.
struct Tagged<'a> {
    event_type: &'a str,
    payload: &'a Value,
    given: Given,
}

/// The entries of a [`Tagged`] that were read.
enum Given {
    Nothing,
    Type,
    All,
}

impl<'de> MapAccess<'de> for Tagged<'de> {
    type Error = serde_json::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Self::Error> {
        let key = match self.given {
            Given::Nothing => "type",
            Given::Type => "payload",
            Given::All => return Ok(None),
        };
        seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Self::Error> {
        match self.given {
            Given::Nothing => {
                self.given = Given::Type;
                seed.deserialize(BorrowedStrDeserializer::new(self.event_type))
            }
            Given::Type | Given::All => {
                self.given = Given::All;
                seed.deserialize(self.payload)
            }
        }
    }
}
