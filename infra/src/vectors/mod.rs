//! Vectors: search passages by meaning.
//!
//! `VECTOR_URL` selects the adapter ([`from_url`]): a SQLite file, or Qdrant. A store may be
//! discarded: it is refilled from the log. It therefore stores no text; results are ids, and the
//! caller looks up their current text.
//!
//! Invariants of every adapter (`infra/tests/vectors` runs one suite against all of them):
//!
//! - Nothing is found, counted or removed across organizations: each method takes one, except those
//!   on whole collections.
//! - A session is replaced as a whole: once [`VectorStore::replace`] has returned, every caller
//!   sees exactly its new entries. It may be repeated after any failure.
//! - What was written by a call that returned survives the death of this process.
//! - Collections are separate: a search sees one.
//! - A file or collection that is missing, damaged or of another layout counts as empty.

#[cfg(feature = "qdrant")]
mod qdrant;
mod rules;
mod sqlite;

#[cfg(feature = "qdrant")]
pub use qdrant::QdrantStore;
pub use sqlite::SqliteStore;

use crate::embeddings::Vector;
use crate::url::has_scheme;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use debrief_domain::ids::{ClientId, OrganizationId, TranscriptId};
use debrief_domain::subject::Subject;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fmt::Debug;
use uuid::Uuid;

/// The name of a collection: vectors of one model that are compared with each other. At most 60
/// characters of `a-z`, `0-9` and `-`.
pub type Collection = str;

/// The state of a collection. Lost with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// [`Embedder::model`](crate::embeddings::Embedder::model) of its vectors.
    pub model: String,
    /// The URL that opened the model; contains no secret.
    pub embeddings_url: String,
    /// The log that it is built from.
    pub epoch: String,
    /// It contains all events up to this position.
    pub position: i64,
    /// The event at that position, if recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Uuid>,
    /// Whether it has ever caught up with the head of the log, so that it can be searched.
    pub complete: bool,
}

/// The properties that the passages of a session share.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionInfo {
    /// The organization.
    pub organization: OrganizationId,
    /// The session or external note.
    pub subject: Subject,
    /// The session's client.
    pub client: Option<ClientId>,
    /// The names of its coaches.
    pub coaches: Vec<String>,
    /// The date of the session, or of the upload if unknown.
    pub at: DateTime<Utc>,
}

/// A passage of a session.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Identifies the session, the passage and its words: another text has another id. No two
    /// organizations share one, and it is never nil. If an id occurs twice, the last one with a
    /// vector counts.
    pub id: Uuid,
    /// Its kind: `turns`, `notes`, …
    pub kind: String,
    /// The speakers in it.
    pub speakers: Vec<String>,
    /// Its language as a BCP 47 tag, if known.
    pub language: Option<String>,
    /// Its vector; `None` to keep the one in the store ([`VectorStore::known`]).
    pub vector: Option<Vector>,
}

/// Restricts the results. An empty list allows everything.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filters {
    /// Of any of these kinds.
    pub kinds: Vec<String>,
    /// From sessions of any of these clients.
    pub clients: Vec<ClientId>,
    /// From any of these sessions.
    pub transcripts: Vec<TranscriptId>,
    /// With any of these speakers.
    pub speakers: Vec<String>,
    /// From sessions led by any of these.
    pub coaches: Vec<String>,
    /// In any of these languages.
    pub languages: Vec<String>,
    /// At or after, to the microsecond.
    pub from: Option<DateTime<Utc>>,
    /// Before, to the microsecond.
    pub to: Option<DateTime<Utc>>,
}

/// A passage in a result.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbor {
    /// [`Entry::id`].
    pub id: Uuid,
    /// The cosine of the angle between question and passage, -1 to 1.
    pub similarity: f32,
}

/// A store of vectors.
#[async_trait]
pub trait VectorStore: Debug + Send + Sync {
    /// Returns all collections and their states. One without a state is omitted.
    async fn collections(&self) -> Result<Vec<(String, State)>, VectorError>;

    /// Sets the state of a collection. Creates it (for vectors of `dimensions`) if there is none.
    /// [`VectorError::Gone`] if it must exist (`dimensions` is `None`) and does not.
    async fn put_state(
        &self,
        collection: &Collection,
        state: &State,
        dimensions: Option<usize>,
    ) -> Result<(), VectorError>;

