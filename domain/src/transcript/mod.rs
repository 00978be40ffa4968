//! A transcript: from the file that arrived to the turns that can be read.

pub mod content;
mod events;

pub use events::*;

use crate::event::impl_domain_event;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

impl_domain_event!(TranscriptEvent {
    Uploaded => ("transcript.uploaded", 1),
    Parsed => ("transcript.parsed", 1),
    ProcessingFailed => ("transcript.processing_failed", 1),
    ProcessingRequested => ("transcript.processing_requested", 1),
    DetailsChanged => ("transcript.details_changed", 1),
    Deleted => ("transcript.deleted", 1),
});

/// Life of a transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
enum Life {
    #[default]
    Unborn,
    Alive,
    Deleted,
}

/// State from which the next command is decided.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Transcript {
    life: Life,
    source: String,
    content: Option<String>,
    blobs: Vec<String>,
}

impl Transcript {
    /// Blob that holds the file as it came; empty before the upload.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Blob that holds the turns, once the file was read.
    pub fn content(&self) -> Option<&str> {
        self.content.as_deref()
    }

    /// Whether it can still be read and changed.
    pub fn is_alive(&self) -> bool {
        self.life == Life::Alive
    }
}

/// What may be asked of a transcript.
#[derive(Debug, Clone)]
pub enum TranscriptCommand {
    /// A file arrived.
    Upload(TranscriptUploaded),
    /// The file was read.
    RecordParsed(TranscriptParsed),
    /// Work ended without a result.
    RecordFailure(TranscriptProcessingFailed),
    /// Read and summarize again.
    RequestProcessing,
    /// Change title, client, date, language or notes.
    ChangeDetails(TranscriptDetailsChanged),
    /// Delete it.
    Delete,
}

/// Why a command was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TranscriptError {
    /// `Upload` on an id in use.
    #[error("this transcript exists already")]
    AlreadyExists,
    /// No such transcript, or it was deleted.
    #[error("there is no such transcript")]
    NotFound,
}

impl Aggregate for Transcript {
    const TYPE: &'static str = "transcript";
    type Command = TranscriptCommand;
    type Event = TranscriptEvent;
    type Error = TranscriptError;
    type Services = ();

    async fn handle(
        &mut self,
        command: Self::Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        let event = match (command, self.life) {
            (TranscriptCommand::Upload(uploaded), Life::Unborn) => {
                TranscriptEvent::Uploaded(uploaded)
            }
            (TranscriptCommand::Upload(_), _) => return Err(TranscriptError::AlreadyExists),
            (_, Life::Unborn | Life::Deleted) => return Err(TranscriptError::NotFound),
            (TranscriptCommand::RecordParsed(parsed), Life::Alive) => {
                TranscriptEvent::Parsed(parsed)
            }
            (TranscriptCommand::RecordFailure(failed), Life::Alive) => {
                TranscriptEvent::ProcessingFailed(failed)
            }
            (TranscriptCommand::RequestProcessing, Life::Alive) => {
                TranscriptEvent::ProcessingRequested(TranscriptProcessingRequested {})
            }
            (TranscriptCommand::ChangeDetails(change), Life::Alive) => {
                if change.is_empty() {
                    return Ok(());
                }
                TranscriptEvent::DetailsChanged(change)
            }
            (TranscriptCommand::Delete, Life::Alive) => {
                TranscriptEvent::Deleted(TranscriptDeleted { blobs: self.blobs.clone() })
            }
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: Self::Event) {
        match event {
            TranscriptEvent::Uploaded(uploaded) => {
                self.life = Life::Alive;
                self.blobs.push(uploaded.source.clone());
                self.source = uploaded.source;
            }
            TranscriptEvent::Parsed(parsed) => {
                self.blobs.push(parsed.content.clone());
                self.content = Some(parsed.content);
            }
            TranscriptEvent::Deleted(_) => self.life = Life::Deleted,
            TranscriptEvent::ProcessingFailed(_)
            | TranscriptEvent::ProcessingRequested(_)
            | TranscriptEvent::DetailsChanged(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Change;
    use crate::personal::Personal;
    use cqrs_es::test::TestFramework;

    fn uploaded() -> TranscriptEvent {
        TranscriptEvent::Uploaded(upload())
    }

    fn upload() -> TranscriptUploaded {
        TranscriptUploaded {
            source: "org/source/1".into(),
            filename: None,
            size_bytes: 3,
            sha256: Personal::Known("00".into()),
            title: None,
            client_id: None,
            held_at: None,
            language: None,
            notes: None,
        }
    }

    fn deleted() -> TranscriptEvent {
        TranscriptEvent::Deleted(TranscriptDeleted { blobs: vec!["org/source/1".into()] })
    }

    #[test]
    fn an_id_is_used_once() {
        TestFramework::<Transcript>::with(())
            .given(vec![uploaded()])
            .when(TranscriptCommand::Upload(upload()))
            .then_expect_error(TranscriptError::AlreadyExists);
    }

    #[test]
    fn deletion_names_every_blob_and_ends_the_stream() {
        TestFramework::<Transcript>::with(())
            .given(vec![uploaded()])
            .when(TranscriptCommand::Delete)
            .then_expect_events(vec![deleted()]);
        TestFramework::<Transcript>::with(())
            .given(vec![uploaded(), deleted()])
            .when(TranscriptCommand::RequestProcessing)
            .then_expect_error(TranscriptError::NotFound);
    }

    #[test]
    fn a_change_that_changes_nothing_is_no_event() {
        TestFramework::<Transcript>::with(())
            .given(vec![uploaded()])
            .when(TranscriptCommand::ChangeDetails(TranscriptDetailsChanged::default()))
            .then_expect_events(vec![]);
        let change = TranscriptDetailsChanged {
            notes: Change::Clear,
            ..TranscriptDetailsChanged::default()
        };
        TestFramework::<Transcript>::with(())
            .given(vec![uploaded()])
            .when(TranscriptCommand::ChangeDetails(change.clone()))
            .then_expect_events(vec![TranscriptEvent::DetailsChanged(change)]);
    }
}
