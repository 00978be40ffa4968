//! `/v1/vocabulary`.

use crate::resource::{Case, Resource};
use serde_json::json;

pub(crate) const RESOURCE: Resource = Resource {
    file: file!(),
    prefixes: &["/v1/vocabulary"],
    parameters: &[],
    cases: &[Case::own("put", "/v1/vocabulary", |request, _| {
        request.json(&json!({"entries": [{"term": "GROW", "heard": ["groh"]}]}))
    })],
};
