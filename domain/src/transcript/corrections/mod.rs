//! Applies the coach's corrections to a transcript.
//!
//! Invariants:
//! - Pure: the same content and the same list give the same result. To undo a correction, leave it
//!   out; an empty list does not change the content.
//! - A correction that no longer applies is dormant, with its reason; it has no effect and does not
//!   block others.
//! - Turns stay indexed from 0 without gaps, never blank, never longer than `TURN_CHARS_MAX`; no
//!   time is invented; figures are measured again.
//! - Linear in the transcript and the list; only a vocabulary scans the whole text.

mod error;
mod limits;
mod speakers;
mod state;
mod text;
mod vocabulary;

#[cfg(test)]
mod tests;

use crate::transcript::content::Content;
use crate::transcript::correction::{Correction, TurnRef, VocabularyEntry};
use uuid::Uuid;

pub use error::CorrectionError;
pub use limits::{MAX_ENTRIES, MAX_HEARD, MAX_NAME_CHARS, MAX_TERM_CHARS};
use state::State;

/// A transcript with its corrections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrected {
    /// The corrected content.
    pub content: Content,
    /// The reference of each turn in corrections, by index.
    pub refs: Vec<TurnRef>,
    /// Dormant corrections, and why.
    pub dormant: Vec<(Uuid, CorrectionError)>,
}

/// Applies corrections in order to the content as parsed. The id of a correction identifies the
/// half that it splits off.
pub fn apply(content: Content, corrections: &[(Uuid, Correction)]) -> Corrected {
    let refs = (0..content.turns.len())
        .map(|base| TurnRef { base: u32::try_from(base).unwrap_or(u32::MAX), part: None })
        .collect();
    let mut state = State::new(content, refs);
    let mut dormant = Vec::new();
    for (id, correction) in corrections {
        if let Err(reason) = state.apply(*id, correction) {
            dormant.push((*id, reason));
        }
    }
    let (content, refs) = state.finish();
    Corrected { content, refs, dormant }
}

/// Checks that entries form a vocabulary: see [`MAX_ENTRIES`], [`MAX_HEARD`] and
/// [`MAX_TERM_CHARS`].
pub fn check_vocabulary(entries: &[VocabularyEntry]) -> Result<(), CorrectionError> {
    vocabulary::Vocabulary::new(entries).map(|_| ())
}

/// Checks that a correction applies to the current transcript, that is, with all earlier
/// corrections. If it does, [`apply`] will apply it.
pub fn check(now: &Corrected, correction: &Correction) -> Result<(), CorrectionError> {
    State::new(now.content.clone(), now.refs.clone()).apply(Uuid::nil(), correction)
}
