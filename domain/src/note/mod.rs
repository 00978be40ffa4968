//! An external note (from another program or a notebook), kept for search.
//!
//! Invariant: a deleted note stays deleted. The same note written again is another stream
//! ([`NoteId::of`](crate::ids::NoteId::of)), because the key of the first is gone.

mod events;

pub use events::*;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

/// State that commands are decided on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Note {
    now: Option<NoteWritten>,
    deleted: bool,
}

impl Note {
    /// The current text and details; `None` if never written, or deleted.
    pub fn written(&self) -> Option<&NoteWritten> {
        self.now.as_ref().filter(|_| !self.deleted)
    }

    /// Whether the note was deleted.
    pub fn is_deleted(&self) -> bool {
        self.deleted
    }
}

/// Commands of a note.
#[derive(Debug, Clone)]
pub enum NoteCommand {
    /// Create the note, together with the key that seals it.
    Begin(NoteWritten),
    /// Overwrite the note.
    Write(NoteWritten),
    /// Delete the note.
    Delete,
}

/// Reasons for refusing a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// `Begin` on a note that exists.
    #[error("this note exists already")]
    AlreadyExists,
    /// It does not exist or was deleted.
    #[error("there is no such note")]
    NotFound,
}

impl Aggregate for Note {
    const TYPE: &'static str = "note";
    type Command = NoteCommand;
    type Event = NoteEvent;
    type Error = NoteError;
    type Services = ();

    async fn handle(
        &mut self,
        command: Self::Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        let event = match (command, &self.now, self.deleted) {
            (NoteCommand::Begin(written), None, _) => NoteEvent::Written(written),
            (NoteCommand::Begin(_), Some(_), _) => return Err(NoteError::AlreadyExists),
            (_, None, _) | (_, _, true) => return Err(NoteError::NotFound),
            (NoteCommand::Write(written), Some(now), false) if written == *now => return Ok(()),
            (NoteCommand::Write(written), Some(_), false) => NoteEvent::Written(written),
            (NoteCommand::Delete, Some(_), false) => NoteEvent::Deleted(NoteDeleted {}),
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: Self::Event) {
        match event {
            NoteEvent::Written(written) => self.now = Some(written),
            NoteEvent::Deleted(_) => self.deleted = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cqrs_es::test::TestFramework;

    fn note(text: &str) -> NoteWritten {
        NoteWritten {
            external_id: "n1".to_owned().into(),
            text: text.to_owned().into(),
            title: None,
            url: None,
            client_id: None,
            held_at: None,
            language: None,
        }
    }

    #[test]
    fn begins_once_changes_after_and_ends_for_good() {
        TestFramework::<Note>::with(())
            .given_no_previous_events()
            .when(NoteCommand::Begin(note("Sleeps badly.")))
            .then_expect_events(vec![NoteEvent::Written(note("Sleeps badly."))]);
        TestFramework::<Note>::with(())
            .given(vec![NoteEvent::Written(note("Sleeps badly."))])
            .when(NoteCommand::Begin(note("Sleeps well.")))
            .then_expect_error(NoteError::AlreadyExists);
        TestFramework::<Note>::with(())
            .given(vec![NoteEvent::Written(note("Sleeps badly."))])
            .when(NoteCommand::Write(note("Sleeps well.")))
            .then_expect_events(vec![NoteEvent::Written(note("Sleeps well."))]);
        TestFramework::<Note>::with(())
            .given(vec![NoteEvent::Written(note("Sleeps badly."))])
            .when(NoteCommand::Write(note("Sleeps badly.")))
            .then_expect_events(vec![]);
        let gone =
            vec![NoteEvent::Written(note("Sleeps badly.")), NoteEvent::Deleted(NoteDeleted {})];
        TestFramework::<Note>::with(())
            .given(gone.clone())
            .when(NoteCommand::Write(note("Sleeps well.")))
            .then_expect_error(NoteError::NotFound);
        TestFramework::<Note>::with(())
            .given(gone)
            .when(NoteCommand::Delete)
            .then_expect_error(NoteError::NotFound);
        TestFramework::<Note>::with(())
            .given_no_previous_events()
            .when(NoteCommand::Write(note("Sleeps well.")))
            .then_expect_error(NoteError::NotFound);
    }
}
