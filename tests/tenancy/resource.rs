//! What the OpenAPI document cannot say about a resource.

use crate::world::Ids;
use reqwest::RequestBuilder;

/// The routes below some paths.
pub(crate) struct Resource {
    /// Where this is said, for whoever has to add to it.
    pub file: &'static str,
    /// Its routes begin so; the longest prefix counts.
    pub prefixes: &'static [&'static str],
    /// Parameters: the path up to and with each, and what fills it.
    pub parameters: &'static [(&'static str, Id)],
    /// Requests that the document does not describe well enough to be made from it.
    pub cases: &'static [Case],
}

/// Which of the ids fills a parameter.
pub(crate) type Id = fn(&Ids) -> String;

/// What is added to a request whose path is filled.
pub(crate) type Fill = fn(RequestBuilder, &Ids) -> RequestBuilder;

/// A request that is tried.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub method: &'static str,
    pub path: &'static str,
    pub fill: Fill,
    pub expect: Expect,
}

/// What a stranger is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expect {
    /// The request names something of another's: the answer is the one for what does not exist.
    Hidden,
    /// It reads and names nothing of another's: it succeeds, and finds nothing.
    Empty,
    /// It writes and names nothing of another's: it succeeds, and changes nothing of theirs.
    Own,
    /// It needs no token, and holds nothing of anybody's.
    Open,
    /// Another test of this file tries it.
    Elsewhere,
}

impl Case {
    pub(crate) const fn hidden(method: &'static str, path: &'static str, fill: Fill) -> Self {
        Self { method, path, fill, expect: Expect::Hidden }
    }

    pub(crate) const fn empty(method: &'static str, path: &'static str, fill: Fill) -> Self {
        Self { method, path, fill, expect: Expect::Empty }
    }

    pub(crate) const fn own(method: &'static str, path: &'static str, fill: Fill) -> Self {
        Self { method, path, fill, expect: Expect::Own }
    }

    pub(crate) const fn open(method: &'static str, path: &'static str) -> Self {
        Self { method, path, fill: |request, _| request, expect: Expect::Open }
    }

    pub(crate) const fn elsewhere(method: &'static str, path: &'static str) -> Self {
        Self { method, path, fill: |request, _| request, expect: Expect::Elsewhere }
    }
}
