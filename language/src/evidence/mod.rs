//! Checks what a language model wrote against the transcript.
//!
//! Invariants:
//! - A point that is kept has only quotes that are verbatim slices of their turns; what the model
//!   wrote as a quote is replaced by that slice.
//! - Each number, date and proper name of a kept point was said in its quotes and turns, or is
//!   known: see [`Known`]. Who will do something and when was said too.
//! - A problem is a sentence that tells the model what to change.
//!
//! What a point says beyond that is not checked: that its words follow from its quotes is for the
//! reader, who is shown both.

mod claim;
mod dates;
mod letters;
mod names;
mod numbers;
mod quote;
mod script;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use chrono::NaiveDate;
use debrief_domain::summary::Section;
use debrief_domain::summary::content::{ActionItem, Checked, Point, Quote};
use debrief_domain::transcript::content::{Content, Role};
use unicode_segmentation::UnicodeSegmentation;

use crate::lists::{self, Pack};
use crate::question::dates::ahead::last_day;
pub use claim::{Claim, ClaimedQuote, Problem, Stated, Verdict, What};
use dates::Days;
pub(crate) use dates::same_dates;
use letters::Letters;
pub(crate) use letters::is_unseen;
use names::{Names, Written};
pub(crate) use numbers::same_numbers;
use numbers::{Number, Value, numbers, pairs};
use quote::Said;

/// Words that stand for a person by their role, in owners.
const COACH: &[&str] = &["coach", "the coach", "מאמן", "מאמנת", "המאמן", "המאמנת"];
const CLIENT: &[&str] = &["client", "the client", "לקוח", "לקוחה", "הלקוח", "הלקוחה"];

/// What is known besides the transcript.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// The day of the session.
    pub held_on: Option<NaiveDate>,
    /// Names that any point may use: of the client and the coach, and the terms of the vocabulary.
    /// Those of the participants are known anyway.
    pub names: &'a [&'a str],
    /// BCP 47 tag of the language that points are written in; by default the transcript's.
    pub language: Option<&'a str>,
}

/// The points of an answer, by what the check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sifted {
    /// Those that stand, in their order.
    pub kept: Vec<Stated>,
    /// Those that do not, and why.
    pub failed: Vec<(Claim, Vec<Problem>)>,
}

/// A transcript that points are checked against.
#[derive(Debug)]
pub struct Evidence<'a> {
    said: Said<'a>,
    held_on: Option<NaiveDate>,
    pack: &'static Pack,
    /// Primary subtag of the language of points.
    tag: String,
    known: Names,
    written: Written,
}

impl<'a> Evidence<'a> {
    /// Reads a transcript.
    pub fn new(content: &'a Content, known: &Known<'_>) -> Self {
        let said = || content.turns.iter().map(|turn| turn.text.as_str());
        let tag = known.language.or(content.language.as_deref());
        let tag = tag.map(|tag| tag.split('-').next().unwrap_or(tag).to_lowercase());
        let pack = match &tag {
            Some(tag) => lists::pack(tag),
            None => {
                let words: Vec<String> =
                    said().flat_map(str::unicode_words).take(3000).map(str::to_lowercase).collect();
                lists::by_stop_words(words.iter().map(String::as_str)).unwrap_or(&lists::ANY)
            }
        };
        let people = content.participants.iter().flat_map(|person| {
            std::iter::once(&person.name).chain(&person.other_names).map(String::as_str)
        });
        Self {
            said: Said::new(content),
            held_on: known.held_on,
            pack,
            tag: tag.unwrap_or_else(|| pack.code.to_owned()),
            known: Names::of(people.chain(known.names.iter().copied())),
            written: Written::of(said()),
        }
    }

    /// Finds words in the transcript, equal in all letters but for case, punctuation and white
    /// space. `turn` is where they are expected; the nearest is returned. Words that go from one
    /// turn into the next of the same speaker give two quotes.
    pub fn find_quote(&self, turn: Option<u32>, text: &str) -> Option<Vec<Quote>> {
        self.said.find(turn, text)
    }

