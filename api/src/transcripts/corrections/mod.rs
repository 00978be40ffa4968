//! `…/{id}/corrections`: the coach's corrections of a transcript.
//!
//! Invariants: a correction is an event and is undone by an event; the files and what was read
//! from them stay as they are. A correction is checked against the turns as they are in the log,
//! and recorded only if they still are: a request that loses that race is tried again on the new
//! turns. Within a process nobody loses it, because they wait for each other ([`queue`]).

pub(super) mod list;
pub(super) mod make;
pub(super) mod queue;
