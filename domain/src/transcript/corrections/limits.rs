//! How much a correction may say.

/// Longest name that a speaker can be given, in characters.
pub const MAX_NAME_CHARS: usize = 200;
/// Terms of one correction.
pub const MAX_ENTRIES: usize = 1_000;
/// Spellings of one term.
pub const MAX_HEARD: usize = 20;
/// Characters of a term or spelling.
pub const MAX_TERM_CHARS: usize = 100;
