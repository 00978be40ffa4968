//! Answers the messages that refine a summary.
//!
//! With a language model, its reply is passed on while it is written ([`Drafts`]), and the edits
//! that it proposes are checked against the transcript as a summary is; those that do not stand are
//! asked for once again, then left out, and the answer says how many. Without a model, or while it
//! is unavailable, the instructions that need none are carried out, and the rest is told what it
//! needs.
//!
//! Invariants:
//! - Messages of a summary are answered in the order in which they were sent.
//! - An answer and the version that it leads to are one append; a message that was cancelled leaves
//!   nothing.
//! - What no edit names stays as it is.
//!
//! [`Drafts`]: debrief_infra::drafts::Drafts

mod model;
mod prompt;
mod reply;

use crate::descriptor::{Descriptor, Limits};
use crate::fault::Fault;
use crate::job::JobContext;
use crate::worker::{Context, Done, Worker};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use debrief_domain::ids::{MessageId, SummaryId};
use debrief_domain::principal::Viewer;
use debrief_domain::summary::content::Content as SummaryContent;
use debrief_domain::summary::edit::Edit;
use debrief_domain::summary::{
    MessageSent, MessageState, Summary, SummaryCommand, SummaryError, SummaryEvent,
};
use debrief_domain::transcript::content::Content;
use debrief_infra::keys::DataKey;
use debrief_infra::log::{CommandError, RecordedEvent};
use debrief_infra::queue::Begins;
use debrief_language::refine::{self, Outcome};
use debrief_projections::transcripts;
use debrief_sessions::{Loaded, Turns, corrected, load};
use std::sync::Arc;
use std::time::Duration;

/// Maximum duration of an attempt.
const TIMEOUT: Duration = Duration::from_secs(20 * 60);
/// Pause before a message asks again whether it is its turn.
const TURN: Duration = Duration::from_millis(250);
/// Pause between two looks whether a message was cancelled.
const LOOK: Duration = Duration::from_millis(500);
/// For how long a message waits for a model that is unavailable, before what can be done without
/// one is done.
const WAITS: Duration = Duration::from_secs(60);

/// Refines summaries.
pub static WORKER: Descriptor = Descriptor {
    name: "refine",
    events: &["summary.message_sent"],
    begins: Begins::Start,
    limits: Limits { timeout: Some(TIMEOUT), ..Limits::DEFAULT },
    make: |context| Arc::new(Refine(context.clone())),
};

struct Refine(Context);

/// What is answered.
#[derive(Debug, Clone, PartialEq)]
struct Answer {
    text: String,
    edits: Vec<Edit>,
}

/// What a message is answered from.
struct Material {
    summary: SummaryContent,
    content: Arc<Content>,
    key: DataKey,
    held_on: Option<NaiveDate>,
    /// Earlier messages and their answers, oldest first.
    history: Vec<(String, String)>,
    /// What the message asks.
    message: String,
}

#[async_trait]
impl Worker for Refine {
    async fn handle(&self, event: &RecordedEvent, job: &JobContext) -> Result<Done, Fault> {
        let Some(SummaryEvent::MessageSent(sent)) = event.of::<Summary>()? else {
            return Ok(Done::Finished);
        };
        let Some(material) = self.begin(event, job, &sent).await? else {
            return Ok(Done::Finished);
        };
        let answering = self.answer(event, job, &sent, &material);
        let answer = tokio::select! {
            answer = answering => answer?,
            () = self.cancelled(event, sent.message_id) => return Ok(Done::Finished),
        };
        match answer {
            Ok(answer) => self.record(event, job, &sent, &material, answer).await,
            Err(reason) => self.fail(event, job, sent.message_id, reason).await,
        }
    }

    async fn gave_up(&self, event: &RecordedEvent, job: &JobContext, _: &str) -> Result<(), Fault> {
        let Some(SummaryEvent::MessageSent(sent)) = event.of::<Summary>()? else { return Ok(()) };
        let reason = "The message could not be answered because of a fault on our side. The \
             operator has been told; send it again later.";
        self.fail(event, job, sent.message_id, reason.to_owned()).await.map(|_| ())
    }
}

/// Whether a message has waited for so long.
fn has_waited(sent_at: DateTime<Utc>, wait: Duration) -> bool {
    (Utc::now() - sent_at).to_std().is_ok_and(|waited| waited >= wait)
}

