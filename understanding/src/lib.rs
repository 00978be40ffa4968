//! Turns the files of a session into one conversation with distinct people.
//!
//! Pure and deterministic: no I/O, no clock, no randomness, no network. [`session`] runs the steps:
//! files are read by [`debrief_formats`], aligned on one clock ([`merge`]), people are unified
//! ([`people`]), languages detected ([`debrief_language::languages`]), and roles assigned
//! ([`roles`]).

pub mod merge;
mod overlap;
pub mod people;
pub mod roles;
pub mod session;
