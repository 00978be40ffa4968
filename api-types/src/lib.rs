//! Requests and answers of the HTTP surface that clients in Rust share with the server.
//!
//! A type is here where the command line sends or reads it; a type that only a handler and the
//! OpenAPI document need stands beside its handler, in `api/`.
//!
//! Invariants: what one side writes, the other reads: every type here is both [`Serialize`] and
//! [`Deserialize`]; answers may gain fields, so nothing here refuses fields of answers that it
//! does not know, while requests refuse them.
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
