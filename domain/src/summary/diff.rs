//! The differences between two versions of a summary.
//!
//! Invariants:
//! - Points are compared by their ids, so that a point that moved is not one dropped and one added.
//! - The differences are complete: [`patch`] leads from the first version to the second, in all
//!   that is shown.
//! - No more points are said to have moved than is needed to explain the order.

use super::content::{ActionItem, Content};
use super::section::Section;
use super::sheet::{Page, Sheet};
use serde::{Deserialize, Serialize};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::{HashMap, HashSet};
use unicode_segmentation::UnicodeSegmentation;
use utoipa::ToSchema;

/// What became of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WordSpanKind)]
pub enum SpanKind {
    /// They are in both texts.
    Same,
    /// They are in the first text alone.
    Removed,
    /// They are in the second text alone.
    Added,
}

/// Words of one or both texts, with their spaces and punctuation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = WordSpan)]
pub struct Span {
    /// What became of them.
    pub kind: SpanKind,
    /// The words.
    pub text: String,
}

/// Where a point stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SummaryPlace)]
pub struct Place {
    /// Its section.
    #[schema(value_type = String)]
    pub section: Section,
    /// Its place in the section, from 0.
    pub position: u32,
}

/// A difference between two versions. Of a point that is no action item, the owner, the time and
/// the state are empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "change", rename_all = "snake_case")]
#[schema(as = SummaryChange)]
pub enum Change {
    /// The words before the summary changed.
    Opening {
        /// What they were.
        before: Option<String>,
        /// What they are.
        after: Option<String>,
        /// The difference in words.
        words: Vec<Span>,
    },
    /// A section of the organization's own was renamed.
    Renamed {
        /// What it was called.
        before: String,
        /// What it is called.
        after: String,
    },
    /// Other sections of the organization's own than before, or in another order.
    Sections {
        /// Their titles before, after renaming.
        before: Vec<String>,
        /// Their titles.
        after: Vec<String>,
    },
    /// A point was dropped.
    Dropped {
        /// Where it stood.
        from: Place,
        /// What it was.
        before: ActionItem,
    },
    /// A point was added.
    Added {
        /// Where it stands.
        to: Place,
        /// What it is.
        after: ActionItem,
    },
    /// A point moved. If it also changed, that is a difference of its own.
    Moved {
        /// Which point.
        id: String,
        /// Where it stood.
        from: Place,
        /// Where it stands.
        to: Place,
    },
    /// A point changed.
    Changed {
        /// Where it stands.
        at: Place,
        /// What it was.
        before: ActionItem,
        /// What it is.
        after: ActionItem,
        /// The difference in words of the text.
        words: Vec<Span>,
    },
    /// The words after the summary changed.
    Closing {
        /// What they were.
        before: Option<String>,
        /// What they are.
        after: Option<String>,
        /// The difference in words.
        words: Vec<Span>,
    },
}

/// Returns the difference of two texts by words, spaces and punctuation marks.
pub fn words(before: &str, after: &str) -> Vec<Span> {
    let old: Vec<&str> = before.split_word_bounds().collect();
    let new: Vec<&str> = after.split_word_bounds().collect();
    let mut spans: Vec<Span> = Vec::new();
    let mut push = |kind: SpanKind, words: &[&str]| {
        let text = words.concat();
        match spans.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(&text),
            _ if text.is_empty() => {}
            _ => spans.push(Span { kind, text }),
        }
    };
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        match op {
            DiffOp::Equal { .. } => push(SpanKind::Same, &old[op.old_range()]),
            DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => {
                push(SpanKind::Removed, &old[op.old_range()]);
                push(SpanKind::Added, &new[op.new_range()]);
            }
        }
    }
    spans
}

