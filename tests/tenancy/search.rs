//! `/v1/search`: questions, suggestions, and earlier questions.

use crate::resource::{Case, Resource};
use serde_json::json;

pub(crate) const RESOURCE: Resource = Resource {
    file: file!(),
    prefixes: &["/v1/search"],
    parameters: &[],
    cases: &[
        Case::empty("post", "/v1/search/query", |request, _| {
            request.json(&json!({"query": "", "facets": true, "limit": 50}))
        }),
        Case::empty("post", "/v1/search/query", |request, ids| {
            let filters = json!({"transcript_ids": [ids.transcript]});
            request.json(&json!({"query": "numbers review", "filters": filters}))
        }),
        Case::empty("post", "/v1/search/query", |request, ids| {
            request.json(&json!({"query": "numbers", "filters": {"client_ids": [ids.client]}}))
        }),
        Case::hidden("post", "/v1/search/similar", |request, ids| {
            request.json(&json!({"transcript_id": ids.transcript}))
        }),
        // The beginning of a speaker's name and of a title.
        Case::empty("get", "/v1/search/suggest", |request, _| request.query(&[("q", "o")])),
        Case::empty("get", "/v1/search/suggest", |request, _| request.query(&[("q", "z")])),
    ],
};
