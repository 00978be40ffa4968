//! The voice of a coach as an aggregate: how its profile comes about.
//!
//! Invariants:
//! - A profile has a key of its own while it exists. Every event names it, and is refused under any
//!   other: what was written while somebody else deleted the profile does not come back.
//! - Versions only grow, also through a deletion.

use super::events::*;
use super::{Observation, Profile, VoiceError};
use crate::ids::SummaryId;
use crate::personal::Personal;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Most changes at once.
pub const CHANGES_MAX: usize = 100;

/// State that commands are decided on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Voice {
    version: u32,
    key_id: Option<Uuid>,
    profile: Profile,
    /// The approved version of each summary that taught something.
    taught: BTreeMap<SummaryId, u32>,
    /// Keys that are deleted, or about to be.
    deleted: BTreeSet<Uuid>,
}

/// Commands of a voice.
#[derive(Debug, Clone)]
pub enum VoiceCommand {
    /// Take in what was measured.
    Train {
        /// The key that seals it.
        key_id: Uuid,
        /// What was measured.
        measured: Measured,
        /// The summaries that it was measured in, if it was summaries.
        summaries: Vec<SummaryId>,
    },
    /// Make the coach's changes, all or none.
    Edit {
        /// The key that seals them.
        key_id: Uuid,
        /// The version that the coach saw; any if absent.
        base_version: Option<u32>,
        /// The changes.
        changes: Vec<VoiceChange>,
    },
    /// Take in what the edits of a summary say, in place of what they said before.
    Learn {
        /// The key that seals it.
        key_id: Uuid,
        /// The summary.
        summary_id: SummaryId,
        /// Its approved version.
        summary_version: u32,
        /// What its edits say.
        observations: Vec<Observation>,
    },
    /// Take back what a summary has taught.
    Revert {
        /// The version that the coach saw; any if absent.
        base_version: Option<u32>,
        /// The summary.
        summary_id: SummaryId,
    },
    /// Delete everything.
    Delete,
}

/// Reasons for refusing a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VoiceRefused {
    /// There is no profile.
    #[error("there is no voice profile yet")]
    NotFound,
    /// The profile was deleted or begun meanwhile, and has another key.
    #[error("the voice profile was deleted or begun at the same time")]
    OtherKey,
    /// Somebody changed it meanwhile.
    #[error("the newest version is {newest}")]
    Changed {
        /// The newest version.
        newest: u32,
    },
    /// The summary has taught nothing.
    #[error("this summary has taught nothing")]
    NothingLearned,
    /// Too many changes.
    #[error("at most {CHANGES_MAX} changes are made at once")]
    TooManyChanges,
    /// A change cannot be made.
    #[error(transparent)]
    Change(#[from] VoiceError),
}

impl Voice {
    /// Returns the profile; `None` before it begins and once it is deleted.
    pub fn profile(&self) -> Option<&Profile> {
        self.key_id.map(|_| &self.profile)
    }

    /// Returns the version of the profile; 0 before the first.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Returns the key that seals the profile while it exists.
    pub fn key_id(&self) -> Option<Uuid> {
        self.key_id
    }

    /// Returns the summaries that taught something, with their approved versions.
    pub fn taught(&self) -> &BTreeMap<SummaryId, u32> {
        &self.taught
    }

    fn sealed_by(&self, key_id: Uuid) -> Result<(), VoiceRefused> {
        match self.key_id {
            Some(own) if own != key_id => Err(VoiceRefused::OtherKey),
            _ if self.deleted.contains(&key_id) => Err(VoiceRefused::OtherKey),
            _ => Ok(()),
        }
    }

    fn seen(&self, base_version: Option<u32>) -> Result<(), VoiceRefused> {
        match base_version {
            Some(seen) if seen != self.version => {
                Err(VoiceRefused::Changed { newest: self.version })
            }
            _ => Ok(()),
        }
    }

    fn decide(&self, command: VoiceCommand) -> Result<Option<VoiceEvent>, VoiceRefused> {
        let version = self.version + 1;
        Ok(Some(match command {
            VoiceCommand::Train { key_id, measured, summaries } => {
                self.sealed_by(key_id)?;
                let measured = Personal::Known(measured);
                VoiceEvent::Trained(VoiceTrained { version, key_id, measured, summaries })
            }
            VoiceCommand::Edit { key_id, base_version, changes } => {
                self.sealed_by(key_id)?;
                self.seen(base_version)?;
                if changes.len() > CHANGES_MAX {
                    return Err(VoiceRefused::TooManyChanges);
                }
                let mut profile = self.profile.clone();
                for change in &changes {
                    profile.change(change)?;
                }
                if profile == self.profile {
                    return Ok(None);
                }
                let changes = Personal::Known(changes);
                VoiceEvent::Edited(VoiceEdited { version, key_id, changes })
            }
            VoiceCommand::Learn { key_id, summary_id, summary_version, observations } => {
                self.sealed_by(key_id)?;
                let observations = bounded(observations);
                let mut profile = self.profile.clone();
                profile.observe(&summary_id.to_string(), observations.clone());
                if profile == self.profile {
                    return Ok(None);
                }
                let observations = Personal::Known(observations);
                VoiceEvent::Learned(VoiceLearned {
                    version,
                    key_id,
                    summary_id,
                    summary_version,
                    observations,
                })
            }
            VoiceCommand::Revert { base_version, summary_id } => {
                self.key_id.ok_or(VoiceRefused::NotFound)?;
                self.seen(base_version)?;
                if !self.taught.contains_key(&summary_id) {
                    return Err(VoiceRefused::NothingLearned);
                }
                VoiceEvent::Reverted(VoiceReverted { version, summary_id })
            }
            VoiceCommand::Delete => {
                let key_id = self.key_id.ok_or(VoiceRefused::NotFound)?;
                VoiceEvent::Deleted(VoiceDeleted { version, key_id })
            }
        }))
    }
}

