//! Structured edits of a summary.
//!
//! Invariants:
//! - [`apply`] applies all edits or none.
//! - What no edit names stays as it is, letter for letter.
//! - Ids are stable: a point keeps its id when it is changed or moved, a merged point has the first
//!   id of those that it was merged from, and a new point gets an id that no version had.

use super::content::{ActionItem, Content, Point, Quote};
use super::section::Section;
use super::sheet::{Page, Sheet, plain_entry};
use crate::change::Change;
use crate::visible::is_visible;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Most characters of a point.
pub const TEXT_MAX: usize = 2_000;
/// Most characters of the coach's words before or after the summary.
pub const FRAME_MAX: usize = 2_000;
/// Most characters of an owner, a time as said, and a title.
pub const SHORT_MAX: usize = 200;
/// Most points of a summary.
pub const POINTS_MAX: usize = 300;
/// Most sections of the organization's own.
pub const SECTIONS_MAX: usize = 30;
/// Most quotes of a point.
pub const QUOTES_MAX: usize = 20;
/// Most edits at once.
pub const EDITS_MAX: usize = 500;

/// A change to a summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "edit", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = SummaryEdit)]
pub enum Edit {
    /// Adds a point.
    Add {
        /// Its section: a name such as `decisions`, or the title of a section of the
        /// organization's own, which is added where there is none.
        #[schema(value_type = String)]
        section: Section,
        /// What it says.
        text: String,
        /// Indexes of the turns that it rests on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        turns: Vec<u32>,
        /// The words that it rests on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        quotes: Vec<Quote>,
        /// Who will do it; of an action item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<String>,
        /// When, as said; of an action item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<String>,
        /// The last day of `due`; of an action item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due_on: Option<NaiveDate>,
        /// Its place in the section, from 0; at the end where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        position: Option<u32>,
    },
    /// Changes a point. What is absent stays.
    Change {
        /// Which point.
        id: String,
        /// What it says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// Indexes of the turns that it rests on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        turns: Option<Vec<u32>>,
        /// The words that it rests on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        quotes: Option<Vec<Quote>>,
        /// Who will do it; `null` clears. Of an action item, as all that follows.
        #[serde(default, skip_serializing_if = "Change::is_keep")]
        #[schema(value_type = Option<String>)]
        owner: Change<String>,
        /// When, as said; `null` clears.
        #[serde(default, skip_serializing_if = "Change::is_keep")]
        #[schema(value_type = Option<String>)]
        due: Change<String>,
        /// The last day of `due`; `null` clears. A new `due` without it clears it too.
        #[serde(default, skip_serializing_if = "Change::is_keep")]
        #[schema(value_type = Option<NaiveDate>)]
        due_on: Change<NaiveDate>,
        /// Whether it is done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        done: Option<bool>,
    },
    /// Drops a point.
    Drop {
        /// Which point.
        id: String,
    },
    /// Moves a point.
    Move {
        /// Which point.
        id: String,
        /// To which section; within its own where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>)]
        section: Option<Section>,
        /// Its place in the section once it has moved, from 0; at the end where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        position: Option<u32>,
    },
    /// Makes one point of several, where the first of them stands. It rests on all that they rested
    /// on, is done once all of them are, and has the first owner and time that one of them has.
    Merge {
        /// Which points, at least two.
        ids: Vec<String>,
        /// What it says.
        text: String,
    },
    /// Sets the words before the summary.
    SetOpening {
        /// The words; absent for none.
        #[serde(default)]
        text: Option<String>,
    },
    /// Sets the words after the summary.
    SetClosing {
        /// The words; absent for none.
        #[serde(default)]
        text: Option<String>,
    },
    /// Renames a section of the organization's own.
    RenameSection {
        /// Its title.
        title: String,
        /// Its new title.
        to: String,
    },
}

/// Reasons for refusing edits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// No point has this id.
    #[error("there is no point {0}")]
    NoPoint(String),
    /// No section of the organization's own has this title.
    #[error("there is no section “{0}”")]
    NoSection(String),
    /// Two sections would have one title.
    #[error("there is a section “{0}” already")]
    SectionExists(String),
    /// The name belongs to a section that every summary has.
    #[error("“{0}” is the name of a section that every summary has")]
    CommonSection(String),
    /// The headline is one point.
    #[error("the headline is one point, and {0} is it already")]
    HeadlineTaken(String),
    /// Only action items have an owner, a time and a state.
    #[error("{id} is in {section}; only action items have an owner, a time and a state")]
    NotAnActionItem {
        /// The point, or "a new point".
        id: String,
        /// Its section.
        section: Section,
    },
    /// A text shows nothing.
    #[error("the {field} of {of} is empty")]
    Empty {
        /// Which field.
        field: &'static str,
        /// The point, or what it is.
        of: String,
    },
    /// A text is too long.
    #[error("the {field} of {of} has {chars} characters; at most {max} are allowed")]
    TooLong {
        /// Which field.
        field: &'static str,
        /// The point, or what it is.
        of: String,
        /// Its length.
        chars: usize,
        /// The limit.
        max: usize,
    },
    /// A point has too many quotes.
    #[error("{0} has more than {QUOTES_MAX} quotes")]
    TooManyQuotes(String),
    /// The summary has too many points.
    #[error("a summary has at most {POINTS_MAX} points")]
    TooManyPoints,
    /// The summary has too many sections of the organization's own.
    #[error("a summary has at most {SECTIONS_MAX} sections of its own")]
    TooManySections,
    /// Too many edits were given.
    #[error("at most {EDITS_MAX} edits are applied at once")]
    TooManyEdits,
    /// Merging needs two different points.
    #[error("merging needs at least two different points")]
    MergeOfOne,
}