    /// Returns the primary subtags of the languages that are spoken and written.
    fn tags(&self) -> Vec<&str> {
        let spoken = self.said.content.language.as_deref();
        let spoken = spoken.map(|tag| tag.split('-').next().unwrap_or(tag));
        spoken.into_iter().chain([self.tag.as_str()]).collect()
    }

    /// Checks the points of an answer.
    pub fn sift(&self, claims: Vec<Claim>) -> Sifted {
        let mut sifted = Sifted::default();
        for claim in claims {
            match self.check(&claim) {
                Verdict::Kept(stated) => sifted.kept.push(*stated),
                Verdict::Fixable(problems) => sifted.failed.push((claim, problems)),
            }
        }
        sifted
    }

    /// Checks what a model answered when it was asked again for the points that failed, and for
    /// `unread` ones whose form was wrong. Of each section at most as many are taken as were asked
    /// for. Returns all points that stand, and the counts.
    pub fn repair(&self, first: Sifted, unread: u32, again: Vec<Claim>) -> (Vec<Stated>, Checked) {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let mut checked = Checked { kept: number(first.kept.len()), repaired: 0, dropped: 0 };
        let asked = number(first.failed.len()).saturating_add(unread);
        let mut missing: HashMap<Section, u32> = HashMap::new();
        for (claim, _) in &first.failed {
            *missing.entry(claim.section.clone()).or_default() += 1;
        }
        let mut spare = unread;
        let mut kept = first.kept;
        for stated in self.sift(again).kept {
            let missing = missing.entry(stated.section.clone()).or_default();
            let left = if *missing > 0 { missing } else { &mut spare };
            if *left > 0 && !kept.contains(&stated) {
                *left -= 1;
                checked.repaired += 1;
                kept.push(stated);
            }
        }
        checked.dropped = asked.saturating_sub(checked.repaired);
        (kept, checked)
    }

    /// Checks a point.
    pub fn check(&self, claim: &Claim) -> Verdict {
        let text = claim.text.trim();
        let mut problems = Vec::new();
        if text.is_empty() {
            return Verdict::Fixable(vec![Problem::Empty]);
        }
        let mut turns = Vec::new();
        for turn in &claim.turns {
            match self.said.place(*turn) {
                Some(_) => turns.push(*turn),
                None => problems.push(Problem::NoTurn(*turn)),
            }
        }
        let mut quotes: Vec<Quote> = Vec::new();
        for quote in &claim.quotes {
            let hint = quote.turn.or(claim.turns.first().copied());
            match self.find_quote(hint, &quote.text) {
                Some(found) => quotes.extend(found),
                None => problems.push(Problem::NotSaid(quote.text.clone())),
            }
        }
        turns.extend(quotes.iter().map(|quote| quote.turn));
        turns.sort_unstable();
        turns.dedup();
        let rests = if claim.section == Section::Topics { turns.len() } else { quotes.len() };
        if rests == 0 && problems.is_empty() {
            problems.push(Problem::NoEvidence);
        }
        let mut seen = Vec::new();
        quotes.retain(|quote| {
            let new = !seen.contains(&(quote.turn, quote.text.clone()));
            seen.push((quote.turn, quote.text.clone()));
            new
        });

        let ground = Ground::new(self, &turns);
        problems.extend(ground.unsupported(self, text));
        let mut item = ActionItem {
            point: Point { id: String::new(), text: text.to_owned(), turns, quotes },
            ..ActionItem::default()
        };
        if claim.section == Section::ActionItems {
            let filled = |text: &Option<String>| {
                text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
            };
            if let Some(owner) = filled(&claim.owner) {
                match ground.owner(self, &owner) {
                    Ok(owner) => item.owner = owner,
                    Err(problem) => problems.push(problem),
                }
            }
            if let Some(due) = filled(&claim.due) {
                match ground.due(&due) {
                    Some(due) => {
                        item.due_on = self.held_on.and_then(|held_on| last_day(&due, held_on));
                        item.due = Some(due);
                    }
                    None => problems.push(Problem::Due(due)),
                }
            }
        }
        if problems.is_empty() {
            Verdict::Kept(Box::new(Stated { section: claim.section.clone(), item }))
        } else {
            Verdict::Fixable(problems)
        }
    }
}

