//! Sessions as they stand, loaded from the log, the keys and the blobs.
//!
//! - [`load`] gives a transcript with its turns as they were read from the files, over which
//!   [`corrected`] lays corrections.
//! - [`load_session`] and [`load_note`] give everything that can be found of a session, or of a
//!   note from another system.
//! - [`Cache`] keeps the turns that were asked for last.
//!
//! Invariants: a stream is read once; what was deleted, also between two steps of loading, is
//! `None` and no error; JSON and corrections are worked on off the async threads.

mod cache;
mod error;
mod session;
mod stream;
mod transcript;

pub use cache::{Cache, Current};
pub use error::LoadError;
pub use session::{ExternalNote, Session, load_note, load_session};
pub use transcript::{Loaded, Turns, corrected, load};
