//! Vectors: passages by what they mean.
//!
//! `VECTOR_URL` picks the adapter ([`from_url`]): a SQLite file, or Qdrant. A store may be thrown
//! away: it is filled again from the log. So it holds no text; what is found is named by its id,
//! and whoever asks looks up what that says now.
//!
//! Invariants, the same for every adapter (`infra/tests/vectors.rs` runs one suite against all of
//! them):
//!
//! - Nothing is found, counted or removed across organizations: each method but those on whole
//!   collections takes one.
//! - A session is replaced as a whole: once [`VectorStore::replace`] has returned, exactly its new
//!   entries are there, whoever asks. It may be repeated after any failure.
//! - What was written by a call that returned survives the death of this process.
//! - Collections are apart: a search sees one.
//! - A file or collection that is missing, damaged or of another layout is an empty one.

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
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fmt::Debug;
use uuid::Uuid;

/// Vectors of one model that are compared with each other. Named by `a-z`, `0-9` and `-`, at most
/// 60 of them.
pub type Collection = str;

/// What is known of a collection. Lost with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// [`Embedder::model`](crate::embeddings::Embedder::model) of its vectors.
    pub model: String,
    /// The URL that opened the model; holds no secret.
    pub embeddings_url: String,
    /// The log it is made from.
    pub epoch: String,
    /// All events up to here are in it.
    pub position: i64,
    /// Whether it has once come up to the head of the log, so that it can be searched.
    pub complete: bool,
}

/// What the passages of a session have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionInfo {
    /// Whose it is.
    pub organization: OrganizationId,
    /// Identifies it.
    pub transcript: TranscriptId,
    /// Whose session it was.
    pub client: Option<ClientId>,
    /// Those who lead it.
    pub coaches: Vec<String>,
    /// When it was held, else uploaded.
    pub at: DateTime<Utc>,
}

/// A passage of a session.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Names the session, the passage and its words: another text has another id. No two
    /// organizations share one; nil is no id. Given twice, the last with a vector counts.
    pub id: Uuid,
    /// What it is: `turns`, `notes`, …
    pub kind: String,
    /// Who speaks in it.
    pub speakers: Vec<String>,
    /// BCP 47 tag, where known.
    pub language: Option<String>,
    /// Its vector; `None` where the store has it already ([`VectorStore::known`]) and keeps it.
    pub vector: Option<Vector>,
}

/// What may be found. An empty list allows everything.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filters {
    /// Of one of these kinds.
    pub kinds: Vec<String>,
    /// From sessions of one of these clients.
    pub clients: Vec<ClientId>,
    /// From one of these sessions.
    pub transcripts: Vec<TranscriptId>,
    /// In which one of these speaks.
    pub speakers: Vec<String>,
    /// From sessions that one of these leads.
    pub coaches: Vec<String>,
    /// In one of these languages.
    pub languages: Vec<String>,
    /// At or after, to the microsecond.
    pub from: Option<DateTime<Utc>>,
    /// Before, to the microsecond.
    pub to: Option<DateTime<Utc>>,
}

/// A passage that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// [`Entry::id`].
    pub id: Uuid,
    /// Cosine of the angle between question and passage, -1 to 1.
    pub similarity: f32,
}

/// Where vectors are kept.
#[async_trait]
pub trait VectorStore: Debug + Send + Sync {
    /// All collections, and what is known of them. One without a state is left out.
    async fn collections(&self) -> Result<Vec<(String, State)>, VectorError>;

    /// Says what is known of a collection, making it (for vectors of `dimensions`) where there is
    /// none. [`VectorError::Gone`] where it is expected (`dimensions` is `None`) and not there.
    async fn put_state(
        &self,
        collection: &Collection,
        state: &State,
        dimensions: Option<usize>,
    ) -> Result<(), VectorError>;

    /// Removes a collection with all its vectors, from the disk too; `Ok` where there is none.
    async fn drop_collection(&self, collection: &Collection) -> Result<(), VectorError>;

    /// The ids of a session's entries.
    async fn known(
        &self,
        collection: &Collection,
        organization: OrganizationId,
        transcript: TranscriptId,
    ) -> Result<HashSet<Uuid>, VectorError>;

    /// Makes these the session's entries: new ones come in with their vectors, those without a
    /// vector keep theirs and get the new particulars, all others go. No entries: the session
    /// goes, its vectors from the disk too.
    /// [`VectorError::Gone`] where the collection, or a vector that should be there, is not;
    /// [`VectorError::Other`] where a vector has other dimensions than the collection, or is none.
    async fn replace(
        &self,
        collection: &Collection,
        session: &SessionInfo,
        entries: &[Entry],
    ) -> Result<(), VectorError>;

    /// The `limit` entries of an organization that are nearest, nearest first, out of those that
    /// the filters allow; at most [`MAX_LIMIT`]. An adapter may be approximate; it says so.
    /// [`VectorError::Other`] where the question does not fit the collection.
    async fn nearest(
        &self,
        collection: &Collection,
        organization: OrganizationId,
        question: &[f32],
        limit: usize,
        filters: &Filters,
    ) -> Result<Vec<Near>, VectorError>;

    /// Whether the store can be used now. Cheap, for `/readyz`.
    async fn check(&self) -> Result<(), VectorError>;
}

/// Why a store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum VectorError {
    /// The store cannot serve now: retry later.
    #[error("the vector store is unavailable: {0}")]
    Unavailable(String),
    /// What was expected to be in it is not: the collection has to be filled again.
    #[error("the vectors are gone: {0}")]
    Gone(String),
    /// The store is set up wrongly; the text says what to change.
    #[error("vector store configuration: {0}")]
    Config(String),
    /// Anything else; a retry would end the same way.
    #[error("the vector store failed: {0}")]
    Other(String),
}

/// Most passages that one search finds; a higher limit counts as this one.
pub const MAX_LIMIT: usize = 1_000;

/// The URLs that [`from_url`] takes.
const FORMS: &str = "\"sqlite:PATH\" or \"qdrant:http://HOST:6334\"";

/// Whether [`from_url`] takes a URL of this form; if not, which it takes.
pub fn check_url(url: &str) -> Result<(), String> {
    let known = has_scheme(url, &["sqlite:", "qdrant:http://", "qdrant:https://"]);
    if known { Ok(()) } else { Err(FORMS.to_owned()) }
}

/// Opens the store that `url` names:
///
/// - `sqlite:PATH`: a file of its own, made where it is missing. Exact.
/// - `qdrant:http://HOST:6334?prefix=debrief`: Qdrant over gRPC (cargo feature `qdrant`; the
///   prefix of its collections' names may be left out). `key` goes along as its API key, if there
///   is one. Approximate where an organization has many passages.
///
/// A server that is away is no error here. Errors never repeat the URL, since a mistyped one may
/// hold a secret.
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
            let text = "this program was built without Qdrant: build it with `--features qdrant` \
                 (or `full`)";
            return Err(VectorError::Config(text.to_owned()));
        }
    }
    Err(VectorError::Config(format!("the URL of a vector store is {FORMS}")))
}
