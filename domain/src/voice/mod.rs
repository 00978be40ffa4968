//! How a coach writes: what was measured in texts of theirs, what their edits have taught, and what
//! they say themselves.
//!
//! Invariants:
//! - The coach's own word wins: a rule that they wrote, changed or switched off is never changed by
//!   what is measured or learned.
//! - Everything learned can be taken back: by lesson ([`Profile::forget`]) and by session
//!   ([`Profile::revert`]).
//! - All lists are bounded.

mod aggregate;
mod events;
mod habit;
mod lesson;
#[cfg(test)]
mod tests;

pub use aggregate::{CHANGES_MAX, Voice, VoiceCommand, VoiceRefused};
pub use events::*;
pub use habit::{CLIENT, Habit, Mark, Person, Spelling};
pub use lesson::{
    EVIDENCE_MAX, EXCERPT_MAX, Evidence, Lesson, LessonState, Observation, SESSIONS_MIN, Stance,
};

use crate::visible::is_visible;
use lesson::{excerpt, lesson_id};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// Most texts that a profile is measured in.
pub const SAMPLES_MAX: usize = 50;
/// Most characters of a text that are read.
pub const SAMPLE_MAX: usize = 20_000;
/// Most passages that are chosen.
pub const PASSAGES_MAX: usize = 5;
/// Most lessons that are remembered; of those that are not followed, the oldest go first.
pub const LESSONS_MAX: usize = 200;
/// Most rules that a coach may write.
pub const OWN_RULES_MAX: usize = 50;
/// Most characters of a rule.
pub const RULE_MAX: usize = 300;
/// Most characters of a passage.
pub const PASSAGE_MAX: usize = 2_000;
/// Most habits that the edits of one summary are about.
pub const OBSERVATIONS_MAX: usize = 100;

/// A habit as it was measured in the coach's texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = VoiceTrait)]
pub struct Trait {
    /// The habit.
    pub habit: Habit,
    /// Primary subtag of the language that it was measured in; absent if it is about any.
    #[serde(default)]
    pub language: Option<String>,
    /// How often it was seen.
    pub seen: u32,
    /// How often it could have been.
    pub of: u32,
    /// In percent: the lower bound of the share that `seen` of `of` proves (Wilson, 80 %).
    pub confidence: u8,
}

/// A passage of the coach's, without names, that shows how they write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = VoicePassage)]
pub struct Passage {
    /// The words.
    pub text: String,
    /// Primary subtag of its language, where known.
    #[serde(default)]
    pub language: Option<String>,
    /// The text that it is from, counted from 0.
    pub sample: u32,
}

/// A rule in the coach's own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = OwnVoiceRule)]
pub struct OwnRule {
    /// Identifies the rule within its profile.
    pub id: String,
    /// The words.
    pub text: String,
}

/// Where a rule comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = VoiceRuleOrigin)]
pub enum Origin {
    /// The coach wrote or changed it.
    Coach,
    /// Edits have taught it.
    Learned,
    /// It was measured in texts.
    Measured,
}

/// A rule as it goes into the prompt, in plain words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = VoiceRule)]
pub struct Rule {
    /// Identifies the rule within its profile.
    pub id: String,
    /// What is to be done.
    pub text: String,
    /// Why: what was seen where; empty for the coach's own.
    pub why: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Whether it is followed.
    pub on: bool,
    /// Primary subtag of the language that it is about; absent if it is about any.
    #[serde(default)]
    pub language: Option<String>,
    /// What it means, where it can be followed without a language model.
    #[serde(default)]
    pub habit: Option<Habit>,
}

/// How a coach writes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = VoiceProfile)]
pub struct Profile {
    /// Number of texts that it was measured in.
    #[serde(default)]
    pub samples: u32,
    /// What was measured.
    #[serde(default)]
    pub traits: Vec<Trait>,
    /// Passages that show how the coach writes.
    #[serde(default)]
    pub passages: Vec<Passage>,
    /// What edits have taught, oldest first.
    #[serde(default)]
    pub lessons: Vec<Lesson>,
    /// The coach's own rules.
    #[serde(default)]
    pub own: Vec<OwnRule>,
    /// Words that the coach gave to rules that were measured or learned, by the id of the rule.
    #[serde(default)]
    pub edited: BTreeMap<String, String>,
    /// Ids of rules that the coach switched off.
    #[serde(default)]
    pub off: BTreeSet<String>,
}

