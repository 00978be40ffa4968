//! `/v1/usage`.

use crate::resource::Resource;

pub(crate) const RESOURCE: Resource =
    Resource { file: file!(), prefixes: &["/v1/usage"], parameters: &[], cases: &[] };
