//! Reads the words of a description: nouns, numbers and ids.
//!
//! Invariant: a word that is none of these, and no filler, makes it no description.

use super::super::lexicon::{Noun, Number};
use super::super::tokens::{PREFIXES, Token, tokens};
use super::Points;
use debrief_domain::summary::Section;

/// A number in a description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// From the first, counted from 1.
    From(usize),
    /// From the last, counted from 0.
    FromLast(usize),
}

#[derive(Debug, Default)]
pub(super) struct Description {
    pub(super) ids: Vec<String>,
    pub(super) places: Vec<Place>,
    /// A number that is no ordinal, before the noun.
    pub(super) count: Option<usize>,
    pub(super) first: bool,
    pub(super) last: bool,
    pub(super) all: bool,
    pub(super) both: bool,
    /// The place of the last number is to be a range's end.
    pub(super) range: bool,
    pub(super) nouns: Vec<Noun>,
}

impl Points<'_> {
    pub(super) fn cardinal(&self, word: &str) -> Option<usize> {
        let named = self.lexicon.cardinals.iter().find(|(name, _)| *name == word);
        named.map(|(_, number)| *number).or_else(|| word.parse().ok().filter(|n| *n <= 999))
    }

    /// Returns what words describe, if each of them is part of a description.
    pub(super) fn describe(&self, tokens: &[Token]) -> Option<Description> {
        let words: Vec<String> = split(tokens);
        let mut found = Description::default();
        let mut at = 0;
        while at < words.len() {
            at += self.take(&words[at..], &mut found)?;
        }
        Some(found)
    }

    /// Takes in the first of these words. Returns how many that were.
    pub(super) fn take(&self, words: &[String], found: &mut Description) -> Option<usize> {
        let lexicon = self.lexicon;
        let word = words[0].as_str();
        if self.is_id(word) {
            found.ids.push(word.to_owned());
            if found.range {
                found.range = false;
                self.fill_ids(&mut found.ids)?;
            }
            return Some(1);
        }
        let last_but_one = lexicon.last_but_one.iter().find(|phrase| begins(words, phrase, false));
        if let Some(phrase) = last_but_one {
            found.places.push(Place::FromLast(1));
            return Some(phrase.len());
        }
        if let Some((length, noun)) = self.noun(words) {
            found.nouns.push(noun);
            return Some(length);
        }
        for word in variants(word) {
            let is = |list: &[&str]| list.contains(&word);
            if let Some((_, number)) = lexicon.ordinals.iter().find(|(name, _)| *name == word) {
                found.first |= is(lexicon.firsts);
                self.place(found, Place::From(*number));
            } else if is(lexicon.firsts) {
                found.first = true;
            } else if is(lexicon.lasts) {
                found.last = true;
            } else if let Some(number) = self.cardinal(word) {
                let digits = word.chars().all(|c| c.is_ascii_digit());
                match digits && !found.last && !found.first
                    || !found.nouns.is_empty()
                    || found.range
                {
                    true => self.place(found, Place::From(number)),
                    false => found.count = Some(number),
                }
            } else if is(lexicon.all) {
                found.all = true;
            } else if is(lexicon.both) {
                found.both = true;
            } else if is(lexicon.to) && (!found.places.is_empty() || !found.ids.is_empty()) {
                found.range = true;
            } else if !is(lexicon.fillers) {
                continue;
            }
            return Some(1);
        }
        None
    }

    pub(super) fn place(&self, found: &mut Description, place: Place) {
        if let (true, Some(Place::From(from)), Place::From(to)) =
            (found.range, found.places.last().copied(), place)
        {
            found.places.extend((from + 1..=to).map(Place::From));
            found.range = false;
            return;
        }
        found.places.push(place);
    }

    /// Puts the ids between the last two of a list into it.
    pub(super) fn fill_ids(&self, ids: &mut Vec<String>) -> Option<()> {
        let (to, from) = (ids.pop()?, ids.pop()?);
        let all = self.content.points();
        let at = |id: &str| all.iter().position(|(_, point)| point.id == id);
        match (at(&from), at(&to)) {
            (Some(first), Some(last)) if first <= last && all[first].0 == all[last].0 => {
                ids.extend(all[first..=last].iter().map(|(_, point)| point.id.clone()));
            }
            _ => ids.extend([from, to]),
        }
        Some(())
    }

    /// Whether a word is an id, or looks like one of a point that is gone.
    pub(super) fn is_id(&self, word: &str) -> bool {
        let mut chars = word.chars();
        let letter = chars.next().is_some_and(|c| "homtpdaqns".contains(c));
        let digits = chars.as_str();
        letter && (1..=4).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_digit())
    }

    /// Returns the noun at the beginning of words, and of how many words it is.
    pub(super) fn noun(&self, words: &[String]) -> Option<(usize, Noun)> {
        for own in &self.content.sections {
            let title: Vec<String> = split(&tokens(&own.title));
            let title: Vec<&str> = title.iter().map(String::as_str).collect();
            if !title.is_empty() && begins(words, &title, true) {
                let noun = Noun::Of(Section::Own(own.title.clone()), Number::Several);
                return Some((title.len(), noun));
            }
        }
        let fits = |(phrase, _): &&(Vec<&'static str>, Noun)| begins(words, phrase, true);
        self.lexicon.nouns.iter().find(fits).map(|(phrase, noun)| (phrase.len(), noun.clone()))
    }
}

/// Returns words in lower case, with ranges such as "1-3" and "d1-d3" split.
pub(super) fn split(tokens: &[Token]) -> Vec<String> {
    let mut words = Vec::new();
    for token in tokens {
        match token.lower.split_once(['-', '–']) {
            Some((from, to))
                if from.ends_with(|c: char| c.is_ascii_digit())
                    && to.ends_with(|c: char| c.is_ascii_digit()) =>
            {
                words.extend([from.to_owned(), "-".to_owned(), to.to_owned()]);
            }
            // A prefixed letter before digits or Latin letters.
            Some((prefix, word))
                if prefix.chars().count() == 1
                    && prefix.starts_with(PREFIXES)
                    && !word.is_empty() =>
            {
                words.push(word.to_owned());
            }
            _ if matches!(token.lower.as_str(), "it's" | "that's" | "what's") => {
                words.push(token.lower.clone());
            }
            _ => {
                let bare = token.lower.strip_suffix("'s").unwrap_or(&token.lower);
                words.push(bare.to_owned());
            }
        }
    }
    words
}

/// Returns a word, and in Hebrew what is left of it without one to three prefixed letters.
pub(super) fn variants(word: &str) -> impl Iterator<Item = &str> {
    let prefixed = word.char_indices().take(3).take_while(|(_, c)| PREFIXES.contains(c));
    let rests = prefixed.map(|(at, c)| &word[at + c.len_utf8()..]);
    std::iter::once(word).chain(rests).filter(|rest| !rest.is_empty())
}

/// Whether words begin with those of a phrase, which in Hebrew may have prefixed letters.
pub(super) fn begins(words: &[String], phrase: &[&str], prefixed: bool) -> bool {
    phrase.len() <= words.len()
        && words.iter().zip(phrase).all(|(word, part)| {
            word == &part.to_lowercase() || prefixed && variants(word).any(|rest| rest == *part)
        })
}
