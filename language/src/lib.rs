//! Language: what words, sentences and names say, whoever said them.
//!
//! Pure and deterministic: no I/O, no clock, no randomness, no network. [`summary`] says in the
//! participants' own words what a session was about, without a language model; [`question`] says
//! what a search asks for. Both read [`sentences`], find [`phrases`] in them, and take their words
//! from the [`lists`] of each language.

pub mod languages;
mod lists;
pub mod names;
mod phrases;
pub mod question;
mod sentences;
pub mod summary;
