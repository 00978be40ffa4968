//! `/v1/analyze/session` and `/v1/analyze/refine`.

use crate::resource::{Case, Resource};
use serde_json::json;

pub(crate) const RESOURCE: Resource = Resource {
    file: file!(),
    prefixes: &["/v1/analyze/session", "/v1/analyze/refine"],
    parameters: &[],
    cases: &[
        Case::hidden("post", "/v1/analyze/session", |request, ids| {
            request.json(&json!({"transcript_id": ids.transcript}))
        }),
        Case::hidden("post", "/v1/analyze/refine", |request, ids| {
            request.json(&json!({"summary_id": ids.summary, "message": "Drop q1."}))
        }),
    ],
};
