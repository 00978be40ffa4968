//! P8: no organization reads or changes another's data, nor learns that it is there.
//!
//! The routes come from `/openapi.json`, and with them the parameters of their paths, which are
//! filled with ids of another organization. So a new `GET` or `DELETE` is tried without being told
//! ([`examine`]). What the document cannot say is in a file for each resource: which ids there are,
//! what a body holds. A route that cannot be tried without it fails the test, which names the file
//! that wants a line.

mod channels;
mod clients;
mod corrections;
mod dead_letters;
mod document;
mod examine;
mod files;
mod keys;
mod leaky;
mod notes;
mod operations;
mod resource;
mod routes;
mod saved_searches;
mod search;
mod summaries;
#[path = "../support/mod.rs"]
mod support;
mod transcripts;
mod vocabulary;
mod world;

use resource::Resource;

/// A file for each resource.
const RESOURCES: [&Resource; 12] = [
    &channels::RESOURCE,
    &clients::RESOURCE,
    &corrections::RESOURCE,
    &dead_letters::RESOURCE,
    &files::RESOURCE,
    &notes::RESOURCE,
    &operations::RESOURCE,
    &saved_searches::RESOURCE,
    &search::RESOURCE,
    &summaries::RESOURCE,
    &transcripts::RESOURCE,
    &vocabulary::RESOURCE,
];
