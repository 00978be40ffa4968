//! The part of a question that is left to search once the rest is interpreted.

use std::ops::Range;

use super::language;
use super::words::Word;
use super::{Mention, Quote, Span};
use crate::{lists, sentences};

/// What does not count as content.
pub(super) struct Kept<'a> {
    pub(super) removed: &'a [Span],
    /// Indexes of the words that express the kind.
    pub(super) kind: Option<Range<usize>>,
    pub(super) people: &'a [Mention],
    pub(super) dates: &'a [Quote],
}

/// Words before a date that only say how exact it is.
const HEDGES: &[&str] = &[
    "sometime",
    "somewhere",
    "around",
    "roughly",
    "approximately",
    "circa",
    "back",
    "exactly",
    "probably",
    "maybe",
    "just",
    "בערך",
];

/// Returns the question without some spans, in order, and without surplus spaces.
pub(super) fn text(question: &str, removed: &[Span]) -> String {
    let mut text = String::with_capacity(question.len());
    let mut at = 0;
    for span in removed {
        if span.from > at {
            add(&mut text, &question[at..span.from]);
        }
        at = at.max(span.to);
    }
    add(&mut text, &question[at..]);
    text.trim().to_owned()
}

fn add(text: &mut String, part: &str) {
    let mut pending = text.ends_with(char::is_whitespace);
    for c in part.chars() {
        if c.is_whitespace() {
            if !pending && !text.is_empty() {
                text.push(' ');
            }
            pending = true;
        } else {
            // A mark after a removed span closes the previous word.
            if pending && matches!(c, ',' | '.' | '?' | '!') {
                text.truncate(text.trim_end().len());
            }
            text.push(c);
            pending = false;
        }
    }
}

/// Returns the words to search for, in their form and order.
///
/// Words that are written as one stay together: joined by hyphens ("e-mail"), or in a script without
/// spaces.
pub(super) fn words(
    question: &str,
    words: &[Word<'_>],
    plain: &[sentences::Word],
    kept: &Kept<'_>,
) -> Vec<String> {
    let mut states = Vec::with_capacity(words.len());
    let mut removed = kept.removed.iter().copied().peekable();
    let mut boilerplate = 0;
    for (at, word) in words.iter().enumerate() {
        while removed.next_if(|span| span.to <= word.from).is_some() {}
        let gone = removed.peek().is_some_and(|span| span.from < word.to);
        let language = language::of(word.is_hebrew());
        if let Some(length) = language.boilerplate.at(&plain[at..]) {
            boilerplate = boilerplate.max(at + length);
        }
        let named = kept.people.iter().any(|mention| {
            let quote = &mention.quote;
            mention.people.len() == 1 && quote.from < word.to && word.from < quote.to
        });
        // In a phrase, every word counts.
        let quoted = word.taken && !gone && !named;
        let says = quoted
            || !(at < boilerplate && !named_in(kept.people, word)
                || language.is_stop(&word.lower)
                || kept.kind.as_ref().is_some_and(|kind| kind.contains(&at)));
        let hedge = HEDGES.contains(&word.lower.as_str())
            && words
                .get(at + 1)
                .is_some_and(|next| kept.dates.iter().any(|date| date.from == next.from));
        let gone = gone || named || hedge || !word.lower.chars().any(char::is_alphanumeric);
        states.push(match (gone, says) {
            (true, _) => State::Gone,
            (false, true) => State::Says,
            (false, false) => State::Silent,
        });
    }
    let mut content = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let mut to = at + 1;
        while to < words.len() && is_one(question, &words[to - 1], &words[to]) {
            to += 1;
        }
        let whole = !states[at..to].contains(&State::Gone) && states[at..to].contains(&State::Says);
        if whole {
            content.push(question[words[at].from..words[to - 1].to].to_owned());
        } else {
            let says = words[at..to].iter().zip(&states[at..to]);
            let says = says.filter(|(_, state)| **state == State::Says);
            content.extend(says.map(|(word, _)| word.text.to_owned()));
        }
        at = to;
    }
    content
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Interpreted otherwise.
    Gone,
    /// A stop word.
    Silent,
    /// A word to search for.
    Says,
}

/// Returns whether two neighbouring words are written as one.
fn is_one(question: &str, one: &Word<'_>, other: &Word<'_>) -> bool {
    let lettered = |word: &Word<'_>| word.lower.starts_with(char::is_alphabetic);
    let between = &question[one.to..other.from];
    lettered(one) && lettered(other) && matches!(between, "" | "-" | "‐" | "‑" | "־")
}

fn named_in(people: &[Mention], word: &Word<'_>) -> bool {
    people.iter().any(|mention| mention.quote.from < word.to && word.from < mention.quote.to)
}

/// Returns Hebrew by its letters, else the language with the most stop words.
pub(super) fn language(words: &[Word<'_>], plain: &[sentences::Word]) -> Option<&'static str> {
    let letters = words.iter().filter(|word| word.lower.starts_with(char::is_alphabetic));
    let hebrew = letters.clone().filter(|word| word.is_hebrew()).count();
    if hebrew > 0 && hebrew * 2 >= letters.count() {
        return Some(language::of(true).code);
    }
    lists::by_stop_words(plain.iter().map(|word| word.lower.as_str())).map(|pack| pack.code)
}
