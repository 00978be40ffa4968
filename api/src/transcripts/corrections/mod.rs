//! `…/{id}/corrections`: the coach's corrections of a transcript.
//!
//! Invariants: a correction is an event and is undone by an event; the files and the parsed turns
//! are not changed. A correction is checked against the turns in the log, and recorded only if they
//! have not changed since; a request that loses that race is repeated on the new turns.

pub(super) mod list;
pub(super) mod make;
