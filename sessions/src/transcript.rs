//! Loads a transcript, its details and its turns.

use crate::error::LoadError;
use crate::stream::each;
use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::Aggregate;
use debrief_domain::change::Change;
use debrief_domain::ids::{ClientId, OrganizationId, TranscriptId};
use debrief_domain::personal::Personal;
use debrief_domain::transcript::content::Content;
use debrief_domain::transcript::correction::Correction;
use debrief_domain::transcript::corrections::{self, Corrected};
use debrief_domain::transcript::{Transcript, TranscriptDetailsChanged, TranscriptEvent};
use debrief_infra::blobs::BlobKey;
use debrief_infra::documents::Documents;
use debrief_infra::keys::DataKey;
use debrief_infra::log::{EventLog, StreamId};
use std::sync::Arc;
use uuid::Uuid;

/// An existing transcript.
#[derive(Debug)]
pub struct Loaded {
    /// The aggregate, as commands see it.
    pub transcript: Transcript,
    /// `None` until its files are read.
    pub turns: Option<Turns>,
    pub(crate) details: Details,
}

/// The turns of a transcript.
#[derive(Debug)]
pub struct Turns {
    /// Turns as read from the files, without corrections.
    pub read: Content,
    /// Encrypts what is written about them.
    pub key: DataKey,
}

impl Loaded {
    /// Returns the day of the session in UTC, where the coach gave it.
    pub fn held_on(&self) -> Option<NaiveDate> {
        self.details.held_at.map(|at| at.date_naive())
    }

    /// Returns the turns with corrections applied; `None` until the files are read.
    pub async fn corrected(self) -> Result<Option<Corrected>, LoadError> {
        match self.turns {
            Some(turns) => corrected(turns.read, self.transcript.corrections()).await.map(Some),
            None => Ok(None),
        }
    }
}

/// Applies corrections to turns as read.
pub async fn corrected(
    read: impl Into<Arc<Content>>,
    list: Vec<(Uuid, Correction)>,
) -> Result<Corrected, LoadError> {
    let read = read.into();
    let apply = move || corrections::apply(Arc::unwrap_or_clone(read), &list);
    Ok(tokio::task::spawn_blocking(apply).await?)
}

/// Loads a transcript; `None` if it does not exist or was deleted.
pub async fn load(
    log: &EventLog,
    documents: &Documents,
    organization: OrganizationId,
    id: TranscriptId,
) -> Result<Option<Loaded>, LoadError> {
    let Some((transcript, details)) = fold(log, organization, id).await? else { return Ok(None) };
    let Some(blob) = transcript.content() else {
        return Ok(Some(Loaded { transcript, turns: None, details }));
    };
    let turns = turns_of(log, documents, organization, id, blob).await?;
    Ok(turns.map(|turns| Loaded { transcript, turns: Some(turns), details }))
}

/// Loads turns as read from their blob; `None` if the transcript was deleted.
pub(crate) async fn turns_of(
    log: &EventLog,
    documents: &Documents,
    organization: OrganizationId,
    id: TranscriptId,
    blob: &str,
) -> Result<Option<Turns>, LoadError> {
    // Deleting a transcript deletes the key first, then its blobs.
    let Some(key) = log.keys().get(organization, id.0).await? else { return Ok(None) };
    let blob = BlobKey::try_from(blob.to_owned())?;
    let json = match documents.read(&blob, &key, 0).await {
        Ok(json) => json,
        Err(error) => {
            let still = fold(log, organization, id).await?;
            return if still.is_none() { Ok(None) } else { Err(error.into()) };
        }
    };
    let read = tokio::task::spawn_blocking(move || serde_json::from_slice(&json)).await??;
    Ok(Some(Turns { read, key }))
}

/// Details of a session, entered by the coach.
#[derive(Debug, Default)]
pub(crate) struct Details {
    pub(crate) title: Option<String>,
    pub(crate) client_id: Option<ClientId>,
    pub(crate) held_at: Option<DateTime<Utc>>,
    pub(crate) uploaded_at: DateTime<Utc>,
    pub(crate) notes: Option<String>,
    pub(crate) language: Option<String>,
}

impl Details {
    fn apply(&mut self, event: &TranscriptEvent, at: DateTime<Utc>) {
        match event {
            TranscriptEvent::Uploaded(uploaded) => {
                let uploaded = uploaded.clone();
                *self = Self {
                    title: uploaded.title.and_then(Personal::into_known),
                    client_id: uploaded.client_id,
                    held_at: uploaded.held_at,
                    uploaded_at: at,
                    notes: uploaded.notes.and_then(Personal::into_known),
                    language: uploaded.language,
                };
            }
            TranscriptEvent::DetailsChanged(changed) => self.change(changed.clone()),
            TranscriptEvent::Parsed(_)
            | TranscriptEvent::Corrected(_)
            | TranscriptEvent::CorrectionUndone(_)
            | TranscriptEvent::FilesAdded(_)
            | TranscriptEvent::FilesReplaced(_)
            | TranscriptEvent::ProcessingFailed(_)
            | TranscriptEvent::ProcessingRequested(_)
            | TranscriptEvent::IndexingRequested(_)
            | TranscriptEvent::Deleted(_) => {}
        }
    }

    fn change(&mut self, changed: TranscriptDetailsChanged) {
        words(changed.title, &mut self.title);
        words(changed.notes, &mut self.notes);
        changed.client_id.apply_to(&mut self.client_id);
        changed.held_at.apply_to(&mut self.held_at);
        changed.language.apply_to(&mut self.language);
    }
}

/// Applies a change of a personal field.
fn words(change: Change<Personal<String>>, field: &mut Option<String>) {
    let mut personal = field.take().map(Personal::Known);
    change.apply_to(&mut personal);
    *field = personal.and_then(Personal::into_known);
}

/// Folds the events of a transcript; `None` if there are none or it was deleted.
async fn fold(
    log: &EventLog,
    organization: OrganizationId,
    id: TranscriptId,
) -> Result<Option<(Transcript, Details)>, LoadError> {
    let stream = StreamId { stream_type: Transcript::TYPE, id: id.0 };
    let (mut transcript, mut details) = (Transcript::default(), Details::default());
    each(log, organization, stream, |event| {
        if let Some(of_transcript) = event.of::<Transcript>()? {
            details.apply(&of_transcript, event.recorded_at);
            transcript.apply(of_transcript);
        }
        Ok(())
    })
    .await?;
    Ok(transcript.is_alive().then_some((transcript, details)))
}
