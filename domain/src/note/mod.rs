//! A note from elsewhere (another program, a notebook), kept so that it can be found.
//!
//! A deleted note stays so: the same note that comes in again is another stream
//! ([`NoteId::of`](crate::ids::NoteId::of)), as the key of the first is gone.

mod events;

pub use events::*;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

/// State from which the next command is decided.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Note {
    now: Option<NoteWritten>,
    deleted: bool,
}

impl Note {
    /// What it says; `None` where it was never written, or deleted.
    pub fn written(&self) -> Option<&NoteWritten> {
        self.now.as_ref().filter(|_| !self.deleted)
    }

    /// Whether it was written once and deleted since.
    pub fn is_deleted(&self) -> bool {
        self.deleted
    }
}

/// What may be asked of a note.
#[derive(Debug, Clone)]
pub enum NoteCommand {
    /// Take it in; with it comes the key that seals it.
    Begin(NoteWritten),
    /// Let it say this.
    Write(NoteWritten),
    /// Let it be found no more.
    Delete,
}

/// Why a command was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// `Begin` where there is one.
    #[error("there is such a note already")]
    AlreadyExists,
    /// There is none, or it was deleted.
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
