//! `/v1/transcripts/{id}/files`.

use crate::resource::{Case, Resource};
use crate::support::VTT;

pub(crate) const RESOURCE: Resource = Resource {
    file: file!(),
    prefixes: &["/v1/transcripts/{id}/files"],
    parameters: &[],
    cases: &[
        Case::hidden("post", "/v1/transcripts/{id}/files", |request, _| request.body(VTT)),
        Case::hidden("put", "/v1/transcripts/{id}/files", |request, _| request.body(VTT)),
    ],
};
