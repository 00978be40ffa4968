//! Takes the words of what was deleted away: a transcript's blobs, key
//! and summary, the key of a note or a saved search.
//!
//! The key goes first: from then on nothing that is still somewhere can be read.

use crate::descriptor::{Descriptor, Limits};
use crate::worker::{Context, Fault, JobContext, Worker, command_context};
use async_trait::async_trait;
use debrief_domain::event::Event;
use debrief_domain::ids::{SummaryId, TranscriptId};
use debrief_domain::note::NoteEvent;
use debrief_domain::saved_search::SavedSearchEvent;
use debrief_domain::summary::{Summary, SummaryCommand};
use debrief_domain::transcript::TranscriptEvent;
use debrief_infra::blobs::BlobKey;
use debrief_infra::log::RecordedEvent;
use debrief_infra::queue::Begins;
use std::sync::Arc;

/// Removes the words of what was deleted.
pub static WORKER: Descriptor = Descriptor {
    name: "forget",
    events: &["transcript.deleted", "note.deleted", "saved_search.deleted"],
    begins: Begins::Start,
    limits: Limits::DEFAULT,
    make: |context| Arc::new(Forget(context.clone())),
};

struct Forget(Context);

#[async_trait]
impl Worker for Forget {
    async fn handle(&self, event: &RecordedEvent, _: &JobContext) -> Result<(), Fault> {
        let Context { log, documents, .. } = &self.0;
        let blobs = match event.event()? {
            Event::Transcript(TranscriptEvent::Deleted(deleted)) => deleted.blobs,
            Event::Note(NoteEvent::Deleted(_))
            | Event::SavedSearch(SavedSearchEvent::Deleted(_)) => {
                return Ok(log.keys().delete(event.stream_id).await?);
            }
            _ => {
                let name = &event.event_type;
                return Err(Fault::Never(format!("{name} is no work for this worker")));
            }
        };
        log.keys().delete(event.stream_id).await?;
        for blob in blobs {
            documents.delete(&BlobKey::try_from(blob)?).await?;
        }
        let context = command_context(&WORKER, event, "");
        let id = SummaryId::of(TranscriptId(event.stream_id));
        log.execute::<Summary>(context, id.0, SummaryCommand::Erase).await?;
        Ok(())
    }
}
