//! An organization's vocabulary: the spelling of its terms and names, and what transcribers hear
//! instead. Each organization has one.

mod events;

pub use events::*;

use crate::personal::Personal;
use crate::transcript::correction::VocabularyEntry;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

/// State that commands are decided on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Vocabulary {
    exists: bool,
    entries: Vec<VocabularyEntry>,
}

impl Vocabulary {
    /// The terms.
    pub fn entries(&self) -> &[VocabularyEntry] {
        &self.entries
    }
}

/// Commands of a vocabulary.
#[derive(Debug, Clone)]
pub enum VocabularyCommand {
    /// Create the vocabulary, together with the key that seals it.
    Begin(Vec<VocabularyEntry>),
    /// Replace all terms.
    Change(Vec<VocabularyEntry>),
}

/// Reasons for refusing a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VocabularyError {
    /// `Begin` on a vocabulary that exists.
    #[error("there is a vocabulary already")]
    AlreadyExists,
    /// `Change` before `Begin`.
    #[error("there is no vocabulary yet")]
    NotFound,
}

impl Aggregate for Vocabulary {
    const TYPE: &'static str = "vocabulary";
    type Command = VocabularyCommand;
    type Event = VocabularyEvent;
    type Error = VocabularyError;
    type Services = ();

    async fn handle(
        &mut self,
        command: Self::Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        let entries = match (command, self.exists) {
            (VocabularyCommand::Begin(entries), false) => entries,
            (VocabularyCommand::Begin(_), true) => return Err(VocabularyError::AlreadyExists),
            (VocabularyCommand::Change(entries), true) => entries,
            (VocabularyCommand::Change(_), false) => return Err(VocabularyError::NotFound),
        };
        if self.exists && entries == self.entries {
            return Ok(());
        }
        let changed = VocabularyChanged { entries: Personal::Known(entries) };
        sink.write(VocabularyEvent::Changed(changed), self).await;
        Ok(())
    }

    fn apply(&mut self, event: Self::Event) {
        let VocabularyEvent::Changed(changed) = event;
        self.exists = true;
        self.entries = changed.entries.into_known().unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cqrs_es::test::TestFramework;

    fn entries(term: &str) -> Vec<VocabularyEntry> {
        vec![VocabularyEntry { term: term.into(), heard: vec!["grow".into()] }]
    }

    fn changed(term: &str) -> VocabularyEvent {
        VocabularyEvent::Changed(VocabularyChanged { entries: Personal::Known(entries(term)) })
    }

    #[test]
    fn begins_once_and_changes_after() {
        TestFramework::<Vocabulary>::with(())
            .given_no_previous_events()
            .when(VocabularyCommand::Change(entries("GROW")))
            .then_expect_error(VocabularyError::NotFound);
        TestFramework::<Vocabulary>::with(())
            .given_no_previous_events()
            .when(VocabularyCommand::Begin(vec![]))
            .then_expect_events(vec![VocabularyEvent::Changed(VocabularyChanged {
                entries: Personal::Known(vec![]),
            })]);
        TestFramework::<Vocabulary>::with(())
            .given(vec![changed("GROW")])
            .when(VocabularyCommand::Begin(entries("Grow")))
            .then_expect_error(VocabularyError::AlreadyExists);
        TestFramework::<Vocabulary>::with(())
            .given(vec![changed("GROW")])
            .when(VocabularyCommand::Change(entries("Grow")))
            .then_expect_events(vec![changed("Grow")]);
    }

    #[test]
    fn the_same_terms_again_are_no_event() {
        TestFramework::<Vocabulary>::with(())
            .given(vec![changed("GROW")])
            .when(VocabularyCommand::Change(entries("GROW")))
            .then_expect_events(vec![]);
    }
}
