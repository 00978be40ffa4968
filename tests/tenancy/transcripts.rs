//! `/v1/transcripts`.

use crate::examine::{Report, essence};
use crate::resource::{Case, Resource};
use crate::support::{Answer, Api, VTT};
use crate::world::Ids;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;

pub(crate) const RESOURCE: Resource = Resource {
    file: file!(),
    prefixes: &["/v1/transcripts"],
    parameters: &[("/v1/transcripts/{id}", |ids| ids.transcript.clone())],
    cases: &[
        Case::empty("get", "/v1/transcripts", |request, _| request.query(&[("after", 1_000_000)])),
        Case::own("post", "/v1/transcripts/upload", |request, _| request.multipart(file())),
        Case::hidden("post", "/v1/transcripts/upload", |request, ids| {
            request.multipart(file().text("client_id", ids.client.clone()))
        }),
        Case::hidden("post", "/v1/transcripts/process", |request, ids| {
            request.json(&json!({"id": ids.transcript}))
        }),
        Case::hidden("patch", "/v1/transcripts/{id}", |request, _| {
            request.json(&json!({"language": "en"}))
        }),
        Case::hidden("patch", "/v1/transcripts/{id}", |request, ids| {
            request.json(&json!({"client_id": ids.client}))
        }),
    ],
};

fn file() -> Form {
    let part = Part::text(VTT).file_name("session.vtt");
    Form::new().part("file", part).text("allow_duplicate", "true")
}

/// The caller's own objects give no access to another's: a session of the stranger is given the
/// owner's client and asked for the owner's correction.
pub(crate) async fn through_ones_own(stranger: &Api, real: &Ids, none: &Ids, report: &mut Report) {
    let own = stranger.upload(VTT, &[]).await;
    stranger.until_ready(&own.id).await;
    let path = format!("/v1/transcripts/{}", own.id);
    let body = |ids: &Ids| json!({"client_id": ids.client});
    let foreign = stranger.patch(&path, &body(real)).await;
    let missing = stranger.patch(&path, &body(none)).await;
    assert_eq!(missing.problem(422), "invalid_fields");
    report.compare("patch another's client", &essence(&foreign), &essence(&missing));
    let correction = |ids: &Ids| format!("{path}/corrections/{}", ids.correction);
    let foreign = stranger.delete(&correction(real)).await;
    let missing = Answer::of(stranger.request(Method::DELETE, &correction(none))).await;
    assert_eq!(missing.problem(404), "not_found");
    report.compare("delete another's correction", &essence(&foreign), &essence(&missing));
    stranger.delete(&path).await.expect(200);
}
