//! Describes what the OpenAPI document cannot say about a resource.

use crate::world::Ids;
use reqwest::RequestBuilder;

/// The routes below some paths.
pub(crate) struct Resource {
    /// The file of this description, for error messages.
    pub file: &'static str,
    /// The beginnings of its routes; the longest prefix counts.
    pub prefixes: &'static [&'static str],
    /// Parameters: the path up to and including each, and its value.
    pub parameters: &'static [(&'static str, Id)],
    /// Requests that the document does not describe well enough.
    pub cases: &'static [Case],
}

/// The value of a path parameter.
pub(crate) type Id = fn(&Ids) -> String;

/// Completes a request whose path is filled.
pub(crate) type Fill = fn(RequestBuilder, &Ids) -> RequestBuilder;

/// A request to be tested.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub method: &'static str,
    pub path: &'static str,
    pub fill: Fill,
    pub expect: Expect,
}

/// The expected answer to a stranger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expect {
    /// The request names an object of another organization: it is answered like one that does not
    /// exist.
    Hidden,
    /// It reads and names no such object: it succeeds, and finds nothing.
    Empty,
    /// It writes and names no such object: it succeeds, and changes nothing of the other
    /// organization.
    Own,
    /// It needs no token, and returns no organization's data.
    Open,
    /// Another test of this file covers it.
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
