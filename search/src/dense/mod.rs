//! Search by meaning: chunks of sessions as vectors, next to the full-text index.
//!
//! | step | file |
//! |---|---|
//! | a passage → its chunks | [`chunks`] |
//! | the log → vectors | [`indexer`] |
//! | a question → the nearest chunks | [`semantic`] |
//!
//! A collection holds the vectors of one model, built from one log, of chunks of one layout; its
//! name is derived from these ([`collection_name`]). When one of them changes, a new collection is
//! filled beside the one in use and replaces it once it has caught up with the log.
//!
//! Invariants:
//!
//! 1. **No text and no decision comes from the vectors.** They only name chunks; the full-text
//!    index provides their text and decides who may see them and whether they pass the filters.
//!    Corrected or deleted text is therefore not found by meaning either, however far behind the
//!    vectors are.
//! 2. **Search works without vectors**, and says so, and why.

pub mod chunks;
pub mod indexer;
pub mod semantic;

use sha2::{Digest, Sha256};

/// Changes whenever chunks are cut or formatted in another way.
const LAYOUT: u32 = 1;

/// Returns the name of the collection for a model's vectors of a log.
pub fn collection_name(model: &str, epoch: &str) -> String {
    let digest = Sha256::digest(format!("{model}\n{epoch}"));
    format!("passages-{LAYOUT}-{}", hex::encode(&digest[..8]))
}
