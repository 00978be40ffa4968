//! From an instruction that was understood to edits.

use super::lexicon::Action;
use super::lexicon::Tongue;
use super::pattern::Open;
use super::replace::{mentions, replaced};
use super::say::Need;
use super::target::{Found, Points, Target};
use super::tokens::{Kind, folded};
use super::{Interpreter, Outcome, shorten};
use crate::question::dates::ahead::last_day;
use chrono::NaiveDate;
use debrief_domain::change::Change;
use debrief_domain::summary::Section;
use debrief_domain::summary::content::ActionItem;
use debrief_domain::summary::edit::Edit;

/// Most words of a name, and of what is replaced.
const NAME_WORDS: usize = 4;
const PHRASE_WORDS: usize = 8;
/// Most characters of an excerpt in an answer.
const EXCERPT: usize = 60;

/// Returns from the enclosing function with a question, or with `None` if these words are no
/// description.
macro_rules! target {
    ($interpreter:expr, $open:expr, $name:literal) => {
        match $interpreter.points().find($interpreter.part($open, $name)?.tokens) {
            Found::Is(target) => target,
            Found::Unclear(question) => return Some(Outcome::Unclear { question }),
            Found::No => return None,
        }
    };
}

impl Interpreter<'_> {
    /// Returns what comes of an action; `None` if what a pattern leaves open does not suit it.
    pub(super) fn act(&self, action: Action, open: &[Open]) -> Option<Outcome> {
        match action {
            Action::Drop => self.drop(target!(self, open, 't')),
            Action::LeaveOut => {
                let part = self.part(open, 'x')?;
                // Without "the word" before them, words must be quoted.
                let named = self.text[..part.from].trim_end().to_lowercase();
                let named = [
                    "word",
                    "words",
                    "phrase",
                    "phrases",
                    "name",
                    "המילה",
                    "המילים",
                    "הביטוי",
                    "השם",
                ]
                .iter()
                .any(|noun| named.ends_with(noun));
                let quoted = matches!(part.tokens, [only] if only.kind == Kind::Quoted);
                let within = match self.part(open, 't') {
                    Some(_) => Some(target!(self, open, 't')),
                    None => None,
                };
                // All that a point says is the point.
                let bare = |text: &str| folded(text.trim().trim_end_matches(['.', '!', '?']));
                let words = bare(&self.words(part));
                let points = self.content.points();
                let whole = points.iter().filter(|(_, point)| bare(&point.text) == words);
                let whole: Vec<String> = whole.map(|(_, point)| point.id.clone()).collect();
                if quoted && !whole.is_empty() && within.is_none() {
                    return match whole.len() {
                        1 => self.drop(Target::Points(whole)),
                        _ => self.ask(self.say.which_of_these(&whole)),
                    };
                }
                if named || quoted {
                    self.replace(&self.words(part), "", within.as_ref())
                } else {
                    None
                }
            }
            Action::Shorten | Action::Halve => {
                let target = match self.part(open, 't') {
                    Some(_) => target!(self, open, 't'),
                    None => Target::Summary,
                };
                self.shorten(target, action == Action::Halve)
            }
            Action::ShortenTo => self.shorten_to(open),
            Action::Add => self.add(open),
            Action::SetText => self.set_text(open),
            Action::Replace => {
                let within = match self.part(open, 't') {
                    Some(_) => Some(target!(self, open, 't')),
                    None => None,
                };
                let (from, to) = (self.part(open, 'x')?, self.part(open, 'y')?);
                // "It" and "the order of the topics" are no words of the summary.
                let words = self.words(from);
                let is_there = self.content.points().iter().any(|(_, p)| mentions(&p.text, &words))
                    || self.content.sections.iter().any(|own| mentions(&own.title, &words));
                if !is_there && self.points().find(from.tokens) != Found::No {
                    return None;
                }
                if from.tokens.len() > PHRASE_WORDS || to.tokens.len() > PHRASE_WORDS {
                    return None;
                }
                self.replace(&self.words(from), &self.words(to), within.as_ref())
            }
            Action::Call => self.call(open),
            Action::First | Action::Last | Action::Up | Action::Down => {
                self.shift(target!(self, open, 't'), action)
            }
            Action::Before | Action::After => {
                let (what, to) = (target!(self, open, 't'), target!(self, open, 'u'));
                self.beside(what, to, action == Action::After)
            }
            Action::Into => {
                let section = self.points().section(self.part(open, 'u')?.tokens)?;
                self.to_section(target!(self, open, 't'), section)
            }
            Action::Headline => self.headline(target!(self, open, 't')),
            Action::Swap => self.swap(target!(self, open, 't')),
            Action::Merge => self.merge(target!(self, open, 't')),
            Action::Assign => {
                let target = target!(self, open, 't');
                let owner = match self.owner(self.part(open, 'p')?)? {
                    Ok(owner) => owner,
                    Err(question) => return Some(Outcome::Unclear { question }),
                };
                let change = |item: &mut ItemChange| item.owner = Change::Set(owner.clone());
                let ids = self.items(&target);
                let say = |ids: &str| {
                    (format!("Assigned {ids} to {owner}."), format!("{ids} באחריות {owner}."))
                };
                self.change_items(ids, change, say)
            }
            Action::Unassign => {
                let ids = self.items(&target!(self, open, 't'));
                let say = |ids: &str| {
                    (format!("Removed the owner of {ids}."), format!("ל-{ids} אין עכשיו אחראי."))
                };
                self.change_items(ids, |item| item.owner = Change::Clear, say)
            }
            Action::Done | Action::Undone => {
                let done = action == Action::Done;
                let ids = self.items(&target!(self, open, 't'));
                let say = move |ids: &str| match done {
                    true => (format!("Marked {ids} as done."), format!("סומן כבוצע: {ids}.")),
                    false => {
                        (format!("Marked {ids} as not done."), format!("סומן כלא בוצע: {ids}."))
                    }
                };
                self.change_items(ids, |item| item.done = Some(done), say)
            }
            Action::Due => {
                let ids = self.items(&target!(self, open, 't'));
                let time = self.time(self.part(open, 'x')?)?;
                let day = self.day(&time);
                let say = |ids: &str| {
                    (
                        format!("Set the deadline of {ids} to {time}."),
                        format!("המועד של {ids}: {time}."),
                    )
                };
                let change = |item: &mut ItemChange| {
                    item.due = Change::Set(time.clone());
                    item.due_on = day.map_or(Change::Clear, Change::Set);
                };
                self.change_items(ids, change, say)
            }
            Action::NoDue => {
                let ids = self.items(&target!(self, open, 't'));
                let say = |ids: &str| {
                    (format!("Removed the deadline of {ids}."), format!("ל-{ids} אין עכשיו מועד."))
                };
                let change = |item: &mut ItemChange| {
                    (item.due, item.due_on) = (Change::Clear, Change::Clear);
                };
                self.change_items(ids, change, say)
            }
            Action::Opening | Action::Closing => self.frame(open, action == Action::Opening),
            Action::NoOpening => match &self.content.opening {
                Some(_) => self.edits(
                    vec![Edit::SetOpening { text: None }],
                    "Removed the greeting.",
                    "הברכה הוסרה.",
                ),
                None => self.ask(
                    self.say
                        .of("There is no greeting. What should be changed?", "אין ברכה. מה לשנות?"),
                ),
            },
            Action::NoClosing => {
                match &self.content.closing {
                    Some(_) => self.edits(
                        vec![Edit::SetClosing { text: None }],
                        "Removed the sign-off.",
                        "החתימה הוסרה.",
                    ),
                    None => self.ask(self.say.of(
                        "There is no sign-off. What should be changed?",
                        "אין חתימה. מה לשנות?",
                    )),
                }
            }
            Action::WhichText => match self.part(open, 't') {
                Some(part) => {
                    let section = self.points().section(part.tokens)?;
                    self.ask(self.say.which_text(&section))
                }
                None => self.ask(self.say.add_where()),
            },
            Action::WhichFrame => self.ask(self.say.frame_words()),
            Action::Rename => self.rename(open),
        }
    }

    pub(super) fn points(&self) -> Points<'_> {
        Points { content: self.content, lexicon: self.lexicon, say: self.say }
    }

    fn part<'o, 't>(&self, open: &'o [Open<'t>], name: char) -> Option<&'o Open<'t>> {
        open.iter().find(|part| part.name == name)
    }

    /// Returns the words of a part as they were written, without quotation marks around them. What
    /// a colon introduces keeps its final punctuation.
    fn words(&self, part: &Open) -> String {
        let to = part.tokens.last().map_or(part.from, |last| last.to);
        let words = self.text[part.from.min(to)..to].trim();
        if self.is_quoted(part) {
            return words.to_owned();
        }
        if self.is_introduced(part) {
            let end = self.text[to..].chars().next().filter(|c| matches!(c, '.' | '?' | '!' | '…'));
            return words.chars().chain(end).collect();
        }
        let article = part.tokens.len() > 1 && part.tokens[0].lower == "את";
        let words = if article { words.trim_start_matches("את").trim() } else { words };
        words.trim_end_matches([',', ';', ':']).to_owned()
    }

    fn is_quoted(&self, part: &Open) -> bool {
        matches!(part.tokens, [only] if only.kind == Kind::Quoted)
    }

    /// Whether a colon introduces a part.
    fn is_introduced(&self, part: &Open) -> bool {
        self.text[..part.from]
            .trim_end()
            .trim_end_matches(['“', '"', '«', '״', '\'', '‘'])
            .trim_end()
            .ends_with(':')
    }

    fn edits(
        &self,
        edits: Vec<Edit>,
        english: impl Into<String>,
        hebrew: impl Into<String>,
    ) -> Option<Outcome> {
        Some(Outcome::Edits { edits, said: self.say.of(english, hebrew) })
    }

    fn ask(&self, question: String) -> Option<Outcome> {
        Some(Outcome::Unclear { question })
    }

    fn needs(&self, need: Need) -> Option<Outcome> {
        Some(Outcome::NeedsModel { why: self.say.needs_model(need) })
    }

    /// Returns a point's id and the beginning of its text.
    fn named(&self, id: &str) -> String {
        let text = self.points().point(id).map(|(_, point)| point.text.clone()).unwrap_or_default();
        let short = match text.char_indices().nth(EXCERPT) {
            Some((end, _)) => format!("{}…", text[..end].trim_end()),
            None => text,
        };
        format!("{id} (“{short}”)")
    }

    fn list(&self, ids: &[String]) -> String {
        match ids {
            [one] => self.named(one),
            many => self.say.ids(many),
        }
    }

    fn ids(&self, target: &Target) -> Vec<String> {
        match target {
            Target::Points(ids) => ids.clone(),
            Target::Section(section) => self.points().ids(section),
            Target::Summary => self.content.points().iter().map(|(_, p)| p.id.clone()).collect(),
        }
    }

    fn drop(&self, target: Target) -> Option<Outcome> {
        if target == Target::Summary {
            return self.ask(self.say.everything());
        }
        let ids = self.ids(&target);
        if ids.len() == self.content.points().len() {
            return self.ask(self.say.everything());
        }
        let names = self.list(&ids);
        let edits = ids.into_iter().map(|id| Edit::Drop { id }).collect();
        self.edits(edits, format!("Dropped {names}."), format!("הוסר: {names}."))
    }

    fn shorten(&self, target: Target, halve: bool) -> Option<Outcome> {
        let keep = |count: usize| if halve { count.div_ceil(2) } else { (count * 2).div_ceil(3) };
        let mut gone = Vec::new();
        match &target {
            Target::Summary => {
                for section in shorten::sections(self.content) {
                    let count = self.points().ids(&section).len();
                    gone.extend(shorten::least(self.content, &section, keep(count)));
                }
            }
            Target::Section(section) => {
                let count = self.points().ids(section).len();
                gone.extend(shorten::least(self.content, section, keep(count)));
            }
            Target::Points(_) => {}
        }
        self.shortened(self.ids(&target), gone)
    }

    /// Returns the edits that drop points and trim the others of a target.
    fn shortened(&self, ids: Vec<String>, gone: Vec<String>) -> Option<Outcome> {
        let mut edits: Vec<Edit> = gone.iter().map(|id| Edit::Drop { id: id.clone() }).collect();
        let mut trimmed = Vec::new();
        for id in ids.into_iter().filter(|id| !gone.contains(id)) {
            let (_, point) = self.points().point(&id)?;
            if let Some(text) = shorten::trimmed(&point.text, self.lexicon) {
                edits.push(change(&id, |change| change.text = Some(text)));
                trimmed.push(id);
            }
        }
        if edits.is_empty() {
            return self.needs(Need::Rewriting);
        }
        let (mut english, mut hebrew) = (Vec::new(), Vec::new());
        if !gone.is_empty() {
            let names = self.list(&gone);
            english.push(format!("dropped {names}"));
            hebrew.push(format!("הוסר {names}"));
        }
        if !trimmed.is_empty() {
            let names = self.say.ids(&trimmed);
            english.push(format!("trimmed {names}"));
            hebrew.push(format!("קוצר {names}"));
        }
        self.edits(
            edits,
            format!("Shortened: {}.", english.join(", ")),
            format!("קוצר: {}.", hebrew.join(", ")),
        )
    }

    fn shorten_to(&self, open: &[Open]) -> Option<Outcome> {
        let points = self.points();
        let (keep, of) = points.number(self.part(open, 'n')?.tokens)?;
        let target = match (self.part(open, 't'), of) {
            (Some(_), _) => target!(self, open, 't'),
            (None, Some(section)) => Target::Section(section),
            (None, None) => return self.ask(self.say.which_section()),
        };
        let Target::Section(section) = target else {
            return match target {
                Target::Summary => self.ask(self.say.which_section()),
                _ => None,
            };
        };
        let count = points.ids(&section).len();
        if keep == 0 || keep >= count {
            return self.ask(self.say.only(&section, count));
        }
        let gone = shorten::least(self.content, &section, keep);
        let names = self.list(&gone);
        let edits = gone.into_iter().map(|id| Edit::Drop { id }).collect();
        self.edits(edits, format!("Shortened: dropped {names}."), format!("קוצר: הוסר {names}."))
    }

    fn add(&self, open: &[Open]) -> Option<Outcome> {
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
    fn is_vague(&self, part: &Open) -> bool {
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
    fn time_at_end(&self, text: &str) -> Option<(String, String)> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let at = words
            .iter()
            .rposition(|word| ["by", "until", "עד"].contains(&word.to_lowercase().as_str()))?;
        let time = words[at..].join(" ").trim_end_matches('.').to_owned();
        (at > 1 && words.len() - at <= 5).then(|| (words[..at].join(" "), time))
    }

    fn set_text(&self, open: &[Open]) -> Option<Outcome> {
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

    fn replace(&self, from: &str, to: &str, within: Option<&Target>) -> Option<Outcome> {
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
    fn call(&self, open: &[Open]) -> Option<Outcome> {
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

    fn rename(&self, open: &[Open]) -> Option<Outcome> {
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

    fn frame(&self, open: &[Open], opening: bool) -> Option<Outcome> {
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

    fn shift(&self, target: Target, action: Action) -> Option<Outcome> {
        let Target::Points(ids) = target else {
            return match target {
                Target::Section(_) => self.ask(self.say.sections_are_fixed()),
                _ => None,
            };
        };
        let mut edits = Vec::new();
        // Several points keep their order.
        let in_turn: Vec<&String> = match action {
            Action::First | Action::Down => ids.iter().rev().collect(),
            _ => ids.iter().collect(),
        };
        for id in in_turn {
            let (section, _) = self.points().point(id)?;
            let all = self.points().ids(&section);
            let at = all.iter().position(|known| known == id)?;
            let position = match action {
                Action::First => 0,
                Action::Last => all.len() - 1,
                Action::Up => at.saturating_sub(1),
                _ => (at + 1).min(all.len() - 1),
            };
            edits.push(moved(id, None, Some(position)));
        }
        let names = self.list(&ids);
        self.edits(edits, format!("Moved {names}."), format!("הוזז: {names}."))
    }

    fn beside(&self, what: Target, to: Target, after: bool) -> Option<Outcome> {
        let (Target::Points(ids), Target::Points(to)) = (&what, &to) else {
            let sections = matches!((&what, &to), (Target::Section(_), Target::Section(_)));
            return if sections { self.ask(self.say.sections_are_fixed()) } else { None };
        };
        let [to] = to.as_slice() else { return self.ask(self.say.which_of_these(to)) };
        if ids.contains(to) {
            return self.ask(self.say.two_points());
        }
        let (section, _) = self.points().point(to)?;
        let left: Vec<String> =
            self.points().ids(&section).into_iter().filter(|id| !ids.contains(id)).collect();
        let at = left.iter().position(|id| id == to)? + usize::from(after);
        // Of several points, those whose turn has not come must not stand in the way: all go to the
        // end first.
        let aside = ids.iter().filter(|_| ids.len() > 1).map(|id| moved(id, Some(&section), None));
        let edits: Vec<Edit> = aside
            .chain(ids.iter().enumerate().map(|(n, id)| moved(id, Some(&section), Some(at + n))))
            .collect();
        let names = self.list(ids);
        self.edits(
            edits,
            format!("Moved {names} next to {to}."),
            format!("הוזז ליד {to}: {names}."),
        )
    }

    fn to_section(&self, target: Target, section: Section) -> Option<Outcome> {
        let ids = match target {
            Target::Summary => return None,
            Target::Section(_) if self.ids(&target).len() > 1 => self.ids(&target),
            other => self.ids(&other),
        };
        if section == Section::Headline {
            return self.headline(Target::Points(ids));
        }
        let edits = ids.iter().map(|id| moved(id, Some(&section), None)).collect();
        let (names, to) = (self.list(&ids), self.say.section(&section, false));
        self.edits(edits, format!("Moved {names} to the {to}."), format!("הועבר אל {to}: {names}."))
    }

    /// Makes a point the headline. The headline that was takes its place, so that nothing is lost.
    fn headline(&self, target: Target) -> Option<Outcome> {
        let ids = self.ids(&target);
        let [id] = ids.as_slice() else { return self.ask(self.say.which_of_these(&ids)) };
        let (section, _) = self.points().point(id)?;
        let at = self.points().ids(&section).iter().position(|known| known == id)?;
        let mut edits = Vec::new();
        if let Some(headline) = self.content.headline.as_ref().filter(|head| head.id != *id) {
            edits.push(moved(&headline.id, Some(&section), Some(at)));
        }
        edits.push(moved(id, Some(&Section::Headline), None));
        let name = self.named(id);
        self.edits(
            edits,
            format!("{name} is the headline now."),
            format!("הכותרת היא עכשיו {name}."),
        )
    }

    fn swap(&self, target: Target) -> Option<Outcome> {
        let ids = self.ids(&target);
        let [a, b] = ids.as_slice() else { return self.ask(self.say.two_points()) };
        let place = |id: &str| {
            let (section, _) = self.points().point(id)?;
            let at = self.points().ids(&section).iter().position(|known| known == id)?;
            Some((section, at))
        };
        let ((first, at), (second, to)) = (place(a)?, place(b)?);
        if first != second && [&first, &second].contains(&&Section::Headline) {
            return None;
        }
        // The earlier one leaves a gap before the later one's place.
        let (early, late) =
            if first == second && at > to { ((b, to), (a, at)) } else { ((a, at), (b, to)) };
        let edits = match first == second {
            true => vec![moved(early.0, None, Some(late.1)), moved(late.0, None, Some(early.1))],
            false => vec![moved(a, Some(&second), Some(to)), moved(b, Some(&first), Some(at))],
        };
        self.edits(edits, format!("Swapped {a} and {b}."), format!("{a} ו-{b} הוחלפו."))
    }

    fn merge(&self, target: Target) -> Option<Outcome> {
        let ids = self.ids(&target);
        if target == Target::Summary || ids.len() < 2 {
            return self.ask(self.say.two_points());
        }
        let texts: Vec<String> = ids
            .iter()
            .filter_map(|id| self.points().point(id).map(|(_, point)| point.text.trim().to_owned()))
            .collect();
        let last = texts.len() - 1;
        let text: Vec<String> = texts
            .into_iter()
            .enumerate()
            .map(|(at, text)| match text.ends_with(['.', '?', '!', ';', '…']) || at == last {
                true => text,
                false => text + ";",
            })
            .collect();
        let names = self.say.ids(&ids);
        let edit = Edit::Merge { ids, text: text.join(" ") };
        self.edits(vec![edit], format!("Merged {names}."), format!("אוחד: {names}."))
    }

    fn item(&self, id: &str) -> Option<&ActionItem> {
        self.content.action_items.iter().find(|item| item.point.id == id)
    }

    /// Returns the ids of action items, or the id of a point that is none.
    fn items(&self, target: &Target) -> Result<Vec<String>, String> {
        let ids = match target {
            Target::Summary => self.points().ids(&Section::ActionItems),
            other => self.ids(other),
        };
        match ids.iter().find(|id| self.item(id).is_none()) {
            Some(other) => Err(other.clone()),
            None => Ok(ids),
        }
    }

    fn change_items(
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
    fn owner(&self, part: &Open) -> Option<Result<String, String>> {
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
    fn day(&self, time: &str) -> Option<NaiveDate> {
        match self.context.held_on {
            Some(day) => last_day(time, day),
            // A date is one on any day.
            None => time.trim().parse().ok(),
        }
    }

    /// Returns a time as said.
    fn time(&self, part: &Open) -> Option<String> {
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
struct ItemChange {
    text: Option<String>,
    owner: Change<String>,
    due: Change<String>,
    due_on: Change<NaiveDate>,
    done: Option<bool>,
}

fn change(id: &str, set: impl FnOnce(&mut ItemChange)) -> Edit {
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

fn moved(id: &str, section: Option<&Section>, position: Option<usize>) -> Edit {
    Edit::Move {
        id: id.to_owned(),
        section: section.cloned(),
        position: position.map(|at| at as u32),
    }
}
