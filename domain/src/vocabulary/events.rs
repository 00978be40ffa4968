//! What can have happened to a vocabulary.

use crate::personal::Personal;
use crate::transcript::correction::VocabularyEntry;
use serde::{Deserialize, Serialize};

/// The organization writes its terms so from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VocabularyChanged {
    /// All terms; personal, as names of people are among them.
    pub entries: Personal<Vec<VocabularyEntry>>,
}

/// Events of a vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "payload")]
pub enum VocabularyEvent {
    /// See [`VocabularyChanged`].
    #[serde(rename = "vocabulary.changed")]
    Changed(VocabularyChanged),
}
