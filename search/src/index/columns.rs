//! Columns: what ranking needs to know of a passage without reading it.
//!
//! Columns are opened once per segment and kept as long as the segment is searched.

use super::error::IndexError;
use super::scope::Scope;
use crate::passages::{Kind, PassageKey};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tantivy::columnar::Column;
use tantivy::index::SegmentId;
use tantivy::{DocId, Searcher, SegmentReader};
use uuid::Uuid;

/// The columns of one segment.
pub(crate) struct Columns {
    segment: SegmentId,
    session: Column<u64>,
    key: Column<u64>,
    kind: Column<u64>,
    at: Column<i64>,
    turns: Column<u64>,
    chunks: Column<u64>,
    /// Chunks in order, with the passages that contain them; created on first use. 16 bytes per
    /// chunk.
    places: OnceLock<Vec<(u64, DocId)>>,
}

impl Columns {
    fn open(segment: &SegmentReader) -> Result<Self, IndexError> {
        let columns = segment.fast_fields();
        Ok(Self {
            segment: segment.segment_id(),
            session: columns.u64("session")?,
            key: columns.u64("key")?,
            kind: columns.u64("kind_number")?,
            at: columns.i64("at")?,
            turns: columns.u64("turn")?,
            chunks: columns.u64("chunk")?,
            places: OnceLock::new(),
        })
    }

    /// Returns whether these are the columns of a segment.
    pub(crate) fn are_of(&self, segment: &SegmentReader) -> bool {
        self.segment == segment.segment_id()
    }

    /// Returns a number that identifies its session in the organization: half of the session's id.
    pub(crate) fn session(&self, doc: DocId) -> u64 {
        self.session.first(doc).unwrap_or_default()
    }

    /// Returns its [`PassageKey`].
    pub(crate) fn key(&self, doc: DocId) -> PassageKey {
        self.key.first(doc).unwrap_or_default()
    }

    /// Returns its kind.
    pub(crate) fn kind(&self, doc: DocId) -> Kind {
        let number = self.kind.first(doc).unwrap_or_default();
        Kind::ALL.into_iter().find(|kind| kind.number() == number).unwrap_or(Kind::Turns)
    }

    /// Returns the date of its session, or of the upload, in milliseconds since 1970.
    pub(crate) fn at(&self, doc: DocId) -> i64 {
        self.at.first(doc).unwrap_or_default()
    }

    /// Returns its turns, each once.
    pub(crate) fn turns(&self, doc: DocId) -> impl Iterator<Item = u32> {
        self.turns.values_for_doc(doc).map(|turn| u32::try_from(turn).unwrap_or(u32::MAX))
    }

    /// Returns the passages that contain a chunk, including deleted ones.
    pub(crate) fn with_chunk(&self, chunk: u64) -> impl Iterator<Item = DocId> {
        let places = self.places.get_or_init(|| {
            let docs = 0..self.chunks.num_docs();
            let of = |doc| self.chunks.values_for_doc(doc).map(move |chunk| (chunk, doc));
            let mut places: Vec<(u64, DocId)> = docs.flat_map(of).collect();
            places.sort_unstable();
            places
        });
        let from = places.partition_point(|(known, _)| *known < chunk);
        places[from..].iter().take_while(move |(known, _)| *known == chunk).map(|(_, doc)| *doc)
    }
}

impl Scope {
    /// Returns the number of a chunk in the index: its id in the vector store, mixed with the
    /// organization's, so that an id of another organization matches nothing here. The probability
    /// that two of a million chunks collide is 10⁻⁷.
    pub(crate) fn chunk(&self, id: Uuid) -> u64 {
        let (organization, id) = (self.organization.as_u64_pair(), id.as_u64_pair());
        (organization.0 ^ organization.1.rotate_left(32)) ^ (id.0 ^ id.1)
    }
}

/// The columns of all segments being searched.
#[derive(Default)]
pub(crate) struct AllColumns(Mutex<HashMap<SegmentId, Arc<Columns>>>);

impl AllColumns {
    /// Returns the columns of a searcher's segments, in their order, and drops others.
    pub(crate) fn of(&self, searcher: &Searcher) -> Result<Vec<Arc<Columns>>, IndexError> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let columns = |segment: &SegmentReader| match known.get(&segment.segment_id()) {
            Some(columns) => Ok(Arc::clone(columns)),
            None => Ok::<_, IndexError>(Arc::new(Columns::open(segment)?)),
        };
        let segments = searcher.segment_readers();
        let all = segments.iter().map(columns).collect::<Result<Vec<_>, _>>()?;
        let ids = segments.iter().map(SegmentReader::segment_id);
        *known = ids.zip(all.iter().map(Arc::clone)).collect();
        Ok(all)
    }
}
