//! A call of a language model, for what it cost: each is a stream of one event.

mod events;

pub use events::*;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

/// State that commands are decided on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ModelCall {
    ended: bool,
}

/// Commands of a call.
#[derive(Debug, Clone)]
pub enum ModelCallCommand {
    /// Record that it ended.
    Record(ModelCallEnded),
}

/// Reasons for refusing a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ModelCallError {
    /// A call ends once.
    #[error("this call is recorded already")]
    AlreadyRecorded,
}

impl Aggregate for ModelCall {
    const TYPE: &'static str = "model_call";
    type Command = ModelCallCommand;
    type Event = ModelCallEvent;
    type Error = ModelCallError;
    type Services = ();

    async fn handle(
        &mut self,
        command: Self::Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        let ModelCallCommand::Record(ended) = command;
        if self.ended {
            return Err(ModelCallError::AlreadyRecorded);
        }
        sink.write(ModelCallEvent::Ended(ended), self).await;
        Ok(())
    }

    fn apply(&mut self, event: Self::Event) {
        let ModelCallEvent::Ended(_) = event;
        self.ended = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cqrs_es::test::TestFramework;

    #[test]
    fn a_call_is_recorded_once() {
        let ended = ModelCallEnded {
            purpose: "summary".to_owned(),
            model: "m".to_owned(),
            prompt_tokens: 12,
            completion_tokens: 3,
            estimated: false,
            cost_micros: 0,
            outcome: Outcome::Answered,
            transcript_id: None,
        };
        let event = ModelCallEvent::Ended(ended.clone());
        TestFramework::<ModelCall>::with(())
            .given_no_previous_events()
            .when(ModelCallCommand::Record(ended.clone()))
            .then_expect_events(vec![event.clone()]);
        TestFramework::<ModelCall>::with(())
            .given(vec![event])
            .when(ModelCallCommand::Record(ended))
            .then_expect_error(ModelCallError::AlreadyRecorded);
    }
}
