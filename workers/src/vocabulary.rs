//! Applies an organization's vocabulary to parsed turns, as a correction that can be undone.
//!
//! The terms are those of the vocabulary at the position of `transcript.parsed`, whenever the job
//! runs. A later change of the vocabulary therefore does not affect sessions that were parsed
//! before.
//!
//! The vocabulary is applied once to the result of each parse. Versions of this program without
//! this worker applied it while parsing, and this worker starts at the beginning of the log: a
//! worker's correction after the parse is that application, even if the coach has since undone it.
//! What those versions had not finished is done here. If the files were parsed again, the later
//! event applies the vocabulary.
//!
//! The summary waits for the correction ([`pending`]), so that it is written once and a session is
//! not `ready` before its terms are right.

use crate::descriptor::{Descriptor, Limits};
use crate::fault::Fault;
use crate::job::JobContext;
use crate::processing::INTERNAL;
use crate::worker::{Context, Done, Worker};
use async_trait::async_trait;
use cqrs_es::Aggregate;
use debrief_domain::ids::{OrganizationId, TranscriptId, VocabularyId};
use debrief_domain::principal::Principal;
use debrief_domain::transcript::correction::{Correction, VocabularyEntry};
use debrief_domain::transcript::{
    Outline, Stage, Transcript, TranscriptCommand, TranscriptCorrected, TranscriptError,
    TranscriptEvent,
};
use debrief_domain::vocabulary::Vocabulary;
use debrief_infra::log::{CommandError, EventLog, RecordedEvent, StreamId};
use debrief_infra::queue::Begins;
use debrief_sessions::{Loaded, corrected, load};
use std::sync::Arc;
use uuid::Uuid;

/// Actors that apply vocabularies: this worker, and the one that did before it existed.
const APPLIERS: [Principal; 2] =
    [Principal::Worker { name: "vocabulary" }, Principal::Worker { name: "parse" }];
/// Number of events of a stream that are read at once.
const PAGE: u32 = 500;

/// Applies the organization's terms to turns.
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
            // None of the terms occurs.
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
        let message = "The vocabulary could not be applied because of a fault on our side. \
                 The operator has been told; the turns can be read.";
        let failure = (INTERNAL, message);
        self.0.record_failure(event, job, ":gave-up", Stage::Parsing, failure).await
    }
}

/// A vocabulary that is still to be applied to a parse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pending {
    /// The id of the correction.
    pub(crate) id: Uuid,
    pub(crate) correction: Correction,
}

/// Returns the vocabulary that is still to be applied to the parse of `event`; `None` if there were
/// no terms or if it is settled. Does not check whether any term occurs.
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

/// Returns the terms at a position of the log.
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

/// Returns whether the files were parsed again since, or a worker has corrected the turns.
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

