//! Transcript formats: reads uploaded files into [`Content`].
//!
//! Invariants:
//! - A format is recognised by the content of a file, never by its name.
//! - [`parse`] picks the same format as [`inspect`] does on the head of the same file.
//! - No speaker, time or word is invented; what could not be read is in `warnings`.
//! - Time is linear in the size of the file; memory is bounded by it and by the limits in
//!   [`builder`].
//!
//! There is one folder per kind of file; `kernel` has what several kinds share and knows none of
//! them. **To add a format**: write `<kind>/<format>.rs` with a unit struct that implements
//! `Format`, declare it in `<kind>/mod.rs`, and add it to the list in `registry.rs`. The property
//! tests in `properties.rs` then cover it too.

pub mod archive;
#[cfg(test)]
mod bad_input;
mod captions;
mod chats;
pub mod conservation;
mod documents;
mod json;
mod kernel;
#[cfg(test)]
mod nothing_lost_tests;
#[cfg(test)]
mod properties;
mod reading;
mod registry;
mod tables;
#[cfg(test)]
mod testing;
mod text;
#[cfg(test)]
mod variants_tests;

pub use debrief_domain::transcript::content::Content;

pub use kernel::clock::{OF_DAY, zero_of_day};
pub use kernel::source::{HEAD_BYTES, media_type};
pub use kernel::{Confidence, Encoding, Refusal, builder};
pub use reading::{Detected, Parts, inspect, parse, parse_archive, parse_as};
pub use registry::accepted;
