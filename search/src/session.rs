//! What a session holds now, folded from its events.
//!
//! An index is told what a session *is*, not what happened to it: whatever event came, the session
//! is loaded as it stands and takes the place of what the index had. So nothing depends on the
//! order or the number of events seen.

use chrono::{DateTime, Utc};
use debrief_domain::change::Change;
use debrief_domain::event::DecodeError;
use debrief_domain::ids::{ClientId, NoteId, OrganizationId, SummaryId, TranscriptId};
use debrief_domain::note::{Note, NoteEvent};
use debrief_domain::personal::Personal;
use debrief_domain::summary::content::Content as SummaryContent;
use debrief_domain::summary::{Summary, SummaryEvent};
use debrief_domain::transcript::content::Content;
use debrief_domain::transcript::correction::Correction;
use debrief_domain::transcript::corrections;
use debrief_domain::transcript::{Transcript, TranscriptDetailsChanged, TranscriptEvent};
use debrief_infra::blobs::{BlobError, BlobKey, InvalidBlobKey};
use debrief_infra::documents::Documents;
use debrief_infra::keys::KeyError;
use debrief_infra::log::{EventLog, LogError, StreamId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Events of a stream that are read at once.
const PAGE: u32 = 500;

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
    /// Where it is no session, but a note from elsewhere: `id` is the note's then.
    pub note: Option<ExternalNote>,
}

/// A note from elsewhere.
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

/// A session could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// An event.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// Its key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The blob of its turns.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// Its name.
    #[error(transparent)]
    Name(#[from] InvalidBlobKey),
    /// The turns are not what they should be.
    #[error("the turns cannot be read: {0}")]
    Turns(#[from] serde_json::Error),
    /// The work was cut off.
    #[error("the corrections could not be applied: {0}")]
    Join(#[from] tokio::task::JoinError),
}

impl SessionError {
    /// Whether the same session may be readable later.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Log(error) => error.is_temporary(),
            Self::Key(KeyError::Database(error)) => error.is_temporary(),
            Self::Blob(BlobError::Unavailable(_)) => true,
            _ => false,
        }
    }
}

/// What the events of a transcript amount to.
struct Fold {
    session: Session,
    blob: Option<String>,
    corrections: Vec<(Uuid, Correction)>,
    deleted: bool,
}

impl Fold {
    fn apply(&mut self, event: TranscriptEvent, at: DateTime<Utc>) {
        let session = &mut self.session;
        match event {
            TranscriptEvent::Uploaded(uploaded) => {
                session.uploaded_at = at;
                session.title = uploaded.title.and_then(|title| title.into_known());
                session.notes = uploaded.notes.and_then(|notes| notes.into_known());
                session.client_id = uploaded.client_id;
                session.held_at = uploaded.held_at;
                session.language = uploaded.language;
            }
            TranscriptEvent::DetailsChanged(changed) => self.change(changed),
            TranscriptEvent::Parsed(parsed) => self.blob = Some(parsed.content),
            TranscriptEvent::Corrected(corrected) => {
                if let Some(correction) = corrected.correction.into_known() {
                    self.corrections.push((corrected.correction_id, correction));
                }
            }
            TranscriptEvent::CorrectionUndone(undone) => {
                self.corrections.retain(|(id, _)| *id != undone.correction_id);
            }
            TranscriptEvent::Deleted(_) => self.deleted = true,
            TranscriptEvent::FilesAdded(_)
            | TranscriptEvent::FilesReplaced(_)
            | TranscriptEvent::ProcessingFailed(_)
            | TranscriptEvent::ProcessingRequested(_)
            | TranscriptEvent::IndexingRequested(_) => {}
        }
    }

    fn change(&mut self, changed: TranscriptDetailsChanged) {
        let session = &mut self.session;
        words(changed.title, &mut session.title);
        words(changed.notes, &mut session.notes);
        changed.client_id.apply_to(&mut session.client_id);
        changed.held_at.apply_to(&mut session.held_at);
        changed.language.apply_to(&mut session.language);
    }
}

