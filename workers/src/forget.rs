//! Takes a deleted transcript's words away: blobs, key, summary.
//!
//! The key goes first: from then on nothing that is still somewhere can be read.

use crate::worker::{Context, Fault, JobContext, Worker, command_context};
use async_trait::async_trait;
use debrief_domain::event::Event;
use debrief_domain::ids::{SummaryId, TranscriptId};
use debrief_domain::summary::{Summary, SummaryCommand};
use debrief_domain::transcript::TranscriptEvent;
use debrief_infra::blobs::BlobKey;
use debrief_infra::log::RecordedEvent;

/// See the module.
pub struct Forget(pub(crate) Context);

#[async_trait]
impl Worker for Forget {
    fn name(&self) -> &'static str {
        "forget"
    }

    fn event_types(&self) -> &'static [&'static str] {
        &["transcript.deleted"]
    }

    async fn handle(&self, event: &RecordedEvent, _: &JobContext) -> Result<(), Fault> {
        let Context { log, documents } = &self.0;
        let Event::Transcript(TranscriptEvent::Deleted(deleted)) = event.event()? else {
            return Err(Fault::Never(format!("{} is no work for this worker", event.event_type)));
        };
        log.keys().delete(event.stream_id).await?;
        for blob in deleted.blobs {
            documents.delete(&BlobKey::try_from(blob)?).await?;
        }
        let context = command_context(self, event, "");
        let id = SummaryId::of(TranscriptId(event.stream_id));
        log.execute::<Summary>(context, id.0, SummaryCommand::Erase).await?;
        Ok(())
    }
}
