//! `/v1/transcripts/{id}/corrections`.

use crate::resource::{Case, Resource};
use serde_json::json;

pub(crate) const RESOURCE: Resource = Resource {
    file: file!(),
    prefixes: &["/v1/transcripts/{id}/corrections"],
    parameters: &[("/v1/transcripts/{id}/corrections/{correction_id}", |ids| {
        ids.correction.clone()
    })],
    cases: &[Case::hidden("post", "/v1/transcripts/{id}/corrections", |request, _| {
        request.json(&json!({"kind": "edit_turn", "turn": 0, "text": "Something else."}))
    })],
};
