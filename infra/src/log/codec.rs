//! Converts between the domain's events and the database's rows: encryption (sealing), decryption,
//! upcasting.
//!
//! A personal field, `{"$personal": value}`, is stored as `{"$sealed": "v1:<key>:<base64>"}`: the
//! value's JSON encrypted with AES-256-GCM, bound to the event's id. Once the key is deleted it is
//! read as `{"$erased": true}`.

use super::LogError;
use super::batch::{Append, Prepared, PreparedEvent};
use super::event::{Metadata, RecordedEvent};
use super::store::StoredEvent;
use crate::keys::{DataKey, KeyStore};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cqrs_es::persist::{EventUpcaster, SerializedEvent};
use debrief_domain::personal::{ERASED, PERSONAL};
use debrief_domain::upcasters;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

const SEALED: &str = "$sealed";
const SCHEME: &str = "v1";

/// An event cannot be encrypted, decrypted or read.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// A defect: an event with personal fields, but no key to encrypt them.
    #[error("{0} has personal fields but no key to encrypt them")]
    NoKey(String),
    /// A field that only looks sealed would stop every reader of the log.
    #[error("{0} has a field that looks like a sealed one")]
    LooksSealed(String),
    /// A sealed field does not have the expected form.
    #[error("a sealed field of event {0} is malformed")]
    Malformed(Uuid),
    /// A sealed field cannot be decrypted.
    #[error("a sealed field of event {0} cannot be decrypted: it was changed, or the key is wrong")]
    Undecryptable(Uuid),
    /// A defect: metadata that cannot be written as JSON.
    #[error("an event's metadata cannot be written: {0}")]
    Metadata(#[source] serde_json::Error),
    /// Stored text is not JSON.
    #[error("the event at position {position} is not valid JSON: {source}")]
    Json {
        /// Position of the event.
        position: i64,
        /// Cause.
        source: serde_json::Error,
    },
}

#[derive(Clone)]
pub(super) struct Codec {
    keys: KeyStore,
    upcasters: Arc<[Box<dyn EventUpcaster>]>,
}

impl Codec {
    pub(super) fn new(keys: KeyStore, upcasters: Vec<Box<dyn EventUpcaster>>) -> Self {
        Self { keys, upcasters: upcasters.into() }
    }

    /// Assigns ids to the events and seals them.
    pub(super) fn prepare(append: Append) -> Result<Prepared, CodecError> {
        let mut prepared = Vec::with_capacity(append.events.len());
        for mut event in append.events {
            let id = Uuid::now_v7();
            seal(&mut event.payload, append.data_key.as_ref(), id).map_err(|unsealable| {
                match unsealable {
                    Unsealable::NoKey => CodecError::NoKey(event.event_type.clone()),
                    Unsealable::LooksSealed => CodecError::LooksSealed(event.event_type.clone()),
                }
            })?;
            prepared.push(PreparedEvent {
                id,
                event_type: event.event_type,
                schema_version: event.schema_version,
                payload: event.payload.to_string(),
            });
        }
        Ok(Prepared {
            organization: append.organization,
            stream: append.stream,
            expected: append.expected,
            events: prepared,
            key: append.key,
            answer: append.answer,
            metadata: serde_json::to_string(&append.metadata).map_err(CodecError::Metadata)?,
            wrapped_keys: append.wrapped_keys,
        })
    }

    /// Decrypts and upcasts stored events. Keys are fetched once for all of them.
    pub(super) async fn open(
        &self,
        stored: Vec<StoredEvent>,
    ) -> Result<Vec<RecordedEvent>, LogError> {
        let mut wanted = HashSet::new();
        let mut events = Vec::with_capacity(stored.len());
        for event in stored {
            let json = |source| CodecError::Json { position: event.position, source };
            let payload: Value = serde_json::from_str(&event.payload).map_err(json)?;
            let metadata: Metadata = serde_json::from_str(&event.metadata).map_err(json)?;
            if event.payload.contains(SEALED) {
                collect_keys(&payload, &mut wanted);
            }
            events.push(RecordedEvent {
                position: event.position,
                id: event.id,
                organization: event.organization,
                stream_type: event.stream_type,
                stream_id: event.stream_id,
                version: event.version,
                event_type: event.event_type,
                schema_version: event.schema_version,
                payload,
                metadata,
                recorded_at: event.recorded_at,
            });
        }
        let wanted: Vec<Uuid> = wanted.into_iter().collect();
        let keys = self.keys.of_events(&wanted).await?;
        events.into_iter().map(|event| Ok(self.lift(open_fields(event, &keys)?))).collect()
    }