/// Returns whether this correction applied the vocabulary without a coach's request.
fn was_applied(corrected: &RecordedEvent) -> bool {
    APPLIERS.iter().any(|applier| corrected.metadata.actor == applier.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{CALL, Stage as Set};
    use crate::{parse, summarize};
    use debrief_domain::transcript::TranscriptCorrectionUndone;
    use debrief_domain::vocabulary::VocabularyCommand;
    use debrief_infra::log::{CommandContext, CommandKey, Metadata};
    use serde_json::Value;

    /// Returns terms that occur in [`CALL`].
    fn entries(term: &str) -> Vec<VocabularyEntry> {
        vec![VocabularyEntry { term: term.into(), heard: vec!["my manager".into()] }]
    }

    async fn tell(set: &Set, command: VocabularyCommand) {
        set.tell::<Vocabulary>(VocabularyId::of(set.organization).0, command).await;
    }

    async fn load_turns(set: &Set, id: TranscriptId) -> Loaded {
        let Context { log, documents, .. } = &set.context;
        load(log, documents, set.organization, id).await.unwrap().unwrap()
    }

    /// Returns the current text of the second turn of [`CALL`].
    async fn said(set: &Set, id: TranscriptId) -> String {
        let corrected = load_turns(set, id).await.corrected().await.unwrap();
        corrected.unwrap().content.turns[1].text.clone()
    }

    async fn count(set: &Set, event_type: &str) -> usize {
        set.events().await.iter().filter(|of_type| *of_type == event_type).count()
    }

    /// Applies terms as `actor`; returns the correction's id.
    async fn apply(set: &Set, id: TranscriptId, actor: &str, term: &str) -> Uuid {
        let loaded = load_turns(set, id).await;
        let correction_id = Uuid::now_v7();
        let corrected = TranscriptCorrected {
            correction_id,
            correction: Correction::ApplyVocabulary { entries: entries(term) }.into(),
            outline: Outline::of(&loaded.turns.as_ref().unwrap().read),
        };
        let context = CommandContext {
            organization: set.organization,
            metadata: Metadata {
                actor: actor.to_owned(),
                correlation_id: Uuid::nil(),
                causation_id: None,
            },
            key: CommandKey { key: correction_id.to_string(), fingerprint: [0; 32] },
            answer: Value::Null,
            data_key: Some(loaded.turns.unwrap().key),
            wrapped_keys: Vec::new(),
        };
        let on = loaded.transcript.revision();
        let command = TranscriptCommand::Correct { on, corrected };
        set.context.log.execute::<Transcript>(context, id.0, command).await.unwrap();
        correction_id
    }

    #[tokio::test]
    async fn what_is_read_is_given_the_terms_and_summarized_once() {
        let set = Set::new().await;
        tell(&set, VocabularyCommand::Begin(entries("Dr. Vogel"))).await;
        let id = set.upload("call.vtt", CALL).await;
        set.run(&parse::WORKER).await;
        set.run(&summarize::WORKER).await;
        assert_eq!(count(&set, "summary.created").await, 0, "it waits for the terms");
        set.run(&WORKER).await;
        assert_eq!(said(&set, id).await, "Long, and I decided to call Dr. Vogel on Monday.");
        set.run(&summarize::WORKER).await;
        let events = set.read().await;
        let types: Vec<_> = events.iter().skip(1).map(|event| &*event.event_type).collect();
        assert_eq!(
            types,
            ["transcript.uploaded", "transcript.parsed", "transcript.corrected", "summary.created"]
        );
        assert_eq!(events[3].metadata.actor, "worker:vocabulary");
        // When the event is delivered again, as after a crash, there is one effect.
        set.run(&WORKER).await;
        assert_eq!(set.read().await.len(), events.len());
    }

    #[tokio::test]
    async fn where_no_term_is_said_nothing_waits() {
        let set = Set::new().await;
        let other = VocabularyEntry { term: "GROW".into(), heard: vec!["groan".into()] };
        tell(&set, VocabularyCommand::Begin(vec![other])).await;
        set.upload("call.vtt", CALL).await;
        set.run(&parse::WORKER).await;
        set.run(&summarize::WORKER).await;
        set.run(&WORKER).await;
        assert_eq!(count(&set, "summary.created").await, 1);
        assert_eq!(count(&set, "transcript.corrected").await, 0);
    }

    #[tokio::test]
    async fn a_reading_is_given_the_terms_of_its_moment() {
        let set = Set::new().await;
        let before = set.upload("before.vtt", CALL).await;
        set.run(&parse::WORKER).await;
        tell(&set, VocabularyCommand::Begin(entries("Dr. Vogel"))).await;
        let then = set.upload("then.vtt", CALL).await;
        set.run(&parse::WORKER).await;
        tell(&set, VocabularyCommand::Change(entries("Mr. Amsel"))).await;
        let later = set.upload("later.vtt", CALL).await;
        set.run(&parse::WORKER).await;
        tell(&set, VocabularyCommand::Change(Vec::new())).await;
        set.run(&WORKER).await;
        assert!(said(&set, before).await.contains("my manager"));
        assert!(said(&set, then).await.contains("Dr. Vogel"));
        assert!(said(&set, later).await.contains("Mr. Amsel"));
    }

    #[tokio::test]
    async fn files_that_are_read_anew_are_given_them_again_and_once() {
        let set = Set::new().await;
        tell(&set, VocabularyCommand::Begin(entries("Dr. Vogel"))).await;
        let id = set.upload("call.vtt", CALL).await;
        set.run(&parse::WORKER).await;
        set.run(&WORKER).await;
        let undone = TranscriptCorrectionUndone {
            correction_id: load_turns(&set, id).await.transcript.corrections()[0].0,
            outline: Outline::of(&load_turns(&set, id).await.turns.unwrap().read),
        };
        let undo = TranscriptCommand::UndoCorrection { on: 2, undone };
        set.tell::<Transcript>(id.0, undo).await;
        // Twice before this worker gets to it.
        for _ in 0..2 {
            set.tell::<Transcript>(id.0, TranscriptCommand::RequestProcessing).await;
            set.run(&parse::WORKER).await;
        }
        set.run(&WORKER).await;
        assert_eq!(count(&set, "transcript.parsed").await, 3);
        assert_eq!(count(&set, "transcript.corrected").await, 2);
        assert!(said(&set, id).await.contains("Dr. Vogel"));
    }

    #[tokio::test]
    async fn what_was_applied_while_parsing_is_not_applied_again() {
        for undo in [false, true] {
            let set = Set::new().await;
            tell(&set, VocabularyCommand::Begin(entries("Dr. Vogel"))).await;
            let id = set.upload("call.vtt", CALL).await;
            set.run(&parse::WORKER).await;
            let correction_id = apply(&set, id, "worker:parse", "Dr. Vogel").await;
            if undo {
                let outline = Outline::of(&load_turns(&set, id).await.turns.unwrap().read);
                let undone = TranscriptCorrectionUndone { correction_id, outline };
                let undo = TranscriptCommand::UndoCorrection { on: 2, undone };
                set.tell::<Transcript>(id.0, undo).await;
            }
            set.run(&WORKER).await;
            assert_eq!(count(&set, "transcript.corrected").await, 1, "undone: {undo}");
        }
    }

    #[tokio::test]
    async fn a_coach_who_is_faster_does_not_stand_in_for_it() {
        let set = Set::new().await;
        let said_by_both = VocabularyEntry { term: "GROW".into(), heard: vec!["the week".into()] };
        tell(&set, VocabularyCommand::Begin(vec![said_by_both])).await;
        let id = set.upload("call.vtt", CALL).await;
        set.run(&parse::WORKER).await;
        apply(&set, id, "api_key:1", "Dr. Vogel").await;
        set.run(&WORKER).await;
        assert_eq!(count(&set, "transcript.corrected").await, 2);
        assert!(said(&set, id).await.contains("Dr. Vogel"));
    }

    #[tokio::test]
    async fn where_it_cannot_be_applied_the_coach_is_told() {
        let set = Set::new().await;
        tell(&set, VocabularyCommand::Begin(entries("Dr. Vogel"))).await;
        let id = set.upload("call.vtt", CALL).await;
        set.run(&parse::WORKER).await;
        let loaded = load_turns(&set, id).await;
        let blob = loaded.transcript.content().unwrap().to_owned();
        set.context.documents.delete(&blob.try_into().unwrap()).await.unwrap();
        set.run(&WORKER).await;
        assert_eq!(set.dead_letters().await.len(), 1);
        assert_eq!(count(&set, "transcript.processing_failed").await, 1);
    }
}
