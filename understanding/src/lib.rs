//! Text in, meaning out: transcript files become turns, turns become a summary.
//!
//! Pure and deterministic: no I/O, no clock, no randomness, no network. [`formats`] reads what a
//! coach uploads, whatever tool wrote it; [`summary`] says in the participants' own words what
//! the session was about, without a language model; [`question`] says what a search asks for.

pub mod corrections;
pub mod formats;
pub mod languages;
pub mod merge;
mod overlap;
pub mod people;
pub mod question;
pub mod roles;
pub mod session;
pub mod summary;
pub mod talk;
mod words;
