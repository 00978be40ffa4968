//! The full-text index of one node: passages and their terms.
//!
//! Invariants:
//! - Every term of every indexed field begins with the organization's id ([`Scope`]): a query in
//!   one scope cannot name terms of another, and counts of other organizations' words change no
//!   score (see [`Statistics`]).
//! - A session is replaced as a whole; [`Checkpoint`] is written in the same commit as the sessions
//!   up to it.
//! - Terms and texts of a deleted session leave the disk with the commit that deletes it, not with
//!   a later merge.

mod columns;
mod error;
mod scope;
mod writer;

use columns::AllColumns;
pub(crate) use columns::Columns;
pub use error::IndexError;
pub use scope::Scope;
pub use writer::Writer;

use crate::analysis::Analyzers;
use crate::passages::Passage;
use chrono::{DateTime, Utc};
use debrief_domain::ids::ClientId;
use debrief_domain::subject::Subject;
use debrief_sessions::ExternalNote;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;
use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing,
    TextOptions, Value,
};
use tantivy::{
    DocAddress, IndexReader, ReloadPolicy, Searcher, TantivyDocument, TantivyError, Term,
};
use uuid::Uuid;

/// The version of the index's content and analysis: an index of another version is rebuilt.
pub const SCHEMA: u32 = 5;
/// The number of terms of a passage of average length.
const AVERAGE_TERMS: u64 = crate::passages::WINDOW_WORDS as u64;

/// The log position of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The [`SCHEMA`] it was written with.
    pub schema: u32,
    /// The log it was built from.
    pub epoch: String,
    /// It contains all events up to this position.
    pub position: i64,
    /// The event at that position, if recorded.
    #[serde(default)]
    pub event: Option<Uuid>,
}

/// A passage as stored in the index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredPassage {
    /// Its session or external note.
    pub subject: Subject,
    /// The session's client.
    pub client_id: Option<ClientId>,
    /// The date of the session, if known.
    pub held_at: Option<DateTime<Utc>>,
    /// The session's title.
    pub title: Option<String>,
    /// The external note, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<ExternalNote>,
    /// The passage.
    #[serde(flatten)]
    pub passage: Passage,
}

/// The fields of a passage.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    /// Stems, for ranking.
    pub(crate) stems: Field,
    /// Stems of words joined by hyphens, for ranking. Apart, so that they do not make a passage
    /// longer.
    pub(crate) forms: Field,
    /// Words with their positions, for phrases.
    pub(crate) words: Field,
    /// The organization itself, as one term.
    pub(crate) organization: Field,
    pub(crate) transcript: Field,
    /// See [`Scope::chunk`].
    pub(crate) chunk: Field,
    pub(crate) kind: Field,
    /// See [`Columns`], like the three below.
    pub(crate) kind_number: Field,
    pub(crate) session: Field,
    pub(crate) key: Field,
    /// Each of its turns once.
    pub(crate) turn: Field,
    pub(crate) client: Field,
    pub(crate) speaker: Field,
    /// Who promised, decided or asked it: their name, and the client's id if it is the client.
    pub(crate) by: Field,
    pub(crate) coach: Field,
    pub(crate) language: Field,
    /// The language's tag and each beginning of it, as filters name them: `pt` for `pt-BR`.
    pub(crate) language_range: Field,
    /// The session's title, once.
    pub(crate) title: Field,
    /// The topics of the session's summary, once each.
    pub(crate) topic: Field,
    /// The date of the session, or of the upload if unknown, in milliseconds since 1970.
    pub(crate) at: Field,
    pub(crate) stored: Field,
}

fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let indexed = |option| {
        let indexing = TextFieldIndexing::default().set_tokenizer("raw").set_index_option(option);
        TextOptions::default().set_indexing_options(indexing)
    };
    let without_lengths = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::WithFreqs),
    );
    let value = || STRING.set_fast("raw");
    let fields = Fields {
        stems: builder.add_text_field("stems", indexed(IndexRecordOption::WithFreqs)),
        forms: builder.add_text_field("forms", without_lengths),
        words: builder.add_text_field("words", indexed(IndexRecordOption::WithFreqsAndPositions)),
        organization: builder.add_text_field("organization", STRING),
        transcript: builder.add_text_field("transcript", value()),
        chunk: builder.add_u64_field("chunk", FAST),
        kind: builder.add_text_field("kind", value()),
        kind_number: builder.add_u64_field("kind_number", FAST),
        session: builder.add_u64_field("session", FAST),
        key: builder.add_u64_field("key", FAST),
        turn: builder.add_u64_field("turn", FAST),
        client: builder.add_text_field("client", value()),
        speaker: builder.add_text_field("speaker", value()),
        by: builder.add_text_field("by", STRING),
        coach: builder.add_text_field("coach", STRING),
        language: builder.add_text_field("language", value()),
        language_range: builder.add_text_field("language_range", STRING),
        title: builder.add_text_field("title", STRING),
        topic: builder.add_text_field("topic", STRING),
        at: builder.add_i64_field("at", FAST | INDEXED),
        stored: builder.add_text_field("stored", STORED),
    };
    (builder.build(), fields)
}