    /// Removes a collection with all its vectors, from the disk too; `Ok` if there is none.
    async fn drop_collection(&self, collection: &Collection) -> Result<(), VectorError>;

    /// Returns the ids of a session's entries.
    async fn known(
        &self,
        collection: &Collection,
        organization: OrganizationId,
        subject: Subject,
    ) -> Result<HashSet<Uuid>, VectorError>;

    /// Replaces the session's entries: new ones are inserted with their vectors, those without a
    /// vector keep theirs and get the new properties, all others are removed. Without entries the
    /// session is removed, its vectors from the disk too.
    ///
    /// [`VectorError::Gone`] if the collection, or a vector to keep, is missing;
    /// [`VectorError::Other`] if a vector is invalid or has other dimensions than the collection.
    async fn replace(
        &self,
        collection: &Collection,
        session: &SessionInfo,
        entries: &[Entry],
    ) -> Result<(), VectorError>;

    /// Returns the `limit` nearest entries of an organization that pass the filters, nearest first;
    /// at most [`MAX_LIMIT`]. An adapter that is approximate says so. [`VectorError::Other`] if the
    /// question does not fit the collection.
    async fn nearest(
        &self,
        collection: &Collection,
        organization: OrganizationId,
        question: &[f32],
        limit: usize,
        filters: &Filters,
    ) -> Result<Vec<Neighbor>, VectorError>;

    /// Checks whether the store is available now. Cheap, for `/readyz`.
    async fn check(&self) -> Result<(), VectorError>;
}

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum VectorError {
    /// The store is unavailable now: retry later.
    #[error("the vector store is unavailable: {0}")]
    Unavailable(String),
    /// Expected content is missing: the collection has to be refilled.
    #[error("the vectors are gone: {0}")]
    Gone(String),
    /// The store is misconfigured; the text says what to change.
    #[error("vector store configuration: {0}")]
    Config(String),
    /// Any other error; a retry would fail the same way.
    #[error("the vector store failed: {0}")]
    Other(String),
}

/// The maximum number of results of a search; a higher limit counts as this one.
pub const MAX_LIMIT: usize = 1_000;

/// The URLs that [`from_url`] accepts.
const FORMS: &str = "\"sqlite:PATH\" or \"qdrant:http://HOST:6334\"";

/// Checks whether [`from_url`] accepts a URL of this form; the error lists the accepted forms.
pub fn check_url(url: &str) -> Result<(), String> {
    let known = has_scheme(url, &["sqlite:", "qdrant:http://", "qdrant:https://"]);
    if known { Ok(()) } else { Err(FORMS.to_owned()) }
}

/// Opens the store of `url`:
///
/// - `sqlite:PATH`: a file of its own, created if it is missing. Exact.
/// - `qdrant:http://HOST:6334?prefix=debrief`: Qdrant over gRPC (cargo feature `qdrant`; the prefix
///   of its collections' names is optional). `key`, if given, is sent as its API key. Approximate
///   if an organization has many passages.
///
/// An unreachable server is not an error here. Errors never repeat the URL, since a mistyped one
/// may contain a secret.
pub async fn from_url(
    url: &str,
    key: Option<&str>,
) -> Result<std::sync::Arc<dyn VectorStore>, VectorError> {
    if let Some(path) = url.strip_prefix("sqlite:") {
        if path.is_empty() {
            let text = "sqlite: needs a path, as in sqlite:./data/vectors.db";
            return Err(VectorError::Config(text.to_owned()));
        }
        return Ok(std::sync::Arc::new(SqliteStore::open(path).await?));
    }
    if let Some(address) = url.strip_prefix("qdrant:") {
        #[cfg(feature = "qdrant")]
        return Ok(std::sync::Arc::new(QdrantStore::open(address, key)?));
        #[cfg(not(feature = "qdrant"))]
        {
            let _ = (address, key);
            let text = "built without Qdrant; rebuild with `--features qdrant` \
                 (or `full`)";
            return Err(VectorError::Config(text.to_owned()));
        }
    }
    Err(VectorError::Config(format!("the URL of a vector store is {FORMS}")))
}
