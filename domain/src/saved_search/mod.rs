//! A saved search: a query that reports new matches.
//!
//! Invariant: each session or note is reported at most once, however often it changes.

mod events;

pub use events::*;

use crate::subject::Subject;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// State that commands are decided on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SavedSearch {
    exists: bool,
    deleted: bool,
    told: BTreeSet<Subject>,
}

/// Commands of a saved search.
#[derive(Debug, Clone)]
pub enum SavedSearchCommand {
    /// Save a search.
    Create(SavedSearchCreated),
    /// Record a match.
    RecordMatch(SavedSearchMatched),
    /// Delete the saved search.
    Delete,
}

/// Reasons for refusing a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SavedSearchError {
    /// `Create` on an id in use.
    #[error("this saved search exists already")]
    AlreadyExists,
    /// It does not exist or was deleted.
    #[error("there is no such saved search")]
    NotFound,
}

impl Aggregate for SavedSearch {
    const TYPE: &'static str = "saved_search";
    type Command = SavedSearchCommand;
    type Event = SavedSearchEvent;
    type Error = SavedSearchError;
    type Services = ();

    async fn handle(
        &mut self,
        command: Self::Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        let alive = self.exists && !self.deleted;
        let event = match command {
            SavedSearchCommand::Create(created) if !self.exists => {
                SavedSearchEvent::Created(created)
            }
            SavedSearchCommand::Create(_) => return Err(SavedSearchError::AlreadyExists),
            _ if !alive => return Err(SavedSearchError::NotFound),
            SavedSearchCommand::RecordMatch(matched) => {
                if self.told.contains(&matched.subject) {
                    return Ok(());
                }
                SavedSearchEvent::Matched(matched)
            }
            SavedSearchCommand::Delete => SavedSearchEvent::Deleted(SavedSearchDeleted {}),
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: Self::Event) {
        match event {
            SavedSearchEvent::Created(_) => self.exists = true,
            SavedSearchEvent::Matched(matched) => {
                self.told.insert(matched.subject);
            }
            SavedSearchEvent::Deleted(_) => self.deleted = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::TranscriptId;
    use cqrs_es::test::TestFramework;
    use uuid::Uuid;

    fn created() -> SavedSearchCreated {
        SavedSearchCreated {
            name: "Sleep".to_owned().into(),
            criteria: Criteria { query: "sleep".into(), ..Criteria::default() }.into(),
        }
    }

    fn matched(number: u128) -> SavedSearchMatched {
        let subject = Subject::Transcript(TranscriptId(Uuid::from_u128(number)));
        SavedSearchMatched { subject, passages: 1 }
    }

    #[test]
    fn a_session_is_told_of_once() {
        let begun = SavedSearchEvent::Created(created());
        TestFramework::<SavedSearch>::with(())
            .given(vec![begun.clone()])
            .when(SavedSearchCommand::RecordMatch(matched(2)))
            .then_expect_events(vec![SavedSearchEvent::Matched(matched(2))]);
        TestFramework::<SavedSearch>::with(())
            .given(vec![begun, SavedSearchEvent::Matched(matched(2))])
            .when(SavedSearchCommand::RecordMatch(SavedSearchMatched { passages: 3, ..matched(2) }))
            .then_expect_events(vec![]);
    }

    #[test]
    fn what_was_deleted_looks_no_more() {
        TestFramework::<SavedSearch>::with(())
            .given(vec![
                SavedSearchEvent::Created(created()),
                SavedSearchEvent::Deleted(SavedSearchDeleted {}),
            ])
            .when(SavedSearchCommand::RecordMatch(matched(2)))
            .then_expect_error(SavedSearchError::NotFound);
        TestFramework::<SavedSearch>::with(())
            .given_no_previous_events()
            .when(SavedSearchCommand::Delete)
            .then_expect_error(SavedSearchError::NotFound);
        TestFramework::<SavedSearch>::with(())
            .given(vec![SavedSearchEvent::Created(created())])
            .when(SavedSearchCommand::Create(created()))
            .then_expect_error(SavedSearchError::AlreadyExists);
    }
}
