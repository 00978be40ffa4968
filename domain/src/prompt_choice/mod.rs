//! Which prompt is used: one choice for each organization, and one for each client.

mod events;

pub use events::*;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

/// State that commands are decided on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PromptChoice {
    name: Option<String>,
}

impl PromptChoice {
    /// Returns the name of the prompt, if one is chosen. It may not exist any more.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

/// Commands of a choice.
#[derive(Debug, Clone)]
pub enum PromptChoiceCommand {
    /// Choose, or choose none.
    Choose(PromptChoiceChanged),
}

/// A choice is never refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PromptChoiceError {}

impl Aggregate for PromptChoice {
    const TYPE: &'static str = "prompt_choice";
    type Command = PromptChoiceCommand;
    type Event = PromptChoiceEvent;
    type Error = PromptChoiceError;
    type Services = ();

    async fn handle(
        &mut self,
        command: Self::Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        let PromptChoiceCommand::Choose(chosen) = command;
        if chosen.name != self.name {
            sink.write(PromptChoiceEvent::Changed(chosen), self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Self::Event) {
        let PromptChoiceEvent::Changed(chosen) = event;
        self.name = chosen.name;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cqrs_es::test::TestFramework;

    fn chosen(name: Option<&str>) -> PromptChoiceChanged {
        PromptChoiceChanged { client_id: None, name: name.map(str::to_owned) }
    }

    #[test]
    fn a_choice_is_changed_and_taken_back() {
        let event = |name| PromptChoiceEvent::Changed(chosen(name));
        TestFramework::<PromptChoice>::with(())
            .given_no_previous_events()
            .when(PromptChoiceCommand::Choose(chosen(Some("sport"))))
            .then_expect_events(vec![event(Some("sport"))]);
        TestFramework::<PromptChoice>::with(())
            .given(vec![event(Some("sport"))])
            .when(PromptChoiceCommand::Choose(chosen(Some("sport"))))
            .then_expect_events(vec![]);
        TestFramework::<PromptChoice>::with(())
            .given(vec![event(Some("sport"))])
            .when(PromptChoiceCommand::Choose(chosen(None)))
            .then_expect_events(vec![event(None)]);
    }
}
