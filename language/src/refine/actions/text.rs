//! Adds points, and changes words: those of a point, of a name wherever it stands, of the greeting
//! and the sign-off.

use super::super::pattern::Open;
use super::super::replace::{mentions, replaced};
use super::super::say::Need;
use super::super::target::{Found, Target};
use super::super::tokens::folded;
use super::super::{Interpreter, Outcome};
use super::items::change;
use crate::question::dates::ahead::last_day;
use chrono::NaiveDate;
use debrief_domain::change::Change;
use debrief_domain::summary::Section;
use debrief_domain::summary::edit::Edit;

impl Interpreter<'_> {
    pub(super) fn add(&self, open: &[Open]) -> Option<Outcome> {
        let section = self.points().section(self.part(open, 't')?.tokens)?;
        let part = self.part(open, 'x')?;
        let mut text = self.words(part);
        let clear = self.is_quoted(part) || self.is_introduced(part);
        // Words that make a longer name of the section are no words of the point.
        let joined: Vec<_> =
            self.part(open, 't')?.tokens.iter().chain(&part.tokens[..1]).cloned().collect();
        if !self.is_introduced(part) && self.points().section(&joined) == Some(section.clone()) {
            return None;
        }
        // "Add more decisions" says nothing; a sentence does.
        if !clear && (part.tokens.len() < 2 && section != Section::Topics || self.is_vague(part)) {
            return self.needs(Need::Other);
        }
        if self.part(open, 'p').is_some() && !clear {
            return None;
        }
        if !clear && section != Section::Topics {
            let mut chars = text.chars();
            text = chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect();
        }
        let owner = match self.part(open, 'p') {
            Some(part) => match self.owner(part)? {
                Ok(owner) => Some(owner),
                Err(question) => return self.ask(question),
            },
            None => None,
        };
        let of_item = section == Section::ActionItems;
        if owner.is_some() && !of_item {
            return None;
        }
        let (mut due, mut due_on) = (None, None);
        if of_item && let Some((before, time)) = self.time_at_end(&text) {
            due_on = self.day(&time);
            if due_on.is_some() {
                due = Some(time);
                text = before;
            }
        }
        let name = self.say.section(&section, false);
        let edit = Edit::Add {
            section,
            text: text.clone(),
            turns: Vec::new(),
            quotes: Vec::new(),
            owner,
            due,
            due_on,
            position: None,
        };
        self.edits(
            vec![edit],
            format!("Added to the {name}: “{text}”."),
            format!("נוסף ({name}): “{text}”."),
        )
    }

    /// Whether words ask for words instead of being them: "a decision about sleep", "more detail".
    pub(super) fn is_vague(&self, part: &Open) -> bool {
        let first = part.tokens[0].lower.as_str();
        [
            "about",
            "on",
            "more",
            "some",
            "regarding",
            "something",
            "another",
            "for",
            "from",
            "with",
            "detail",
            "details",
            "context",
            "על",
            "לגבי",
            "עוד",
            "משהו",
            "פרטים",
            "יותר",
        ]
        .contains(&first)
    }

    /// Returns a text without the time at its end, and the time: "by Friday".
    pub(super) fn time_at_end(&self, text: &str) -> Option<(String, String)> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let at = words
            .iter()
            .rposition(|word| ["by", "until", "עד"].contains(&word.to_lowercase().as_str()))?;
        let time = words[at..].join(" ").trim_end_matches('.').to_owned();
        (at > 1 && words.len() - at <= 5).then(|| (words[..at].join(" "), time))
    }

    pub(super) fn set_text(&self, open: &[Open]) -> Option<Outcome> {
        let tokens = self.part(open, 't')?.tokens;
        let Target::Points(ids) = target!(self, open, 't') else {
            return None;
        };
        let part = self.part(open, 'x')?;
        let text = self.words(part);
        let [id] = ids.as_slice() else { return None };
        // Words that are in the summary as well may be what is to be replaced.
        let bare = tokens.len() == 1 && !tokens[0].lower.contains(|c: char| c.is_ascii_digit());
        if bare && !self.is_quoted(part) {
            return None;
        }
        if !self.is_quoted(part) && !self.is_introduced(part) {
            if self.points().section(part.tokens).is_some() {
                return None;
            }
            let tone = part.tokens.iter().any(|t| self.lexicon.tone.contains(&t.lower.as_str()));
            return match tone || self.is_vague(part) {
                true => self.needs(Need::Tone),
                false => self.ask(self.say.which_words(id, &text)),
            };
        }
        let said = (format!("Changed {id} to “{text}”."), format!("{id} שונה ל“{text}”."));
        self.edits(vec![change(id, |change| change.text = Some(text))], said.0, said.1)
    }

    pub(super) fn replace(&self, from: &str, to: &str, within: Option<&Target>) -> Option<Outcome> {
        if from.is_empty() || from == to {
            return None;
        }
        let ids = within.map(|target| self.ids(target));
        let everywhere = matches!(within, None | Some(Target::Summary));
        let fits = |id: &str| ids.as_ref().is_none_or(|ids| ids.iter().any(|known| known == id));
        let (mut edits, mut count) = (Vec::new(), 0);
        let mut swap = |text: &str| -> Option<String> {
            let (text, times) = replaced(text, from, to);
            count += times;
            (times > 0).then_some(text)
        };
        for (section, point) in self.content.points() {
            if !fits(&point.id) {
                continue;
            }
            let item = self.item(&point.id).filter(|_| section == Section::ActionItems);
            let text = swap(&point.text);
            let owner = item.and_then(|item| swap(item.owner.as_deref()?));
            let due = item.and_then(|item| swap(item.due.as_deref()?));
            if text.is_some() || owner.is_some() || due.is_some() {
                let due_on = match (&due, item.and_then(|item| item.due_on)) {
                    (Some(due), _) => self.day(due).map_or(Change::Clear, Change::Set),
                    (None, _) => Change::Keep,
                };
                edits.push(change(&point.id, |change| {
                    change.text = text;
                    change.owner = owner.map_or(Change::Keep, Change::Set);
                    change.due = due.map_or(Change::Keep, Change::Set);
                    change.due_on = due_on;
                }));
            }
        }
        if everywhere {
            if let Some(text) = self.content.opening.as_deref().and_then(&mut swap) {
                edits.push(Edit::SetOpening { text: Some(text) });
            }
            if let Some(text) = self.content.closing.as_deref().and_then(&mut swap) {
                edits.push(Edit::SetClosing { text: Some(text) });
            }
            for own in &self.content.sections {
                if let Some(renamed) = swap(&own.title) {
                    edits.push(Edit::RenameSection { title: own.title.clone(), to: renamed });
                }
            }
        }
        if edits.is_empty() {
            return self.ask(self.say.not_there(from));
        }
        let times = |n: usize| if n == 1 { "once".to_owned() } else { format!("{n} times") };
        match to {
            "" => self.edits(
                edits,
                format!("Left out “{from}” {}.", times(count)),
                format!("“{from}” הושמט ({count})."),
            ),
            _ => self.edits(
                edits,
                format!("Replaced “{from}” with “{to}” {}.", times(count)),
                format!("“{from}” הוחלף ב“{to}” ({count})."),
            ),
        }
    }

    /// Replaces a name: only if it is clear where the one name ends and the other begins.
    pub(super) fn call(&self, open: &[Open]) -> Option<Outcome> {
        let (from, to) = (self.part(open, 'x')?, self.part(open, 'y')?);
        let (old, new) = (self.words(from), self.words(to));
        let is_name = |part: &Open, text: &str| {
            let hebrew = text.chars().any(|c| ('\u{5D0}'..='\u{5EA}').contains(&c));
            let upper = text.split_whitespace().all(|word| word.starts_with(char::is_uppercase));
            self.is_quoted(part) || part.tokens.len() == 1 && (upper || hebrew)
        };
        let known = self.content.points().iter().any(|(_, point)| mentions(&point.text, &old))
            || self
                .content
                .action_items
                .iter()
                .any(|i| i.owner.as_deref().is_some_and(|o| mentions(o, &old)));
        let time = last_day(&new, NaiveDate::default()).is_some();
        let spelled = is_name(from, &old) && is_name(to, &new) && !time;
        match spelled {
            true if known => self.replace(&old, &new, None),
            true => self.ask(self.say.not_there(&old)),
            false => None,
        }
    }

    pub(super) fn rename(&self, open: &[Open]) -> Option<Outcome> {
        let (from, to) = (self.words(self.part(open, 'x')?), self.words(self.part(open, 'y')?));
        let own = self.content.sections.iter().find(|own| folded(&own.title) == folded(&from));
        match own {
            Some(own) => self.edits(
                vec![Edit::RenameSection { title: own.title.clone(), to: to.clone() }],
                format!("Renamed the section “{}” to “{to}”.", own.title),
                format!("שם החלק “{}” שונה ל“{to}”.", own.title),
            ),
            None => None,
        }
    }

    pub(super) fn frame(&self, open: &[Open], opening: bool) -> Option<Outcome> {
        let part = self.part(open, 'x')?;
        let text = self.words(part);
        let greets = crate::voice::is_frame(&text, opening);
        if !self.is_quoted(part) && !self.is_introduced(part) && !greets {
            let tone = part.tokens.iter().any(|t| self.lexicon.tone.contains(&t.lower.as_str()));
            return if tone { self.needs(Need::Tone) } else { self.ask(self.say.frame_words()) };
        }
        let new = Some(text.clone());
        match opening {
            true => self.edits(
                vec![Edit::SetOpening { text: new }],
                format!("The summary begins with “{text}” now."),
                format!("הסיכום נפתח עכשיו ב“{text}”."),
            ),
            false => self.edits(
                vec![Edit::SetClosing { text: new }],
                format!("The summary ends with “{text}” now."),
                format!("הסיכום מסתיים עכשיו ב“{text}”."),
            ),
        }
    }
}
