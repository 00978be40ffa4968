//! Writes a version of a summary with a language model, from the transcript and what the coach has
//! said about it.
//!
//! The session is divided into parts by subject; the model is asked for the points of each, every
//! point is checked against the transcript, what does not stand is asked for once again, and what
//! then does not stand is left out and counted. The points of all parts become one version.
//!
//! Invariants:
//! - Until the version is written, and if it never is, the version of before stands; the summary
//!   says why.
//! - An answer that was paid for is not paid for again: each is a sealed step of the job.
//! - A part that was not answered is no summary: the request fails rather than leaving out a part
//!   of the session.

mod ask;
mod material;

use crate::descriptor::{Descriptor, Limits};
use crate::fault::Fault;
use crate::job::JobContext;
use crate::metered::{Account, Metered};
use crate::worker::{Context, Done, Worker};
use ask::Asker;
use async_trait::async_trait;
use chrono::{TimeDelta, Utc};
use debrief_domain::ids::{RequestId, SummaryId};
use debrief_domain::summary::content::{Checked, Content, Source};
use debrief_domain::summary::{
    Summary, SummaryCommand, SummaryError, SummaryEvent, SummaryRequested,
};
use debrief_infra::log::{CommandError, RecordedEvent};
use debrief_infra::queue::Begins;
use debrief_language::merge::{self, About, Bounds};
use debrief_language::{parts, summary, voice};
use futures::stream::{self, StreamExt};
use material::Material;
use std::sync::Arc;
use std::time::Duration;

/// Maximum duration of an attempt.
const TIMEOUT: Duration = Duration::from_secs(2 * 3_600);
/// Parts that are asked for at the same time. The model's own limit comes on top.
const PARTS_AT_ONCE: usize = 4;
/// For how long a request waits for a model that is unavailable.
const WAITS: TimeDelta = TimeDelta::hours(24);

/// Writes summaries with a language model.
pub static WORKER: Descriptor = Descriptor {
    name: "write",
    events: &["summary.requested"],
    begins: Begins::Start,
    limits: Limits { timeout: Some(TIMEOUT), ..Limits::DEFAULT },
    make: |context| Arc::new(Write(context.clone())),
};

struct Write(Context);

/// Why no version was written.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The attempt failed.
    Fault(Fault),
    /// The request ends, with a sentence for the coach.
    Fail(String),
    /// There is nothing to do: the request ended, or the session was deleted.
    Over,
}

impl<F: Into<Fault>> From<F> for Stop {
    fn from(fault: F) -> Self {
        Self::Fault(fault.into())
    }
}

#[async_trait]
impl Worker for Write {
    async fn handle(&self, event: &RecordedEvent, job: &JobContext) -> Result<Done, Fault> {
        let Some(SummaryEvent::Requested(requested)) = event.of::<Summary>()? else {
            return Ok(Done::Finished);
        };
        let id = requested.request_id;
        match self.write(event, job, &requested).await {
            Ok(()) | Err(Stop::Over) => Ok(Done::Finished),
            Err(Stop::Fail(reason)) => self.fail(event, job, id, reason).await,
            Err(Stop::Fault(Fault::Unavailable(why))) if Utc::now() - event.recorded_at > WAITS => {
                tracing::warn!(%why, "a summary has waited for a day for the language model");
                let reason = "The language model was not available for a day. Ask again.";
                self.fail(event, job, id, reason.to_owned()).await
            }
            Err(Stop::Fault(fault)) => Err(fault),
        }
    }

    async fn gave_up(&self, event: &RecordedEvent, job: &JobContext, _: &str) -> Result<(), Fault> {
        let Some(SummaryEvent::Requested(requested)) = event.of::<Summary>()? else {
            return Ok(());
        };
        let reason = "The summary could not be written because of a fault on our side. The \
             operator has been told; ask again later.";
        self.fail(event, job, requested.request_id, reason.to_owned()).await.map(|_| ())
    }
}

