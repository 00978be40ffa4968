//! A session understood: its files become one conversation of people who are told apart.
//!
//! Pure and deterministic: no I/O, no clock, no randomness, no network. [`session`] is the way
//! from files to turns: read by [`debrief_formats`], put together on one clock ([`merge`]), people
//! told apart ([`people`]), languages told ([`debrief_language::languages`]), roles assigned
//! ([`roles`]).

pub mod merge;
mod overlap;
pub mod people;
pub mod roles;
pub mod session;
