//! A file of the call, and why files are not one session.

use debrief_domain::transcript::content::Content;

/// More files than any call is recorded in.
pub const MAX_FILES: usize = 100;

/// A file of the call.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its name, as it was sent.
    pub name: String,
    /// What it holds.
    pub content: Content,
}

/// Why files are not one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// No files.
    #[error("there are no files to put together")]
    Nothing,
    /// Too many files.
    #[error("a session can be put together from at most {MAX_FILES} files")]
    TooMany,
    /// Nothing shows how the files belong together.
    #[error(
        "these files do not show how they belong together. Upload them one by one; or, if they \
         are one call, number the parts in their names (call part 1, call part 2)"
    )]
    Unrelated,
}

impl MergeError {
    /// Machine-readable reason.
    pub fn code(self) -> &'static str {
        match self {
            Self::Nothing => "nothing_to_merge",
            Self::TooMany => "too_many_files",
            Self::Unrelated => "unrelated_files",
        }
    }
}
