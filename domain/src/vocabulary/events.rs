//! What can have happened to a vocabulary.

use crate::event::events;
use crate::personal::Personal;
use crate::transcript::correction::VocabularyEntry;
use serde::{Deserialize, Serialize};

/// The organization writes its terms so from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VocabularyChanged {
    /// All terms; personal, as names of people are among them.
    pub entries: Personal<Vec<VocabularyEntry>>,
}

events! {
    /// Events of a vocabulary.
    pub enum VocabularyEvent {
        Changed(VocabularyChanged) = "vocabulary.changed", 1;
    }
}