/// Returns the content after all edits, in their order; or why one of them is refused, and then
/// none is applied. `used` are the ids that other versions of the summary have used.
pub fn apply<'a>(
    content: &'a Content,
    edits: &[Edit],
    used: impl IntoIterator<Item = &'a str>,
) -> Result<Content, EditError> {
    if edits.len() > EDITS_MAX {
        return Err(EditError::TooManyEdits);
    }
    let mut opening = content.opening.clone();
    let mut closing = content.closing.clone();
    let mut sheet = Sheet::of(content);
    for edit in edits {
        match edit {
            Edit::SetOpening { text } => opening = frame("opening", text.as_deref())?,
            Edit::SetClosing { text } => closing = frame("closing", text.as_deref())?,
            other => sheet.edit(other)?,
        }
    }
    let edited = Content { opening, closing, ..content.clone() };
    let mut edited = sheet.into_content(&edited);
    // The ids of dropped points are not given again, not even at once.
    let held = content.points().into_iter().map(|(_, point)| point.id.as_str());
    edited.number(used.into_iter().chain(held));
    Ok(edited)
}

impl Sheet {
    fn edit(&mut self, edit: &Edit) -> Result<(), EditError> {
        match edit {
            Edit::Add { section, text, turns, quotes, owner, due, due_on, position } => {
                let of = "a new point";
                let entry = ActionItem {
                    point: Point {
                        id: String::new(),
                        text: checked("text", of, text, TEXT_MAX)?,
                        turns: resting(turns, quotes),
                        quotes: few(of, quotes)?,
                    },
                    owner: optional("owner", of, owner.as_deref())?,
                    due: optional("time", of, due.as_deref())?,
                    due_on: *due_on,
                    done: false,
                };
                let page = self.page_for(section)?;
                if self.0.iter().map(|page| page.entries.len()).sum::<usize>() >= POINTS_MAX {
                    return Err(EditError::TooManyPoints);
                }
                self.insert(page, entry, *position, of)
            }
            Edit::Change { id, text, turns, quotes, owner, due, due_on, done } => {
                let (page, place) = self.at(id)?;
                let Page { section, entries } = &mut self.0[page];
                let of_item =
                    !owner.is_keep() || !due.is_keep() || !due_on.is_keep() || done.is_some();
                if of_item && *section != Section::ActionItems {
                    let (id, section) = (id.clone(), section.clone());
                    return Err(EditError::NotAnActionItem { id, section });
                }
                let entry = &mut entries[place];
                if let Some(text) = text {
                    entry.point.text = checked("text", id, text, TEXT_MAX)?;
                }
                if let Some(quotes) = quotes {
                    entry.point.quotes = few(id, quotes)?;
                }
                if turns.is_some() || quotes.is_some() {
                    let turns = turns.as_ref().unwrap_or(&entry.point.turns);
                    entry.point.turns = resting(turns, &entry.point.quotes);
                }
                let owner = checked_change("owner", id, owner)?;
                owner.apply_to(&mut entry.owner);
                let due = checked_change("time", id, due)?;
                if !due.is_keep() && due_on.is_keep() {
                    entry.due_on = None;
                }
                due.apply_to(&mut entry.due);
                due_on.clone().apply_to(&mut entry.due_on);
                entry.done = done.unwrap_or(entry.done);
                Ok(())
            }
            Edit::Drop { id } => {
                let (page, place) = self.at(id)?;
                self.0[page].entries.remove(place);
                Ok(())
            }
            Edit::Move { id, section, position } => {
                let (from, place) = self.at(id)?;
                let to = match section {
                    Some(section) => self.page_for(section)?,
                    None => from,
                };
                let mut entry = self.0[from].entries.remove(place);
                if self.0[to].section != Section::ActionItems {
                    entry = plain_entry(entry.point);
                }
                self.insert(to, entry, *position, id)
            }
            Edit::Merge { ids, text } => self.merge(ids, text),
            Edit::RenameSection { title, to } => self.rename(title, to),
            Edit::SetOpening { .. } | Edit::SetClosing { .. } => Ok(()),
        }
    }

    fn at(&self, id: &str) -> Result<(usize, usize), EditError> {
        self.find(id).ok_or_else(|| EditError::NoPoint(id.to_owned()))
    }

