//! The HTTP and WebSocket surface.
//!
//! A URL leads to a file: `/v1/transcripts…` to [`transcripts`], `/v1/summaries…` to
//! [`summaries`], `/v1/search…` to [`search`], `/v1/clients…` to [`clients`], `/v1/dead-letters…` to [`dead_letters`],
//! `/v1/ws` to [`ws`], and `/livez`, `/readyz`, `/metrics` to [`operations`]. A resource's file
//! holds its In and Out types, its handlers and its `router()`.
//!
//! Invariants: a handler that touches data takes a [`http::auth::Caller`], and passes its
//! organization on; every error is a [`http::problem::Problem`]; a 5xx tells nothing but a
//! correlation id.

mod clients;
mod dead_letters;
mod http;
mod hub;
mod openapi;
mod operations;
mod search;
mod state;
mod summaries;
mod transcripts;
mod vocabulary;
mod ws;

pub use http::auth::{GeneratedKey, generate_key, hash_of_key};
pub use openapi::router;
pub use state::{ApiState, Limits, Parts};