impl Write {
    async fn write(
        &self,
        event: &RecordedEvent,
        job: &JobContext,
        requested: &SummaryRequested,
    ) -> Result<(), Stop> {
        let material = Material::load(&self.0, event, requested).await?;
        let content = match &self.0.language_model {
            Some(model) => self.ask(event, job, &material, model).await?,
            None => {
                let held_on = material.held_on;
                let transcript = Arc::clone(&material.content);
                let extracted = move || summary::extractive(&transcript, held_on);
                tokio::task::spawn_blocking(extracted)
                    .await
                    .map_err(|error| Fault::Failed(format!("the summarizer failed: {error}")))?
            }
        };
        self.finish(event, job, &material, requested.request_id, content).await
    }

    /// Asks the model for all parts, and merges what it answers.
    async fn ask(
        &self,
        event: &RecordedEvent,
        job: &JobContext,
        material: &Material,
        model: &Metered,
    ) -> Result<Content, Stop> {
        let account = Account {
            organization: event.organization,
            transcript_id: Some(material.transcript_id),
            metadata: job.command(event, "").metadata,
        };
        let asker = Asker::new(material, model, account, job).await?;
        let parts = asker.divide()?;
        let total = parts.len();
        let (asked, all) = (&asker, &parts);
        let answered = stream::iter(0..total)
            .map(move |at| asked.part(at, total, &all[at]))
            .buffered(PARTS_AT_ONCE);
        let mut answered = std::pin::pin!(answered);
        let (mut points, mut checked, mut done) = (Vec::new(), Checked::default(), 0);
        let mut by = None;
        while let Some(answer) = answered.next().await {
            let answer = answer?;
            points.extend(answer.points);
            checked.kept += answer.checked.kept;
            checked.repaired += answer.checked.repaired;
            checked.dropped += answer.checked.dropped;
            by = Some(answer.model);
            done += 1;
            job.progress(done as f64 / (total + 1) as f64);
        }
        let about = About {
            language: material.language.clone(),
            checked,
            coverage: Some(parts::coverage(&material.content, &parts, |_| true)),
            source: Source {
                model: by,
                prompt: Some(material.prompt.clone()),
                voice: material.voice.as_ref().map(|(_, version)| *version),
                note: material.note.as_ref().map(|(_, version)| *version),
            },
        };
        let bounds = Bounds::of(material.template.length);
        let own = material.template.own();
        let content = merge::merge(&material.content, points, &own, &bounds, about);
        Ok(match &material.voice {
            Some((profile, _)) => voice::apply(profile, &content, material.client_name()),
            None => content,
        })
    }

    async fn finish(
        &self,
        event: &RecordedEvent,
        job: &JobContext,
        material: &Material,
        request_id: RequestId,
        content: Content,
    ) -> Result<(), Stop> {
        let mut context = job.command(event, "");
        context.data_key = Some(material.key.clone());
        let id = SummaryId(event.stream_id);
        let command = SummaryCommand::Finish { request_id, content: Box::new(content) };
        match self.0.log.execute::<Summary>(context, id.0, command).await {
            Ok(_)
            | Err(CommandError::Refused(SummaryError::Erased | SummaryError::RequestEnded)) => {
                Ok(())
            }
            Err(CommandError::Refused(SummaryError::ChangedWhileWriting)) => Err(Stop::Fail(
                "The summary was changed while the language model was writing, so the changes \
                 stand and its version was not used. Ask again to replace them."
                    .to_owned(),
            )),
            Err(CommandError::Refused(error @ SummaryError::TooManyVersions)) => {
                Err(Stop::Fail(format!("This version was not written: {error}.")))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn fail(
        &self,
        event: &RecordedEvent,
        job: &JobContext,
        request_id: RequestId,
        reason: String,
    ) -> Result<Done, Fault> {
        let context = job.command(event, ":failed");
        let command = SummaryCommand::Fail { request_id, reason };
        match self.0.log.execute::<Summary>(context, event.stream_id, command).await {
            Ok(_) | Err(CommandError::Refused(_)) => Ok(Done::Finished),
            Err(error) => Err(error.into()),
        }
    }
}
