//! Search by meaning: chunks of sessions as vectors, beside the full-text index.
//!
//! | step | file |
//! |---|---|
//! | a passage → what is embedded of it | [`chunks`] |
//! | the log → vectors | [`indexer`] |
//! | a question → chunks near it | [`leg`] |
//!
//! A collection holds the vectors of one model, made from one log, of chunks that were cut in one
//! way; its name says which ([`collection_name`]). Whatever of these changes, a new collection is
//! filled beside the one that answers, and takes its place once it has come up to the log.
//!
//! Invariants:
//!
//! 1. **No text and no decision comes from the vectors.** They name chunks; what a chunk says, who
//!    may see it and whether the filters allow it is asked of the full-text index. So what was
//!    corrected or deleted is not found by meaning either, however far behind the vectors are.
//! 2. **Search without them works**, and says that it is without them, and why.

pub mod chunks;
pub mod indexer;
pub mod leg;

use sha2::{Digest, Sha256};

/// Changes whenever chunks are cut, or written for the model, in another way.
const LAYOUT: u32 = 1;

/// The collection of a model's vectors of a log.
pub fn collection_name(model: &str, epoch: &str) -> String {
    let digest = Sha256::digest(format!("{model}\n{epoch}"));
    format!("passages-{LAYOUT}-{}", hex::encode(&digest[..8]))
}
