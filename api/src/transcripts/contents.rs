//! Loads the turns of transcripts for handlers: what does not exist is a 404.

use crate::http::problem::Problem;
use debrief_domain::ids::TranscriptId;
use debrief_domain::principal::Viewer;
use debrief_infra::documents::Documents;
use debrief_infra::log::EventLog;
use debrief_projections::transcripts::TranscriptRow;
use debrief_sessions::{Cache, CurrentTurns, Loaded};
use std::sync::Arc;

/// Size of the cache of turns, in bytes.
const CACHE_BYTES: u64 = 32 << 20;

/// Loads the turns of transcripts. Clones share a cache.
#[derive(Clone)]
pub(super) struct Contents {
    log: EventLog,
    documents: Documents,
    cache: Cache,
}

impl Contents {
    pub(super) fn new(log: EventLog, documents: Documents) -> Self {
        Self { log, documents, cache: Cache::new(CACHE_BYTES) }
    }

    /// Loads a transcript from the log.
    pub(super) async fn load(&self, viewer: Viewer, id: TranscriptId) -> Result<Loaded, Problem> {
        let organization = viewer.organization();
        let loaded = debrief_sessions::load(&self.log, &self.documents, organization, id).await?;
        loaded.ok_or_else(gone)
    }

    /// Returns the current turns of a row; `None` until the files are parsed.
    pub(super) async fn current(
        &self,
        viewer: Viewer,
        row: &TranscriptRow,
    ) -> Result<Option<Arc<CurrentTurns>>, Problem> {
        let (Some(_), Some(version)) = (&row.content, row.turns_version) else { return Ok(None) };
        let organization = viewer.organization();
        let current =
            self.cache.current(&self.log, &self.documents, organization, row.id, version).await?;
        current.map(Some).ok_or_else(gone)
    }
}

fn gone() -> Problem {
    Problem::not_found("transcript")
}
