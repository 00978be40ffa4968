//! Reasons why a correction does not apply.

use super::limits::{MAX_ENTRIES, MAX_HEARD, MAX_NAME_CHARS, MAX_TERM_CHARS};
use crate::transcript::content::TURN_CHARS_MAX;

/// Why a correction is refused, or dormant. The messages contain no words of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CorrectionError {
    /// Nobody has the name.
    #[error("no speaker of this transcript has that name")]
    UnknownSpeaker,
    /// The turn does not exist, or no longer.
    #[error("there is no such turn in this transcript")]
    NoSuchTurn,
    /// The text of the turn is not the one that the correction was made on.
    #[error("the words of this turn have changed since: load it again and correct it as it is now")]
    TextChanged,
    /// The new text is blank.
    #[error("a turn needs words: the new text is empty")]
    EmptyText,
    /// The new text is too long.
    #[error("a turn has at most {TURN_CHARS_MAX} characters: split it first")]
    TextTooLong,
    /// The new name is blank, or a word for somebody unknown.
    #[error("a speaker needs a name: it is empty, or a word for somebody unknown")]
    NoName,
    /// The new name is too long.
    #[error("a name has at most {MAX_NAME_CHARS} characters")]
    NameTooLong,
    /// The new name has control characters.
    #[error("a name has no control characters, such as line breaks")]
    NameWithControls,
    /// No speakers to merge were named.
    #[error("name at least one speaker to merge into another")]
    NobodyToMerge,
    /// One of the halves would be blank.
    #[error("a turn is split between its words: both halves need some")]
    SplitOutside,
    /// The correction would change nothing.
    #[error("this changes nothing: it is so already")]
    NothingChanges,
    /// A split with this id exists.
    #[error("this correction is in the list already")]
    Twice,
    /// The vocabulary has no entries.
    #[error("the vocabulary is empty")]
    NoEntries,
    /// The vocabulary has too many entries.
    #[error("a vocabulary has at most {MAX_ENTRIES} terms")]
    TooManyEntries,
    /// An entry has too many spellings, or none.
    #[error("a term has from 1 to {MAX_HEARD} spellings that it was heard as")]
    SpellingCount,
    /// A term or spelling is blank, too long or has control characters.
    #[error(
        "a term, and each spelling it was heard as, has letters or digits, no control characters \
         and at most {MAX_TERM_CHARS} characters"
    )]
    BadTerm,
    /// The same spelling stands for two terms.
    #[error("the vocabulary gives one spelling to two terms")]
    AmbiguousSpelling,
}

impl CorrectionError {
    /// Machine-readable reason, such as `unknown_speaker`.
    pub fn code(self) -> &'static str {
        match self {
            Self::UnknownSpeaker => "unknown_speaker",
            Self::NoSuchTurn => "no_such_turn",
            Self::TextChanged => "text_changed",
            Self::EmptyText => "empty_text",
            Self::TextTooLong => "text_too_long",
            Self::NoName => "no_name",
            Self::NameTooLong => "name_too_long",
            Self::NameWithControls => "name_with_controls",
            Self::NobodyToMerge => "nobody_to_merge",
            Self::SplitOutside => "split_outside",
            Self::NothingChanges => "nothing_changes",
            Self::Twice => "twice",
            Self::NoEntries => "no_entries",
            Self::TooManyEntries => "too_many_entries",
            Self::SpellingCount => "spelling_count",
            Self::BadTerm => "bad_term",
            Self::AmbiguousSpelling => "ambiguous_spelling",
        }
    }
}
