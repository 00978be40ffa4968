//! The roles of a process.

/// The roles of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Roles {
    /// Serves HTTP.
    pub(crate) api: bool,
    /// Runs workers, and keeps the read models up to date.
    pub(crate) worker: bool,
    /// Turns events into jobs.
    pub(crate) relay: bool,
}

impl Roles {
    /// All in one process.
    pub(crate) const ALL: Self = Self { api: true, worker: true, relay: true };
}
