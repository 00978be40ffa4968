//! The names that sessions and passages are filtered by. Passages with the same names form a group;
//! a session has a handful of groups.

use crate::vectors::{Entry, Filters, SessionInfo};
use serde::{Deserialize, Serialize};

/// The names of a session. Stored as JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Particulars {
    coaches: Vec<String>,
    groups: Vec<Group>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Group {
    kind: String,
    speakers: Vec<String>,
    language: Option<String>,
}

impl Particulars {
    /// Creates the particulars of a session without passages.
    pub(super) fn new(session: &SessionInfo) -> Self {
        Self { coaches: session.coaches.clone(), groups: Vec::new() }
    }

    /// Returns the group of a passage, created if necessary.
    pub(super) fn group(&mut self, entry: &Entry) -> u32 {
        let alike = |group: &Group| {
            group.kind == entry.kind
                && group.speakers == entry.speakers
                && group.language == entry.language
        };
        let found = self.groups.iter().position(alike);
        let group = found.unwrap_or_else(|| {
            self.groups.push(Group {
                kind: entry.kind.clone(),
                speakers: entry.speakers.clone(),
                language: entry.language.clone(),
            });
            self.groups.len() - 1
        });
        group as u32
    }

    /// Returns which groups the filters allow; `None` if they allow none.
    pub(super) fn allowed(&self, filters: &Filters) -> Option<Vec<bool>> {
        if !meets(&filters.coaches, &self.coaches) {
            return None;
        }
        let allowed = self.groups.iter().map(|group| {
            meets(&filters.kinds, std::slice::from_ref(&group.kind))
                && meets(&filters.languages, group.language.as_slice())
                && meets(&filters.speakers, &group.speakers)
        });
        let allowed: Vec<bool> = allowed.collect();
        allowed.contains(&true).then_some(allowed)
    }
}

/// Returns whether the filters contain names.
pub(super) fn are_named(filters: &Filters) -> bool {
    [&filters.kinds, &filters.languages, &filters.speakers, &filters.coaches]
        .iter()
        .any(|names| !names.is_empty())
}

fn meets(wanted: &[String], names: &[String]) -> bool {
    wanted.is_empty() || wanted.iter().any(|name| names.contains(name))
}
