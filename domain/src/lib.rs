//! The rules of Debrief: aggregates, commands and events.
//!
//! Invariants: nothing here does I/O, reads a clock or draws a random number. Ids, times and keys
//! are passed in with the command, so that the same events always give the same state.
//!
//! One folder for each aggregate: `events.rs` says what can have happened, `mod.rs` what may
//! happen next. [`event::Event`] is the catalogue of all events.

pub mod change;
pub mod client;
pub mod event;
pub mod ids;
pub mod note;
pub mod organization;
pub mod personal;
pub mod saved_search;
pub mod search;
pub mod summary;
pub mod transcript;
pub mod upcasters;
pub mod vocabulary;
