//! `/v1/summaries`.

use crate::resource::{Case, Resource};
use serde_json::json;

pub(crate) const RESOURCE: Resource = Resource {
    file: file!(),
    prefixes: &["/v1/summaries"],
    parameters: &[
        ("/v1/summaries/{id}", |ids| ids.summary.clone()),
        ("/v1/summaries/{id}/chat/{message_id}", |ids| ids.message.clone()),
    ],
    cases: &[
        Case::hidden("get", "/v1/summaries/{id}", |request, _| request.query(&[("version", 1)])),
        Case::hidden("patch", "/v1/summaries/{id}", |request, _| {
            let edit = json!({"edit": "set_opening", "text": "Hello,"});
            request.json(&json!({"base_version": 1, "edits": [edit]}))
        }),
        Case::hidden("post", "/v1/summaries/{id}/undo", |request, _| request.json(&json!({}))),
        Case::hidden("post", "/v1/summaries/{id}/redo", |request, _| request.json(&json!({}))),
        Case::hidden("post", "/v1/summaries/{id}/restore", |request, _| {
            request.json(&json!({"version": 1}))
        }),
        Case::hidden("post", "/v1/summaries/{id}/approve", |request, _| request.json(&json!({}))),
    ],
};
