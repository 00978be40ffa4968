//! Applies an organization's vocabulary to turns that were read, as a correction that can be
//! undone.
//!
//! Each reading of a session's files is given the terms that held at that moment: the vocabulary as
//! it was at the position of `transcript.parsed`, whenever this work is done. So a vocabulary that
//! changes later does not reach sessions that were read before.
//!
//! A reading is given them once. Versions of this program before this worker applied the vocabulary
//! while they read the files, and this worker begins at the start of the log: what a worker
//! corrected after the reading is that application, also where the coach has undone it since. What
//! they had not come to when they were stopped is done here. A reading that another one followed is
//! left to that one's event.
//!
//! The summary of a reading waits for the correction ([`pending`]), so that it is written once and
//! a session is not `ready` before its terms are right.

use crate::descriptor::{Descriptor, Limits};
use crate::job::JobContext;
use crate::worker::{Context, Done, Fault, Worker};
use async_trait::async_trait;
use cqrs_es::Aggregate;
use debrief_domain::ids::{OrganizationId, TranscriptId, VocabularyId};
use debrief_domain::principal::Principal;
use debrief_domain::transcript::correction::{Correction, VocabularyEntry};
use debrief_domain::transcript::{
    Outline, Stage, Transcript, TranscriptCommand, TranscriptCorrected, TranscriptError,
    TranscriptEvent, TranscriptProcessingFailed,
};
use debrief_domain::vocabulary::Vocabulary;
use debrief_infra::log::{CommandError, EventLog, RecordedEvent, StreamId};
use debrief_infra::queue::Begins;
use debrief_sessions::{Loaded, corrected, load};
use std::sync::Arc;
use uuid::Uuid;

/// Who applies vocabularies: this worker, and the one that did before it.
const APPLIERS: [Principal; 2] =
    [Principal::Worker { name: "vocabulary" }, Principal::Worker { name: "parse" }];
/// Events of a stream that are read at a time.
const PAGE: u32 = 500;

/// Turns turns into turns with the organization's terms.
pub static WORKER: Descriptor = Descriptor {
    name: "vocabulary",
    events: &["transcript.parsed"],
    begins: Begins::Start,
    limits: Limits::DEFAULT,
    make: |context| Arc::new(ApplyVocabulary(context.clone())),
};

struct ApplyVocabulary(Context);

#[async_trait]
impl Worker for ApplyVocabulary {
    async fn handle(&self, event: &RecordedEvent, job: &JobContext) -> Result<Done, Fault> {
        let Context { log, documents, .. } = &self.0;
        let Some(pending) = pending(log, event).await? else { return Ok(Done::Finished) };
        let id = TranscriptId(event.stream_id);
        let loaded = load(log, documents, event.organization, id).await?;
        let Some(Loaded { transcript, turns: Some(turns), .. }) = loaded else {
            return Ok(Done::Finished);
        };
        let Pending { id: correction_id, correction } = pending;
        let mut list = transcript.corrections();
        list.push((correction_id, correction.clone()));
        let now = corrected(turns.read, list).await?;
        if now.dormant.iter().any(|(dormant, _)| *dormant == correction_id) {
            // No term of it was said.
            return Ok(Done::Finished);
        }
        let corrected = TranscriptCorrected {
            correction_id,
            correction: correction.into(),
            outline: Outline::of(&now.content),
        };
        let mut context = job.command(event, "");
        context.data_key = Some(turns.key);
        let command = TranscriptCommand::Correct { on: transcript.revision(), corrected };
        match log.execute::<Transcript>(context, id.0, command).await {
            Ok(_)
            | Err(CommandError::Refused(
                TranscriptError::NotFound | TranscriptError::TooManyCorrections,
            )) => Ok(Done::Finished),
            Err(error) => Err(error.into()),
        }
    }

    async fn gave_up(&self, event: &RecordedEvent, job: &JobContext, _: &str) -> Result<(), Fault> {
        let command = TranscriptCommand::RecordFailure(TranscriptProcessingFailed {
            stage: Stage::Parsing,
            code: "internal".to_owned(),
            message: "The vocabulary could not be applied because of a fault on our side. \
                 The operator has been told; the turns can be read."
                .to_owned(),
        });
        let context = job.command(event, ":gave-up");
        match self.0.log.execute::<Transcript>(context, event.stream_id, command).await {
            Ok(_) | Err(CommandError::Refused(TranscriptError::NotFound)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// A vocabulary that a reading is still to be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pending {
    /// Names the correction.
    pub(crate) id: Uuid,
    pub(crate) correction: Correction,
}

/// What a reading, which `event` tells of, is still to be given; `None` if there were no terms, or
/// if it is settled. Whether any of the terms was said is not looked at.
pub(crate) async fn pending(
    log: &EventLog,
    event: &RecordedEvent,
) -> Result<Option<Pending>, Fault> {
    let entries = entries_at(log, event.organization, event.position).await?;
    if entries.is_empty() || is_settled(log, event).await? {
        return Ok(None);
    }
    let id = Uuid::new_v5(&event.id, b"vocabulary");
    Ok(Some(Pending { id, correction: Correction::ApplyVocabulary { entries } }))
}

/// The terms as they were at a position of the log.
async fn entries_at(
    log: &EventLog,
    organization: OrganizationId,
    position: i64,
) -> Result<Vec<VocabularyEntry>, Fault> {
    let id = VocabularyId::of(organization).0;
    let stream = StreamId { stream_type: Vocabulary::TYPE, id };
    let (mut vocabulary, mut version) = (Vocabulary::default(), 0);
    loop {
        let events = log.read_stream(organization, stream, version, PAGE).await?;
        for event in events.iter().take_while(|event| event.position < position) {
            version = event.version;
            if let Some(of_vocabulary) = event.of::<Vocabulary>()? {
                vocabulary.apply(of_vocabulary);
            }
        }
        let all = events.len() < PAGE as usize;
        if all || events.last().is_some_and(|last| last.position > position) {
            return Ok(vocabulary.entries().to_vec());
        }
    }
}

/// Whether the files were read anew since, or a worker has corrected what was read.
async fn is_settled(log: &EventLog, parsed: &RecordedEvent) -> Result<bool, Fault> {
    let stream = StreamId { stream_type: Transcript::TYPE, id: parsed.stream_id };
    let mut version = parsed.version;
    loop {
        let later = log.read_stream(parsed.organization, stream, version, PAGE).await?;
        for event in &later {
            version = event.version;
            match event.of::<Transcript>()? {
                Some(TranscriptEvent::Parsed(_)) => return Ok(true),
                Some(TranscriptEvent::Corrected(_)) if was_applied(event) => return Ok(true),
                _ => {}
            }
        }
        if later.len() < PAGE as usize {
            return Ok(false);
        }
    }
}

/// Whether this correction is an application of the vocabulary that a coach did not ask for.
fn was_applied(corrected: &RecordedEvent) -> bool {
    APPLIERS.iter().any(|applier| corrected.metadata.actor == applier.to_string())
}

#[cfg(test)]
#[path = "vocabulary_tests.rs"]
mod tests;