impl Refine {
    /// Says that the message is being worked on, and loads what it is answered from; `None` if
    /// there is nothing to do.
    async fn begin(
        &self,
        event: &RecordedEvent,
        job: &JobContext,
        sent: &MessageSent,
    ) -> Result<Option<Material>, Fault> {
        let Context { log, documents, views, .. } = &self.0;
        let organization = event.organization;
        let Some(message) = sent.text.known().cloned() else { return Ok(None) };
        let context = job.command(event, ":started");
        let start = SummaryCommand::Start { message_id: sent.message_id };
        match log.execute::<Summary>(context, event.stream_id, start).await {
            Ok(_) => {}
            Err(CommandError::Refused(SummaryError::NotItsTurn)) => return Err(Fault::Later(TURN)),
            Err(CommandError::Refused(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        let (summary, _) = log.load::<Summary>(organization, event.stream_id).await?;
        let is_open = summary.message(sent.message_id).is_some_and(|state| !state.is_final());
        let Some(newest) = summary.content().filter(|_| is_open).cloned() else { return Ok(None) };
        let loaded = load(log, documents, organization, sent.transcript_id).await?;
        let Some(loaded) = loaded else { return Ok(None) };
        let held_on = loaded.held_on();
        let Loaded { transcript, turns: Some(Turns { read, key }), .. } = loaded else {
            return Ok(None);
        };
        let content = corrected(read, transcript.corrections()).await?.content;
        let viewer = Viewer::everything(organization);
        let rows = transcripts::messages(views, viewer, SummaryId(event.stream_id), None, 1_000);
        let rows = rows.await.map_err(debrief_infra::log::LogError::from)?;
        let history = rows
            .into_iter()
            .filter(|row| row.state == MessageState::Complete && row.position < event.position)
            .filter_map(|row| row.text.zip(row.answer))
            .collect();
        let content = Arc::new(content);
        Ok(Some(Material { summary: newest, content, key, held_on, history, message }))
    }

    /// Returns the answer, or why there is none.
    async fn answer(
        &self,
        event: &RecordedEvent,
        job: &JobContext,
        sent: &MessageSent,
        material: &Material,
    ) -> Result<Result<Answer, String>, Fault> {
        if let Some(model) = &self.0.language_model {
            let asked = model::Asked { model, drafts: &self.0.drafts, event, job, sent, material };
            match asked.answer().await {
                Ok(answer) => return Ok(answer),
                Err(Fault::Unavailable(why)) if has_waited(event.recorded_at, WAITS) => {
                    tracing::warn!(%why, "a message is answered without the language model");
                    return Ok(Ok(without_model(material, true)));
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(Ok(without_model(material, false)))
    }

    /// Returns once the message was cancelled.
    async fn cancelled(&self, event: &RecordedEvent, id: MessageId) {
        let views = &self.0.views;
        let viewer = Viewer::everything(event.organization);
        loop {
            tokio::time::sleep(LOOK).await;
            let row = transcripts::message(views, viewer, SummaryId(event.stream_id), id).await;
            // What cannot be read now is read again; recording the answer checks once more.
            if let Ok(Some(row)) = row
                && row.state == MessageState::Cancelled
            {
                return;
            }
        }
    }

    async fn record(
        &self,
        event: &RecordedEvent,
        job: &JobContext,
        sent: &MessageSent,
        material: &Material,
        answer: Answer,
    ) -> Result<Done, Fault> {
        let mut context = job.command(event, "");
        context.data_key = Some(material.key.clone());
        let Answer { text, edits } = answer;
        let message_id = sent.message_id;
        let command = SummaryCommand::Answer { message_id, text, edits };
        match self.0.log.execute::<Summary>(context, event.stream_id, command).await {
            Ok(_) => Ok(Done::Finished),
            // The point was dropped meanwhile, or the summary is full.
            Err(CommandError::Refused(
                error @ (SummaryError::Edit(_) | SummaryError::TooManyVersions),
            )) => {
                let reason = format!("The change could not be made: {error}.");
                self.fail(event, job, message_id, reason).await
            }
            Err(CommandError::Refused(_)) => Ok(Done::Finished),
            Err(error) => Err(error.into()),
        }
    }

    async fn fail(
        &self,
        event: &RecordedEvent,
        job: &JobContext,
        message_id: MessageId,
        reason: String,
    ) -> Result<Done, Fault> {
        let context = job.command(event, ":failed");
        let command = SummaryCommand::FailMessage { message_id, reason };
        match self.0.log.execute::<Summary>(context, event.stream_id, command).await {
            Ok(_) | Err(CommandError::Refused(_)) => Ok(Done::Finished),
            Err(error) => Err(error.into()),
        }
    }
}

/// Does what can be done without a model, and says what the rest needs.
fn without_model(material: &Material, is_away: bool) -> Answer {
    let context = refine::Context { held_on: material.held_on };
    let outcome = refine::refine(&material.summary, &material.message, context);
    let hebrew = material.message.chars().any(|c| ('\u{5d0}'..='\u{5ea}').contains(&c));
    match outcome {
        Outcome::Edits { edits, said } => Answer { text: said, edits },
        Outcome::Unclear { question } => Answer { text: question, edits: Vec::new() },
        Outcome::NeedsModel { why } => {
            let text = match (is_away, hebrew) {
                (false, _) => why,
                (true, false) => format!("The language model is not available now. {why}"),
                (true, true) => format!("מודל השפה אינו זמין כרגע. {why}"),
            };
            Answer { text, edits: Vec::new() }
        }
    }
}
