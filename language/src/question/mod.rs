//! Interprets search questions: days, people, a kind of thing, phrases, and exclusions.
//!
//! Invariants:
//! - Any text is a question. Only its first 256 words are interpreted, so the cost is small, and
//!   linear in its length and the number of known people.
//! - Every interpretation has the words that state it; a quote is from the question, at character
//!   boundaries.
//! - The clock is the caller's; days are civil dates, to be converted in the right time zone.

mod content;
pub(crate) mod dates;
mod excluded;
mod kind;
mod language;
pub(crate) mod people;
mod quoted;
#[cfg(test)]
mod tests;
mod words;

use std::collections::HashSet;

use chrono::{NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::sentences;

/// Facts that the caller knows.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The current date of the asker.
    pub today: NaiveDate,
    pub week_starts: Weekday,
    /// Whether `3/4/2025` is the third of April. Always assumed in Hebrew.
    pub day_first: bool,
    pub people: &'a [Known],
    /// Days with a name, such as "the race".
    pub anchors: &'a [Anchor],
    /// Returns whether a word occurs in the searched content: then it is not a misspelled name.
    pub is_said: &'a dyn Fn(&str) -> bool,
}

impl Context<'_> {
    /// Only the date is known; weeks begin on Monday, months come first.
    pub fn on(today: NaiveDate) -> Self {
        Self {
            today,
            week_starts: Weekday::Mon,
            day_first: false,
            people: &[],
            anchors: &[],
            is_said: &|_| false,
        }
    }
}

/// A person whom a question may name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Known {
    /// A client's id.
    pub id: Option<Uuid>,
    pub name: String,
    pub role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Client,
    Coach,
    /// A speaker of a session; nothing else is known.
    Speaker,
}

/// A named day.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Anchor {
    pub name: String,
    pub date: NaiveDate,
}

/// An interpreted question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Interpreted {
    /// The remaining text to search, in its form and order: the question without dates and
    /// exclusions; phrases without their quotation marks.
    pub text: String,
    /// The words of `text` to search for: no stop words, no boilerplate such as "what did … say
    /// about", no words of the kind, and no unambiguous names of known people. May be empty: "What
    /// did we talk about last week?"
    pub words: Vec<String>,
    /// Quoted phrases: must occur verbatim.
    pub phrases: Vec<Quote>,
    /// Must not occur.
    pub excluded: Vec<Quote>,
    pub dates: Option<Dates>,
    pub people: Vec<Mention>,
    pub kind: Option<Asked>,
    /// Primary language subtag, if it can be determined.
    pub language: Option<&'static str>,
}

/// Words of the question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quote {
    pub text: String,
    /// Byte offset of the start.
    pub from: usize,
    /// Byte offset of the end.
    pub to: usize,
}

/// A half-open range of days; open where `None`, but not on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dates {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    /// How an ambiguous numeric date was read.
    pub order: Option<Order>,
    /// The words it comes from, in order.
    pub quotes: Vec<Quote>,
}

/// Which of two numbers is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    DayFirst,
    MonthFirst,
}

/// A person named in the question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mention {
    /// The people it may be; several if they fit equally well.
    pub people: Vec<Person>,
    pub how: How,
    pub quote: Quote,
}

/// A known person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Index in [`Context::people`].
    pub index: usize,
    pub id: Option<Uuid>,
    pub name: String,
    pub role: Role,
}

/// How a name was recognised, most certain first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The whole name.
    Exact,
    /// A first name or a surname.
    Part,
    /// A short form, or another spelling of the name.
    Nickname,
    Misspelled,
}

/// A kind of thing asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asked {
    pub kind: Kind,
    pub quote: Quote,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Commitments and action items.
    Promised,
    Decided,
    Asked,
}

/// Byte range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    from: usize,
    to: usize,
}

impl Quote {
    fn new(question: &str, span: Span) -> Self {
        Self { text: question[span.from..span.to].to_owned(), from: span.from, to: span.to }
    }
}

/// Interprets a question.
pub fn interpret(question: &str, context: &Context<'_>) -> Interpreted {
    let (quoted, minus) = quoted::find(question);
    let taken: Vec<Span> = quoted.iter().chain(&minus).map(|quoted| quoted.whole).collect();
    let mut words = words::split(question, &taken);
    let plain: Vec<sentences::Word> = words
        .iter()
        .map(|word| sentences::Word { from: word.from, to: word.to, lower: word.lower.clone() })
        .collect();

    let kind = kind::find(question, &words, &plain);
    let due = kind.as_ref().and_then(|(asked, at)| due(asked, at.end, &plain));
    let dates = dates::find(question, &mut words, context, &names(context.people), due);
    let left_out = excluded::find(question, &mut words, &plain);
    let people = people::find(question, &mut words, context);

    let mut phrases = Vec::new();
    let mut excluded: Vec<Quote> = left_out.iter().map(|(quote, _)| quote.clone()).collect();
    for quoted in quoted.iter().chain(&minus) {
        let quote = Quote::new(question, quoted.inner);
        if quoted.excluded { &mut excluded } else { &mut phrases }.push(quote);
    }
    excluded.sort_by_key(|quote| quote.from);

    let mut removed: Vec<Span> = left_out.iter().map(|(_, span)| *span).collect();
    removed.extend(quoted.iter().chain(&minus).filter(|q| q.excluded).map(|q| q.whole));
    removed.extend(
        dates
            .iter()
            .flat_map(|dates| &dates.quotes)
            .map(|quote| Span { from: quote.from, to: quote.to }),
    );
    let marks = quoted.iter().filter(|quoted| !quoted.excluded);
    removed.extend(marks.flat_map(|quoted| {
        let before = Span { from: quoted.whole.from, to: quoted.inner.from };
        [before, Span { from: quoted.inner.to, to: quoted.whole.to }]
    }));
    removed.sort_by_key(|span| span.from);

    let language = content::language(&words, &plain);
    let kept = content::Kept {
        removed: &removed,
        kind: kind.as_ref().map(|(_, at)| at.clone()),
        people: &people,
        dates: dates.as_ref().map_or(&[][..], |dates| &dates.quotes[..]),
    };
    Interpreted {
        text: content::text(question, &removed),
        words: content::words(question, &words, &plain, &kept),
        phrases,
        excluded,
        dates,
        people,
        kind: kind.map(|(asked, _)| asked),
        language,
    }
}

/// Returns where the promised action begins: after "promise to".
fn due(asked: &Asked, end: usize, plain: &[sentences::Word]) -> Option<usize> {
    let is_to = |at: usize| plain.get(at).is_some_and(|word| word.lower == "to");
    let verb = if is_to(end) { end + 1 } else { end };
    let verb = plain.get(verb).filter(|_| verb > 0 && is_to(verb - 1))?;
    let other = ["before", "until", "till", "by", "on", "in", "at", "about"];
    let promised = asked.kind == Kind::Promised && !other.contains(&verb.lower.as_str());
    promised.then_some(verb.from)
}

/// Returns the words of all names, in lower case.
fn names(people: &[Known]) -> HashSet<String> {
    people.iter().flat_map(|known| known.name.split_whitespace().map(words::lower)).collect()
}
