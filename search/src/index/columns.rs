//! What has to be known of a passage to rank it among others, without reading it.

use super::IndexError;
use crate::passages::{Kind, PassageKey};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use tantivy::columnar::Column;
use tantivy::{DocId, Searcher, SegmentReader};

/// The columns of one segment.
pub(crate) struct Columns {
    session: Column<u64>,
    key: Column<u64>,
    kind: Column<u64>,
    at: Column<i64>,
    turns: Column<u64>,
}

impl Columns {
    fn open(segment: &SegmentReader) -> Result<Self, IndexError> {
        let columns = segment.fast_fields();
        Ok(Self {
            session: columns.u64("session")?,
            key: columns.u64("key")?,
            kind: columns.u64("kind_number")?,
            at: columns.i64("at")?,
            turns: columns.u64("turn")?,
        })
    }

    /// Tells its session from all others of the organization: half of the session's id.
    pub(crate) fn session(&self, doc: DocId) -> u64 {
        self.session.first(doc).unwrap_or_default()
    }

    /// See [`PassageKey`].
    pub(crate) fn key(&self, doc: DocId) -> PassageKey {
        self.key.first(doc).unwrap_or_default()
    }

    /// What it is.
    pub(crate) fn kind(&self, doc: DocId) -> Kind {
        let number = self.kind.first(doc).unwrap_or_default();
        Kind::ALL.into_iter().find(|kind| kind.number() == number).unwrap_or(Kind::Turns)
    }

    /// When its session was held, else uploaded, in milliseconds since 1970.
    pub(crate) fn at(&self, doc: DocId) -> i64 {
        self.at.first(doc).unwrap_or_default()
    }

    /// The turns that it is made of, each once.
    pub(crate) fn turns(&self, doc: DocId) -> impl Iterator<Item = u32> {
        self.turns.values_for_doc(doc).map(|turn| u32::try_from(turn).unwrap_or(u32::MAX))
    }
}

/// The columns of all segments, each opened when it is first asked for.
pub(crate) struct ColumnsOf<'a> {
    searcher: &'a Searcher,
    opened: HashMap<u32, Columns>,
}

impl<'a> ColumnsOf<'a> {
    pub(crate) fn new(searcher: &'a Searcher) -> Self {
        Self { searcher, opened: HashMap::new() }
    }

    /// Those of the segment with this ordinal.
    pub(crate) fn of(&mut self, segment: u32) -> Result<&Columns, IndexError> {
        match self.opened.entry(segment) {
            Entry::Occupied(opened) => Ok(opened.into_mut()),
            Entry::Vacant(new) => {
                Ok(new.insert(Columns::open(self.searcher.segment_reader(segment))?))
            }
        }
    }
}
