//! What a session, or an external note, holds now: everything of it that can be found.
//!
//! An index is told what a session *is*, not what happened to it: whatever event came, the session
//! is loaded as it stands and takes the place of what the index had. So nothing depends on the
//! order or the number of events seen.

use crate::error::LoadError;
use crate::stream::each;
use crate::transcript::load;
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use debrief_domain::ids::{ClientId, NoteId, OrganizationId, SummaryId, TranscriptId};
use debrief_domain::note::{Note, NoteEvent};
use debrief_domain::personal::Personal;
use debrief_domain::summary::content::Content as SummaryContent;
use debrief_domain::summary::{Summary, SummaryEvent};
use debrief_domain::transcript::content::Content;
use debrief_infra::documents::Documents;
use debrief_infra::log::{EventLog, StreamId};
use serde::{Deserialize, Serialize};

/// A session as it stands.
#[derive(Debug, Clone)]
pub struct Session {
    /// Whose it is.
    pub organization: OrganizationId,
    /// Identifies it.
    pub id: TranscriptId,
    /// What the coach calls it.
    pub title: Option<String>,
    /// Whose session it was.
    pub client_id: Option<ClientId>,
    /// When it was held, where somebody said so.
    pub held_at: Option<DateTime<Utc>>,
    /// When it was uploaded.
    pub uploaded_at: DateTime<Utc>,
    /// The coach's notes.
    pub notes: Option<String>,
    /// BCP 47 tag that the coach gave.
    pub language: Option<String>,
    /// What was said, corrections included; `None` until the files were read.
    pub content: Option<Content>,
    /// Its summary, once there is one.
    pub summary: Option<SummaryContent>,
    /// Set for an external note: `id` is the note's then.
    pub note: Option<ExternalNote>,
}

/// A note from another system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalNote {
    /// What the system that it comes from calls it.
    pub id: String,
    /// Where it can be opened there.
    pub url: Option<String>,
    /// Its words.
    #[serde(skip)]
    pub text: String,
}

impl Session {
    /// A session of which nothing is known but when it was uploaded.
    pub fn new(organization: OrganizationId, id: TranscriptId, uploaded_at: DateTime<Utc>) -> Self {
        Self {
            organization,
            id,
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

/// Loads an external note; `None` if it does not exist or was deleted.
pub async fn load_note(
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
        ..Session::new(organization, TranscriptId(id.0), newest.recorded_at)
    }))
}

/// Loads a session; `None` if it does not exist or was deleted.
pub async fn load_session(
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
        ..Session::new(organization, id, details.uploaded_at)
    };
    if let Some(corrected) = loaded.corrected().await? {
        session.content = Some(corrected.content);
        session.summary = summary(log, organization, id).await?;
    }
    Ok(Some(session))
}

/// The newest version of a session's summary.
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
            None => {}
        }
        Ok(())
    })
    .await?;
    Ok(newest.and_then(Personal::into_known))
}
