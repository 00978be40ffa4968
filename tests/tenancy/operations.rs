//! `/livez`, `/readyz`, `/metrics`: public.

use crate::resource::{Case, Resource};

pub(crate) const RESOURCE: Resource = Resource {
    file: file!(),
    prefixes: &["/livez", "/readyz", "/metrics"],
    parameters: &[],
    cases: &[
        Case::open("get", "/livez"),
        Case::open("get", "/readyz"),
        Case::open("get", "/metrics"),
    ],
};
