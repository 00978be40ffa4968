//! Keeps the running note on each client: what an approved summary says becomes part of it, and a
//! session that is given to another client leaves it.

use crate::descriptor::{Descriptor, Limits};
use crate::fault::Fault;
use crate::job::JobContext;
use crate::worker::{Context, Done, Worker};
use async_trait::async_trait;
use chrono::NaiveDate;
use cqrs_es::Aggregate;
use debrief_domain::change::Change;
use debrief_domain::client_note::{ClientNote, ClientNoteCommand, Line, NoteCause};
use debrief_domain::ids::{ClientId, ClientNoteId, OrganizationId, SummaryId, TranscriptId};
use debrief_domain::summary::{Summary, SummaryEvent};
use debrief_domain::transcript::{Transcript, TranscriptEvent};
use debrief_infra::log::{EventLog, RecordedEvent, StreamId};
use debrief_infra::queue::Begins;
use debrief_language::client_note::{self, Session};
use debrief_sessions::load;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Maximum number of events of a transcript that are read at a time.
const PAGE: u32 = 1_000;

/// Keeps the running notes.
pub static WORKER: Descriptor = Descriptor {
    name: "note",
    events: &["summary.approved", "transcript.details_changed"],
    begins: Begins::Start,
    limits: Limits::DEFAULT,
    make: |context| Arc::new(Note(context.clone())),
};

/// Returns the lines of the running note on a client, and its version; `None` if there is none.
pub async fn current(
    log: &EventLog,
    organization: OrganizationId,
    client: ClientId,
) -> Result<Option<(Vec<Line>, u32)>, Fault> {
    let (note, _) = log.load::<ClientNote>(organization, ClientNoteId::of(client).0).await?;
    Ok((note.version() > 0).then(|| (note.lines().to_vec(), note.version())))
}

/// Returns the running note as text for a language model, and its version; `None` if it says
/// nothing.
pub async fn text(
    log: &EventLog,
    organization: OrganizationId,
    client: ClientId,
) -> Result<Option<(String, u32)>, Fault> {
    let found = current(log, organization, client).await?;
    Ok(found.and_then(|(lines, version)| Some((client_note::render(&lines)?, version))))
}

struct Note(Context);

#[async_trait]
impl Worker for Note {
    async fn handle(&self, event: &RecordedEvent, job: &JobContext) -> Result<Done, Fault> {
        let transcript_id = match event.of::<Summary>()? {
            Some(SummaryEvent::Approved(approved)) => approved.transcript_id,
            Some(_) => return Ok(Done::Finished),
            None => match event.of::<Transcript>()? {
                Some(TranscriptEvent::DetailsChanged(changed)) if !changed.client_id.is_keep() => {
                    let id = TranscriptId(event.stream_id);
                    self.forget(event, job, id).await?;
                    id
                }
                _ => return Ok(Done::Finished),
            },
        };
        self.merge(event, job, transcript_id).await?;
        Ok(Done::Finished)
    }
}

impl Note {
    /// Takes the approved version of a session's summary into the note of its client.
    async fn merge(
        &self,
        event: &RecordedEvent,
        job: &JobContext,
        transcript_id: TranscriptId,
    ) -> Result<(), Fault> {
        let Context { log, documents, .. } = &self.0;
        let organization = event.organization;
        let Some(loaded) = load(log, documents, organization, transcript_id).await? else {
            return Ok(());
        };
        let held_on: Option<NaiveDate> = loaded.held_on();
        let Some(client_id) = loaded.client_id() else { return Ok(()) };
        // What comes from a session is sealed under its key, and goes with it.
        let Some(key) = log.keys().get(organization, transcript_id.0).await? else { return Ok(()) };
        let summary_id = SummaryId::of(transcript_id);
        let (summary, _) = log.load::<Summary>(organization, summary_id.0).await?;
        // The version that is approved now: that of this event, or a later one.
        let Some(summary_version) = summary.approved() else { return Ok(()) };
        let Some(content) = summary.content_of(summary_version) else { return Ok(()) };
        let id = ClientNoteId::of(client_id);
        let (note, _) = log.load::<ClientNote>(organization, id.0).await?;
        let changes = client_note::merge(&note, content, Session { transcript_id, held_on });
        let mut context = job.command(event, "");
        context.data_key = Some(key);
        let command = ClientNoteCommand::Merge {
            client_id,
            base_version: note.version(),
            changes,
            cause: NoteCause::Approved { transcript_id, summary_id, summary_version },
        };
        // If somebody revised the note meanwhile, the attempt fails, and the next one merges into
        // what the note says then.
        log.execute::<ClientNote>(context, id.0, command).await?;
        Ok(())
    }

    /// Takes a session out of the notes of clients that it was one of.
    async fn forget(
        &self,
        event: &RecordedEvent,
        job: &JobContext,
        transcript_id: TranscriptId,
    ) -> Result<(), Fault> {
        let Context { log, .. } = &self.0;
        let organization = event.organization;
        let (mut clients, now) = self.clients(event).await?;
        if let Some(now) = now {
            clients.remove(&now);
        }
        for client_id in clients {
            // Without its key, the client was erased, and the note with it.
            let Some(key) = log.keys().get(organization, client_id.0).await? else { continue };
            let mut context = job.command(event, &format!(":{client_id}"));
            context.data_key = Some(key);
            let id = ClientNoteId::of(client_id);
            let command = ClientNoteCommand::Forget { client_id, transcript_id };
            log.execute::<ClientNote>(context, id.0, command).await?;
        }
        Ok(())
    }

    /// Returns the clients that a session was ever one of, and the current one.
    async fn clients(
        &self,
        event: &RecordedEvent,
    ) -> Result<(BTreeSet<ClientId>, Option<ClientId>), Fault> {
        let stream = StreamId { stream_type: Transcript::TYPE, id: event.stream_id };
        let (mut clients, mut now, mut after) = (BTreeSet::new(), None, 0);
        loop {
            let log = &self.0.log;
            let events = log.read_stream(event.organization, stream, after, PAGE).await?;
            let Some(last) = events.last() else { return Ok((clients, now)) };
            after = last.version;
            for event in events {
                match event.of::<Transcript>()? {
                    Some(TranscriptEvent::Uploaded(uploaded)) => now = uploaded.client_id,
                    Some(TranscriptEvent::DetailsChanged(changed)) => match changed.client_id {
                        Change::Keep => {}
                        Change::Clear => now = None,
                        Change::Set(client) => now = Some(client),
                    },
                    _ => {}
                }
                clients.extend(now);
            }
        }
    }
}

#[cfg(test)]
mod tests;
