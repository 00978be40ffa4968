//! Search: sessions cut into passages, kept in a full-text index that follows the log, and asked
//! in plain words.
//!
//! | step | file |
//! |---|---|
//! | what a session holds now, from the log | [`debrief_sessions`] |
//! | a session → passages | [`passages`] |
//! | text → terms | [`analysis`] |
//! | passages → index, and who may see them | [`index`] |
//! | the log → the index of this node | [`follower`] |
//! | chunks of passages → vectors, and back | [`dense`] |
//! | a question in plain words → a query | [`understood`] |
//! | a query → passages, best first | [`query`] |
//! | passages → sentences that answer | [`answer`] |
//! | letters → what may be meant | [`suggest`] |
//! | something new → does it fit a saved search | [`watch`] |
//!
//! Invariants:
//!
//! 1. **No organization's passage can be found by another.** Every indexed term begins with the
//!    organization's id ([`index::Scope`]), so that a query has no way to name a foreign term, and
//!    how often a word occurs elsewhere moves no score.
//! 2. **The index may be thrown away.** It holds nothing that the log and the blobs do not; one
//!    that is missing, damaged, of another schema or of another log is built anew.
//! 3. **It says how far it has come.** The position that an index has taken in is written with it,
//!    in the same commit.

pub mod analysis;
pub mod answer;
pub mod dense;
pub mod follower;
mod highlight;
pub mod index;
pub mod passages;
pub mod query;
mod subject;
pub mod suggest;
pub mod understood;
pub mod watch;
