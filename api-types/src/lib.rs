//! Requests and responses of the HTTP API that Rust clients share with the server.
//!
//! Types that the command line sends or reads are here; types that only a handler and the OpenAPI
//! document need are next to their handlers, in `api/`.
//!
//! Invariants: every type is both [`Serialize`] and [`Deserialize`], so each side can read what the
//! other writes. Responses may gain fields, so types of responses accept unknown fields; types of
//! requests refuse them.
//!
//! [`Serialize`]: serde::Serialize
//! [`Deserialize`]: serde::Deserialize

mod page;
mod problem;
pub mod search;
pub mod summaries;
pub mod transcripts;
mod written;

pub use page::Page;
pub use problem::{FieldError, Problem};
pub use written::Written;
