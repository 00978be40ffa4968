//! A transcript while it is corrected.
//!
//! Invariant: a correction that returns an error has not changed anything.

use std::collections::{BTreeMap, HashSet};

use super::error::CorrectionError;
use super::speakers::{Speakers, new_name};
use super::text;
use super::vocabulary::Vocabulary;
use crate::change::Change;
use crate::transcript::content::{Content, TURN_CHARS_MAX, Turn};
use crate::transcript::correction::{Correction, TurnRef};
use crate::transcript::talk;
use uuid::Uuid;

/// A turn; its speaker is stored separately.
#[derive(Debug)]
struct Slot {
    part: Option<Uuid>,
    speaker: Option<usize>,
    turn: Turn,
}

/// See the module documentation.
#[derive(Debug)]
pub(super) struct State {
    /// Everything but turns and participants.
    content: Content,
    speakers: Speakers,
    /// The current parts of each turn of the file, by its index there.
    bases: BTreeMap<u32, Vec<Slot>>,
    splits: HashSet<Uuid>,
}

impl State {
    /// Starts with a content and the references of its turns; a turn without a reference cannot be
    /// corrected.
    pub(super) fn new(mut content: Content, refs: Vec<TurnRef>) -> Self {
        let mut speakers = Speakers::new(std::mem::take(&mut content.participants));
        let mut bases: BTreeMap<u32, Vec<Slot>> = BTreeMap::new();
        let mut splits = HashSet::new();
        for (mut turn, name) in std::mem::take(&mut content.turns).into_iter().zip(refs) {
            splits.extend(name.part);
            let speaker = turn.speaker.take().map(|name| speakers.join(name));
            let slot = Slot { part: name.part, speaker, turn };
            bases.entry(name.base).or_default().push(slot);
        }
        Self { content, speakers, bases, splits }
    }

    /// Applies one correction.
    pub(super) fn apply(
        &mut self,
        id: Uuid,
        correction: &Correction,
    ) -> Result<(), CorrectionError> {
        match correction {
            Correction::RenameSpeaker { from, to } => self.speakers.rename(from, to),
            Correction::MergeSpeakers { from, into } => self.speakers.merge(from, into),
            Correction::SetRole { speaker, role } => self.speakers.set_role(speaker, *role),
            Correction::EditTurn { turn, was, text } => self.edit(*turn, was, text),
            Correction::SetSpeaker { turn, was, speaker } => {
                self.set_speaker(*turn, was, speaker.as_deref())
            }
            Correction::SplitTurn { turn, was, at, speaker } => {
                self.split(id, *turn, was, *at, speaker)
            }
            Correction::ApplyVocabulary { entries } => {
                let vocabulary = Vocabulary::new(entries)?;
                let mut changed = false;
                for slot in self.bases.values_mut().flatten() {
                    if let Some((new, changes)) = vocabulary.replace(&slot.turn.text) {
                        text::put(&mut slot.turn, new, &changes);
                        changed = true;
                    }
                }
                if changed { Ok(()) } else { Err(CorrectionError::NothingChanges) }
            }
        }
    }

    /// Returns a turn with all parts of the same base and its index among them, if its text is the
    /// one that the correction was made on.
    fn find<'a>(
        bases: &'a mut BTreeMap<u32, Vec<Slot>>,
        turn: TurnRef,
        was: &str,
    ) -> Result<(&'a mut Vec<Slot>, usize), CorrectionError> {
        let slots = bases.get_mut(&turn.base).ok_or(CorrectionError::NoSuchTurn)?;
        let place = slots
            .iter()
            .position(|slot| slot.part == turn.part)
            .ok_or(CorrectionError::NoSuchTurn)?;
        match slots[place].turn.text == was {
            true => Ok((slots, place)),
            false => Err(CorrectionError::TextChanged),
        }
    }

    fn edit(&mut self, turn: TurnRef, was: &str, new: &str) -> Result<(), CorrectionError> {
        let new = text::tidy(new);
        if new.is_empty() {
            return Err(CorrectionError::EmptyText);
        }
        if new.chars().nth(TURN_CHARS_MAX).is_some() {
            return Err(CorrectionError::TextTooLong);
        }
        let (slots, place) = Self::find(&mut self.bases, turn, was)?;
        let turn = &mut slots[place].turn;
        if turn.text == new {
            return Err(CorrectionError::NothingChanges);
        }
        let change = text::difference(&turn.text, &new);
        text::put(turn, new, &[change]);
        Ok(())
    }

    fn set_speaker(
        &mut self,
        turn: TurnRef,
        was: &str,
        name: Option<&str>,
    ) -> Result<(), CorrectionError> {
        let name = name.map(new_name).transpose()?;
        let (slots, place) = Self::find(&mut self.bases, turn, was)?;
        let before = slots[place].speaker;
        if before.map(|place| self.speakers.name(place)) == name.as_deref() {
            return Err(CorrectionError::NothingChanges);
        }
        let now = name.map(|name| self.speakers.join(name));
        slots[place].speaker = now;
        if let Some(before) = before {
            self.speakers.leave(before);
        }
        Ok(())
    }

    fn split(
        &mut self,
        id: Uuid,
        turn: TurnRef,
        was: &str,
        at: u32,
        speaker: &Change<String>,
    ) -> Result<(), CorrectionError> {
        let name = match speaker {
            Change::Set(name) => Some(new_name(name)?),
            Change::Keep | Change::Clear => None,
        };
        let known = self.splits.contains(&id);
        let (slots, place) = Self::find(&mut self.bases, turn, was)?;
        if known {
            return Err(CorrectionError::Twice);
        }
        let first = &mut slots[place];
        let rest =
            text::split(&mut first.turn, at as usize).ok_or(CorrectionError::SplitOutside)?;
        let speaker = match speaker {
            Change::Keep => first.speaker.inspect(|place| self.speakers.join_at(*place)),
            Change::Clear | Change::Set(_) => name.map(|name| self.speakers.join(name)),
        };
        slots.insert(place + 1, Slot { part: Some(id), speaker, turn: rest });
        self.splits.insert(id);
        Ok(())
    }

    /// Returns the current content and the references of its turns.
    pub(super) fn finish(mut self) -> (Content, Vec<TurnRef>) {
        let mut refs = Vec::new();
        for (base, slots) in self.bases {
            for slot in slots {
                let index = u32::try_from(refs.len()).unwrap_or(u32::MAX);
                refs.push(TurnRef { base, part: slot.part });
                let speaker = slot.speaker.map(|place| self.speakers.name(place).to_owned());
                self.content.turns.push(Turn { index, speaker, ..slot.turn });
            }
        }
        self.content.participants = self.speakers.finish();
        talk::measure(&mut self.content);
        (self.content, refs)
    }
}
