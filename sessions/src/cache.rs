//! An in-memory cache of recently used turns.
//!
//! Turns with their corrections are cached by the version of their stream at which they last
//! changed, and by their revision: a reader that pages through them loads the blob and applies
//! corrections once, and never misses a correction. Turns as read are cached by their blob, so that
//! corrections of a long transcript do not load it again each time.
//!
//! Invariant: however many ask for the same turns at once, one of them loads them and the others
//! wait.

use crate::error::LoadError;
use crate::transcript::{corrected, load, turns_of};
use debrief_domain::ids::{OrganizationId, TranscriptId};
use debrief_domain::transcript::Transcript;
use debrief_domain::transcript::content::{Content, Turn};
use debrief_domain::transcript::correction::Correction;
use debrief_domain::transcript::corrections::Corrected;
use debrief_infra::documents::Documents;
use debrief_infra::log::EventLog;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard};
use uuid::Uuid;

/// How long unused turns are kept.
const KEPT_FOR: Duration = Duration::from_secs(60);
/// Locks of loading; transcripts share them.
const LOCKS: u128 = 64;

/// The turns of a transcript, with corrections applied.
#[derive(Debug)]
pub struct CurrentTurns {
    /// Current turns, and what they are called in corrections.
    pub now: Corrected,
    /// Revision of these turns: see
    /// [`Transcript::revision`](debrief_domain::transcript::Transcript::revision).
    pub revision: u64,
}

/// Which state of a transcript's turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum At {
    /// After the event of the stream at which they last changed.
    Version(i64),
    /// After so many changes of the turns.
    Revision(u64),
}

/// Cache key of turns with corrections.
type CurrentKey = (OrganizationId, TranscriptId, At);
/// Cache key of turns as read: they are in this blob.
type ReadKey = (OrganizationId, TranscriptId, String);

/// Cache of turns. Clones share it.
#[derive(Clone)]
pub struct Cache {
    log: EventLog,
    documents: Documents,
    current: moka::future::Cache<CurrentKey, Arc<CurrentTurns>>,
    read: moka::future::Cache<ReadKey, Arc<Content>>,
    loading: Arc<[Mutex<()>]>,
}

/// About how much memory turns take.
fn bytes_of(content: &Content) -> u32 {
    let size = |turn: &Turn| turn.text.len() + 24 * turn.cues.len() + 150;
    let bytes: usize = content.turns.iter().map(size).sum();
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

impl Cache {
    /// Creates a cache of about `bytes` of turns with corrections, and as much of turns as read.
    pub fn new(log: EventLog, documents: Documents, bytes: u64) -> Self {
        Self {
            log,
            documents,
            current: moka::future::Cache::builder()
                .max_capacity(bytes)
                .weigher(|_, current: &Arc<CurrentTurns>| bytes_of(&current.now.content))
                .time_to_idle(KEPT_FOR)
                .build(),
            read: moka::future::Cache::builder()
                .max_capacity(bytes)
                .weigher(|_, content: &Arc<Content>| bytes_of(content))
                .time_to_idle(KEPT_FOR)
                .build(),
            loading: (0..LOCKS).map(|_| Mutex::new(())).collect(),
        }
    }

    async fn loading(&self, id: TranscriptId) -> MutexGuard<'_, ()> {
        self.loading[(id.0.as_u128() % LOCKS) as usize].lock().await
    }

    /// Returns the turns of a transcript, which last changed at this version of its stream; `None`
    /// if there are none or they were deleted.
    pub async fn current(
        &self,
        organization: OrganizationId,
        id: TranscriptId,
        version: i64,
    ) -> Result<Option<Arc<CurrentTurns>>, LoadError> {
        let key = (organization, id, At::Version(version));
        if let Some(current) = self.current.get(&key).await {
            return Ok(Some(current));
        }
        let _loading = self.loading(id).await;
        if let Some(current) = self.current.get(&key).await {
            return Ok(Some(current));
        }
        let Some(loaded) = load(&self.log, &self.documents, organization, id).await? else {
            return Ok(None);
        };
        let revision = loaded.transcript.revision();
        let Some(now) = loaded.corrected().await? else { return Ok(None) };
        let current = Arc::new(CurrentTurns { now, revision });
        self.current.insert(key, Arc::clone(&current)).await;
        Ok(Some(current))
    }

    /// Returns the turns of a transcript as they are for commands; `None` if its files were not
    /// read, or it was deleted meanwhile.
    pub async fn of(
        &self,
        organization: OrganizationId,
        id: TranscriptId,
        transcript: &Transcript,
    ) -> Result<Option<Arc<CurrentTurns>>, LoadError> {
        let revision = transcript.revision();
        let key = (organization, id, At::Revision(revision));
        if let Some(current) = self.current.get(&key).await {
            return Ok(Some(current));
        }
        let list = transcript.corrections();
        let Some(now) = self.with(organization, id, transcript, list).await? else {
            return Ok(None);
        };
        let current = Arc::new(CurrentTurns { now, revision });
        self.current.insert(key, Arc::clone(&current)).await;
        Ok(Some(current))
    }

    /// Returns the turns as they would be with these corrections; `None` as for [`of`](Self::of).
    pub async fn with(
        &self,
        organization: OrganizationId,
        id: TranscriptId,
        transcript: &Transcript,
        list: Vec<(Uuid, Correction)>,
    ) -> Result<Option<Corrected>, LoadError> {
        let Some(read) = self.read(organization, id, transcript).await? else { return Ok(None) };
        corrected(read, list).await.map(Some)
    }

    /// Keeps turns that are current from a version of the stream on.
    pub async fn keep(
        &self,
        organization: OrganizationId,
        id: TranscriptId,
        version: i64,
        current: CurrentTurns,
    ) {
        let current = Arc::new(current);
        for at in [At::Version(version), At::Revision(current.revision)] {
            self.current.insert((organization, id, at), Arc::clone(&current)).await;
        }
    }

    /// The turns as read from the files.
    async fn read(
        &self,
        organization: OrganizationId,
        id: TranscriptId,
        transcript: &Transcript,
    ) -> Result<Option<Arc<Content>>, LoadError> {
        let Some(blob) = transcript.content() else { return Ok(None) };
        let key = (organization, id, blob.to_owned());
        if let Some(read) = self.read.get(&key).await {
            return Ok(Some(read));
        }
        let _loading = self.loading(id).await;
        if let Some(read) = self.read.get(&key).await {
            return Ok(Some(read));
        }
        let turns = turns_of(&self.log, &self.documents, organization, id, blob).await?;
        let Some(turns) = turns else { return Ok(None) };
        let read = Arc::new(turns.read);
        self.read.insert(key, Arc::clone(&read)).await;
        Ok(Some(read))
    }
}
