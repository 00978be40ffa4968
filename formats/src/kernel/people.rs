//! Names of people that a file lists beside the turns, which only identify them.
//!
//! Invariants: an identifier that is listed with two names has none; a position in a list counts
//! only if it explains every numbered speaker of the file.

use std::collections::HashMap;

use debrief_domain::transcript::content::Turn;
use debrief_domain::transcript::names;

/// Maximum number of people; more than any call has.
const MAX_PEOPLE: usize = 1_000;
/// Start of the names given to numbered speakers.
const NUMBERED: &str = "Speaker ";

/// Names by the label that stands in the turns.
#[derive(Debug, Default)]
pub(crate) struct People {
    /// `None` if there are several names.
    by_label: HashMap<String, Option<String>>,
    /// Names by position, for files whose turns have only that.
    listed: Vec<String>,
}

impl People {
    /// Adds a person with the label that identifies them.
    pub(crate) fn add(&mut self, label: String, name: &str) {
        let Some(name) = names::clean(name) else { return };
        if label == name || self.by_label.len() >= MAX_PEOPLE {
            return;
        }
        self.by_label
            .entry(label)
            .and_modify(|known| {
                if known.as_deref() != Some(&*name) {
                    *known = None;
                }
            })
            .or_insert_with(|| Some(name.into_owned()));
    }

    /// Adds a person who is identified by the position in the list.
    pub(crate) fn list(&mut self, name: &str) {
        if self.listed.len() < MAX_PEOPLE {
            self.listed.push(name.to_owned());
        }
    }

    /// Names the speakers of the turns.
    pub(crate) fn name(&self, turns: &mut [Turn]) {
        if self.by_label.is_empty() && self.listed.is_empty() {
            return;
        }
        let first = self.first(turns);
        for turn in turns {
            let Some(label) = &turn.speaker else { continue };
            let named = match self.by_label.get(label) {
                Some(name) => name.as_deref(),
                None => first
                    .zip(number(label))
                    .and_then(|(first, number)| self.listed.get(number.checked_sub(first)?))
                    .map(String::as_str),
            };
            if let Some(name) = named.and_then(names::clean) {
                turn.speaker = Some(name.into_owned());
            }
        }
    }

    /// Returns the number of the first in the list, 0 or 1, if the list explains all numbers.
    fn first(&self, turns: &[Turn]) -> Option<usize> {
        let unnamed = |label: &&str| !self.by_label.contains_key(*label);
        let labels = || turns.iter().filter_map(|turn| turn.speaker.as_deref()).filter(unnamed);
        let (mut least, mut most) = (usize::MAX, 0);
        for number in labels().filter_map(number) {
            (least, most) = (least.min(number), most.max(number));
        }
        match (least, self.listed.len()) {
            (0, many) if most < many => Some(0),
            (1, many) if most == many => Some(1),
            _ => None,
        }
    }
}

/// Returns the number of `Speaker 1`.
fn number(label: &str) -> Option<usize> {
    label.strip_prefix(NUMBERED)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(people: &People, labels: &[&str]) -> Vec<String> {
        let turn = |label: &&str| Turn { speaker: Some((*label).to_owned()), ..Turn::default() };
        let mut turns: Vec<Turn> = labels.iter().map(turn).collect();
        people.name(&mut turns);
        turns.into_iter().filter_map(|turn| turn.speaker).collect()
    }

    #[test]
    fn labels_with_one_name_are_that_name() {
        let mut people = People::default();
        people.add("p1".into(), "Noa Levi");
        people.add("p1".into(), " Noa  Levi");
        people.add("p2".into(), "Tom");
        people.add("p2".into(), "Ann");
        people.add("Speaker 3".into(), "Ben");
        people.add("p4".into(), "Unknown");
        assert_eq!(
            named(&people, &["p1", "p2", "Speaker 3", "p4", "Cleo"]),
            ["Noa Levi", "p2", "Ben", "p4", "Cleo"]
        );
    }

    #[test]
    fn positions_count_from_0_or_1_and_only_if_all_fit() {
        let mut people = People::default();
        ["Noa", "Tom"].iter().for_each(|name| people.list(name));
        assert_eq!(named(&people, &["Speaker 1", "Speaker 0"]), ["Tom", "Noa"]);
        assert_eq!(named(&people, &["Speaker 1", "Speaker 2"]), ["Noa", "Tom"]);
        assert_eq!(named(&people, &["Speaker 1", "Speaker 3"]), ["Speaker 1", "Speaker 3"]);
        assert_eq!(named(&people, &["Speaker 1"]), ["Speaker 1"], "0 or 1?");
        assert_eq!(named(&people, &["Speaker 0", "Speaker 2"]), ["Speaker 0", "Speaker 2"]);
    }
}
