//! From an instruction that was understood to edits.

use super::lexicon::Action;
use super::pattern::Open;
use super::replace::mentions;
use super::say::Need;
use super::target::{Found, Points, Target};
use super::tokens::{Kind, folded};
use super::{Interpreter, Outcome};
use debrief_domain::change::Change;
use debrief_domain::summary::edit::Edit;
use items::ItemChange;

/// Most words of a phrase that is replaced.
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

mod items;
mod length;
mod order;
mod text;

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
}
