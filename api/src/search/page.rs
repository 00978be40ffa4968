//! Pages that do not overlap while the index changes.
//!
//! Sessions that are added or deleted move the places of all others, so a cursor that counts places
//! would repeat hits and skip others. This cursor contains the hits that were shown: the next page
//! has the best of the rest. It needs no memory on the server and works on every node.

use crate::http::problem::Problem;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use debrief_search::passages::PassageKey;
use std::collections::HashSet;

/// Maximum number of hits on all pages.
const SEEN_MAX: usize = 250;
/// Bytes of a hit in a cursor.
const KEY_BYTES: usize = size_of::<PassageKey>();

/// The hits of the previous pages.
#[derive(Debug, Default)]
pub(super) struct Seen(HashSet<PassageKey>);

impl Seen {
    /// Parses the `next` of the previous page.
    pub(super) fn read(cursor: Option<&str>) -> Result<Self, Problem> {
        let Some(cursor) = cursor else { return Ok(Self::default()) };
        let unknown =
            || Problem::invalid_query("after must be the `next` of the previous page of hits.");
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| unknown())?;
        let (keys, rest) = bytes.as_chunks::<KEY_BYTES>();
        if keys.is_empty() || !rest.is_empty() || keys.len() > SEEN_MAX {
            return Err(unknown());
        }
        Ok(Self(keys.iter().map(|key| PassageKey::from_be_bytes(*key)).collect()))
    }

    pub(super) fn add(&mut self, keys: impl Iterator<Item = PassageKey>) {
        self.0.extend(keys);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn contains(&self, key: &PassageKey) -> bool {
        self.0.contains(key)
    }

    /// Returns the cursor of the next page, if there is one.
    pub(super) fn next(&self, more: bool) -> Option<String> {
        if !more || self.0.len() >= SEEN_MAX {
            return None;
        }
        let mut keys: Vec<PassageKey> = self.0.iter().copied().collect();
        keys.sort_unstable();
        let bytes: Vec<u8> = keys.into_iter().flat_map(PassageKey::to_be_bytes).collect();
        Some(URL_SAFE_NO_PAD.encode(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_remembers_what_was_shown() {
        let mut seen = Seen::read(None).unwrap();
        seen.add([1, 2].into_iter());
        let cursor = seen.next(true).unwrap();
        let again = Seen::read(Some(&cursor)).unwrap();
        assert!(again.contains(&1) && again.contains(&2) && !again.contains(&3));
        assert_eq!(seen.next(false), None);
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for cursor in ["", "x", "AAAA", "!!!!", &"A".repeat(100_000)] {
            assert_eq!(Seen::read(Some(cursor)).unwrap_err().status(), 400, "{cursor}");
        }
    }
}
