//! Errors of the index.

use tantivy::TantivyError;

/// Why an operation on the index failed.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// An error of tantivy.
    #[error("the search index failed: {0}")]
    Engine(#[from] TantivyError),
    /// An error of the directory.
    #[error("cannot use the directory of the search index: {0}")]
    Directory(#[from] std::io::Error),
    /// The directory contains no complete index.
    #[error("the search index is damaged: {0}")]
    Damaged(String),
}
