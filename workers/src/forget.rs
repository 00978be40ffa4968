//! Erases deleted content: the blobs, key and summary of a transcript, the key of a note, a saved
//! search, a prompt or a voice.
//!
//! The key is deleted first: from then on no remaining copy can be read.

use crate::descriptor::{Descriptor, Limits};
use crate::fault::Fault;
use crate::job::JobContext;
use crate::worker::{Context, Done, Worker};
use async_trait::async_trait;
use debrief_domain::ids::{SummaryId, TranscriptId};
use debrief_domain::prompt::{Prompt, PromptEvent};
use debrief_domain::summary::{Summary, SummaryCommand};
use debrief_domain::transcript::{Transcript, TranscriptDeleted, TranscriptEvent};
use debrief_domain::voice::{Voice, VoiceEvent};
use debrief_infra::blobs::BlobKey;
use debrief_infra::log::RecordedEvent;
use debrief_infra::queue::Begins;
use std::sync::Arc;

/// Erases deleted content.
pub static WORKER: Descriptor = Descriptor {
    name: "forget",
    events: &[
        "transcript.deleted",
        "note.deleted",
        "saved_search.deleted",
        "prompt.deleted",
        "voice.deleted",
    ],
    begins: Begins::Start,
    limits: Limits::DEFAULT,
    make: |context| Arc::new(Forget(context.clone())),
};

struct Forget(Context);

#[async_trait]
impl Worker for Forget {
    async fn handle(&self, event: &RecordedEvent, job: &JobContext) -> Result<Done, Fault> {
        let Context { log, documents, .. } = &self.0;
        // The key of the deleted stream, of whatever type, or the one that the event names, if the
        // stream goes on under another.
        let key = match (event.of::<Prompt>()?, event.of::<Voice>()?) {
            (Some(PromptEvent::Deleted(deleted)), _) => deleted.key_id,
            (_, Some(VoiceEvent::Deleted(deleted))) => deleted.key_id,
            _ => event.stream_id,
        };
        log.keys().delete(event.organization, key).await?;
        let Some(TranscriptEvent::Deleted(TranscriptDeleted { blobs })) =
            event.of::<Transcript>()?
        else {
            return Ok(Done::Finished);
        };
        for blob in blobs {
            documents.delete(&BlobKey::try_from(blob)?).await?;
        }
        let context = job.command(event, "");
        let id = SummaryId::of(TranscriptId(event.stream_id));
        log.execute::<Summary>(context, id.0, SummaryCommand::Erase).await?;
        Ok(Done::Finished)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{CALL, Stage};
    use debrief_domain::transcript::TranscriptCommand;

    #[tokio::test]
    async fn nothing_is_left_of_what_was_deleted() {
        let stage = Stage::new().await;
        let id = stage.upload("call.vtt", CALL).await;
        let kept = stage.upload("other.vtt", CALL).await;
        stage.tell::<Transcript>(id.0, TranscriptCommand::Delete).await;
        stage.run(&WORKER).await;
        let keys = stage.context.log.keys();
        assert!(keys.get(stage.organization, id.0).await.unwrap().is_none());
        assert!(keys.get(stage.organization, kept.0).await.unwrap().is_some());
        assert_eq!(stage.blobs(), 1, "the blob of the other session alone");
    }
}
