//! The versions of a summary, and the line along which they are undone and redone.
//!
//! Invariants: a version is never changed. Undoing writes a new version with the content of the one
//! before on the line; what was undone can be redone until something else is written. A version
//! that is on no line any more can still be restored.

use super::content::Content;
use super::events::Cause;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most versions of a summary.
pub const VERSIONS_MAX: u32 = 1_000;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct History {
    /// Content by version; `None` once it was erased.
    versions: BTreeMap<u32, Option<Content>>,
    /// Versions along which one undoes and redoes.
    line: Vec<u32>,
    /// The place of the current content on the line.
    at: usize,
    /// Whether a person decided what the newest version says.
    by_person: bool,
}

impl History {
    /// Returns the number of the newest version; 0 if there is none.
    pub(super) fn newest(&self) -> u32 {
        self.versions.last_key_value().map_or(0, |(version, _)| *version)
    }

    pub(super) fn content(&self, version: u32) -> Option<&Content> {
        self.versions.get(&version)?.as_ref()
    }

    pub(super) fn is_by_person(&self) -> bool {
        self.by_person
    }

    /// Returns the ids of the points of all versions.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        let contents = self.versions.values().flatten();
        contents.flat_map(|content| content.points()).map(|(_, point)| point.id.as_str())
    }

    pub(super) fn before(&self) -> Option<u32> {
        self.line.get(self.at.checked_sub(1)?).copied()
    }

    pub(super) fn after(&self) -> Option<u32> {
        self.line.get(self.at + 1).copied()
    }

    pub(super) fn add(&mut self, version: u32, content: Option<Content>, cause: &Cause) {
        self.versions.insert(version, content);
        self.by_person = cause.is_by_person();
        match cause {
            Cause::Undone { .. } => self.at = self.at.saturating_sub(1),
            Cause::Redone { .. } => self.at = (self.at + 1).min(self.line.len().saturating_sub(1)),
            _ => {
                self.line.truncate(self.at + 1);
                self.line.push(version);
                self.at = self.line.len() - 1;
            }
        }
    }
}
