//! The turns of transcripts that were read last, held in memory for readers that page through them.

use debrief_domain::ids::TranscriptId;
use debrief_domain::transcript::content::{Content, Turn};
use moka::future::Cache;
use std::sync::Arc;
use std::time::Duration;

/// Bytes of turns that are held.
const BYTES_MAX: u64 = 32 << 20;
/// How long they are held after the last reader.
const IDLE: Duration = Duration::from_secs(60);

/// The turns of a transcript as they are now.
#[derive(Debug)]
pub(crate) struct Current {
    pub(crate) content: Content,
    /// [`debrief_domain::transcript::Transcript::revision`] of these turns.
    pub(crate) revision: u64,
}

/// Turns with their corrections, by transcript and version of the turns.
pub(crate) struct Contents(Cache<(TranscriptId, i64), Arc<Current>>);

impl Contents {
    pub(crate) fn new() -> Self {
        let cache = Cache::builder()
            .max_capacity(BYTES_MAX)
            .weigher(|_: &(TranscriptId, i64), current: &Arc<Current>| {
                let size = |turn: &Turn| turn.text.len() + 24 * turn.cues.len() + 150;
                let bytes: usize = current.content.turns.iter().map(size).sum();
                u32::try_from(bytes).unwrap_or(u32::MAX)
            })
            .time_to_idle(IDLE)
            .build();
        Self(cache)
    }

    pub(super) async fn get(&self, id: TranscriptId, version: i64) -> Option<Arc<Current>> {
        self.0.get(&(id, version)).await
    }

    pub(super) async fn insert(&self, id: TranscriptId, version: i64, current: Arc<Current>) {
        self.0.insert((id, version), current).await;
    }
}
