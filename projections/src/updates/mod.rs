//! Client updates per channel, with consecutive offsets.
//!
//! The [`Channel`]s of an organization and their [`Payload`]s are listed here; each resource has a
//! file of its own. An update contains ids, states and counts, never a person's words: a client
//! that needs them reads them, with the update's `position` as `min_position`.
//!
//! Invariants: a channel's offsets run 1, 2, 3 …; the newest `retention` of them are kept; offset
//! and content are functions of the log, so a rebuild gives every update the same offset, and an
//! event delivered twice publishes nothing twice. The epoch combines the log's own with the
//! projection's generation: if either changes, earlier offsets are invalid, and clients are told to
//! reload.

mod channel;
mod query;
pub mod searches;
pub mod transcripts;

pub use channel::{ChannelKind, UnknownChannel};
pub use query::*;

use crate::engine::ColumnType::{Integer, Text};
use crate::engine::{Op, Projection, Series, Table};
use debrief_domain::event::DecodeError;
use debrief_domain::ids::{OrganizationId, SavedSearchId, TranscriptId};
use debrief_infra::log::RecordedEvent;
use serde::Serialize;
use serde_json::Value;

channel::channels! {
    Transcripts = "transcripts", Read, "every transcript of the organization";
    Transcript(id: TranscriptId) = "transcripts/<id>", Read, "one transcript";
    Searches = "searches", Read, "matches of any saved search of the organization";
    Search(id: SavedSearchId) = "searches/<id>", Read, "matches of one saved search";
}

/// The payloads tried for each event.
const PAYLOADS: &[Read] =
    &[published::<transcripts::TranscriptUpdate>, published::<searches::SearchUpdate>];

/// The content of an update: ids, states and counts, never a person's words.
///
/// Its JSON is stored and sent, so a changed or removed field requires a new version of
/// [`Updates`].
pub trait Payload: Serialize + Sized {
    /// Returns the payload for an event; `None` if it causes no update.
    fn of(event: &RecordedEvent) -> Result<Option<Self>, DecodeError>;

    /// Returns the channels to publish to.
    fn channels(&self) -> Vec<Channel>;
}

/// A payload of any type with its channels.
struct Published {
    channels: Vec<Channel>,
    payload: Value,
}

type Read = fn(&RecordedEvent) -> Result<Option<Published>, DecodeError>;

fn published<P: Payload>(event: &RecordedEvent) -> Result<Option<Published>, DecodeError> {
    let Some(payload) = P::of(event)? else { return Ok(None) };
    let channels = payload.channels();
    // By way of a `Value`, which sorts the fields: `verify` compares the text, and the field order
    // of a struct must not matter.
    let payload = serde_json::to_value(payload).expect("a payload is JSON");
    Ok(Some(Published { channels, payload }))
}

const CHANNELS: Table = Table {
    name: "update_channels",
    key: &[("channel", Text)],
    // Offset and position of the newest update ever published.
    columns: &[("head", Integer), ("position", Integer)],
    indexes: &[],
};

const UPDATES: Table = Table {
    name: "updates",
    key: &[("channel", Text), ("offset", Integer)],
    columns: &[("position", Integer), ("kind", Text), ("payload", Text), ("recorded_at", Integer)],
    indexes: &[],
};

/// Fills `updates` and `update_channels`.
#[derive(Debug, Clone, Copy)]
pub struct Updates {
    /// Number of updates kept per channel.
    pub retention: u32,
}

/// Returns the stored name of an organization's channel.
fn stored_name(organization: OrganizationId, channel: Channel) -> String {
    format!("{organization}/{channel}")
}

/// Parses a stored name; `None` if this code does not know the channel.
fn of_stored_name(name: &str) -> Option<(OrganizationId, Channel)> {
    let (organization, channel) = name.split_once('/')?;
    Some((organization.parse().ok()?, channel.parse().ok()?))
}

impl Projection for Updates {
    fn name(&self) -> &'static str {
        "updates"
    }

    fn version(&self) -> u32 {
        2
    }

    fn tables(&self) -> &'static [Table] {
        &[CHANNELS, UPDATES]
    }

    fn series(&self) -> Vec<Series> {
        vec![Series { rows: UPDATES, heads: CHANNELS, retention: self.retention }]
    }

    fn project(&self, event: &RecordedEvent) -> Result<Vec<Op>, DecodeError> {
        let mut ops = Vec::new();
        for read in PAYLOADS {
            let Some(update) = read(event)? else { continue };
            let payload = update.payload.to_string();
            ops.extend(update.channels.into_iter().map(|channel| Op::Append {
                table: UPDATES.name,
                group: stored_name(event.organization, channel),
                columns: vec![
                    ("position", event.position.into()),
                    ("kind", event.event_type.as_str().into()),
                    ("payload", payload.as_str().into()),
                    ("recorded_at", event.recorded_at.timestamp_millis().into()),
                ],
            }));
        }
        Ok(ops)
    }
}

#[cfg(test)]
mod tests;