/// A searchable index. Clones share it.
#[derive(Clone)]
pub struct Index {
    index: tantivy::Index,
    reader: IndexReader,
    pub(crate) fields: Fields,
    pub(crate) analyzers: Arc<Analyzers>,
    columns: Arc<AllColumns>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Index")
    }
}

impl Index {
    /// Creates an empty index in an existing empty directory.
    pub fn create(directory: &Path) -> Result<Self, IndexError> {
        Self::with(tantivy::Index::create_in_dir(directory, schema().0)?)
    }

    /// Creates an index in memory.
    pub fn in_memory() -> Result<Self, IndexError> {
        Self::with(tantivy::Index::create_in_ram(schema().0))
    }

    /// Opens the index in a directory and returns it with its checkpoint. An index with a missing
    /// file, a wrong checksum or another schema is [`IndexError::Damaged`].
    pub fn open(directory: &Path) -> Result<(Self, Checkpoint), IndexError> {
        let damaged = |error: TantivyError| IndexError::Damaged(error.to_string());
        let index = tantivy::Index::open_in_dir(directory).map_err(damaged)?;
        let meta = index.load_metas().map_err(damaged)?;
        let checkpoint: Option<Checkpoint> =
            meta.payload.as_deref().and_then(|payload| serde_json::from_str(payload).ok());
        let checkpoint =
            checkpoint.ok_or_else(|| IndexError::Damaged("no checkpoint".to_owned()))?;
        if checkpoint.schema != SCHEMA || index.schema() != schema().0 {
            return Err(IndexError::Damaged("it has another schema".to_owned()));
        }
        let broken = index.validate_checksum().map_err(damaged)?;
        if let Some(file) = broken.iter().next() {
            let message = format!("{} differs from its checksum", file.display());
            return Err(IndexError::Damaged(message));
        }
        Ok((Self::with(index)?, checkpoint))
    }

    fn with(index: tantivy::Index) -> Result<Self, IndexError> {
        // The writer reloads it after each commit.
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self {
            index,
            reader,
            fields: schema().1,
            analyzers: Arc::default(),
            columns: Arc::default(),
        })
    }

    /// Returns the writer. There is at most one at a time.
    pub fn writer(&self) -> Result<Writer, IndexError> {
        Writer::of(self)
    }

    pub(crate) fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }

    /// Returns the columns of a searcher's segments.
    pub(crate) fn columns(&self, searcher: &Searcher) -> Result<Vec<Arc<Columns>>, IndexError> {
        self.columns.of(searcher)
    }

    /// Returns the number of passages of all organizations.
    pub fn passages(&self) -> u64 {
        self.searcher().num_docs()
    }

    pub(crate) fn stored(
        &self,
        searcher: &Searcher,
        address: DocAddress,
    ) -> Result<StoredPassage, IndexError> {
        let document: TantivyDocument = searcher.doc(address)?;
        let json = document.get_first(self.fields.stored).and_then(|value| value.as_str());
        let json = json.ok_or_else(|| IndexError::Damaged("a passage is missing".to_owned()))?;
        serde_json::from_str(json).map_err(|error| IndexError::Damaged(error.to_string()))
    }
}

/// Word counts of one organization, for BM25.
pub(crate) struct Statistics<'a> {
    searcher: &'a Searcher,
    passages: u64,
}

impl<'a> Statistics<'a> {
    pub(crate) fn of(
        searcher: &'a Searcher,
        fields: &Fields,
        scope: &Scope,
    ) -> Result<Self, IndexError> {
        let passages = searcher.doc_freq(&scope.term(fields.organization, ""))?;
        Ok(Self { searcher, passages })
    }
}

impl Bm25StatisticsProvider for Statistics<'_> {
    /// The engine derives the average length from this, which is set to that of a full window,
    /// whatever else is in the index.
    fn total_num_tokens(&self, _: Field) -> tantivy::Result<u64> {
        Ok(self.passages.max(1) * AVERAGE_TERMS)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.passages.max(1))
    }

    /// Terms are scoped, so this is the organization's own count. The engine counts deleted
    /// passages that were not merged away yet, hence the bound.
    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        Ok(self.searcher.doc_freq(term)?.min(self.passages.max(1)))
    }
}