/// Returns the differences of two versions, in the order in which a summary is shown: the opening,
/// the sections (dropped points where they stood), the closing.
pub fn diff(from: &Content, to: &Content) -> Vec<Change> {
    let mut changes = Vec::new();
    if from.opening != to.opening {
        let words = words_of(&from.opening, &to.opening);
        let (before, after) = (from.opening.clone(), to.opening.clone());
        changes.push(Change::Opening { before, after, words });
    }
    let (mut old, new) = (Sheet::of(from), Sheet::of(to));
    for (before, after) in renamed(&old, &new) {
        if let Some(page) = old.page(&Section::Own(before.clone())) {
            old.0[page].section = Section::Own(after.clone());
        }
        changes.push(Change::Renamed { before, after });
    }
    let (before, after) = (titles(&old), titles(&new));
    if before != after {
        changes.push(Change::Sections { before, after });
    }
    changes.extend(points(&old, &new));
    if from.closing != to.closing {
        let words = words_of(&from.closing, &to.closing);
        let (before, after) = (from.closing.clone(), to.closing.clone());
        changes.push(Change::Closing { before, after, words });
    }
    changes
}

/// Returns `from` after the changes, which are those between it and another version.
pub fn patch(from: &Content, changes: &[Change]) -> Content {
    let mut content = from.clone();
    let mut sheet = Sheet::of(from);
    let mut gone: HashSet<&str> = HashSet::new();
    let mut placed: Vec<(&Place, ActionItem)> = Vec::new();
    let mut became: HashMap<&str, &ActionItem> = HashMap::new();
    for change in changes {
        match change {
            Change::Opening { after, .. } => content.opening.clone_from(after),
            Change::Closing { after, .. } => content.closing.clone_from(after),
            Change::Renamed { before, after } => {
                if let Some(page) = sheet.page(&Section::Own(before.clone())) {
                    sheet.0[page].section = Section::Own(after.clone());
                }
            }
            Change::Dropped { before, .. } => {
                gone.insert(&before.point.id);
            }
            Change::Changed { before, after, .. } => {
                became.insert(&before.point.id, after);
            }
            Change::Added { .. } | Change::Moved { .. } | Change::Sections { .. } => {}
        }
    }
    for entry in sheet.0.iter_mut().flat_map(|page| &mut page.entries) {
        if let Some(after) = became.get(entry.point.id.as_str()) {
            *entry = (*after).clone();
        }
    }
    for change in changes {
        match change {
            Change::Added { to, after } => placed.push((to, after.clone())),
            Change::Moved { id, to, .. } => {
                if let Some((page, place)) = sheet.find(id) {
                    placed.push((to, sheet.0[page].entries.remove(place)));
                }
            }
            _ => {}
        }
    }
    for page in &mut sheet.0 {
        page.entries.retain(|entry| !gone.contains(entry.point.id.as_str()));
    }
    if let Some(after) = changes.iter().find_map(|change| match change {
        Change::Sections { after, .. } => Some(after),
        _ => None,
    }) {
        let mut own = sheet.0.split_off(Section::COMMON.len());
        sheet.0.extend(after.iter().map(|title| {
            let section = Section::Own(title.clone());
            match own.iter().position(|page| page.section == section) {
                Some(place) => own.swap_remove(place),
                None => Page { section, entries: Vec::new() },
            }
        }));
        // No point goes unless a difference says so.
        sheet.0.extend(own.into_iter().filter(|page| !page.entries.is_empty()));
    }
    placed.sort_by_key(|(to, _)| to.position);
    for (to, entry) in placed {
        if let Some(page) = sheet.page(&to.section) {
            let entries = &mut sheet.0[page].entries;
            let place = entries.len().min(to.position as usize);
            entries.insert(place, entry);
        }
    }
    sheet.into_content(&content)
}

fn words_of(before: &Option<String>, after: &Option<String>) -> Vec<Span> {
    words(before.as_deref().unwrap_or_default(), after.as_deref().unwrap_or_default())
}

fn titles(sheet: &Sheet) -> Vec<String> {
    sheet.0[Section::COMMON.len()..].iter().map(|page| page.section.as_str().to_owned()).collect()
}

