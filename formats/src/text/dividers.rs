//! Finds the separator of names and text, from all lines of a file.
//!
//! Invariant: a separator other than the colon counts only if most lines have it, after recurring
//! names: a list of terms, a log or a poem looks different.

use std::collections::HashSet;

use super::named_line::{Divider, UNUSUAL, name_and_time, named_line};
use crate::kernel::names;

/// Maximum number of names; more than any conversation has.
const MAX_NAMES: usize = 1_000;

/// How names are written in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) divider: Divider,
    /// Whether names with a colon are on their own line, above the speech.
    pub(crate) alone: bool,
}

/// Infers the layout from the lines that are neither blank nor only times.
pub(crate) fn layout<'a>(lines: impl Iterator<Item = &'a str>) -> Layout {
    let (mut filled, mut timed, mut other, mut colons, mut alone) = (0u32, 0u32, 0u32, 0u32, 0u32);
    let mut unusual: [(u32, HashSet<&str>); 4] = Default::default();
    for line in lines {
        filled = filled.saturating_add(1);
        let named = named_line(line, Divider::Colon);
        colons += u32::from(named.is_some());
        alone += u32::from(named.as_ref().is_some_and(|named| named.rest.is_empty()));
        if name_and_time(line).is_some() {
            timed += 1;
        } else {
            other += u32::from(named.is_some());
        }
        for (divider, (hits, people)) in UNUSUAL.into_iter().zip(&mut unusual) {
            if let Some(named) = named_line(line, divider)
                && people.len() < MAX_NAMES
            {
                *hits += 1;
                people.insert(named.name);
            }
        }
    }
    let most = |hits: u32| hits >= 3 && hits * 10 >= filled * 8;
    let believed = |(hits, people): &(u32, HashSet<&str>)| {
        most(*hits) && people.len() >= 2 && people.len() * 2 <= *hits as usize + 1
    };
    let divider = if timed >= 2 && timed > other {
        Divider::Time
    } else if most(colons) {
        Divider::Colon
    } else {
        let found = UNUSUAL.into_iter().zip(&unusual).find(|(_, seen)| believed(seen));
        found.map_or(Divider::Colon, |(divider, _)| divider)
    };
    Layout { divider, alone: alone >= 3 && alone * 5 >= colons * 4 }
}

/// Returns whether a name on its own line is a speaker in this layout.
pub(crate) fn stands_alone(layout: Layout, name: &str, rest: &str) -> bool {
    layout.alone && rest.is_empty() && names::is_capitalised(name) && !names::is_label(name)
}
