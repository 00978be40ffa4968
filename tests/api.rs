//! The HTTP API as a client sees it, in both profiles.

#[path = "api/change.rs"]
mod change;
#[path = "api/corrections.rs"]
mod corrections;
#[path = "api/dead_letters.rs"]
mod dead_letters;
#[path = "api/document.rs"]
mod document;
#[path = "api/files.rs"]
mod files;
#[path = "api/idempotency.rs"]
mod idempotency;
#[path = "api/import.rs"]
mod import;
#[path = "api/meaning.rs"]
mod meaning;
#[path = "api/operations.rs"]
mod operations;
#[path = "api/read.rs"]
mod read;
#[path = "api/search.rs"]
mod search;
mod support;
#[path = "api/trace.rs"]
mod trace;
#[path = "api/upload.rs"]
mod upload;
