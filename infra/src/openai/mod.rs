//! What clients of servers that speak OpenAI's API share: the address, the requests, and the
//! meaning of an answer that is no success.
//!
//! Invariants:
//!
//! - What is sent goes to the server that the URL names and nowhere else: no redirect is followed.
//! - An answer is read up to a limit, within the time that it is given.
//! - Errors hold no address, no key and nothing of what was sent. Of what came back, they hold the
//!   status and words that look like codes.

mod address;
mod client;
mod failure;

pub(crate) use address::Address;
pub(crate) use client::{Answer, Client};
pub(crate) use failure::Failure;
