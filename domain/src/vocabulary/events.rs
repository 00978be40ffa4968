//! Events of a vocabulary.

use crate::event::events;
use crate::personal::Personal;
use crate::transcript::correction::VocabularyEntry;
use serde::{Deserialize, Serialize};

/// The vocabulary was replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VocabularyChanged {
    /// All terms; personal, as they include names of people.
    pub entries: Personal<Vec<VocabularyEntry>>,
}

events! {
    /// Events of a vocabulary.
    pub enum VocabularyEvent {
        Changed(VocabularyChanged) = "vocabulary.changed", 1;
    }
}
