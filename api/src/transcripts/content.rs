//! The turns of a transcript as they are now: read from their blob, with the corrections laid
//! over them.
//!
//! What was read last stays in memory, by the version of its turns: a page costs no blob and no
//! corrections anew.

use crate::http::auth::Caller;
use crate::http::problem::{Problem, of_command};
use crate::state::ApiState;
use debrief_domain::ids::TranscriptId;
use debrief_domain::transcript::Transcript;
use debrief_domain::transcript::content::Content;
use debrief_domain::transcript::correction::Correction;
use debrief_domain::transcript::corrections::{self, Corrected};
use debrief_infra::blobs::BlobKey;
use debrief_projections::transcripts::TranscriptRow;
use std::sync::Arc;
use uuid::Uuid;

/// A transcript as it is in the log, with its turns as the files have them.
pub(super) struct Loaded {
    pub(super) transcript: Transcript,
    /// `None` until the files were read.
    pub(super) content: Option<Content>,
}

/// The turns of a transcript as they are now.
#[derive(Debug)]
pub(crate) struct Current {
    pub(crate) content: Content,
    /// [`Transcript::revision`] of these turns.
    pub(crate) revision: u64,
}

/// Loads a transcript from the log.
pub(super) async fn load(
    state: &ApiState,
    caller: &Caller,
    id: TranscriptId,
) -> Result<Loaded, Problem> {
    let gone = || Problem::not_found("transcript");
    let loaded = state.log.load::<Transcript>(caller.organization, id.0).await;
    let (transcript, _) = loaded.map_err(|error| of_command(error, |_| gone()))?;
    if !transcript.is_alive() {
        return Err(gone());
    }
    let Some(blob) = transcript.content() else {
        return Ok(Loaded { transcript, content: None });
    };
    // Deleted between there and here.
    let key = state.log.keys().get(caller.organization, id.0).await?.ok_or_else(gone)?;
    let name = BlobKey::try_from(blob.to_owned()).map_err(|error| Problem::internal(&error))?;
    let json = state.documents.read(&name, &key, 0).await?;
    let content = tokio::task::spawn_blocking(move || serde_json::from_slice(&json)).await;
    let content = content.map_err(|error| Problem::internal(&error))?;
    let content = content.map_err(|error| Problem::internal(&error))?;
    Ok(Loaded { transcript, content: Some(content) })
}

/// Lays corrections over the turns, off the threads that serve.
pub(super) async fn corrected(
    content: Content,
    list: Vec<(Uuid, Correction)>,
) -> Result<Corrected, Problem> {
    tokio::task::spawn_blocking(move || corrections::apply(content, &list))
        .await
        .map_err(|error| Problem::internal(&error))
}

/// The turns of a row as they are now; `None` until the files were read.
pub(super) async fn current(
    state: &ApiState,
    caller: &Caller,
    row: &TranscriptRow,
) -> Result<Option<Arc<Current>>, Problem> {
    let (Some(_), Some(version)) = (&row.content, row.turns_version) else { return Ok(None) };
    let contents = &state.shared().contents;
    let place = (row.id, version);
    if let Some(current) = contents.get(&place).await {
        return Ok(Some(current));
    }
    let Loaded { transcript, content } = load(state, caller, row.id).await?;
    let Some(content) = content else { return Ok(None) };
    let content = match transcript.corrections() {
        list if list.is_empty() => content,
        list => corrected(content, list).await?.content,
    };
    let current = Arc::new(Current { content, revision: transcript.revision() });
    contents.insert(place, Arc::clone(&current)).await;
    Ok(Some(current))
}
