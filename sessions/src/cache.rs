//! An in-memory cache of recently used turns.
//!
//! Turns are cached by the version of their stream at which they last changed: a reader that pages
//! through them loads the blob and applies corrections once, and never misses a correction.

use crate::error::LoadError;
use crate::transcript::load;
use debrief_domain::ids::{OrganizationId, TranscriptId};
use debrief_domain::transcript::content::{Content, Turn};
use debrief_infra::documents::Documents;
use debrief_infra::log::EventLog;
use std::sync::Arc;
use std::time::Duration;

/// How long unused turns are kept.
const KEPT_FOR: Duration = Duration::from_secs(60);

/// The turns of a transcript, with corrections applied.
#[derive(Debug)]
pub struct CurrentTurns {
    /// Current turns.
    pub content: Content,
    /// Revision of these turns: see
    /// [`Transcript::revision`](debrief_domain::transcript::Transcript::revision).
    pub revision: u64,
}

/// Cache key: organization, transcript and version.
type CacheKey = (OrganizationId, TranscriptId, i64);

/// Cache of current turns by transcript and version.
#[derive(Debug, Clone)]
pub struct Cache(moka::future::Cache<CacheKey, Arc<CurrentTurns>>);

impl Cache {
    /// Creates a cache of about `bytes` of turns.
    pub fn new(bytes: u64) -> Self {
        let weigh = |_: &CacheKey, current: &Arc<CurrentTurns>| {
            let size = |turn: &Turn| turn.text.len() + 24 * turn.cues.len() + 150;
            let bytes: usize = current.content.turns.iter().map(size).sum();
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        Self(
            moka::future::Cache::builder()
                .max_capacity(bytes)
                .weigher(weigh)
                .time_to_idle(KEPT_FOR)
                .build(),
        )
    }

    /// Returns the turns of a transcript, which last changed at this version of its stream; `None`
    /// if there are none or they were deleted.
    pub async fn current(
        &self,
        log: &EventLog,
        documents: &Documents,
        organization: OrganizationId,
        id: TranscriptId,
        version: i64,
    ) -> Result<Option<Arc<CurrentTurns>>, LoadError> {
        let place = (organization, id, version);
        if let Some(current) = self.0.get(&place).await {
            return Ok(Some(current));
        }
        let Some(loaded) = load(log, documents, organization, id).await? else { return Ok(None) };
        let revision = loaded.transcript.revision();
        let Some(corrected) = loaded.corrected().await? else { return Ok(None) };
        let current = Arc::new(CurrentTurns { content: corrected.content, revision });
        self.0.insert(place, Arc::clone(&current)).await;
        Ok(Some(current))
    }
}
