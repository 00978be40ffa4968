//! What a correction changes about the participants of a transcript.
//!
//! A correction changes a few of them. Its event holds those and not the whole list, which may be
//! long. Now and then ([`CHANGES_MAX`]) an event holds all of them, so that whoever reads the list
//! never has to apply many changes.

use super::content::Participant;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// The most changes in a row before an event holds all participants again.
pub const CHANGES_MAX: u32 = 50;

/// A participant that is new or has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedParticipant {
    /// Its index among all participants after the change.
    pub at: u32,
    /// The participant.
    pub participant: Participant,
}

/// Some participants are gone, some are new or have changed; the others stay, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParticipantsChange {
    /// Which change this is since the last event with all participants, from 1.
    pub nth: u32,
    /// Names of those who are gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<String>,
    /// Those who are new or have changed, by `at`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<PlacedParticipant>,
}

impl ParticipantsChange {
    /// Applies the change.
    pub fn apply_to(self, participants: &mut Vec<Participant>) {
        let set = self.set.iter().map(|placed| placed.participant.name.as_str());
        let out: HashSet<&str> = self.gone.iter().map(String::as_str).chain(set).collect();
        participants.retain(|participant| !out.contains(participant.name.as_str()));
        for PlacedParticipant { at, participant } in self.set {
            participants.insert((at as usize).min(participants.len()), participant);
        }
    }
}

/// The participants after a change of the turns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Participants {
    /// All of them, in order of first appearance.
    All(Vec<Participant>),
    /// What has changed.
    Changed(ParticipantsChange),
}

impl Participants {
    /// Says how `after` comes of `before`, which is `changes` changes away from the last event with
    /// all participants.
    pub fn between(before: &[Participant], after: &[Participant], changes: u32) -> Self {
        let known: HashMap<&str, &Participant> =
            before.iter().map(|participant| (participant.name.as_str(), participant)).collect();
        let stays = |participant: &&Participant| {
            known.get(participant.name.as_str()).is_some_and(|known| *known == *participant)
        };
        let staying: Vec<&str> =
            after.iter().filter(stays).map(|participant| participant.name.as_str()).collect();
        let still: HashSet<&str> = staying.iter().copied().collect();
        let was = before.iter().map(|participant| participant.name.as_str());
        let in_order = was.filter(|name| still.contains(name)).eq(staying.iter().copied());
        let unique = known.len() == before.len();
        // As long as all of them is hardly longer.
        let few = 2 * (after.len() - staying.len()) <= after.len().max(8);
        if changes >= CHANGES_MAX || !in_order || !unique || !few {
            return Self::All(after.to_vec());
        }
        let now: HashSet<&str> =
            after.iter().map(|participant| participant.name.as_str()).collect();
        let gone = before.iter().map(|participant| &participant.name);
        Self::Changed(ParticipantsChange {
            nth: changes + 1,
            gone: gone.filter(|name| !now.contains(name.as_str())).cloned().collect(),
            set: (0..)
                .zip(after)
                .filter(|(_, participant)| !still.contains(participant.name.as_str()))
                .map(|(at, participant)| PlacedParticipant { at, participant: participant.clone() })
                .collect(),
        })
    }

    /// How many changes away from the last event with all participants this is.
    pub fn changes(&self) -> u32 {
        match self {
            Self::All(_) => 0,
            Self::Changed(change) => change.nth,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(names: &str) -> Vec<Participant> {
        let person = |(turns, name): (u32, char)| Participant {
            name: name.to_string(),
            turns: turns % 2,
            ..Participant::default()
        };
        (0..).zip(names.chars()).map(person).collect()
    }

    /// Checks that a change leads from one list to the other, and returns it.
    fn leads(before: &[Participant], after: &[Participant]) -> Participants {
        let between = Participants::between(before, after, 3);
        let mut list = before.to_vec();
        match between.clone() {
            Participants::All(all) => list = all,
            Participants::Changed(change) => {
                assert_eq!(change.nth, 4);
                change.apply_to(&mut list);
            }
        }
        assert_eq!(list, after);
        between
    }

    #[test]
    fn a_change_leads_from_one_list_to_the_other() {
        let before = people("abcdefghijklmnop");
        let mut renamed = before.clone();
        renamed[3].name = "new".into();
        let mut merged = before.clone();
        merged[0].turns = 9;
        merged.remove(5);
        let mut at_both_ends = before.clone();
        at_both_ends.insert(0, people("x").remove(0));
        at_both_ends.extend(people("y"));
        let mut moved = before.clone();
        let mut first = moved.remove(0);
        first.turns += 5;
        moved.insert(7, first);
        for (after, set, gone) in [
            (renamed, 1, 1),
            (merged, 1, 1),
            (at_both_ends, 2, 0),
            (moved, 1, 0),
            (before.clone(), 0, 0),
        ] {
            let Participants::Changed(change) = leads(&before, &after) else {
                panic!("all of them for a small change");
            };
            assert_eq!((change.set.len(), change.gone.len()), (set, gone));
        }
        let few = people("ab");
        let Participants::Changed(_) = leads(&few, &people("b")) else { panic!("all of two") };
    }

    #[test]
    fn all_are_listed_where_a_change_would_say_little() {
        let before = people("abcdefghij");
        let mut order = before.clone();
        order.swap(2, 7);
        let others = people("klmnopqrst");
        for after in [order, others] {
            assert!(matches!(leads(&before, &after), Participants::All(_)));
        }
        let between = Participants::between(&before, &before[1..], CHANGES_MAX);
        assert_eq!((between.changes(), matches!(between, Participants::All(_))), (0, true));
        assert_eq!(
            Participants::between(&before, &before[1..], CHANGES_MAX - 1).changes(),
            CHANGES_MAX
        );
    }

    #[test]
    fn one_of_a_thousand_is_a_small_change() {
        let person =
            |n: u32| Participant { name: format!("Speaker {n}"), ..Participant::default() };
        let before: Vec<_> = (0..1_000).map(person).collect();
        let mut after = before.clone();
        after[500].name = "Noa Levi".into();
        let change = serde_json::to_string(&leads(&before, &after)).unwrap();
        let all = serde_json::to_string(&Participants::All(after)).unwrap();
        assert!(change.len() < 500 && all.len() > 100_000, "{} of {}", change.len(), all.len());
    }
}
