//! Finds cue phrases, word by word.
//!
//! A phrase is words separated by spaces; `word*` matches a prefix, `*` any one word. A first word
//! with `*` also matches the prefix itself. The time is linear in the number of words: phrases are
//! indexed by their first word, those that begin with a prefix are few.

use std::collections::HashMap;

use crate::lists::{List, entries};
use crate::sentences::Word;

/// A set of phrases of one language.
#[derive(Debug, Default)]
pub(crate) struct Phrases {
    by_first: HashMap<&'static str, Vec<Vec<&'static str>>>,
    by_prefix: Vec<(&'static str, Vec<&'static str>)>,
}

impl Phrases {
    /// Builds the set.
    pub(crate) fn new(phrases: List) -> Self {
        let mut by_first: HashMap<_, Vec<Vec<_>>> = HashMap::new();
        let mut by_prefix = Vec::new();
        for phrase in entries(phrases) {
            let mut words = phrase.split(' ');
            let Some(first) = words.next() else { continue };
            match first.strip_suffix('*') {
                Some(prefix) if !prefix.is_empty() => by_prefix.push((prefix, words.collect())),
                _ => by_first.entry(first).or_default().push(words.collect()),
            }
        }
        Self { by_first, by_prefix }
    }

    /// Returns the length of the longest phrase that begins at `words[0]`.
    pub(crate) fn at(&self, words: &[Word]) -> Option<usize> {
        let (first, rest) = words.split_first()?;
        let exact = self.by_first.get(first.lower.as_str()).into_iter().flatten();
        let begins = self.by_prefix.iter().filter(|(prefix, _)| first.lower.starts_with(prefix));
        exact
            .chain(begins.map(|(_, phrase)| phrase))
            .filter(|phrase| {
                phrase.len() <= rest.len()
                    && phrase.iter().zip(rest).all(|(part, word)| fits(part, &word.lower))
            })
            .map(|phrase| phrase.len() + 1)
            .max()
    }

    /// Returns the start and end of the first phrase.
    pub(crate) fn find(&self, words: &[Word]) -> Option<(usize, usize)> {
        (0..words.len()).find_map(|at| Some((at, at + self.at(&words[at..])?)))
    }

    /// Returns whether any phrase occurs.
    pub(crate) fn any(&self, words: &[Word]) -> bool {
        self.find(words).is_some()
    }

    /// Returns whether this single word is a phrase.
    pub(crate) fn has(&self, word: &str) -> bool {
        self.by_first.get(word).is_some_and(|phrases| phrases.iter().any(Vec::is_empty))
            || self
                .by_prefix
                .iter()
                .any(|(prefix, rest)| rest.is_empty() && word.starts_with(prefix))
    }
}

fn fits(part: &str, word: &str) -> bool {
    match part.strip_suffix('*') {
        Some(beginning) => word.starts_with(beginning) && word.len() > beginning.len(),
        None => part == word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Word> {
        text.split(' ').map(|word| Word { from: 0, to: 0, lower: word.to_owned() }).collect()
    }

    #[test]
    fn phrases_are_found_by_words() {
        let phrases = Phrases::new("i'll, the goal is, send * to, אני א*");
        assert_eq!(phrases.find(&words("so the goal is clear")), Some((1, 4)));
        assert_eq!(phrases.find(&words("send it to me")), Some((0, 3)));
        assert_eq!(phrases.find(&words("כן אני אשלח")), Some((1, 3)));
        assert!(!phrases.any(&words("the goals are")));
        assert!(phrases.has("i'll") && !phrases.has("send"));
        let verbs = Phrases::new("напиш*, write* it");
        assert!(verbs.has("напишу") && verbs.has("напиш") && !verbs.has("писать"));
        assert_eq!(verbs.find(&words("i am writing it")), None);
        assert_eq!(verbs.find(&words("she writes it")), Some((1, 3)));
    }
}
