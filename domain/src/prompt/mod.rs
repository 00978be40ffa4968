//! A prompt of an organization's own: a template under a name, in versions. It replaces a built-in
//! one of the same name.
//!
//! Invariants:
//! - A version is never changed, and its number is never given again, also through a deletion.
//! - A prompt has a key of its own while it exists. A command is refused under any other: what was
//!   written while somebody else deleted the prompt does not come back.

mod events;
mod template;

pub use events::*;
pub use template::{PromptLength, PromptSection, PromptTemplate};

use crate::personal::Personal;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Maximum length of a name, in characters.
pub const NAME_MAX: usize = 60;
/// Names that mean something else in requests.
const RESERVED: &[&str] = &["default"];

/// Whether a prompt may have this name: 1 to [`NAME_MAX`] lower-case letters, digits and hyphens,
/// of which a hyphen is not the first or the last.
pub fn is_name(name: &str) -> bool {
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty()
        && name.len() <= NAME_MAX
        && name.chars().all(letters)
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !RESERVED.contains(&name)
}

/// State that commands are decided on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Prompt {
    version: u32,
    /// The key and the template while it exists.
    now: Option<(Uuid, Option<PromptTemplate>)>,
    deleted: BTreeSet<Uuid>,
}

impl Prompt {
    /// Returns the number of the newest version; 0 before the first.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Returns the template; `None` if it does not exist, or was deleted or erased.
    pub fn template(&self) -> Option<&PromptTemplate> {
        self.now.as_ref()?.1.as_ref()
    }

    /// Returns the key that seals it while it exists.
    pub fn key_id(&self) -> Option<Uuid> {
        self.now.as_ref().map(|(key_id, _)| *key_id)
    }
}

/// Commands of a prompt.
#[derive(Debug, Clone)]
pub enum PromptCommand {
    /// Write the first version or another one.
    Write {
        /// Its name.
        name: String,
        /// The key that seals it.
        key_id: Uuid,
        /// The template.
        template: PromptTemplate,
    },
    /// Delete it.
    Delete {
        /// Its name.
        name: String,
    },
}

/// Reasons for refusing a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PromptError {
    /// There is no such prompt.
    #[error("there is no such prompt")]
    NotFound,
    /// The name is not one that a prompt may have.
    #[error("a name has 1 to {NAME_MAX} lower-case letters, digits and hyphens")]
    Name,
    /// The prompt was deleted or written meanwhile, and has another key.
    #[error("the prompt was deleted or written at the same time")]
    OtherKey,
}

impl Aggregate for Prompt {
    const TYPE: &'static str = "prompt";
    type Command = PromptCommand;
    type Event = PromptEvent;
    type Error = PromptError;
    type Services = ();

    async fn handle(
        &mut self,
        command: Self::Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        let event = match command {
            PromptCommand::Write { name, key_id, template } => {
                if !is_name(&name) {
                    return Err(PromptError::Name);
                }
                let other = self.key_id().is_some_and(|own| own != key_id);
                if other || self.deleted.contains(&key_id) {
                    return Err(PromptError::OtherKey);
                }
                if self.template() == Some(&template) {
                    return Ok(());
                }
                let (version, template) = (self.version + 1, Personal::Known(template));
                PromptEvent::Written(PromptWritten { name, version, key_id, template })
            }
            PromptCommand::Delete { name } => {
                let key_id = self.key_id().ok_or(PromptError::NotFound)?;
                PromptEvent::Deleted(PromptDeleted { name, key_id })
            }
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: Self::Event) {
        match event {
            PromptEvent::Written(it) => {
                self.version = it.version;
                self.now = Some((it.key_id, it.template.into_known()));
            }
            PromptEvent::Deleted(it) => {
                self.now = None;
                self.deleted.insert(it.key_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cqrs_es::test::TestFramework;

    const KEY: Uuid = Uuid::from_u128(1);
    const OTHER: Uuid = Uuid::from_u128(2);

    fn template(title: &str) -> PromptTemplate {
        PromptTemplate {
            title: title.to_owned(),
            guidance: String::new(),
            sections: vec![PromptSection { section: "overview".to_owned(), guidance: "x".into() }],
            tone: String::new(),
            length: PromptLength::Medium,
            language: None,
        }
    }

    fn write(key_id: Uuid, title: &str) -> PromptCommand {
        PromptCommand::Write { name: "ours".to_owned(), key_id, template: template(title) }
    }

    fn written(version: u32, key_id: Uuid, title: &str) -> PromptEvent {
        let template = Personal::Known(template(title));
        PromptEvent::Written(PromptWritten { name: "ours".to_owned(), version, key_id, template })
    }

    fn deleted() -> PromptEvent {
        PromptEvent::Deleted(PromptDeleted { name: "ours".to_owned(), key_id: KEY })
    }

    #[test]
    fn versions_count_on_and_the_same_again_is_no_event() {
        TestFramework::<Prompt>::with(())
            .given_no_previous_events()
            .when(write(KEY, "One"))
            .then_expect_events(vec![written(1, KEY, "One")]);
        TestFramework::<Prompt>::with(())
            .given(vec![written(1, KEY, "One")])
            .when(write(KEY, "One"))
            .then_expect_events(vec![]);
        TestFramework::<Prompt>::with(())
            .given(vec![written(1, KEY, "One"), deleted()])
            .when(write(OTHER, "One"))
            .then_expect_events(vec![written(2, OTHER, "One")]);
    }

    #[test]
    fn a_key_ends_with_its_prompt() {
        let delete = || PromptCommand::Delete { name: "ours".to_owned() };
        TestFramework::<Prompt>::with(())
            .given(vec![written(1, KEY, "One")])
            .when(delete())
            .then_expect_events(vec![deleted()]);
        for (given, when, error) in [
            (vec![written(1, KEY, "One"), deleted()], write(KEY, "Two"), PromptError::OtherKey),
            (vec![written(1, KEY, "One")], write(OTHER, "Two"), PromptError::OtherKey),
            (vec![written(1, KEY, "One"), deleted()], delete(), PromptError::NotFound),
            (vec![], delete(), PromptError::NotFound),
        ] {
            TestFramework::<Prompt>::with(()).given(given).when(when).then_expect_error(error);
        }
    }

    #[test]
    fn names_are_short_and_plain() {
        for name in ["regular", "first-session", "2", &"a".repeat(NAME_MAX)] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "-a", "a-", "A", "a b", "a_b", "é", "default", &"a".repeat(NAME_MAX + 1)]
        {
            assert!(!is_name(name), "{name}");
        }
        let name = "Not one".to_owned();
        TestFramework::<Prompt>::with(())
            .given_no_previous_events()
            .when(PromptCommand::Write { name, key_id: KEY, template: template("One") })
            .then_expect_error(PromptError::Name);
    }
}
