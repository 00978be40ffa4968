//! An event in the log.

use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use debrief_domain::event::{self, DecodeError};
use debrief_domain::ids::OrganizationId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// Actor and causes of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// The [`Principal`](debrief_domain::principal::Principal) who acted, as text.
    pub actor: String,
    /// Shared by the first request and everything that follows from it.
    pub correlation_id: Uuid,
    /// The event that a worker handled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<Uuid>,
}

/// An event with its position in the log, decrypted and upcast to the newest schema.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordedEvent {
    /// Position in the log, from 1 without gaps.
    pub position: i64,
    /// UUIDv7.
    pub id: Uuid,
    /// Organization that owns it.
    pub organization: OrganizationId,
    /// Type of the stream, such as `transcript`.
    pub stream_type: String,
    /// Id of the aggregate.
    pub stream_id: Uuid,
    /// Version in the stream, from 1 without gaps.
    pub version: i64,
    /// Globally unique name, such as `transcript.uploaded`.
    #[serde(rename = "type")]
    pub event_type: String,
    /// Schema version of `payload`.
    pub schema_version: u32,
    /// Content of the event.
    pub payload: Value,
    /// Actor and causes.
    pub metadata: Metadata,
    /// When the log accepted it.
    pub recorded_at: DateTime<Utc>,
}

impl RecordedEvent {
    /// Decodes the event of aggregate `A`; returns `None` if it belongs to another aggregate.
    pub fn of<A: Aggregate>(&self) -> Result<Option<A::Event>, DecodeError> {
        if self.stream_type != A::TYPE {
            return Ok(None);
        }
        event::decode(&self.event_type, &self.payload).map(Some)
    }
}

/// An event without its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventHeader {
    /// Position in the log.
    pub position: i64,
    /// UUIDv7.
    pub id: Uuid,
    /// Organization that owns it.
    pub organization: OrganizationId,
    /// Id of the aggregate.
    pub stream_id: Uuid,
    /// Globally unique name, as stored.
    pub event_type: String,
    /// Correlation id of the first request.
    pub correlation_id: Uuid,
    /// When the log accepted it.
    pub recorded_at: DateTime<Utc>,
}