/// Reasons for refusing a change to a profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VoiceError {
    /// A rule shows nothing.
    #[error("a rule or passage must say something")]
    EmptyRule,
    /// A rule is too long.
    #[error("the rule has {0} characters; at most {RULE_MAX} are allowed")]
    LongRule(usize),
    /// The coach has written too many rules.
    #[error("a profile has at most {OWN_RULES_MAX} rules of the coach's own")]
    TooManyRules,
    /// A passage is too long.
    #[error("the passage has {0} characters; at most {PASSAGE_MAX} are allowed")]
    LongPassage(usize),
    /// There is no such passage.
    #[error("there is no passage {0}; they are counted from 0")]
    NoPassage(u32),
    /// Nothing has this id.
    #[error("there is no {0} in the profile")]
    Unknown(String),
}

impl Profile {
    /// Takes in what was measured; what edits have taught and what the coach says stays.
    pub fn measure(&mut self, samples: u32, traits: Vec<Trait>, passages: Vec<Passage>) {
        (self.samples, self.traits, self.passages) = (samples, traits, passages);
        self.passages.truncate(PASSAGES_MAX);
    }

    /// Takes in what the edits of a session say, in place of what they said before, and returns the
    /// ids of the lessons that they are about.
    ///
    /// A habit contradicts the lessons about the same subject. What was only kept begins no lesson.
    pub fn observe(&mut self, session: &str, observations: Vec<Observation>) -> Vec<String> {
        self.revert(session);
        let mut touched = Vec::new();
        for seen in observations {
            let language = seen.language.filter(|_| seen.habit.is_of_language());
            let id = lesson_id(&seen.habit, language.as_deref());
            let (before, after) = (excerpt(&seen.before), excerpt(&seen.after));
            let evidence = |stance| Evidence { session: session.to_owned(), stance, before, after };
            if seen.stance != Stance::Against {
                let subject = seen.habit.subject();
                let rivals = self.lessons.iter_mut().filter(|lesson| {
                    lesson.id != id
                        && lesson.language == language
                        && lesson.habit.subject() == subject
                });
                for rival in rivals {
                    rival.add(evidence.clone()(Stance::Against));
                    touched.push(rival.id.clone());
                }
            }
            match self.lessons.iter_mut().find(|lesson| lesson.id == id) {
                Some(lesson) => lesson.add(evidence(seen.stance)),
                None if seen.stance != Stance::For => continue,
                None => self.lessons.push(Lesson {
                    id: id.clone(),
                    habit: seen.habit,
                    language,
                    evidence: vec![evidence(Stance::For)],
                }),
            }
            touched.push(id);
        }
        while self.lessons.len() > LESSONS_MAX {
            let oldest = self.lessons.iter().position(|lesson| !lesson.is_followed()).unwrap_or(0);
            self.lessons.remove(oldest);
        }
        touched.retain(|id| self.lessons.iter().any(|lesson| lesson.id == *id));
        let mut known = BTreeSet::new();
        touched.retain(|id| known.insert(id.clone()));
        touched
    }

    /// Takes back all that the edits of a session have taught. Returns whether they had taught
    /// anything.
    pub fn revert(&mut self, session: &str) -> bool {
        let mut changed = false;
        for lesson in &mut self.lessons {
            let before = lesson.evidence.len();
            lesson.evidence.retain(|seen| seen.session != session);
            changed |= lesson.evidence.len() != before;
        }
        self.lessons.retain(|lesson| lesson.count(Stance::For) > 0);
        changed
    }

    /// Forgets a lesson. It is learned again only if later sessions teach it; a rule that must never
    /// come back is switched off instead.
    pub fn forget(&mut self, id: &str) -> Result<(), VoiceError> {
        let before = self.lessons.len();
        self.lessons.retain(|lesson| lesson.id != id);
        self.edited.remove(id);
        match self.lessons.len() == before {
            true => Err(VoiceError::Unknown(id.to_owned())),
            false => Ok(()),
        }
    }

