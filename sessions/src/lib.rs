//! The current state of sessions, loaded from the log, the keys and the blobs.
//!
//! - [`load`] returns a transcript with its turns as read from the files; [`corrected`] applies
//!   corrections to them.
//! - [`load_subject`] returns all searchable content of a session or an external note.
//! - [`Cache`] keeps recently used turns, for readers and for those who correct them.
//!
//! Invariants: a stream is read once; deleted content, even if deleted between two steps of
//! loading, is `None` and not an error; JSON and corrections are processed off the async threads.

mod cache;
mod error;
mod session;
mod stream;
mod transcript;

pub use cache::{Cache, CurrentTurns};
pub use error::LoadError;
pub use session::{ExternalNote, Session, load_subject};
pub use transcript::{Loaded, Turns, corrected, load};
