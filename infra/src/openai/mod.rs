//! The shared part of clients of OpenAI's API: the address, the requests, the events of a streamed
//! answer, and the classification of failed answers.
//!
//! Invariants:
//!
//! - Requests go only to the server in the URL: redirects are not followed.
//! - An answer is read up to a size limit and within its timeout.
//! - Errors contain no address, no key and nothing of what was sent. Of what came back, they
//!   contain the status and words that look like codes.

mod address;
mod client;
mod events;
mod failure;
mod retry_after;

pub(crate) use address::Address;
pub(crate) use client::{Answer, Client, Reply};
pub(crate) use events::Events;
pub(crate) use failure::{Failure, late};
