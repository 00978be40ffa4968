//! Who does an action item, until when, and whether it is done.

use super::super::lexicon::Tongue;
use super::super::pattern::Open;
use super::super::target::Target;
use super::super::tokens::{Kind, folded};
use super::super::{Interpreter, Outcome};
use crate::question::dates::ahead::last_day;
use chrono::NaiveDate;
use debrief_domain::change::Change;
use debrief_domain::summary::Section;
use debrief_domain::summary::content::ActionItem;
use debrief_domain::summary::edit::Edit;

/// Most words of a name.
const NAME_WORDS: usize = 4;

impl Interpreter<'_> {
    pub(super) fn item(&self, id: &str) -> Option<&ActionItem> {
        self.content.action_items.iter().find(|item| item.point.id == id)
    }

    /// Returns the ids of action items, or the id of a point that is none.
    pub(super) fn items(&self, target: &Target) -> Result<Vec<String>, String> {
        let ids = match target {
            Target::Summary => self.points().ids(&Section::ActionItems),
            other => self.ids(other),
        };
        match ids.iter().find(|id| self.item(id).is_none()) {
            Some(other) => Err(other.clone()),
            None => Ok(ids),
        }
    }

    pub(super) fn change_items(
        &self,
        ids: Result<Vec<String>, String>,
        set: impl Fn(&mut ItemChange),
        said: impl Fn(&str) -> (String, String),
    ) -> Option<Outcome> {
        let ids = match ids {
            Ok(ids) => ids,
            Err(other) => return self.ask(self.say.not_an_item(&other)),
        };
        let edits = ids.iter().map(|id| change(id, &set)).collect();
        let (english, hebrew) = said(&self.say.ids(&ids));
        self.edits(edits, english, hebrew)
    }

    /// Returns the owner that words name; a question if they do so only in a conversation.
    pub(super) fn owner(&self, part: &Open) -> Option<Result<String, String>> {
        if part.tokens.len() > NAME_WORDS || part.tokens.iter().any(|t| t.kind == Kind::Mark) {
            return None;
        }
        let mut name = self.words(part);
        let possessive = ["'s", "’s"].iter().find_map(|end| name.strip_suffix(end));
        let possessive = possessive
            .or_else(|| name.strip_suffix(['\'', '’']).filter(|name| name.ends_with('s')));
        let is_possessive = possessive.is_some();
        if let Some(bare) = possessive {
            name = bare.to_owned();
        }
        if self.lexicon.pronouns.contains(&name.to_lowercase().as_str()) {
            return Some(Err(self.say.who(&name)));
        }
        let words = name.split_whitespace();
        let upper =
            words.clone().all(|word| word.starts_with(|c: char| c.is_uppercase() || !c.is_ascii()));
        let known =
            self.content.action_items.iter().any(|item| {
                item.owner.as_deref().is_some_and(|owner| folded(owner) == folded(&name))
            });
        let role =
            ["the client", "the coach", "client", "coach"].contains(&name.to_lowercase().as_str());
        // "Make it shorter" names nobody. A name has a capital, or is one that is known.
        let named = self.lexicon.tongue == Tongue::Hebrew
            || upper
            || known
            || role
            || is_possessive && part.tokens.len() == 1;
        named.then_some(Ok(name))
    }

    /// Returns the last day of a time, counted from the day of the session.
    pub(super) fn day(&self, time: &str) -> Option<NaiveDate> {
        match self.context.held_on {
            Some(day) => last_day(time, day),
            // A date is one on any day.
            None => time.trim().parse().ok(),
        }
    }

    /// Returns a time as said.
    pub(super) fn time(&self, part: &Open) -> Option<String> {
        let words = self.words(part);
        let first = part.tokens.first()?.lower.clone();
        let bare = match self.lexicon.before_time.contains(&first.as_str()) && part.tokens.len() > 1
        {
            true => self.text[part.tokens[1].from..part.tokens.last()?.to].to_owned(),
            false => words,
        };
        (part.tokens.len() <= 8).then_some(bare)
    }
}

/// What changes of a point.
#[derive(Default)]
pub(super) struct ItemChange {
    pub(super) text: Option<String>,
    pub(super) owner: Change<String>,
    pub(super) due: Change<String>,
    pub(super) due_on: Change<NaiveDate>,
    pub(super) done: Option<bool>,
}

/// Returns the edit that changes a point so.
pub(super) fn change(id: &str, set: impl FnOnce(&mut ItemChange)) -> Edit {
    let mut item = ItemChange::default();
    set(&mut item);
    Edit::Change {
        id: id.to_owned(),
        text: item.text,
        turns: None,
        quotes: None,
        owner: item.owner,
        due: item.due,
        due_on: item.due_on,
        done: item.done,
    }
}
