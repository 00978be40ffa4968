//! `/v1/search/saved`.

use crate::resource::{Case, Resource};
use serde_json::json;

pub(crate) const RESOURCE: Resource = Resource {
    file: file!(),
    prefixes: &["/v1/search/saved"],
    parameters: &[("/v1/search/saved/{id}", |ids| ids.saved.clone())],
    cases: &[Case::own("post", "/v1/search/saved", |request, _| {
        request.json(&json!({"name": "x", "query": "x"}))
    })],
};
