//! The HTTP and WebSocket surface.
//!
//! A URL leads to a file: `/v1/transcripts…` to [`transcripts`], `/v1/summaries…` to [`summaries`],
//! `/v1/analyze…` to [`analyze`],
//! `/v1/search…` to [`search`], `/v1/clients…` to [`clients`], `/v1/vocabulary` to [`vocabulary`],
//! `/v1/dead-letters…` to [`dead_letters`], `/v1/ws` to [`ws`], and `/livez`, `/readyz`, `/metrics`
//! to [`operations`]. A resource's file contains its handlers, its `router()`, and its types; those
//! that Rust clients share are in `debrief-api-types`.
//!
//! Imports run one way: resources → [`http`] → [`server`] → [`state`] → [`keys`]. Nothing below a
//! resource knows of it.
//!
//! Invariants: a handler under `/v1` takes a [`http::auth::Caller`] with the permission that it
//! needs, and passes on its viewer or organization; every error is a [`http::problem::Problem`]
//! with a code of [`http::codes`]; a 5xx reveals nothing but a correlation id.

mod analyze;
mod clients;
mod dead_letters;
mod http;
mod keys;
mod openapi;
mod operations;
mod search;
mod server;
mod state;
mod summaries;
mod times;
mod transcripts;
mod usage;
mod vocabulary;
mod ws;

pub use http::backlog::BacklogLimits;
pub use keys::{GeneratedKey, generate_key, hash_of_key};
pub use openapi::router;
pub use server::{ConnectionLimits, serve};
pub use state::{ApiState, Limits, Parts};
