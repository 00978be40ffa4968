//! Names and how often each occurs, with fast lookup.
//!
//! Invariants: names keep their index; a recently used name is found by comparison with the last
//! few, without hashing.

use std::collections::HashMap;

/// As many speakers as alternate in most conversations.
const RECENT: usize = 4;

/// Names in order of first appearance, each with its count.
#[derive(Debug, Default)]
pub(crate) struct NameCounts {
    names: Vec<(String, u32)>,
    places: HashMap<String, usize>,
    /// Indexes of the names looked up last, latest first.
    recent: [usize; RECENT],
}

impl NameCounts {
    /// Returns the index of a name, if it is known.
    pub(crate) fn find(&mut self, name: &str) -> Option<usize> {
        let known = |place: &usize| self.names.get(*place).is_some_and(|(known, _)| known == name);
        let (at, place) = match self.recent.iter().position(known) {
            Some(at) => (at, self.recent[at]),
            None => (RECENT - 1, *self.places.get(name)?),
        };
        if at > 0 {
            self.recent.copy_within(..at, 1);
            self.recent[0] = place;
        }
        Some(place)
    }

    /// Increments the count of the name at an index.
    pub(crate) fn again(&mut self, place: usize) {
        if let Some((_, count)) = self.names.get_mut(place) {
            *count = count.saturating_add(1);
        }
    }

    /// Adds a name that is not known yet.
    pub(crate) fn add(&mut self, name: &str) -> usize {
        let place = self.names.len();
        self.names.push((name.to_owned(), 1));
        self.places.insert(name.to_owned(), place);
        place
    }

    /// Returns the number of names.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// Returns all names with their counts.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, u32)> {
        self.names.iter().map(|(name, count)| (name.as_str(), *count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_whoever_spoke_last() {
        let mut counted = NameCounts::default();
        let names = ["Noa", "Ben", "Tom", "Ann", "Eva", "Max"];
        for name in names {
            assert_eq!(counted.find(name), None);
            counted.add(name);
        }
        for name in names.iter().chain(names.iter().rev()) {
            let place = counted.find(name).unwrap();
            counted.again(place);
            assert_eq!(names[place], *name);
        }
        assert!(counted.iter().eq(names.map(|name| (name, 3))));
    }
}
