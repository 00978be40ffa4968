//! Events → what they touch, and what that holds now.

use cqrs_es::Aggregate;
use debrief_domain::event::DecodeError;
use debrief_domain::ids::{NoteId, OrganizationId, TranscriptId};
use debrief_domain::note::Note;
use debrief_domain::summary::{Summary, SummaryEvent};
use debrief_domain::transcript::Transcript;
use debrief_infra::documents::Documents;
use debrief_infra::log::{EventLog, RecordedEvent};
use debrief_sessions::{LoadError, Session, load_note, load_session};

/// What can be found, by where its events are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Session(TranscriptId),
    Note(NoteId),
}

impl Subject {
    /// Its id in the indexes.
    pub(crate) fn id(self) -> TranscriptId {
        match self {
            Self::Session(id) => id,
            Self::Note(id) => TranscriptId(id.0),
        }
    }

    /// What it holds now; `None` where it is there no more.
    pub(crate) async fn load(
        self,
        log: &EventLog,
        documents: &Documents,
        organization: OrganizationId,
    ) -> Result<Option<Session>, LoadError> {
        match self {
            Self::Session(id) => load_session(log, documents, organization, id).await,
            Self::Note(id) => load_note(log, organization, id).await,
        }
    }
}

/// What these events touch, each once, in order.
pub(crate) fn touched(
    events: &[RecordedEvent],
) -> Result<Vec<(OrganizationId, Subject)>, DecodeError> {
    let mut touched = Vec::new();
    for event in events {
        let subject = match event.stream_type.as_str() {
            Transcript::TYPE => Subject::Session(TranscriptId(event.stream_id)),
            Note::TYPE => Subject::Note(NoteId(event.stream_id)),
            Summary::TYPE => match event.of::<Summary>()? {
                Some(SummaryEvent::Created(created)) => Subject::Session(created.transcript_id),
                Some(SummaryEvent::Revised(revised)) => Subject::Session(revised.transcript_id),
                // Its session is deleted by an event of its own.
                Some(SummaryEvent::Erased(_)) | None => continue,
            },
            _ => continue,
        };
        let touches = (event.organization, subject);
        if !touched.contains(&touches) {
            touched.push(touches);
        }
    }
    Ok(touched)
}
