//! `/v1/dead-letters`.

use crate::resource::{Case, Resource};

pub(crate) const RESOURCE: Resource = Resource {
    file: file!(),
    prefixes: &["/v1/dead-letters"],
    parameters: &[
        ("/v1/dead-letters/{consumer}", |_| "parse".to_owned()),
        ("/v1/dead-letters/{consumer}/{position}", |ids| ids.dead.to_string()),
    ],
    // A cursor just before the owner's.
    cases: &[Case::empty("get", "/v1/dead-letters", |request, ids| {
        request.query(&[("after", format!("{}:parse", ids.dead - 1))])
    })],
};
