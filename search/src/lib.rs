//! Search: sessions are cut into passages, kept in a full-text index that follows the log, and
//! queried in plain words.
//!
//! | step | file |
//! |---|---|
//! | current content of a session, from the log | [`debrief_sessions`] |
//! | a session → passages | [`passages`] |
//! | text → terms | [`analysis`] |
//! | passages → index, and who may see them | [`index`] |
//! | the log → the index of this node | [`follower`] |
//! | chunks of passages → vectors, and back | [`dense`] |
//! | a question in plain words → a query | [`interpretation`] |
//! | a query → passages, best first | [`query`] |
//! | passages → sentences that answer | [`answer`] |
//! | typed letters → completions | [`suggest`] |
//! | new content → matching saved searches | [`watch`] |
//!
//! Invariants:
//!
//! 1. **No organization can find another's passages.** Every indexed term begins with the
//!    organization's id ([`index::Scope`]), so a query cannot name a foreign term, and word counts
//!    of other organizations change no score.
//! 2. **The index may be discarded.** It holds nothing that the log and the blobs do not; an index
//!    that is missing, damaged, of another schema or of another log is rebuilt.
//! 3. **The index states its position.** The log position that it includes is written in the same
//!    commit.

pub mod analysis;
pub mod answer;
pub mod dense;
pub mod follower;
mod highlight;
pub mod index;
pub mod interpretation;
pub mod passages;
pub mod query;
pub mod suggest;
mod touched;
pub mod watch;
