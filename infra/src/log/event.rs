//! An event as it stands in the log.

use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use debrief_domain::event::{self, DecodeError};
use debrief_domain::ids::OrganizationId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// Who caused an event, and by what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// The [`Principal`](debrief_domain::principal::Principal) who acted, as text.
    pub actor: String,
    /// Runs from the first request through everything that follows from it.
    pub correlation_id: Uuid,
    /// The event that a worker answered to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<Uuid>,
}

/// An event with its place in the log, opened and lifted to the newest schema.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordedEvent {
    /// Place in the log, from 1 without gaps.
    pub position: i64,
    /// UUIDv7.
    pub id: Uuid,
    /// Whose it is.
    pub organization: OrganizationId,
    /// Type of the stream, such as `transcript`.
    pub stream_type: String,
    /// The aggregate's id.
    pub stream_id: Uuid,
    /// Place in the stream, from 1 without gaps.
    pub version: i64,
    /// Globally unique name, such as `transcript.uploaded`.
    #[serde(rename = "type")]
    pub event_type: String,
    /// Schema version of `payload`.
    pub schema_version: u32,
    /// What happened.
    pub payload: Value,
    /// Who caused it, and by what.
    pub metadata: Metadata,
    /// When the log took it in.
    pub recorded_at: DateTime<Utc>,
}

impl RecordedEvent {
    /// The event as the aggregate `A` declares it; `None` where it is another aggregate's.
    pub fn of<A: Aggregate>(&self) -> Result<Option<A::Event>, DecodeError> {
        if self.stream_type != A::TYPE {
            return Ok(None);
        }
        event::decode(&self.event_type, &self.payload).map(Some)
    }
}

/// What an event is, without what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventHeader {
    /// Place in the log.
    pub position: i64,
    /// UUIDv7.
    pub id: Uuid,
    /// Whose it is.
    pub organization: OrganizationId,
    /// The aggregate's id.
    pub stream_id: Uuid,
    /// Globally unique name, as stored.
    pub event_type: String,
    /// That of the request it all began with.
    pub correlation_id: Uuid,
    /// When the log took it in.
    pub recorded_at: DateTime<Utc>,
}
