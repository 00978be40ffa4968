//! Reads the events of a stream, a page at a time.

use crate::error::LoadError;
use debrief_domain::ids::OrganizationId;
use debrief_infra::log::{EventLog, RecordedEvent, StreamId};

/// Number of events read at a time.
const PAGE: u32 = 500;

/// Calls `take` with each event, in order.
pub(crate) async fn each(
    log: &EventLog,
    organization: OrganizationId,
    stream: StreamId,
    mut take: impl FnMut(RecordedEvent) -> Result<(), LoadError>,
) -> Result<(), LoadError> {
    let mut version = 0;
    loop {
        let events = log.read_stream(organization, stream, version, PAGE).await?;
        let full = events.len() == PAGE as usize;
        for event in events {
            version = event.version;
            take(event)?;
        }
        if !full {
            return Ok(());
        }
    }
}