    /// Returns the index of a section, which is added if it is the organization's own and missing.
    fn page_for(&mut self, section: &Section) -> Result<usize, EditError> {
        if let Some(page) = self.page(section) {
            return Ok(page);
        }
        let title = checked("title", "a section", section.as_str(), SHORT_MAX)?;
        let section = Section::Own(title);
        if let Some(page) = self.page(&section) {
            return Ok(page);
        }
        if self.0.len() - Section::COMMON.len() >= SECTIONS_MAX {
            return Err(EditError::TooManySections);
        }
        self.0.push(Page { section, entries: Vec::new() });
        Ok(self.0.len() - 1)
    }

    fn insert(
        &mut self,
        page: usize,
        entry: ActionItem,
        position: Option<u32>,
        of: &str,
    ) -> Result<(), EditError> {
        let Page { section, entries } = &mut self.0[page];
        if *section == Section::Headline
            && let Some(taken) = entries.first()
        {
            return Err(EditError::HeadlineTaken(taken.point.id.clone()));
        }
        let of_item = entry.owner.is_some() || entry.due.is_some() || entry.due_on.is_some();
        if of_item && *section != Section::ActionItems {
            let (id, section) = (of.to_owned(), section.clone());
            return Err(EditError::NotAnActionItem { id, section });
        }
        let end = entries.len();
        let place = position.map_or(end, |place| end.min(place as usize));
        entries.insert(place, entry);
        Ok(())
    }

    fn merge(&mut self, ids: &[String], text: &str) -> Result<(), EditError> {
        if ids.iter().collect::<BTreeSet<_>>().len() < 2 {
            return Err(EditError::MergeOfOne);
        }
        let text = checked("text", &ids[0], text, TEXT_MAX)?;
        let mut merged: Option<ActionItem> = None;
        for id in ids {
            let (page, place) = self.at(id)?;
            let entry = self.0[page].entries[place].clone();
            let Some(first) = &mut merged else {
                merged = Some(entry);
                continue;
            };
            if entry.point.id == first.point.id {
                continue;
            }
            for quote in entry.point.quotes {
                if !first.point.quotes.contains(&quote) {
                    first.point.quotes.push(quote);
                }
            }
            first.point.turns.extend(entry.point.turns);
            first.owner = first.owner.take().or(entry.owner);
            if first.due.is_none() && first.due_on.is_none() {
                (first.due, first.due_on) = (entry.due, entry.due_on);
            }
            first.done &= entry.done;
            self.0[page].entries.remove(place);
        }
        let Some(mut first) = merged else { return Err(EditError::MergeOfOne) };
        first.point.quotes = few(&ids[0], &first.point.quotes)?;
        first.point.turns = resting(&first.point.turns, &first.point.quotes);
        first.point.text = text;
        let (page, place) = self.at(&ids[0])?;
        if self.0[page].section != Section::ActionItems {
            first = plain_entry(first.point);
        }
        self.0[page].entries[place] = first;
        Ok(())
    }

    fn rename(&mut self, title: &str, to: &str) -> Result<(), EditError> {
        let page = self
            .page(&Section::Own(title.to_owned()))
            .ok_or_else(|| EditError::NoSection(title.to_owned()))?;
        let to = checked("title", "a section", to, SHORT_MAX)?;
        let section = Section::from(to.clone());
        if !matches!(section, Section::Own(_)) {
            return Err(EditError::CommonSection(to));
        }
        if to != title && self.page(&section).is_some() {
            return Err(EditError::SectionExists(to));
        }
        self.0[page].section = section;
        Ok(())
    }
}

fn checked(field: &'static str, of: &str, text: &str, max: usize) -> Result<String, EditError> {
    let text = text.trim();
    if !is_visible(text) {
        return Err(EditError::Empty { field, of: of.to_owned() });
    }
    match text.chars().count() {
        chars if chars > max => Err(EditError::TooLong { field, of: of.to_owned(), chars, max }),
        _ => Ok(text.to_owned()),
    }
}

fn optional(
    field: &'static str,
    of: &str,
    text: Option<&str>,
) -> Result<Option<String>, EditError> {
    text.map(|text| checked(field, of, text, SHORT_MAX)).transpose()
}

fn checked_change(
    field: &'static str,
    of: &str,
    change: &Change<String>,
) -> Result<Change<String>, EditError> {
    match change {
        Change::Set(text) => checked(field, of, text, SHORT_MAX).map(Change::Set),
        other => Ok(other.clone()),
    }
}

fn frame(field: &'static str, text: Option<&str>) -> Result<Option<String>, EditError> {
    text.map(|text| checked(field, "the summary", text, FRAME_MAX)).transpose()
}

fn few(of: &str, quotes: &[Quote]) -> Result<Vec<Quote>, EditError> {
    match quotes.len() {
        0..=QUOTES_MAX => Ok(quotes.to_vec()),
        _ => Err(EditError::TooManyQuotes(of.to_owned())),
    }
}

/// Returns the turns that a point rests on: those named, and those of its quotes.
fn resting(turns: &[u32], quotes: &[Quote]) -> Vec<u32> {
    let all: BTreeSet<u32> =
        turns.iter().copied().chain(quotes.iter().map(|quote| quote.turn)).collect();
    all.into_iter().collect()
}

#[cfg(test)]
mod tests;
