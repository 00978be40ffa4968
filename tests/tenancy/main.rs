//! P8: no organization reads or changes another's data, or learns that it exists.
//!
//! The routes come from `/openapi.json`, with the parameters of their paths, which are filled with
//! ids of another organization. A new `GET` or `DELETE` is therefore tested without any change here
//! ([`examine`]). A file for each resource adds what the document cannot say: the ids, and the
//! content of bodies. A route that cannot be requested without it fails the test, which names the
//! file to change.

mod analyze;
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
mod prompts;
mod resource;
mod routes;
mod saved_searches;
mod search;
mod summaries;
#[path = "../support/mod.rs"]
mod support;
mod transcripts;
mod usage;
mod vocabulary;
mod world;

use resource::Resource;

/// A file for each resource.
const RESOURCES: [&Resource; 15] = [
    &analyze::RESOURCE,
    &channels::RESOURCE,
    &clients::RESOURCE,
    &corrections::RESOURCE,
    &dead_letters::RESOURCE,
    &files::RESOURCE,
    &notes::RESOURCE,
    &operations::RESOURCE,
    &prompts::RESOURCE,
    &saved_searches::RESOURCE,
    &search::RESOURCE,
    &summaries::RESOURCE,
    &transcripts::RESOURCE,
    &usage::RESOURCE,
    &vocabulary::RESOURCE,
];
