//! The current searchable content of a session or an external note.
//!
//! An index receives the state of a session, not its history: after any event, the session is
//! loaded and replaces what the index had. So nothing depends on the order or the number of events.

use crate::error::LoadError;
use crate::stream::each;
use crate::transcript::load;
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use debrief_domain::ids::{ClientId, NoteId, OrganizationId, SummaryId, TranscriptId};
use debrief_domain::note::{Note, NoteEvent};
use debrief_domain::personal::Personal;
use debrief_domain::subject::Subject;
use debrief_domain::summary::content::Content as SummaryContent;
use debrief_domain::summary::{Summary, SummaryEvent};
use debrief_domain::transcript::content::Content;
use debrief_infra::documents::Documents;
use debrief_infra::log::{EventLog, StreamId};
use serde::{Deserialize, Serialize};

/// The current state of a session.
#[derive(Debug, Clone)]
pub struct Session {
    /// Organization that owns it.
    pub organization: OrganizationId,
    /// Session or external note, with its id.
    pub subject: Subject,
    /// Title given by the coach.
    pub title: Option<String>,
    /// Client of the session.
    pub client_id: Option<ClientId>,
    /// When it was held, if known.
    pub held_at: Option<DateTime<Utc>>,
    /// When it was uploaded.
    pub uploaded_at: DateTime<Utc>,
    /// The coach's notes.
    pub notes: Option<String>,
    /// BCP 47 tag given by the coach.
    pub language: Option<String>,
    /// Turns with corrections applied; `None` until the files are read.
    pub content: Option<Content>,
    /// Summary, if there is one.
    pub summary: Option<SummaryContent>,
    /// Set for an external note.
    pub note: Option<ExternalNote>,
}

/// A note from another system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalNote {
    /// Id in the external system.
    pub id: String,
    /// URL in the external system.
    pub url: Option<String>,
    /// Text of the note.
    #[serde(skip)]
    pub text: String,
}

impl Session {
    /// Creates a session without content, uploaded at this time.
    pub fn new(organization: OrganizationId, subject: Subject, uploaded_at: DateTime<Utc>) -> Self {
        Self {
            organization,
            subject,
            title: None,
            client_id: None,
            held_at: None,
            uploaded_at,
            notes: None,
            language: None,
            content: None,
            summary: None,
            note: None,
        }
    }
}

/// Loads all searchable content of a subject; `None` if it does not exist or was deleted.
pub async fn load_subject(
    log: &EventLog,
    documents: &Documents,
    organization: OrganizationId,
    subject: Subject,
) -> Result<Option<Session>, LoadError> {
    match subject {
        Subject::Transcript(id) => load_session(log, documents, organization, id).await,
        Subject::Note(id) => load_note(log, organization, id).await,
    }
}

async fn load_note(
    log: &EventLog,
    organization: OrganizationId,
    id: NoteId,
) -> Result<Option<Session>, LoadError> {
    let stream = StreamId { stream_type: Note::TYPE, id: id.0 };
    let mut newest = None;
    each(log, organization, stream, |event| {
        newest = Some(event);
        Ok(())
    })
    .await?;
    let Some(newest) = newest else { return Ok(None) };
    let Some(NoteEvent::Written(written)) = newest.of::<Note>()? else { return Ok(None) };
    let (Some(text), Some(external_id)) =
        (written.text.into_known(), written.external_id.into_known())
    else {
        return Ok(None);
    };
    Ok(Some(Session {
        title: written.title.and_then(Personal::into_known),
        client_id: written.client_id,
        held_at: written.held_at,
        language: written.language,
        note: Some(ExternalNote {
            id: external_id,
            url: written.url.and_then(Personal::into_known),
            text,
        }),
        ..Session::new(organization, Subject::Note(id), newest.recorded_at)
    }))
}

async fn load_session(
    log: &EventLog,
    documents: &Documents,
    organization: OrganizationId,
    id: TranscriptId,
) -> Result<Option<Session>, LoadError> {
    let Some(mut loaded) = load(log, documents, organization, id).await? else { return Ok(None) };
    let details = std::mem::take(&mut loaded.details);
    let mut session = Session {
        title: details.title,
        client_id: details.client_id,
        held_at: details.held_at,
        notes: details.notes,
        language: details.language,
        ..Session::new(organization, Subject::Transcript(id), details.uploaded_at)
    };
    if let Some(corrected) = loaded.corrected().await? {
        session.content = Some(corrected.content);
        session.summary = summary(log, organization, id).await?;
    }
    Ok(Some(session))
}

/// Loads the newest version of a session's summary.
async fn summary(
    log: &EventLog,
    organization: OrganizationId,
    id: TranscriptId,
) -> Result<Option<SummaryContent>, LoadError> {
    let stream = StreamId { stream_type: Summary::TYPE, id: SummaryId::of(id).0 };
    let mut newest = None;
    each(log, organization, stream, |event| {
        match event.of::<Summary>()? {
            Some(SummaryEvent::Created(created)) => newest = Some(created.content),
            Some(SummaryEvent::Revised(revised)) => newest = Some(revised.content),
            Some(SummaryEvent::Erased(_)) => newest = None,
            Some(_) | None => {}
        }
        Ok(())
    })
    .await?;
    Ok(newest.and_then(Personal::into_known))
}
