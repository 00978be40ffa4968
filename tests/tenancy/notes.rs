//! `/v1/search/index`: sessions and external notes that are added to the index.

use crate::resource::{Case, Resource};
use serde_json::json;

pub(crate) const RESOURCE: Resource = Resource {
    file: file!(),
    prefixes: &["/v1/search/index"],
    parameters: &[("/v1/search/index/{id}", |ids| ids.note.clone())],
    cases: &[
        Case::hidden("post", "/v1/search/index", |request, ids| {
            request.json(&json!({"transcript_id": ids.transcript}))
        }),
        Case::hidden("post", "/v1/search/index", |request, ids| {
            request.json(&json!({"note": {"id": "n", "text": "x", "client_id": ids.client}}))
        }),
    ],
};
