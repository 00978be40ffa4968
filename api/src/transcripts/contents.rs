//! The turns of transcripts as they are now: read from their blobs, with the corrections applied.
//!
//! What was read last stays in memory, by the version of its turns, so that paging through a
//! transcript reads its blob once.

use crate::http::problem::{Problem, of_command};
use debrief_domain::ids::TranscriptId;
use debrief_domain::principal::Viewer;
use debrief_domain::transcript::Transcript;
use debrief_domain::transcript::content::{Content, Turn};
use debrief_domain::transcript::correction::Correction;
use debrief_domain::transcript::corrections::{self, Corrected};
use debrief_infra::blobs::BlobKey;
use debrief_infra::documents::Documents;
use debrief_infra::log::EventLog;
use debrief_projections::transcripts::TranscriptRow;
use moka::future::Cache;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Bytes of turns that are held in memory.
const CACHE_BYTES: u64 = 32 << 20;
/// How long turns that nobody reads are held.
const CACHED_FOR: Duration = Duration::from_secs(60);

/// Reads the turns of transcripts. Clones share what is held in memory.
#[derive(Clone)]
pub(super) struct Contents {
    log: EventLog,
    documents: Documents,
    /// By transcript and version of the turns.
    current: Cache<(TranscriptId, i64), Arc<Current>>,
}

/// A transcript as it is in the log, with its turns as the files have them.
pub(super) struct Loaded {
    pub(super) transcript: Transcript,
    /// `None` until the files were read.
    pub(super) content: Option<Content>,
}

/// The turns of a transcript as they are now.
#[derive(Debug)]
pub(super) struct Current {
    pub(super) content: Content,
    /// [`Transcript::revision`] of these turns.
    pub(super) revision: u64,
}

impl Contents {
    pub(super) fn new(log: EventLog, documents: Documents) -> Self {
        let current = Cache::builder()
            .max_capacity(CACHE_BYTES)
            .weigher(|_: &(TranscriptId, i64), current: &Arc<Current>| {
                let size = |turn: &Turn| turn.text.len() + 24 * turn.cues.len() + 150;
                let bytes: usize = current.content.turns.iter().map(size).sum();
                u32::try_from(bytes).unwrap_or(u32::MAX)
            })
            .time_to_idle(CACHED_FOR)
            .build();
        Self { log, documents, current }
    }

    /// Loads a transcript from the log.
    pub(super) async fn load(&self, viewer: Viewer, id: TranscriptId) -> Result<Loaded, Problem> {
        let gone = || Problem::not_found("transcript");
        let loaded = self.log.load::<Transcript>(viewer.organization(), id.0).await;
        let (transcript, _) = loaded.map_err(|error| of_command(error, |_| gone()))?;
        if !transcript.is_alive() {
            return Err(gone());
        }
        let Some(blob) = transcript.content() else {
            return Ok(Loaded { transcript, content: None });
        };
        // Deleted between there and here.
        let key = self.log.keys().get(viewer.organization(), id.0).await?.ok_or_else(gone)?;
        let name = BlobKey::try_from(blob.to_owned()).map_err(|error| Problem::internal(&error))?;
        let json = self.documents.read(&name, &key, 0).await?;
        let content = tokio::task::spawn_blocking(move || serde_json::from_slice(&json)).await;
        let content = content.map_err(|error| Problem::internal(&error))?;
        let content = content.map_err(|error| Problem::internal(&error))?;
        Ok(Loaded { transcript, content: Some(content) })
    }

    /// The turns of a row as they are now; `None` until the files were read.
    pub(super) async fn current(
        &self,
        viewer: Viewer,
        row: &TranscriptRow,
    ) -> Result<Option<Arc<Current>>, Problem> {
        let (Some(_), Some(version)) = (&row.content, row.turns_version) else { return Ok(None) };
        let place = (row.id, version);
        if let Some(current) = self.current.get(&place).await {
            return Ok(Some(current));
        }
        let Loaded { transcript, content } = self.load(viewer, row.id).await?;
        let Some(content) = content else { return Ok(None) };
        let content = match transcript.corrections() {
            list if list.is_empty() => content,
            list => corrected(content, list).await?.content,
        };
        let current = Arc::new(Current { content, revision: transcript.revision() });
        self.current.insert(place, Arc::clone(&current)).await;
        Ok(Some(current))
    }
}

/// Applies corrections to turns, off the threads that serve.
pub(super) async fn corrected(
    content: Content,
    list: Vec<(Uuid, Correction)>,
) -> Result<Corrected, Problem> {
    tokio::task::spawn_blocking(move || corrections::apply(content, &list))
        .await
        .map_err(|error| Problem::internal(&error))
}
