//! A passage in a result.

use crate::index::StoredPassage;
use crate::passages::PassageKey;
use std::ops::Range;

/// A passage in a result.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The passage and its session.
    pub stored: StoredPassage,
    /// Higher is better; comparable within one result only.
    pub score: f32,
    /// The best-matching line of the passage.
    pub best: usize,
    /// Matching words, as byte ranges of each line.
    pub highlights: Vec<Vec<Range<usize>>>,
}

impl Hit {
    /// Returns its [`PassageKey`].
    pub fn key(&self) -> PassageKey {
        self.stored.passage.key(self.stored.subject)
    }
}
