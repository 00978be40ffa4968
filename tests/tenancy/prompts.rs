//! `/v1/analyze/prompts` and `/v1/analyze/voice`.

use crate::resource::{Case, Resource};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

pub(crate) const RESOURCE: Resource = Resource {
    file: file!(),
    prefixes: &["/v1/analyze/prompts", "/v1/analyze/voice"],
    parameters: &[("/v1/analyze/prompts/{name}", |ids| ids.prompt.clone())],
    cases: &[
        // Names belong to an organization: the stranger's own, as it deletes the other afterwards.
        Case::own("put", "/v1/analyze/prompts/{name}", |request, _| {
            to(request, "/v1/analyze/prompts/mine").json(&template())
        }),
        Case::hidden("post", "/v1/analyze/prompts/{name}/preview", |request, ids| {
            let request = to(request, "/v1/analyze/prompts/regular/preview");
            request.json(&json!({"transcript_id": ids.transcript}))
        }),
        Case::hidden("put", "/v1/analyze/prompts/default", |request, ids| {
            request.json(&json!({"client_id": ids.client, "name": "sport"}))
        }),
        Case::hidden("put", "/v1/analyze/prompts/default", |request, ids| {
            request.json(&json!({"name": ids.prompt}))
        }),
        Case::own("post", "/v1/analyze/voice/train", |request, _| {
            request.json(&json!({"samples": ["You did well. Keep going."]}))
        }),
        Case::own("patch", "/v1/analyze/voice", |request, _| {
            let rule = json!({"change": "add_rule", "text": "Be brief."});
            request.json(&json!({"changes": [rule]}))
        }),
    ],
};

fn template() -> Value {
    json!({"title": "Mine", "sections": [{"section": "overview"}]})
}

/// Returns the request with another path.
fn to(request: RequestBuilder, path: &str) -> RequestBuilder {
    let (client, request) = request.build_split();
    let mut request = request.expect("a request");
    request.url_mut().set_path(path);
    RequestBuilder::from_parts(client, request)
}
