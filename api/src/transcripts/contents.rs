//! Loads the turns of transcripts for handlers: what does not exist is a 404.

use super::corrections::queue::CorrectionQueue;
use crate::http::problem::{Problem, of_command};
use debrief_domain::ids::TranscriptId;
use debrief_domain::principal::Viewer;
use debrief_domain::transcript::Transcript;
use debrief_domain::transcript::correction::Correction;
use debrief_domain::transcript::corrections::Corrected;
use debrief_infra::documents::Documents;
use debrief_infra::log::EventLog;
use debrief_projections::transcripts::TranscriptRow;
use debrief_sessions::{Cache, CurrentTurns};
use std::sync::Arc;
use uuid::Uuid;

/// Bytes of turns that are held in memory, with corrections and without.
const CACHE_BYTES: u64 = 32 << 20;

/// Loads the turns of transcripts. Clones share a cache.
#[derive(Clone)]
pub(super) struct Contents {
    log: EventLog,
    cache: Cache,
    queue: CorrectionQueue,
}

impl Contents {
    pub(super) fn new(log: EventLog, documents: Documents) -> Self {
        let cache = Cache::new(log.clone(), documents, CACHE_BYTES);
        Self { log, cache, queue: CorrectionQueue::default() }
    }

    /// Those who wait to correct.
    pub(super) fn queue(&self) -> &CorrectionQueue {
        &self.queue
    }

    /// Loads a transcript from the log, as commands see it.
    pub(super) async fn transcript(
        &self,
        viewer: Viewer,
        id: TranscriptId,
    ) -> Result<Transcript, Problem> {
        let loaded = self.log.load::<Transcript>(viewer.organization(), id.0).await;
        let (transcript, _) = loaded.map_err(|error| of_command(error, |_| gone()))?;
        if transcript.is_alive() { Ok(transcript) } else { Err(gone()) }
    }

    /// The turns of a transcript as commands see it; `None` until the files were read.
    pub(super) async fn of(
        &self,
        viewer: Viewer,
        id: TranscriptId,
        transcript: &Transcript,
    ) -> Result<Option<Arc<CurrentTurns>>, Problem> {
        if transcript.content().is_none() {
            return Ok(None);
        }
        let current = self.cache.of(viewer.organization(), id, transcript).await?;
        current.map(Some).ok_or_else(gone)
    }

    /// The turns as they would be with these corrections.
    pub(super) async fn with(
        &self,
        viewer: Viewer,
        id: TranscriptId,
        transcript: &Transcript,
        list: Vec<(Uuid, Correction)>,
    ) -> Result<Corrected, Problem> {
        let now = self.cache.with(viewer.organization(), id, transcript, list).await?;
        now.ok_or_else(gone)
    }

    /// Keeps turns that are current from a version of the stream on.
    pub(super) async fn keep(
        &self,
        viewer: Viewer,
        id: TranscriptId,
        version: i64,
        current: CurrentTurns,
    ) {
        self.cache.keep(viewer.organization(), id, version, current).await;
    }

    /// Returns the current turns of a row; `None` until the files are parsed.
    pub(super) async fn current(
        &self,
        viewer: Viewer,
        row: &TranscriptRow,
    ) -> Result<Option<Arc<CurrentTurns>>, Problem> {
        let (Some(_), Some(version)) = (&row.content, row.turns_version) else { return Ok(None) };
        let current = self.cache.current(viewer.organization(), row.id, version).await?;
        current.map(Some).ok_or_else(gone)
    }
}

fn gone() -> Problem {
    Problem::not_found("transcript")
}
