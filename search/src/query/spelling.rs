//! Words of a question that no passage has → words of the sessions that are spelled nearly so.
//!
//! Bounded: [`WORDS_MAX`] words are looked up, in one pass over at most [`TERMS_MAX`] words of the
//! organization.

use super::Snapshot;
use crate::analysis::Analyzer;
use crate::index::IndexError;
use std::collections::BTreeMap;

/// The maximum number of words of a question that are respelled.
const WORDS_MAX: usize = 4;
/// The maximum number of words of the index that are compared.
const TERMS_MAX: usize = 200_000;
/// From so many letters on, one may be wrong, missing, doubled or swapped; with one letter fewer,
/// two neighbours may be swapped.
const ONE_FROM: usize = 5;
/// From so many letters on, two may be.
const TWO_FROM: usize = 8;

/// A word that no passage has.
struct Missing {
    letters: Vec<char>,
    plain: String,
    /// The best word so far: its distance, the negative number of passages that have it, itself.
    best: Option<(usize, i64, String)>,
}

impl Snapshot<'_> {
    /// Returns for each of these words the word to search for instead, if no passage has the word
    /// and one has a word that is spelled nearly so.
    pub fn respell(
        &self,
        words: &[String],
        languages: &[&str],
    ) -> Result<Vec<Option<String>>, IndexError> {
        let mut analyzer = self.index.analyzers.take(languages.iter().copied());
        let missing = self.missing(&mut analyzer, words);
        self.index.analyzers.rest(analyzer);
        let mut missing = missing?;
        if missing.iter().any(Option::is_some) {
            self.look_up(&mut missing)?;
        }
        let best = |missing: Option<Missing>| Some(missing?.best?.2);
        Ok(missing.into_iter().map(best).collect())
    }

    /// Returns the words that no passage has and that can be respelled.
    fn missing(
        &self,
        analyzer: &mut Analyzer,
        words: &[String],
    ) -> Result<Vec<Option<Missing>>, IndexError> {
        let mut left = WORDS_MAX;
        let mut all = Vec::with_capacity(words.len());
        for word in words {
            let tokens = analyzer.asked(word);
            let [token] = tokens.as_slice() else {
                all.push(None);
                continue;
            };
            let letters: Vec<char> = token.word.chars().collect();
            let lettered = letters.iter().all(|letter| letter.is_alphabetic());
            let mut known = false;
            for stem in &token.stems {
                known |= self.count(stem)? > 0;
            }
            let respelled = left > 0 && !known && lettered && letters.len() + 1 >= ONE_FROM;
            left -= usize::from(respelled);
            let missing = Missing { letters, plain: token.word.clone(), best: None };
            all.push(respelled.then_some(missing));
        }
        Ok(all)
    }

    fn look_up(&self, missing: &mut [Option<Missing>]) -> Result<(), IndexError> {
        let field = self.index.fields.words;
        let first = self.scope.term(field, "");
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        let mut left = TERMS_MAX;
        for segment in self.searcher.segment_readers() {
            let index = segment.inverted_index(field)?;
            let mut stream = index
                .terms()
                .range()
                .ge(first.serialized_value_bytes())
                .into_stream()
                .map_err(IndexError::Directory)?;
            while left > 0 && stream.advance() {
                let word = std::str::from_utf8(stream.key()).ok();
                let Some(word) = word.and_then(|word| self.scope.strip(word)) else { break };
                left -= 1;
                if missing.iter().flatten().any(|missing| missing.is_near(word)) {
                    let count = counts.entry(word.to_owned()).or_default();
                    *count += i64::from(stream.value().doc_freq);
                }
            }
        }
        for missing in missing.iter_mut().flatten() {
            let near = counts
                .iter()
                .filter_map(|(word, count)| Some((missing.distance(word)?, -count, word.clone())));
            missing.best = near.min();
        }
        Ok(())
    }
}

impl Missing {
    /// Returns whether a word may be near: a cheap check for nearly all words.
    fn is_near(&self, word: &str) -> bool {
        let length = word.len().abs_diff(self.plain.len());
        length <= 8 && self.distance(word).is_some()
    }

    /// Returns the number of wrong letters, if they are few enough.
    fn distance(&self, word: &str) -> Option<usize> {
        let mut letters = word.chars();
        let (first, second) = (letters.next()?, letters.next()?);
        // A wrong first letter makes another word.
        let begins =
            first == self.letters[0] || (second, first) == (self.letters[0], self.letters[1]);
        if !begins {
            return None;
        }
        let count = self.letters.len();
        let most = if count >= TWO_FROM { 2 } else { 1 };
        let other = letters.clone().count() + 2;
        if count.abs_diff(other) > most || count < ONE_FROM && other != count {
            return None;
        }
        let distance = strsim::osa_distance(&self.plain, word);
        let swapped = || {
            let mut own = self.letters.clone();
            let mut others: Vec<char> = word.chars().collect();
            own.sort_unstable();
            others.sort_unstable();
            own == others
        };
        (distance <= most && (count >= ONE_FROM || swapped())).then_some(distance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(word: &str, other: &str) -> Option<usize> {
        let missing = Missing { letters: word.chars().collect(), plain: word.into(), best: None };
        missing.is_near(other).then(|| missing.distance(other)).flatten()
    }

    #[test]
    fn few_letters_may_be_wrong_in_long_words_and_none_in_short() {
        for (word, other, expected) in [
            ("resturant", "restaurant", Some(1)),
            ("katarina", "katharina", Some(1)),
            ("reveiw", "review", Some(1)),
            ("tehrapist", "therapist", Some(1)),
            ("kniefe", "knife", Some(1)),
            ("form", "from", Some(1)),
            ("golf", "gold", None),
            ("golf", "wolf", None),
            ("house", "mouse", None),
            ("budget", "gadget", None),
            ("встерча", "встреча", Some(1)),
        ] {
            assert_eq!(distance(word, other), expected, "{word} {other}");
        }
    }
}