/// What the turns of a point say.
struct Ground<'a> {
    texts: Vec<&'a str>,
    numbers: Vec<Number>,
    years: Vec<Value>,
    days: Days,
    names: Names,
}

impl<'a> Ground<'a> {
    fn new(evidence: &Evidence<'a>, turns: &[u32]) -> Self {
        let turns = turns.iter().filter_map(|turn| evidence.said.place(*turn));
        let turns: Vec<_> = turns.map(|place| &evidence.said.content.turns[place]).collect();
        let texts: Vec<&str> = turns.iter().map(|turn| turn.text.as_str()).collect();
        let mut said = Vec::new();
        let mut years = Vec::new();
        for text in &texts {
            let found = numbers(text, &evidence.tags());
            years.extend(pairs(&found));
            said.extend(found);
        }
        let names = Names::of(texts.iter().copied()).with(&evidence.known);
        let days = Days::of(texts.iter().copied(), evidence.held_on);
        Self { texts, numbers: said, years, days, names }
    }

    /// Returns what a text says beyond its ground.
    fn unsupported(&self, evidence: &Evidence<'_>, text: &str) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut add = |what, text: &str| {
            let problem = Problem::Unsupported { what, text: text.to_owned() };
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        };
        let (days, dates) = self.days.check(text, evidence.pack);
        days.iter().for_each(|day| add(What::Date, day));
        for number in numbers(text, &[&evidence.tag]) {
            let dated =
                dates.iter().any(|date| date.start <= number.at.start && number.at.end <= date.end);
            if !dated && !number.vague && !self.counts(&number) {
                add(What::Number, &text[number.at.clone()]);
            }
        }
        let names = self.names.check(text, evidence.pack, &evidence.tag, &evidence.written);
        // "DevNet" may have been written "dev net".
        let apart = |name: &&String| self.find(name).is_none();
        names.iter().filter(apart).for_each(|name| add(What::Name, name));
        problems
    }

    /// Returns whether a number was said.
    fn counts(&self, number: &Number) -> bool {
        let one = number.value == Value::whole(1) && !number.percent;
        let article = || {
            let words = self.texts.iter().flat_map(|text| text.unicode_words());
            words.into_iter().any(|word| matches!(word.to_lowercase().as_str(), "a" | "an"))
        };
        self.numbers.iter().any(|said| number.is(said))
            || self.years.contains(&number.value)
            || one && article()
    }

    /// Returns the person that a name means, `None` if it is a role that nobody has.
    fn owner(&self, evidence: &Evidence<'_>, owner: &str) -> Result<Option<String>, Problem> {
        let people = &evidence.said.content.participants;
        let lower = owner.to_lowercase();
        for (words, role) in [(COACH, Role::Coach), (CLIENT, Role::Client)] {
            if words.contains(&lower.as_str()) {
                let mut found = people.iter().filter(|person| person.role == role);
                let first = found.next().filter(|_| found.next().is_none());
                return Ok(first.map(|person| person.name.clone()));
            }
        }
        let wanted = Letters::of(owner);
        let mut called =
            people.iter().filter(|person| Letters::of(&person.name).find(&wanted).next().is_some());
        if let (Some(person), None) = (called.next(), called.next()) {
            return Ok(Some(person.name.clone()));
        }
        if self.names.has_all(owner) {
            Ok(Some(owner.to_owned()))
        } else {
            Err(Problem::Owner(owner.to_owned()))
        }
    }

    /// Returns the words of a date as they were said.
    fn due(&self, due: &str) -> Option<String> {
        self.find(due).map(str::to_owned)
    }

    /// Returns words as they were said.
    fn find(&self, words: &str) -> Option<&'a str> {
        let wanted = Letters::of(words);
        self.texts.iter().find_map(|text| {
            let letters = Letters::of(text);
            let range = letters.find(&wanted).next()?;
            letters.source(range).map(|range| &text[range])
        })
    }
}
