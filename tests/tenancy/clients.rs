//! `/v1/clients`.

use crate::resource::{Case, Resource};
use serde_json::json;

pub(crate) const RESOURCE: Resource = Resource {
    file: file!(),
    prefixes: &["/v1/clients"],
    parameters: &[("/v1/clients/{id}", |ids| ids.client.clone())],
    cases: &[
        Case::own("post", "/v1/clients", |request, _| request.json(&json!({"name": "x"}))),
        Case::hidden("patch", "/v1/clients/{id}/note", |request, _| {
            let edit = json!({"edit": "add", "kind": "goal", "text": "Sleep."});
            // What `World` has written is the first version.
            request.json(&json!({"base_version": 1, "edits": [edit]}))
        }),
    ],
};