    /// Returns the id of the rule that a habit gives.
    pub fn rule_id(habit: &Habit, language: Option<&str>) -> String {
        lesson_id(habit, language.filter(|_| habit.is_of_language()))
    }

    /// Adds a rule in the coach's own words and returns its id.
    pub fn add_rule(&mut self, text: &str) -> Result<String, VoiceError> {
        let text = checked(text)?;
        if self.own.len() >= OWN_RULES_MAX {
            return Err(VoiceError::TooManyRules);
        }
        let number = |rule: &OwnRule| rule.id.strip_prefix("own-")?.parse::<u32>().ok();
        let last = self.own.iter().filter_map(number).max().unwrap_or(0);
        let id = format!("own-{}", last + 1);
        self.own.push(OwnRule { id: id.clone(), text });
        Ok(id)
    }

    /// Gives a rule other words, which are followed in place of what was measured or learned.
    pub fn edit_rule(&mut self, id: &str, text: &str) -> Result<(), VoiceError> {
        let text = checked(text)?;
        if let Some(own) = self.own.iter_mut().find(|own| own.id == id) {
            own.text = text;
            return Ok(());
        }
        self.known(id)?;
        self.edited.insert(id.to_owned(), text);
        Ok(())
    }

    /// Switches a rule on or off.
    pub fn switch_rule(&mut self, id: &str, on: bool) -> Result<(), VoiceError> {
        self.known(id)?;
        match on {
            true => self.off.remove(id),
            false => self.off.insert(id.to_owned()),
        };
        Ok(())
    }

    /// Removes a rule that the coach wrote, or the words that they gave to another.
    pub fn remove_rule(&mut self, id: &str) -> Result<(), VoiceError> {
        let before = self.own.len();
        self.own.retain(|own| own.id != id);
        if self.own.len() == before && self.edited.remove(id).is_none() {
            return Err(VoiceError::Unknown(id.to_owned()));
        }
        Ok(())
    }

    /// Changes the words of a passage.
    pub fn edit_passage(&mut self, passage: u32, text: &str) -> Result<(), VoiceError> {
        let at = self.passage(passage)?;
        let text = text.trim();
        match text.chars().count() {
            _ if !is_visible(text) => Err(VoiceError::EmptyRule),
            chars if chars > PASSAGE_MAX => Err(VoiceError::LongPassage(chars)),
            _ => {
                self.passages[at].text = text.to_owned();
                Ok(())
            }
        }
    }

    /// Removes a passage.
    pub fn remove_passage(&mut self, passage: u32) -> Result<(), VoiceError> {
        let at = self.passage(passage)?;
        self.passages.remove(at);
        Ok(())
    }

    fn passage(&self, passage: u32) -> Result<usize, VoiceError> {
        let at = usize::try_from(passage).ok().filter(|at| *at < self.passages.len());
        at.ok_or(VoiceError::NoPassage(passage))
    }

    fn known(&self, id: &str) -> Result<(), VoiceError> {
        let known = self.own.iter().any(|own| own.id == id)
            || self.lessons.iter().any(|lesson| lesson.id == id)
            || self.off.contains(id)
            || self.edited.contains_key(id)
            || self
                .traits
                .iter()
                .any(|found| Self::rule_id(&found.habit, found.language.as_deref()) == id);
        known.then_some(()).ok_or_else(|| VoiceError::Unknown(id.to_owned()))
    }
}

impl Lesson {
    /// Adds what a session says. What it says first stands.
    fn add(&mut self, evidence: Evidence) {
        if self.evidence.iter().any(|seen| seen.session == evidence.session) {
            return;
        }
        self.evidence.push(evidence);
        if self.evidence.len() > EVIDENCE_MAX {
            self.evidence.remove(0);
        }
    }
}

fn checked(text: &str) -> Result<String, VoiceError> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.chars().count() {
        _ if !is_visible(&text) => Err(VoiceError::EmptyRule),
        chars if chars > RULE_MAX => Err(VoiceError::LongRule(chars)),
        _ => Ok(text),
    }
}
