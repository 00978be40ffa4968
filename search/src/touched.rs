//! Events → the subjects whose text or details they change.

use cqrs_es::Aggregate;
use debrief_domain::event::DecodeError;
use debrief_domain::ids::{NoteId, OrganizationId, TranscriptId};
use debrief_domain::note::Note;
use debrief_domain::subject::Subject;
use debrief_domain::summary::{Summary, SummaryEvent};
use debrief_domain::transcript::Transcript;
use debrief_infra::log::RecordedEvent;

/// Returns the subjects that these events change, each once, in order.
pub(crate) fn touched(
    events: &[RecordedEvent],
) -> Result<Vec<(OrganizationId, Subject)>, DecodeError> {
    let mut touched = Vec::new();
    for event in events {
        let subject = match event.stream_type.as_str() {
            Transcript::TYPE => Subject::Transcript(TranscriptId(event.stream_id)),
            Note::TYPE => Subject::Note(NoteId(event.stream_id)),
            Summary::TYPE => match event.of::<Summary>()? {
                Some(SummaryEvent::Created(created)) => Subject::Transcript(created.transcript_id),
                Some(SummaryEvent::Revised(revised)) => Subject::Transcript(revised.transcript_id),
                // What else happens to a summary changes no text; its session is deleted by an event
                // of its own.
                Some(_) | None => continue,
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
