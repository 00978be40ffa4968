//! Queries of updates.

use super::{Channel, of_stored_name, stored_name};
use crate::engine::Views;
use debrief_domain::ids::OrganizationId;
use debrief_infra::database::DatabaseError;
use serde::Serialize;
use serde_json::Value;

/// An update of a channel.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Update {
    /// Offset in the channel, from 1 without gaps.
    pub offset: i64,
    /// Position of its event.
    pub position: i64,
    /// Name of the update.
    pub kind: String,
    /// What changed.
    pub payload: Value,
    /// When the event was recorded, a Unix time in milliseconds.
    pub recorded_at: i64,
}

/// The updates of a channel that can be replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Offset of the newest update; 0 if there is none.
    pub head: i64,
    /// Offset of the oldest update kept; `head + 1` if there is none.
    pub first: i64,
}

/// Returns the range of a channel's updates that can be replayed.
pub async fn window(
    views: &Views,
    organization: OrganizationId,
    channel: Channel,
) -> Result<Window, DatabaseError> {
    let sql = "SELECT head, (SELECT MIN(\"offset\") FROM updates WHERE channel = $1) \
         FROM update_channels WHERE channel = $1";
    let rows = views.sql().query(sql, &[stored_name(organization, channel).into()]).await?;
    let Some(row) = rows.first() else { return Ok(Window { head: 0, first: 1 }) };
    let head: i64 = row.get(0)?;
    Ok(Window { head, first: row.get::<Option<i64>>(1)?.unwrap_or(head + 1) })
}

/// Returns up to `limit` updates of a channel after `offset`, in order.
pub async fn updates(
    views: &Views,
    organization: OrganizationId,
    channel: Channel,
    offset: i64,
    limit: u32,
) -> Result<Vec<Update>, DatabaseError> {
    let sql = "SELECT \"offset\", position, kind, payload, recorded_at FROM updates \
         WHERE channel = $1 AND \"offset\" > $2 ORDER BY \"offset\" LIMIT $3";
    let arguments = [stored_name(organization, channel).into(), offset.into(), limit.into()];
    let rows = views.sql().query(sql, &arguments).await?;
    rows.iter()
        .map(|row| {
            let payload: String = row.get(3)?;
            Ok(Update {
                offset: row.get(0)?,
                position: row.get(1)?,
                kind: row.get(2)?,
                payload: serde_json::from_str(&payload).unwrap_or(Value::Null),
                recorded_at: row.get(4)?,
            })
        })
        .collect()
}

/// Returns the generation of the updates' tables: one half of the epoch, next to the log's own.
pub async fn generation(views: &Views) -> Result<i64, DatabaseError> {
    let sql = "SELECT generation FROM projection_checkpoints WHERE name = 'updates'";
    let rows = views.sql().query(sql, &[]).await?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

/// Returns the channels with updates after `position` (without one: no channels), and the position
/// up to which the answer is complete.
pub async fn channels_moved(
    views: &Views,
    position: Option<i64>,
) -> Result<(i64, Vec<(OrganizationId, Channel)>), DatabaseError> {
    // The checkpoint is read first: updates of later events may be missing from what is read after
    // it.
    let sql = "SELECT position FROM projection_checkpoints WHERE name = 'updates'";
    let rows = views.sql().query(sql, &[]).await?;
    let reached: i64 = rows.first().map_or(Ok(0), |row| row.get(0))?;
    let Some(position) = position.filter(|position| *position < reached) else {
        return Ok((reached, Vec::new()));
    };
    let sql = "SELECT DISTINCT channel FROM updates WHERE position > $1 AND position <= $2";
    let rows = views.sql().query(sql, &[position.into(), reached.into()]).await?;
    let mut channels = Vec::with_capacity(rows.len());
    for row in &rows {
        let stored: String = row.get(0)?;
        channels.extend(of_stored_name(&stored));
    }
    Ok((reached, channels))
}
