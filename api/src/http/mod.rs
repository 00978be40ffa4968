//! What all resources share: authentication, requests and answers, and how handlers describe
//! themselves.

pub(crate) mod auth;
pub(crate) mod checks;
pub(crate) mod codes;
pub(crate) mod command;
pub(crate) mod correlation;
pub(crate) mod extract;
pub(crate) mod linger;
pub(crate) mod min_position;
pub(crate) mod operation;
pub(crate) mod paging;
pub(crate) mod problem;
pub(crate) mod query;
pub(crate) mod routes;
pub(crate) mod trace;