/// Returns the own sections whose title is gone while a new title holds one of their points.
fn renamed(old: &Sheet, new: &Sheet) -> Vec<(String, String)> {
    let gone = |page: &&Page, other: &Sheet| other.page(&page.section).is_none();
    let mut free: Vec<&Page> = new.0.iter().filter(|page| gone(page, old)).collect();
    let mut pairs = Vec::new();
    for page in old.0.iter().filter(|page| gone(page, new)) {
        let shares = |other: &&Page| {
            let has = |entry: &ActionItem| {
                other.entries.iter().any(|theirs| theirs.point.id == entry.point.id)
            };
            page.entries.iter().any(has)
        };
        if let Some(place) = free.iter().position(shares) {
            let other = free.remove(place);
            pairs.push((page.section.as_str().to_owned(), other.section.as_str().to_owned()));
        }
    }
    pairs
}

fn points(old: &Sheet, new: &Sheet) -> Vec<Change> {
    let before: HashMap<&str, (Place, &ActionItem)> = places(old).collect();
    let after: HashMap<&str, (Place, &ActionItem)> = places(new).collect();
    let mut changes: Vec<(usize, u32, u8, Change)> = Vec::new();
    // Where a section that is gone stood, dropped points come after all that are left.
    let rank = |section: &Section| new.page(section).unwrap_or(new.0.len());
    for (id, (from, entry)) in places(old) {
        if !after.contains_key(id) {
            let (order, position) = (rank(&from.section), from.position);
            let dropped = Change::Dropped { from, before: entry.clone() };
            changes.push((order, position, 0, dropped));
        }
    }
    for page in &new.0 {
        let ids: Vec<&str> = page.entries.iter().map(|entry| entry.point.id.as_str()).collect();
        let stayed: Vec<(&str, u32)> = ids
            .iter()
            .filter_map(|id| before.get(id).map(|(from, _)| (*id, from)))
            .filter(|(_, from)| from.section == page.section)
            .map(|(id, from)| (id, from.position))
            .collect();
        let still = longest_ascending(&stayed);
        for (id, (at, now)) in ids.iter().filter_map(|id| Some((*id, after.get(id)?))) {
            let order = (rank(&at.section), at.position);
            let Some((from, was)) = before.get(id) else {
                let added = Change::Added { to: at.clone(), after: (*now).clone() };
                changes.push((order.0, order.1, 1, added));
                continue;
            };
            if !still.contains(id) {
                let (from, to) = (from.clone(), at.clone());
                let moved = Change::Moved { id: id.to_owned(), from, to };
                changes.push((order.0, order.1, 2, moved));
            }
            if was != now {
                let changed = Change::Changed {
                    at: at.clone(),
                    before: (*was).clone(),
                    after: (*now).clone(),
                    words: words(&was.point.text, &now.point.text),
                };
                changes.push((order.0, order.1, 3, changed));
            }
        }
    }
    changes.sort_by_key(|(section, position, kind, _)| (*section, *position, *kind));
    changes.into_iter().map(|(.., change)| change).collect()
}

fn places(sheet: &Sheet) -> impl Iterator<Item = (&str, (Place, &ActionItem))> {
    sheet.0.iter().flat_map(|page| {
        page.entries.iter().enumerate().map(|(position, entry)| {
            let place = Place { section: page.section.clone(), position: position as u32 };
            (entry.point.id.as_str(), (place, entry))
        })
    })
}

/// Returns the most ids whose numbers ascend.
fn longest_ascending<'a>(numbered: &[(&'a str, u32)]) -> HashSet<&'a str> {
    let mut best: Vec<(usize, Option<usize>)> = Vec::with_capacity(numbered.len());
    for (place, (_, number)) in numbered.iter().enumerate() {
        let before = (0..place)
            .filter(|earlier| numbered[*earlier].1 < *number)
            .max_by_key(|earlier| (best[*earlier].0, std::cmp::Reverse(*earlier)));
        best.push((before.map_or(1, |earlier| best[earlier].0 + 1), before));
    }
    let mut at = (0..best.len()).max_by_key(|place| (best[*place].0, std::cmp::Reverse(*place)));
    let mut kept = HashSet::new();
    while let Some(place) = at {
        kept.insert(numbered[place].0);
        at = best[place].1;
    }
    kept
}

#[cfg(test)]
mod tests;
