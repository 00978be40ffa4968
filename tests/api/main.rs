//! The HTTP API as a client sees it, in both profiles.

mod change;
mod client_note;
mod corrections;
mod dead_letters;
mod document;
mod files;
mod idempotency;
mod import;
mod meaning;
mod operations;
mod prompts;
mod read;
mod search;
mod summaries;
#[path = "../support/mod.rs"]
mod support;
mod trace;
mod upload;
mod usage;
mod voice;
