//! What all resources share: problems, who calls, how bodies and queries are read.

pub(crate) mod auth;
pub(crate) mod command;
pub(crate) mod extract;
pub(crate) mod linger;
pub(crate) mod problem;
pub(crate) mod trace;
