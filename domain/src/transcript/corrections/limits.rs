//! Limits of corrections.

/// Maximum length of a speaker's new name, in characters.
pub const MAX_NAME_CHARS: usize = 200;
/// Maximum number of terms of a correction.
pub const MAX_ENTRIES: usize = 1_000;
/// Maximum number of spellings of a term.
pub const MAX_HEARD: usize = 20;
/// Maximum length of a term or spelling, in characters.
pub const MAX_TERM_CHARS: usize = 100;