    fn lift(&self, mut event: RecordedEvent) -> RecordedEvent {
        if self.upcasters.is_empty() {
            return event;
        }
        let lifted = upcasters::lift(
            &self.upcasters,
            SerializedEvent {
                aggregate_id: event.stream_id.to_string(),
                sequence: event.version as usize,
                aggregate_type: event.stream_type.clone(),
                event_type: event.event_type,
                event_version: event.schema_version.to_string(),
                payload: event.payload,
                metadata: Value::Null,
            },
        );
        event.event_type = lifted.event_type;
        event.schema_version = lifted.event_version.parse().unwrap_or(event.schema_version);
        event.payload = lifted.payload;
        event
    }
}

enum Unsealable {
    NoKey,
    LooksSealed,
}

fn seal(value: &mut Value, key: Option<&DataKey>, event: Uuid) -> Result<(), Unsealable> {
    match value {
        Value::Object(map) => {
            if map.len() == 1
                && let Some(personal) = map.get(PERSONAL)
            {
                let key = key.ok_or(Unsealable::NoKey)?;
                let sealed = key.seal(event.as_bytes(), personal.to_string().as_bytes());
                let text = format!("{SCHEME}:{}:{}", key.id, URL_SAFE_NO_PAD.encode(sealed));
                *value = json!({ SEALED: text });
                return Ok(());
            }
            if map.contains_key(SEALED) {
                return Err(Unsealable::LooksSealed);
            }
            map.values_mut().try_for_each(|value| seal(value, key, event))
        }
        Value::Array(values) => values.iter_mut().try_for_each(|value| seal(value, key, event)),
        _ => Ok(()),
    }
}

/// Returns the text of a sealed field, if the value is one.
fn sealed_text(value: &Value) -> Option<&str> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    map.get(SEALED)?.as_str()
}

fn split(text: &str) -> Option<(Uuid, &str)> {
    let (key, sealed) = text.strip_prefix(SCHEME)?.strip_prefix(':')?.split_once(':')?;
    Some((key.parse().ok()?, sealed))
}

fn collect_keys(value: &Value, keys: &mut HashSet<Uuid>) {
    if let Some(text) = sealed_text(value) {
        keys.extend(split(text).map(|(key, _)| key));
        return;
    }
    match value {
        Value::Object(map) => map.values().for_each(|value| collect_keys(value, keys)),
        Value::Array(values) => values.iter().for_each(|value| collect_keys(value, keys)),
        _ => {}
    }
}

fn open_fields(
    mut event: RecordedEvent,
    keys: &HashMap<Uuid, DataKey>,
) -> Result<RecordedEvent, CodecError> {
    open_value(&mut event.payload, keys, event.id)?;
    Ok(event)
}

fn open_value(
    value: &mut Value,
    keys: &HashMap<Uuid, DataKey>,
    event: Uuid,
) -> Result<(), CodecError> {
    if let Some(text) = sealed_text(value) {
        let (key, sealed) = split(text).ok_or(CodecError::Malformed(event))?;
        let Some(key) = keys.get(&key) else {
            *value = json!({ ERASED: true });
            return Ok(());
        };
        let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| CodecError::Malformed(event))?;
        let plain =
            key.open(event.as_bytes(), &sealed).map_err(|_| CodecError::Undecryptable(event))?;
        let plain: Value =
            serde_json::from_slice(&plain).map_err(|_| CodecError::Malformed(event))?;
        *value = json!({ PERSONAL: plain });
        return Ok(());
    }
    match value {
        Value::Object(map) => map.values_mut().try_for_each(|value| open_value(value, keys, event)),
        Value::Array(values) => {
            values.iter_mut().try_for_each(|value| open_value(value, keys, event))
        }
        _ => Ok(()),
    }
}
