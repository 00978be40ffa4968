//! Corrections of a transcript: what the coach put right, laid over what the file says.
//!
//! Invariants:
//! - Pure: the same content and the same list give the same result. To undo a correction is to
//!   leave it out; with an empty list the content comes out as it went in.
//! - A correction that does not fit any more is dormant, with its reason; it changes nothing and
//!   stops nothing.
//! - Turns stay indexed from 0 without gaps, never blank, never longer than `TURN_CHARS_MAX`; no time
//!   is made up; figures are measured anew.
//! - Linear in the transcript and the list; only a vocabulary goes through all the text.

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
    /// What the transcript says now.
    pub content: Content,
    /// What each of its turns is called in a correction, by index.
    pub refs: Vec<TurnRef>,
    /// Corrections that do not fit any more, and why.
    pub dormant: Vec<(Uuid, CorrectionError)>,
}

/// Applies corrections in their order to the content as it was read from the file. The id of a
/// correction names what it splits off.
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

/// Says whether entries can be a vocabulary: see [`MAX_ENTRIES`], [`MAX_HEARD`] and
/// [`MAX_TERM_CHARS`].
pub fn check_vocabulary(entries: &[VocabularyEntry]) -> Result<(), CorrectionError> {
    vocabulary::Vocabulary::new(entries).map(|_| ())
}

/// Says whether a correction fits a transcript as it is now, that is with all corrections before
/// it. What passes will be applied by [`apply`].
pub fn check(now: &Corrected, correction: &Correction) -> Result<(), CorrectionError> {
    State::new(now.content.clone(), now.refs.clone()).apply(Uuid::nil(), correction)
}
