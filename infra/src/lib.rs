//! Ports to everything outside the domain, and their adapters.
//!
//! One folder for each outside thing: its trait in `mod.rs`, an adapter per file, and a function
//! that picks one by URL.

pub mod blobs;
pub mod database;
pub mod documents;
pub mod embeddings;
pub mod keys;
pub mod language;
pub mod log;
mod openai;
pub mod queue;
pub mod signals;
pub mod url;
pub mod vectors;
