//! A summary and its versions.

pub mod content;
pub mod diff;
pub mod edit;
mod events;
mod section;
mod sheet;
pub mod text;

pub use events::*;
pub use section::Section;

use crate::ids::TranscriptId;
use crate::personal::Personal;
use content::Content;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

/// State that commands are decided on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Summary {
    version: u32,
    erased: bool,
}

/// Commands of a summary.
#[derive(Debug, Clone)]
pub enum SummaryCommand {
    /// Write the first or the next version.
    Write {
        /// Its transcript.
        transcript_id: TranscriptId,
        /// Its content.
        content: Box<Content>,
    },
    /// Erase the summary for good, also before its first version: one may be on its way.
    Erase,
}

/// Reasons for refusing a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SummaryError {
    /// The transcript was deleted, and its summary with it.
    #[error("this summary was erased with its transcript")]
    Erased,
}

impl Aggregate for Summary {
    const TYPE: &'static str = "summary";
    type Command = SummaryCommand;
    type Event = SummaryEvent;
    type Error = SummaryError;
    type Services = ();

    async fn handle(
        &mut self,
        command: Self::Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        let event = match command {
            SummaryCommand::Erase if self.erased => return Ok(()),
            SummaryCommand::Erase => SummaryEvent::Erased(SummaryErased {}),
            SummaryCommand::Write { .. } if self.erased => return Err(SummaryError::Erased),
            SummaryCommand::Write { transcript_id, content } => {
                let content = Personal::Known(*content);
                match self.version {
                    0 => SummaryEvent::Created(SummaryCreated { transcript_id, content }),
                    last => SummaryEvent::Revised(SummaryRevised {
                        transcript_id,
                        version: last + 1,
                        content,
                    }),
                }
            }
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: Self::Event) {
        match event {
            SummaryEvent::Created(_) => self.version = 1,
            SummaryEvent::Revised(revised) => self.version = revised.version,
            SummaryEvent::Erased(_) => self.erased = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use content::Method;
    use cqrs_es::test::TestFramework;

    fn empty() -> Content {
        Content::empty(Method::Extractive)
    }

    #[test]
    fn the_second_writing_is_version_two() {
        let content = empty();
        let transcript_id = TranscriptId(uuid::Uuid::from_u128(7));
        TestFramework::<Summary>::with(())
            .given(vec![SummaryEvent::Created(SummaryCreated {
                transcript_id,
                content: content.clone().into(),
            })])
            .when(SummaryCommand::Write { transcript_id, content: Box::new(content.clone()) })
            .then_expect_events(vec![SummaryEvent::Revised(SummaryRevised {
                transcript_id,
                version: 2,
                content: content.into(),
            })]);
    }

    #[test]
    fn nothing_is_written_after_the_erasure() {
        let transcript_id = TranscriptId(uuid::Uuid::from_u128(7));
        TestFramework::<Summary>::with(())
            .given_no_previous_events()
            .when(SummaryCommand::Erase)
            .then_expect_events(vec![SummaryEvent::Erased(SummaryErased {})]);
        TestFramework::<Summary>::with(())
            .given(vec![SummaryEvent::Erased(SummaryErased {})])
            .when(SummaryCommand::Write { transcript_id, content: Box::new(empty()) })
            .then_expect_error(SummaryError::Erased);
    }
}
