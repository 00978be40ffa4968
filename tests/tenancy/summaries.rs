//! `/v1/summaries`.

use crate::resource::{Case, Resource};

pub(crate) const RESOURCE: Resource = Resource {
    file: file!(),
    prefixes: &["/v1/summaries"],
    parameters: &[("/v1/summaries/{id}", |ids| ids.summary.clone())],
    cases: &[Case::hidden("get", "/v1/summaries/{id}", |request, _| {
        request.query(&[("version", 1)])
    })],
};
