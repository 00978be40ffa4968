//! Finds the days that a question asks about, in English and Hebrew.
//!
//! Invariants:
//! - Days are in the past: a recurring day is the latest ("in November", asked in March, is last
//!   November), and a range that begins after today is dropped.
//! - Nothing is guessed: an event that the caller does not know ("before Easter") gives no range
//!   and stays in the text; so do deadlines ("by Friday") and subjects ("about last week").
//! - Every range is stated by words of the question.

pub(crate) mod ahead;
mod atoms;
mod counted;
mod frames;
mod period;
mod reading;
mod relative;
mod sides;

use std::collections::HashSet;

use chrono::{NaiveDate, Weekday};

use super::language;
use super::words::{Gap, Word};
use super::{Anchor, Context, Dates, Quote, Span};
use atoms::Sense;
use frames::{Found, Frame};
use reading::Reader;

/// Words before a date that change its meaning: every Monday, later this year.
const NOT_AFTER: &[&str] = &[
    "every",
    "each",
    "next",
    "later",
    "per",
    "than",
    "over",
    "least",
    "by",
    "except",
    "excluding",
    "not",
    "כל",
    "בכל",
    "מכל",
    "סדר",
];

/// Before a bare period, these make it the subject, unless the preceding verb has its object
/// elsewhere: "the book we talked about last week".
const TOPIC: &[&str] = &["about", "regarding", "concerning", "על", "לגבי"];
const COMPLETE: &[&str] = &[
    "what", "how", "talk", "talked", "talking", "speak", "spoke", "spoken", "speaking", "chat",
    "chatted", "worried", "upset", "excited", "argue", "argued",
];

/// Finds the range of days and marks its words as taken. What comes after byte `due` is promised,
/// so that "before Friday" there is a deadline.
pub(super) fn find(
    question: &str,
    words: &mut [Word<'_>],
    context: &Context<'_>,
    names: &HashSet<String>,
    due: Option<usize>,
) -> Option<Dates> {
    let letters = words.iter().filter(|word| word.lower.starts_with(char::is_alphabetic));
    let hebrew = letters.clone().filter(|word| word.is_hebrew()).count() * 2 >= letters.count();
    let atoms = {
        let anchors = anchors(words, context.anchors);
        atoms::atoms(words, &anchors, context.day_first || hebrew)
    };
    let mut spans: Vec<(usize, usize)> = Vec::new();
    let mut dates: Option<Dates> = None;
    {
        let reader = Reader {
            words,
            atoms: &atoms,
            today: context.today,
            week_starts: context.week_starts,
            weekend: if hebrew { Weekday::Fri } else { Weekday::Sat },
            names,
            lower_case: !words.iter().any(|word| word.capital),
        };
        let mut at = 0;
        while at < atoms.len() {
            let Some(found) = reader.range(at) else {
                at += 1;
                continue;
            };
            // A part of it is not a date either.
            if !reader.accepts(at, &found, due) {
                at = found.end;
                continue;
            }
            let (first, last) = (atoms[at].word, atoms[found.end - 1].last);
            let span = Span { from: words[first].from, to: words[last].to };
            let quote = Quote::new(question, span);
            dates = Some(match dates {
                None => Dates {
                    from: found.from,
                    to: found.to,
                    order: found.order,
                    quotes: vec![quote],
                },
                Some(before) => joined(before, &found, quote),
            });
            spans.push((first, last));
            at = found.end;
        }
    }
    // "before March or since May" is any day except some, which is not a range.
    let dates = dates.filter(|dates| dates.from.is_some() || dates.to.is_some())?;
    for (first, last) in spans {
        words[first..=last].iter_mut().for_each(|word| word.taken = true);
    }
    Some(dates)
}

/// Combines two ranges of one question: their common days, else everything from the first to the
/// last, unbounded if they are the days before one and since a later one.
fn joined(before: Dates, found: &Found, quote: Quote) -> Dates {
    let from = before.from.max(found.from);
    let to = match (before.to, found.to) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    let apart = matches!((from, to), (Some(from), Some(to)) if from >= to);
    let (from, to) = if apart {
        let from = before.from.zip(found.from).map(|(one, other)| one.min(other));
        (from, before.to.zip(found.to).map(|(one, other)| one.max(other)))
    } else {
        (from, to)
    };
    let mut quotes = before.quotes;
    quotes.push(quote);
    Dates { from, to, order: before.order.or(found.order), quotes }
}

/// Returns the runs of words that are an anchor's name, longest first: index, length, day.
fn anchors(words: &[Word<'_>], anchors: &[Anchor]) -> Vec<(usize, usize, NaiveDate)> {
    let mut found = Vec::new();
    for anchor in anchors {
        let name: Vec<String> = anchor.name.split_whitespace().map(super::words::lower).collect();
        let name = match &name[..] {
            [article, rest @ ..] if !rest.is_empty() && is_article(article) => rest,
            name => name,
        };
        let Some((first, rest)) = name.split_first() else { continue };
        for (at, word) in words.iter().enumerate() {
            let begins = !word.taken && is_same(&word.lower, first);
            let goes_on = words.get(at + 1..at + 1 + rest.len()).is_some_and(|words| {
                words.iter().zip(rest).all(|(word, part)| word.lower == *part)
            });
            if begins && goes_on {
                found.push((at, name.len(), anchor.date));
            }
        }
    }
    found.sort_by_key(|(at, length, _)| (*at, std::cmp::Reverse(*length)));
    found
}

fn is_article(word: &str) -> bool {
    matches!(word, "the" | "our" | "my" | "a" | "an")
}

/// Compares words, also if only one side has the Hebrew article.
fn is_same(word: &str, name: &str) -> bool {
    let bare = |word: &'_ str| match word.strip_prefix('ה') {
        Some(rest) if rest.chars().nth(1).is_some() => rest.to_owned(),
        _ => word.to_owned(),
    };
    word == name || bare(word) == bare(name)
}

impl Reader<'_> {
    /// Returns whether the context of a range permits it.
    fn accepts(&self, at: usize, found: &Found, due: Option<usize>) -> bool {
        if found.from.is_some_and(|from| from > self.today) {
            return false;
        }
        let before = if at == 0 { "" } else { self.word(at - 1) };
        if NOT_AFTER.contains(&before) && self.atoms[at].gap != Gap::Stop {
            return false;
        }
        let session = self.sense(found.end) == Sense::Session;
        if found.frame == Frame::Bare && TOPIC.contains(&before) && !session {
            let complete = at >= 2 && COMPLETE.contains(&self.word(at - 2));
            if !complete {
                return false;
            }
        }
        let from = self.words[self.atoms[at].word].from;
        if found.frame == Frame::Until && due.is_some_and(|due| due < from) {
            return false;
        }
        let last = &self.words[self.atoms[found.end - 1].last];
        let next = self.atoms.get(found.end).filter(|_| self.sense(found.end) != Sense::Session);
        let described = next.filter(|atom| atom.gap == Gap::Space).is_some_and(|atom| {
            let word = &self.words[atom.word];
            !word.capital && !word.taken && !language::is_function_word(&word.lower)
        });
        if last.possessive {
            return session;
        }
        !(found.article && described)
    }
}
