//! Learns how the coach writes, from what they changed between the version that the machine wrote
//! and the one that they approved.

pub use crate::voice::profile;

use crate::descriptor::{Descriptor, Limits};
use crate::fault::Fault;
use crate::job::JobContext;
use crate::voice;
use crate::worker::{Context, Done, Worker};
use async_trait::async_trait;
use cqrs_es::Aggregate;
use debrief_domain::client::Client;
use debrief_domain::ids::{SummaryId, TranscriptId};
use debrief_domain::summary::content::Content;
use debrief_domain::summary::text::{Style, render};
use debrief_domain::summary::{Cause, Summary, SummaryApproved, SummaryEvent};
use debrief_domain::voice::{Observation, VoiceCommand};
use debrief_infra::log::{RecordedEvent, StreamId};
use debrief_infra::queue::Begins;
use debrief_language::voice::{Edited, observe};
use debrief_sessions::load;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Maximum number of events of a summary that are read.
const EVENTS_MAX: u32 = 10_000;

/// Learns from approved summaries.
pub static WORKER: Descriptor = Descriptor {
    name: "learn",
    events: &["summary.approved"],
    begins: Begins::Now,
    limits: Limits::DEFAULT,
    make: |context| Arc::new(Learn(context.clone())),
};

struct Learn(Context);

#[async_trait]
impl Worker for Learn {
    async fn handle(&self, event: &RecordedEvent, job: &JobContext) -> Result<Done, Fault> {
        let Some(SummaryEvent::Approved(approved)) = event.of::<Summary>()? else {
            return Ok(Done::Finished);
        };
        let Some(observations) = self.observe(event, &approved).await? else {
            return Ok(Done::Finished);
        };
        let context = job.command(event, "");
        let learn = |key_id| VoiceCommand::Learn {
            key_id,
            summary_id: SummaryId(event.stream_id),
            summary_version: approved.version,
            observations: observations.clone(),
        };
        voice::write(&self.0.log, &context, learn).await?;
        Ok(Done::Finished)
    }
}

impl Learn {
    /// Returns what the edits of an approved summary say; `None` if there is nothing to compare, or
    /// nothing to say.
    async fn observe(
        &self,
        event: &RecordedEvent,
        approved: &SummaryApproved,
    ) -> Result<Option<Vec<Observation>>, Fault> {
        let Context { log, .. } = &self.0;
        let organization = event.organization;
        let stream = StreamId { stream_type: Summary::TYPE, id: event.stream_id };
        let events = log.read_stream(organization, stream, 0, EVENTS_MAX).await?;
        let mut versions = Versions::default();
        for event in events {
            match event.of::<Summary>()? {
                Some(event) => versions.add(event),
                None => return Ok(None),
            }
        }
        let Some((generated, approved)) = versions.compared(approved.version) else {
            return Ok(None);
        };
        let names = self.names(event, &versions).await?;
        let profile = profile(log, organization).await?.map(|(profile, _)| profile);
        let profile = profile.unwrap_or_default();
        let session = event.stream_id.to_string();
        // What taught something before is taken back if this version no longer says it.
        let before = profile
            .lessons
            .iter()
            .any(|lesson| lesson.evidence.iter().any(|evidence| evidence.session == session));
        let style = Style::default();
        let (generated, approved) = (render(&generated, &style), render(&approved, &style));
        let compare = move || {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let (generated, approved) = (generated.as_str(), approved.as_str());
            observe(&profile, &Edited { session: &session, names: &names, generated, approved })
        };
        let observations = tokio::task::spawn_blocking(compare)
            .await
            .map_err(|error| Fault::Failed(format!("the comparison failed: {error}")))?;
        Ok((before || !observations.is_empty()).then_some(observations))
    }

    /// Returns the names of the people concerned, the client's first.
    async fn names(
        &self,
        event: &RecordedEvent,
        versions: &Versions,
    ) -> Result<Vec<String>, Fault> {
        let Context { log, documents, .. } = &self.0;
        let Some(id) = versions.transcript_id else { return Ok(Vec::new()) };
        let Some(loaded) = load(log, documents, event.organization, id).await? else {
            return Ok(Vec::new());
        };
        let mut names = Vec::new();
        if let Some(client) = loaded.client_id() {
            let (client, _) = log.load::<Client>(event.organization, client.0).await?;
            names.extend(client.name().map(str::to_owned));
        }
        if let Some(corrected) = loaded.corrected().await? {
            names.extend(corrected.content.participants.into_iter().map(|it| it.name));
        }
        Ok(names)
    }
}

/// The versions of a summary: their content, and why each was written.
#[derive(Default)]
struct Versions {
    transcript_id: Option<TranscriptId>,
    of: BTreeMap<u32, (Option<Content>, Cause)>,
}

impl Versions {
    fn add(&mut self, event: SummaryEvent) {
        let (transcript_id, version, content, cause) = match event {
            SummaryEvent::Created(it) => (it.transcript_id, 1, it.content, Cause::default()),
            SummaryEvent::Revised(it) => (it.transcript_id, it.version, it.content, it.cause),
            _ => return,
        };
        self.transcript_id = Some(transcript_id);
        self.of.insert(version, (content.into_known(), cause));
    }

    /// Returns the version that the machine wrote and of which the approved one was made, and the
    /// approved one. What was brought back was made of what it was made of then.
    fn compared(&self, approved: u32) -> Option<(Content, Content)> {
        let (content, _) = self.of.get(&approved)?;
        let mut at = approved;
        // Each step leads to an earlier version.
        loop {
            let (_, cause) = self.of.get(&at)?;
            at = match cause {
                Cause::Written { .. } => break,
                Cause::Edited | Cause::Message { .. } => at.checked_sub(1)?,
                Cause::Undone { of } | Cause::Redone { of } | Cause::Restored { of } => {
                    if *of >= at {
                        return None;
                    }
                    *of
                }
            };
        }
        Some((self.of.get(&at)?.0.clone()?, content.clone()?))
    }
}

#[cfg(test)]
mod tests;
