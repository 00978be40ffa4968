//! Parses the files of a session into participants and turns.

use crate::confined::is_overrun;
use crate::confined::session::{self, Known, Session};
use crate::descriptor::{Descriptor, Limits};
use crate::fault::Fault;
use crate::job::JobContext;
use crate::processing::INTERNAL;
use crate::worker::{Context, Done, Worker};
use async_trait::async_trait;
use debrief_domain::client::Client;
use debrief_domain::ids::OrganizationId;
use debrief_domain::personal::Personal;
use debrief_domain::transcript::content::Content;
use debrief_domain::transcript::{
    Outline, Stage, Transcript, TranscriptCommand, TranscriptError, TranscriptParsed,
};
use debrief_infra::blobs::BlobKey;
use debrief_infra::log::{CommandError, RecordedEvent};
use debrief_infra::queue::Begins;
use debrief_sessions::corrected;

use std::sync::Arc;
use uuid::Uuid;

/// Parses files into participants and turns.
pub static WORKER: Descriptor = Descriptor {
    name: "parse",
    events: &[
        "transcript.uploaded",
        "transcript.files_added",
        "transcript.files_replaced",
        "transcript.processing_requested",
    ],
    begins: Begins::Start,
    limits: Limits::DEFAULT,
    make: |context| Arc::new(Parse(context.clone())),
};

struct Parse(Context);

#[async_trait]
impl Worker for Parse {
    async fn handle(&self, event: &RecordedEvent, job: &JobContext) -> Result<Done, Fault> {
        let Context { log, documents, confined, .. } = &self.0;
        let id = event.stream_id;
        let (transcript, _) = log.load::<Transcript>(event.organization, id).await?;
        if !transcript.is_alive() {
            return Ok(Done::Finished);
        }
        let Some(data_key) = log.keys().get(event.organization, id).await? else {
            return Ok(Done::Finished);
        };
        let mut files = Vec::new();
        for file in transcript.files() {
            let source = BlobKey::try_from(file.source.clone())?;
            let name = file.filename.clone().and_then(Personal::into_known);
            files.push((name.unwrap_or_default(), documents.read(&source, &data_key, 0).await?));
        }
        job.progress(0.2);
        let known = self.known_people(event.organization, &transcript).await?;
        let read = session::read(&**confined, files, known, job.cpu_budget()).await?;
        job.progress(0.7);
        let Session { content, json } = match read {
            Ok(session) => session,
            Err(unread) => {
                let failure = (unread.code.as_str(), unread.message.as_str());
                self.0.record_failure(event, job, "", Stage::Parsing, failure).await?;
                return Ok(Done::Finished);
            }
        };
        // The same blob for the same event, so that a repeated attempt leaves one blob.
        let blob =
            BlobKey::new(event.organization.0, "content", Uuid::new_v5(&event.id, b"content"));
        documents.write(&blob, &data_key, json).await?;
        job.progress(0.9);

        let now = corrected(content, transcript.corrections()).await?;
        let parsed = parsed_event(&now.content, &blob);
        let mut context = job.command(event, "");
        context.data_key = Some(data_key);
        let command = TranscriptCommand::RecordParsed(parsed);
        match log.execute::<Transcript>(context, id, command).await {
            Ok(_) => {}
            Err(CommandError::Refused(TranscriptError::NotFound)) => {
                // The transcript was deleted meanwhile, and the deletion did not list this blob.
                documents.delete(&blob).await?;
            }
            Err(error) => return Err(error.into()),
        }
        Ok(Done::Finished)
    }

    async fn gave_up(
        &self,
        event: &RecordedEvent,
        job: &JobContext,
        reason: &str,
    ) -> Result<(), Fault> {
        let message = if is_overrun(reason) {
            "The file could not be read: reading it takes longer than this server allows. \
             The operator has been told; the file is kept."
        } else {
            "The file could not be read because of a fault on our side. \
             The operator has been told; the file is kept."
        };
        let failure = (INTERNAL, message);
        self.0.record_failure(event, job, ":gave-up", Stage::Parsing, failure).await
    }
}

impl Parse {
    /// Returns the names that the organization knows, for assigning roles to speakers.
    async fn known_people(
        &self,
        organization: OrganizationId,
        transcript: &Transcript,
    ) -> Result<Known, Fault> {
        let mut known = Known::default();
        if let Some(client) = transcript.client_id() {
            let (client, _) = self.0.log.load::<Client>(organization, client.0).await?;
            known.clients.extend(client.name().map(str::to_owned));
        }
        Ok(known)
    }
}

fn parsed_event(content: &Content, blob: &BlobKey) -> TranscriptParsed {
    let Outline { participants, turn_count, word_count } = Outline::of(content);
    TranscriptParsed {
        content: blob.as_str().to_owned(),
        format: content.format.clone(),
        language: content.language.clone(),
        participants,
        turn_count,
        word_count,
        duration_ms: content.duration_ms,
        warnings: content.warnings.clone().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{CALL, Stage};

    #[tokio::test]
    async fn a_file_becomes_turns() {
        let stage = Stage::new().await;
        let id = stage.upload("call.vtt", CALL).await;
        stage.run(&WORKER).await;
        assert_eq!(stage.events().await, ["transcript.uploaded", "transcript.parsed"]);
        let log = &stage.context.log;
        let (transcript, _) = log.load::<Transcript>(stage.organization, id.0).await.unwrap();
        let key = log.keys().get(stage.organization, id.0).await.unwrap().unwrap();
        let blob = BlobKey::try_from(transcript.content().unwrap().to_owned()).unwrap();
        let json = stage.context.documents.read(&blob, &key, 0).await.unwrap();
        let content: Content = serde_json::from_slice(&json).unwrap();
        assert_eq!(content.turns.len(), 3);
    }

    #[tokio::test]
    async fn a_file_that_is_no_transcript_is_refused_in_words() {
        let stage = Stage::new().await;
        stage.upload("noise.bin", "\0\0\0").await;
        stage.run(&WORKER).await;
        let events = stage.read().await;
        assert_eq!(events[1].event_type, "transcript.processing_failed");
        assert_eq!(stage.dead_letters().await, []);
    }
}
