//! Ports to all external systems, and their adapters.
//!
//! One folder for each external system: its trait in `mod.rs`, an adapter per file, and a function
//! that selects one by URL.

pub mod blobs;
pub mod database;
pub mod disk;
pub mod documents;
pub mod drafts;
pub mod embeddings;
pub mod health;
pub mod keys;
pub mod language;
pub mod log;
mod openai;
pub mod private;
pub mod queue;
pub mod signals;
pub mod url;
pub mod vectors;