impl Aggregate for Voice {
    const TYPE: &'static str = "voice";
    type Command = VoiceCommand;
    type Event = VoiceEvent;
    type Error = VoiceRefused;
    type Services = ();

    async fn handle(
        &mut self,
        command: Self::Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        if let Some(event) = self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Self::Event) {
        match event {
            VoiceEvent::Trained(it) => {
                (self.version, self.key_id) = (it.version, Some(it.key_id));
                if let Some(measured) = it.measured.into_known() {
                    let Measured { samples, traits, passages } = measured;
                    self.profile.measure(samples, traits, passages);
                }
            }
            VoiceEvent::Edited(it) => {
                (self.version, self.key_id) = (it.version, Some(it.key_id));
                for change in it.changes.into_known().unwrap_or_default() {
                    // It was possible when it was decided; where it no longer is, what it changed
                    // was erased, and there is nothing to change.
                    let _ = self.profile.change(&change);
                }
            }
            VoiceEvent::Learned(it) => {
                (self.version, self.key_id) = (it.version, Some(it.key_id));
                let observations = it.observations.into_known().unwrap_or_default();
                let session = it.summary_id.to_string();
                match self.profile.observe(&session, observations).is_empty() {
                    true => self.taught.remove(&it.summary_id),
                    false => self.taught.insert(it.summary_id, it.summary_version),
                };
            }
            VoiceEvent::Reverted(it) => {
                self.version = it.version;
                self.profile.revert(&it.summary_id.to_string());
                self.taught.remove(&it.summary_id);
            }
            VoiceEvent::Deleted(it) => {
                let mut deleted = std::mem::take(&mut self.deleted);
                deleted.insert(it.key_id);
                *self = Self { version: it.version, deleted, ..Self::default() };
            }
        }
    }
}

