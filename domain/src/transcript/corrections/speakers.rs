//! The participants of a transcript while it is corrected.
//!
//! Invariant: turns refer to participants by index, so that renaming costs the same however many
//! turns there are.

use std::borrow::Cow;
use std::collections::HashMap;

use super::error::CorrectionError;
use super::limits::MAX_NAME_CHARS;
use crate::transcript::content::{Participant, Role};
use crate::transcript::names;

/// Maximum number of earlier names kept of one person.
const MAX_OTHER_NAMES: usize = 50;

#[derive(Debug)]
struct Person {
    name: String,
    role: Role,
    other_names: Vec<String>,
    turns: usize,
    /// The index of the person whom this one was merged into.
    merged_into: Option<usize>,
}

/// See the module documentation.
#[derive(Debug, Default)]
pub(super) struct Speakers {
    people: Vec<Person>,
    places: HashMap<String, usize>,
}

impl Speakers {
    /// Takes roles and other names from the participants; turns are counted by
    /// [`join`](Self::join).
    pub(super) fn new(participants: Vec<Participant>) -> Self {
        let mut speakers = Self::default();
        for participant in participants {
            let place = speakers.place(participant.name);
            speakers.people[place].role = participant.role;
            speakers.people[place].other_names = participant.other_names;
        }
        speakers
    }

    fn place(&mut self, name: String) -> usize {
        if let Some(place) = self.places.get(&name) {
            return *place;
        }
        self.places.insert(name.clone(), self.people.len());
        self.people.push(Person {
            name,
            role: Role::Unknown,
            other_names: Vec::new(),
            turns: 0,
            merged_into: None,
        });
        self.people.len() - 1
    }

    /// Counts a turn of the person with this name, known or new.
    pub(super) fn join(&mut self, name: String) -> usize {
        let place = self.place(name);
        self.people[place].turns += 1;
        place
    }

    /// Counts a turn of the person at this index.
    pub(super) fn join_at(&mut self, place: usize) {
        let root = self.root(place);
        self.people[root].turns += 1;
    }

    /// Discounts a turn of the person at this index.
    pub(super) fn leave(&mut self, place: usize) {
        let root = self.root(place);
        self.people[root].turns = self.people[root].turns.saturating_sub(1);
    }

    fn root(&mut self, place: usize) -> usize {
        let mut root = place;
        while let Some(next) = self.people[root].merged_into {
            root = next;
        }
        let mut at = place;
        while let Some(next) = self.people[at].merged_into {
            self.people[at].merged_into = Some(root);
            at = next;
        }
        root
    }

    /// Returns the name of the person at this index.
    pub(super) fn name(&mut self, place: usize) -> &str {
        let root = self.root(place);
        &self.people[root].name
    }

    fn find(&self, name: &str) -> Result<usize, CorrectionError> {
        names::clean(name)
            .and_then(|name| self.places.get(&*name).copied())
            .filter(|place| self.people[*place].turns > 0)
            .ok_or(CorrectionError::UnknownSpeaker)
    }

    /// Renames a person. The name of another person merges the two.
    pub(super) fn rename(&mut self, from: &str, to: &str) -> Result<(), CorrectionError> {
        let to = new_name(to)?;
        let from = self.find(from)?;
        if self.people[from].name == to {
            return Err(CorrectionError::NothingChanges);
        }
        match self.places.get(&to).copied() {
            Some(into) => self.unite(from, into),
            None => {
                let person = &mut self.people[from];
                let before = std::mem::replace(&mut person.name, to.clone());
                person.other_names.retain(|name| *name != to);
                note(&mut person.other_names, before.clone());
                self.places.remove(&before);
                self.places.insert(to, from);
            }
        }
        Ok(())
    }

    /// Merges several people under one of their names or a new one.
    pub(super) fn merge(&mut self, from: &[String], into: &str) -> Result<(), CorrectionError> {
        let into = new_name(into)?;
        let mut others = from.iter().map(|name| self.find(name)).collect::<Result<Vec<_>, _>>()?;
        others.retain(|place| self.people[*place].name != into);
        others.sort_unstable();
        others.dedup();
        if others.is_empty() {
            return Err(match from.is_empty() {
                true => CorrectionError::NobodyToMerge,
                false => CorrectionError::NothingChanges,
            });
        }
        for place in others {
            let name = self.people[place].name.clone();
            self.rename(&name, &into)?;
        }
        Ok(())
    }

    fn unite(&mut self, from: usize, into: usize) {
        let person = &mut self.people[from];
        person.merged_into = Some(into);
        let (turns, role) = (person.turns, person.role);
        let names = std::mem::take(&mut person.other_names);
        let name = person.name.clone();
        self.places.remove(&name);
        let person = &mut self.people[into];
        person.turns += turns;
        if person.role == Role::Unknown {
            person.role = role;
        }
        for other in std::iter::once(name).chain(names) {
            if other != person.name {
                note(&mut person.other_names, other);
            }
        }
    }

    /// Sets a person's role.
    pub(super) fn set_role(&mut self, name: &str, role: Role) -> Result<(), CorrectionError> {
        let place = self.find(name)?;
        if self.people[place].role == role {
            return Err(CorrectionError::NothingChanges);
        }
        self.people[place].role = role;
        Ok(())
    }

    /// Returns names, roles and other names; figures are measured from the turns.
    pub(super) fn finish(self) -> Vec<Participant> {
        self.people
            .into_iter()
            .filter(|person| person.merged_into.is_none())
            .map(|person| Participant {
                name: person.name,
                role: person.role,
                other_names: person.other_names,
                ..Participant::default()
            })
            .collect()
    }
}

/// Returns a new name in its normalized spelling, if a speaker can have it.
pub(super) fn new_name(name: &str) -> Result<String, CorrectionError> {
    if name.chars().nth(MAX_NAME_CHARS).is_some() {
        return Err(CorrectionError::NameTooLong);
    }
    if name.chars().any(char::is_control) {
        return Err(CorrectionError::NameWithControls);
    }
    names::clean(name).map(Cow::into_owned).ok_or(CorrectionError::NoName)
}

fn note(names: &mut Vec<String>, name: String) {
    if names.len() < MAX_OTHER_NAMES && !names.contains(&name) {
        names.push(name);
    }
}
