//! Writes the summary of a transcript, and a new version when its turns change, from sentences that
//! it chooses and sorts.

use crate::descriptor::{Descriptor, Limits};
use crate::fault::Fault;
use crate::job::JobContext;
use crate::processing::INTERNAL;
use crate::vocabulary;
use crate::worker::{Context, Done, Worker};
use async_trait::async_trait;
use cqrs_es::Aggregate;
use debrief_domain::ids::{RequestId, SummaryId, TranscriptId};
use debrief_domain::summary::{Summary, SummaryCommand};
use debrief_domain::transcript::{CORRECTIONS_MAX, Stage, Transcript};
use debrief_infra::log::{CommandError, RecordedEvent, StreamId};
use debrief_infra::queue::Begins;
use debrief_language::summary;
use debrief_sessions::{Loaded, corrected, load};
use std::sync::Arc;
use uuid::Uuid;

/// The event that says that the files were parsed.
const READ: &str = "transcript.parsed";
/// Types of the events that change the turns.
const TURNS_CHANGED: &[&str] = &[READ, "transcript.corrected", "transcript.correction_undone"];
/// Maximum number of later events to read.
const PAGE: u32 = 100;

/// Summarizes turns.
pub static WORKER: Descriptor = Descriptor {
    name: "summarize",
    events: TURNS_CHANGED,
    begins: Begins::Start,
    limits: Limits::DEFAULT,
    make: |context| Arc::new(Summarize(context.clone())),
};

struct Summarize(Context);

#[async_trait]
impl Worker for Summarize {
    async fn handle(&self, event: &RecordedEvent, job: &JobContext) -> Result<Done, Fault> {
        let Context { log, documents, .. } = &self.0;
        let transcript_id = TranscriptId(event.stream_id);
        if self.is_overtaken(event).await? {
            return Ok(Done::Finished);
        }
        let loaded = load(log, documents, event.organization, transcript_id).await?;
        let held_on = loaded.as_ref().and_then(Loaded::held_on);
        let Some(Loaded { transcript, turns: Some(turns), .. }) = loaded else {
            return Ok(Done::Finished);
        };
        job.progress(0.2);
        let mut list = transcript.corrections();
        let pending = match event.event_type == READ && list.len() < CORRECTIONS_MAX {
            true => vocabulary::pending(log, event).await?,
            false => None,
        };
        // Again: had the vocabulary been applied between the two, nothing would be pending, and these
        // turns would be those of before or after it by chance.
        if self.is_overtaken(event).await? {
            return Ok(Done::Finished);
        }
        list.extend(pending.iter().map(|pending| (pending.id, pending.correction.clone())));
        let now = corrected(turns.read, list).await?;
        let rests = |id| now.dormant.iter().any(|(dormant, _)| *dormant == id);
        if pending.is_some_and(|pending| !rests(pending.id)) {
            // The vocabulary is about to correct these turns; that correction is an event with a
            // summary of its own.
            return Ok(Done::Finished);
        }
        let summarize = move || summary::extractive(&now.content, held_on);
        let summary = tokio::task::spawn_blocking(summarize)
            .await
            .map_err(|error| Fault::Failed(format!("the summarizer failed: {error}")))?;
        job.progress(0.9);
        let mut context = job.command(event, "");
        context.data_key = Some(turns.key.clone());
        // Where there is a language model, its version is to replace this one.
        let request = self.0.language_model.as_ref();
        let request = request.map(|_| RequestId(Uuid::new_v5(&event.id, b"request")));
        let content = Box::new(summary);
        let command = SummaryCommand::Write { transcript_id, content, request };
        let id = SummaryId::of(transcript_id);
        match log.execute::<Summary>(context, id.0, command).await {
            Ok(_) | Err(CommandError::Refused(_)) => Ok(Done::Finished),
            Err(error) => Err(error.into()),
        }
    }

    async fn gave_up(&self, event: &RecordedEvent, job: &JobContext, _: &str) -> Result<(), Fault> {
        let message = "The summary could not be written because of a fault on our side. \
                 The operator has been told; the turns can be read.";
        let failure = (INTERNAL, message);
        self.0.record_failure(event, job, ":gave-up", Stage::Summarizing, failure).await
    }
}

impl Summarize {
    /// Whether a later event changes the turns: after ten corrections in a row, one summary of the
    /// last state is written, not ten.
    async fn is_overtaken(&self, event: &RecordedEvent) -> Result<bool, Fault> {
        let stream = StreamId { stream_type: Transcript::TYPE, id: event.stream_id };
        let log = &self.0.log;
        let later = log.read_stream(event.organization, stream, event.version, PAGE).await?;
        Ok(later.iter().any(|later| TURNS_CHANGED.contains(&later.event_type.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;
    use crate::testing::{CALL, Stage};

    #[tokio::test]
    async fn a_session_that_was_read_is_summarized() {
        let stage = Stage::new().await;
        let id = stage.upload("call.vtt", CALL).await;
        stage.run(&parse::WORKER).await;
        stage.run(&WORKER).await;
        let events = stage.read().await;
        let last = events.last().unwrap();
        assert_eq!(last.event_type, "summary.created");
        assert_eq!(last.stream_id, SummaryId::of(id).0);
        // When the event is delivered again, as after a crash, there is one effect.
        stage.run(&WORKER).await;
        assert_eq!(stage.read().await.len(), events.len());
    }
}