/// Carries a change of a person's words out.
fn words(change: Change<Personal<String>>, field: &mut Option<String>) {
    let mut personal = field.take().map(Personal::Known);
    change.apply_to(&mut personal);
    *field = personal.and_then(Personal::into_known);
}

/// Loads a note from elsewhere as it stands; `None` where there is none, or it was deleted.
pub async fn load_note(
    log: &EventLog,
    organization: OrganizationId,
    id: NoteId,
) -> Result<Option<Session>, SessionError> {
    let stream = StreamId { stream_type: <Note as cqrs_es::Aggregate>::TYPE, id: id.0 };
    let (mut version, mut newest) = (0, None);
    loop {
        let events = log.read_stream(organization, stream, version, PAGE).await?;
        let Some(last) = events.last() else { break };
        version = last.version;
        newest = Some((last.of::<Note>()?, last.recorded_at));
    }
    let Some((Some(NoteEvent::Written(written)), recorded_at)) = newest else {
        return Ok(None);
    };
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
        ..Session::new(organization, TranscriptId(id.0), recorded_at)
    }))
}

/// Loads a session as it stands; `None` where there is none, or it was deleted.
pub async fn load(
    log: &EventLog,
    documents: &Documents,
    organization: OrganizationId,
    id: TranscriptId,
) -> Result<Option<Session>, SessionError> {
    let Some(mut fold) = folded(log, organization, id).await? else { return Ok(None) };
    let Some(blob) = fold.blob.take() else { return Ok(Some(fold.session)) };
    // The key goes first when a session is deleted, its blobs follow.
    let Some(key) = log.keys().get(organization, id.0).await? else { return Ok(None) };
    let blob = BlobKey::try_from(blob)?;
    let json = match documents.read(&blob, &key, 0).await {
        Ok(json) => json,
        Err(error) => {
            let still = folded(log, organization, id).await?;
            return if still.is_none() { Ok(None) } else { Err(error.into()) };
        }
    };
    let corrections = std::mem::take(&mut fold.corrections);
    let content = tokio::task::spawn_blocking(move || {
        let content: Content = serde_json::from_slice(&json)?;
        Ok::<_, serde_json::Error>(corrections::apply(content, &corrections).content)
    });
    fold.session.content = Some(content.await??);
    fold.session.summary = summary(log, organization, id).await?;
    Ok(Some(fold.session))
}

/// What the events amount to; `None` where there are none, or the session was deleted.
async fn folded(
    log: &EventLog,
    organization: OrganizationId,
    id: TranscriptId,
) -> Result<Option<Fold>, SessionError> {
    let mut fold = Fold {
        session: Session::new(organization, id, DateTime::UNIX_EPOCH),
        blob: None,
        corrections: Vec::new(),
        deleted: false,
    };
    let stream = StreamId { stream_type: <Transcript as cqrs_es::Aggregate>::TYPE, id: id.0 };
    let mut version = 0;
    loop {
        let events = log.read_stream(organization, stream, version, PAGE).await?;
        let Some(last) = events.last() else { break };
        version = last.version;
        for event in &events {
            if let Some(of_transcript) = event.of::<Transcript>()? {
                fold.apply(of_transcript, event.recorded_at);
            }
        }
    }
    Ok((version > 0 && !fold.deleted).then_some(fold))
}

/// The newest version of a session's summary.
async fn summary(
    log: &EventLog,
    organization: OrganizationId,
    id: TranscriptId,
) -> Result<Option<SummaryContent>, SessionError> {
    let id = SummaryId::of(id).0;
    let stream = StreamId { stream_type: <Summary as cqrs_es::Aggregate>::TYPE, id };
    let (mut version, mut newest) = (0, None);
    loop {
        let events = log.read_stream(organization, stream, version, PAGE).await?;
        let Some(last) = events.last() else { break };
        version = last.version;
        for event in &events {
            match event.of::<Summary>()? {
                Some(SummaryEvent::Created(created)) => newest = Some(created.content),
                Some(SummaryEvent::Revised(revised)) => newest = Some(revised.content),
                Some(SummaryEvent::Erased(_)) => newest = None,
                None => {}
            }
        }
    }
    Ok(newest.and_then(|content| content.into_known()))
}