impl Profile {
    /// Makes a change of the coach's.
    pub fn change(&mut self, change: &VoiceChange) -> Result<(), VoiceError> {
        match change {
            VoiceChange::AddRule { text } => self.add_rule(text).map(drop),
            VoiceChange::EditRule { id, text } => self.edit_rule(id, text),
            VoiceChange::RemoveRule { id } => self.remove_rule(id),
            VoiceChange::SwitchRule { id, on } => self.switch_rule(id, *on),
            VoiceChange::ForgetLesson { id } => self.forget(id),
            VoiceChange::EditPassage { passage, text } => self.edit_passage(*passage, text),
            VoiceChange::RemovePassage { passage } => self.remove_passage(*passage),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Habit, Lesson, LessonState, Stance};
    use super::*;
    use cqrs_es::test::TestFramework;

    const KEY: Uuid = Uuid::from_u128(1);
    const OTHER: Uuid = Uuid::from_u128(2);

    fn summary(n: u128) -> SummaryId {
        SummaryId(Uuid::from_u128(n))
    }

    fn seen() -> Vec<Observation> {
        vec![Observation {
            habit: Habit::Words { from: "utilize".to_owned(), to: "use".to_owned() },
            language: Some("en".to_owned()),
            stance: Stance::For,
            before: "utilize".to_owned(),
            after: "use".to_owned(),
        }]
    }

    fn learned(version: u32, n: u128) -> VoiceEvent {
        VoiceEvent::Learned(VoiceLearned {
            version,
            key_id: KEY,
            summary_id: summary(n),
            summary_version: 3,
            observations: Personal::Known(seen()),
        })
    }

    fn learn(n: u128) -> VoiceCommand {
        VoiceCommand::Learn {
            key_id: KEY,
            summary_id: summary(n),
            summary_version: 3,
            observations: seen(),
        }
    }

    fn edit(base_version: Option<u32>, changes: Vec<VoiceChange>) -> VoiceCommand {
        VoiceCommand::Edit { key_id: KEY, base_version, changes }
    }

    fn folded(events: Vec<VoiceEvent>) -> Voice {
        let mut voice = Voice::default();
        events.into_iter().for_each(|event| voice.apply(event));
        voice
    }

    fn rule(text: &str) -> VoiceChange {
        VoiceChange::AddRule { text: text.to_owned() }
    }

    #[test]
    fn edits_teach_and_what_they_taught_is_taken_back() {
        TestFramework::<Voice>::with(())
            .given_no_previous_events()
            .when(learn(1))
            .then_expect_events(vec![learned(1, 1)]);
        // The same summary, approved again, says the same.
        TestFramework::<Voice>::with(())
            .given(vec![learned(1, 1)])
            .when(learn(1))
            .then_expect_events(vec![]);
        let revert = |n| VoiceCommand::Revert { base_version: None, summary_id: summary(n) };
        let reverted = VoiceReverted { version: 3, summary_id: summary(1) };
        TestFramework::<Voice>::with(())
            .given(vec![learned(1, 1), learned(2, 2)])
            .when(revert(1))
            .then_expect_events(vec![VoiceEvent::Reverted(reverted.clone())]);
        TestFramework::<Voice>::with(())
            .given(vec![learned(1, 1)])
            .when(revert(2))
            .then_expect_error(VoiceRefused::NothingLearned);
        let states = |voice: &Voice| -> Vec<LessonState> {
            voice.profile().unwrap().lessons.iter().map(Lesson::state).collect()
        };
        let both = vec![learned(1, 1), learned(2, 2)];
        assert_eq!(states(&folded(both.clone())), [LessonState::Followed]);
        let back = folded([both, vec![VoiceEvent::Reverted(reverted)]].concat());
        assert_eq!(states(&back), [LessonState::Once]);
        assert_eq!(back.taught().keys().collect::<Vec<_>>(), [&summary(2)]);
    }

    #[test]
    fn edits_are_made_all_or_none_on_the_version_that_was_seen() {
        let rules = vec![rule("Be brief."), rule("Be kind.")];
        TestFramework::<Voice>::with(())
            .given(vec![learned(1, 1)])
            .when(edit(Some(1), rules.clone()))
            .then_expect_events(vec![VoiceEvent::Edited(VoiceEdited {
                version: 2,
                key_id: KEY,
                changes: Personal::Known(rules.clone()),
            })]);
        TestFramework::<Voice>::with(())
            .given(vec![learned(1, 1)])
            .when(edit(Some(0), rules.clone()))
            .then_expect_error(VoiceRefused::Changed { newest: 1 });
        let unknown = VoiceChange::ForgetLesson { id: "nothing".to_owned() };
        TestFramework::<Voice>::with(())
            .given(vec![learned(1, 1)])
            .when(edit(None, [rules, vec![unknown]].concat()))
            .then_expect_error(VoiceRefused::Change(VoiceError::Unknown("nothing".to_owned())));
        TestFramework::<Voice>::with(())
            .given_no_previous_events()
            .when(edit(None, vec![rule("x"); CHANGES_MAX + 1]))
            .then_expect_error(VoiceRefused::TooManyChanges);
    }

    #[test]
    fn what_was_deleted_does_not_come_back_under_its_key() {
        let deleted = VoiceEvent::Deleted(VoiceDeleted { version: 2, key_id: KEY });
        TestFramework::<Voice>::with(())
            .given(vec![learned(1, 1)])
            .when(VoiceCommand::Delete)
            .then_expect_events(vec![deleted.clone()]);
        TestFramework::<Voice>::with(())
            .given(vec![learned(1, 1), deleted.clone()])
            .when(VoiceCommand::Delete)
            .then_expect_error(VoiceRefused::NotFound);
        let gone = folded(vec![learned(1, 1), deleted.clone()]);
        assert_eq!((gone.profile(), gone.version(), gone.key_id()), (None, 2, None));
        // A command that still has the old key is refused, whether somebody began anew or not.
        TestFramework::<Voice>::with(())
            .given(vec![learned(1, 1), deleted.clone()])
            .when(learn(2))
            .then_expect_error(VoiceRefused::OtherKey);
        let anew = VoiceEvent::Edited(VoiceEdited {
            version: 3,
            key_id: OTHER,
            changes: Personal::Known(vec![rule("Be brief.")]),
        });
        TestFramework::<Voice>::with(())
            .given(vec![learned(1, 1), deleted, anew])
            .when(learn(2))
            .then_expect_error(VoiceRefused::OtherKey);
    }

    #[test]
    fn training_keeps_what_the_coach_says_and_what_was_erased_says_nothing() {
        let measured = Measured { samples: 3, traits: Vec::new(), passages: Vec::new() };
        let trained = |measured| {
            VoiceEvent::Trained(VoiceTrained {
                version: 2,
                key_id: KEY,
                measured,
                summaries: vec![summary(1)],
            })
        };
        let voice = folded(vec![learned(1, 1), trained(Personal::Known(measured.clone()))]);
        let profile = voice.profile().unwrap();
        assert_eq!((profile.samples, profile.lessons.len()), (3, 1));
        let erased = folded(vec![trained(Personal::Erased)]);
        assert_eq!(erased.profile(), Some(&Profile::default()));
        TestFramework::<Voice>::with(())
            .given(vec![learned(1, 1)])
            .when(VoiceCommand::Train {
                key_id: KEY,
                measured: measured.clone(),
                summaries: vec![summary(1)],
            })
            .then_expect_events(vec![trained(Personal::Known(measured))]);
    }
}
