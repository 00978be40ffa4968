//! A file of the call, and why files cannot be merged.

use debrief_domain::transcript::content::Content;

/// Maximum number of files; more than any call is recorded in.
pub const MAX_FILES: usize = 100;

/// A file of the call.
#[derive(Debug, Clone)]
pub struct Part {
    /// File name, as uploaded.
    pub name: String,
    /// Content of the file.
    pub content: Content,
}

/// Why files are not one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// No files.
    #[error("there are no files to merge")]
    Nothing,
    /// Too many files.
    #[error("a session can have at most {MAX_FILES} files")]
    TooMany,
    /// The files have no recognisable relation.
    #[error(
        "it is not clear how these files belong together. Upload them one by one; or, if they \
         are one call, number the parts in their names (call part 1, call part 2)"
    )]
    Unrelated,
}

impl MergeError {
    /// Returns the machine-readable reason.
    pub fn code(self) -> &'static str {
        match self {
            Self::Nothing => "nothing_to_merge",
            Self::TooMany => "too_many_files",
            Self::Unrelated => "unrelated_files",
        }
    }
}
