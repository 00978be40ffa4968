//! Finds the words of a passage that match a question, and the best of its lines.

use crate::analysis::{Analyzer, Form, Piece, pieces};
use crate::passages::Line;
use std::collections::HashMap;
use std::ops::Range;

/// A word of the question.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightedWord {
    /// The stems that it matches by.
    pub stems: Vec<String>,
    /// The stems of the hyphenated word that it is a part of.
    pub joined: Vec<String>,
    /// Its rarity: the inverse document frequency of its rarest stem.
    pub weight: f32,
}

/// Finds words of a question in texts. Looks each distinct word up once.
pub(crate) struct Matcher<'a> {
    analyzer: &'a mut Analyzer,
    words: &'a [WeightedWord],
    /// By piece of a text; `None` if it is no word.
    known: HashMap<String, Option<Option<usize>>>,
}

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WordMatch {
    /// Its range, in bytes.
    pub(crate) range: Range<usize>,
    /// The first word of the question that it shares a stem with.
    pub(crate) word: Option<usize>,
}

impl<'a> Matcher<'a> {
    pub(crate) fn new(analyzer: &'a mut Analyzer, words: &'a [WeightedWord]) -> Self {
        Self { analyzer, words, known: HashMap::new() }
    }

    /// Returns the words of a text, in order.
    pub(crate) fn fits(&mut self, text: &str) -> Vec<WordMatch> {
        let mut fits = Vec::new();
        for Piece { range, text, form } in pieces(text) {
            let Some(word) = self.fit(&text) else { continue };
            match form {
                Form::Word => fits.push(WordMatch { range, word }),
                // Several words together are one match, instead of those that they consist of.
                Form::Joined | Form::Pair if word.is_some() => {
                    let covered =
                        fits.iter().rev().take_while(|fit| fit.range.start >= range.start);
                    let from = fits.len() - covered.count();
                    let open =
                        from.checked_sub(1).filter(|last| fits[*last].range.end > range.start);
                    fits.truncate(from);
                    match open {
                        Some(last) => fits[last].range.end = range.end,
                        None => fits.push(WordMatch { range, word }),
                    }
                }
                Form::Joined | Form::Pair => {}
            }
        }
        fits
    }

    /// Returns which word of the question a piece of a text is; `None` if it is no word.
    fn fit(&mut self, piece: &str) -> Option<Option<usize>> {
        if let Some(known) = self.known.get(piece) {
            return *known;
        }
        let stems = self.analyzer.stems_of(piece);
        let shares = |word: &WeightedWord| {
            word.stems.iter().chain(&word.joined).any(|stem| stems.contains(stem))
        };
        let fit = (!stems.is_empty()).then(|| self.words.iter().position(shares));
        self.known.insert(piece.to_owned(), fit);
        fit
    }

    /// Returns the total weight of the distinct words of the question among these.
    pub(crate) fn weight(&self, fits: &[WordMatch]) -> f32 {
        let mut there = vec![false; self.words.len()];
        for word in fits.iter().filter_map(|fit| fit.word) {
            there[word] = true;
        }
        let there = self.words.iter().zip(&there).filter(|(_, there)| **there);
        there.map(|(word, _)| word.weight).sum()
    }

    /// Returns the matching words of each line as byte ranges, and the first of the lines whose
    /// distinct matching words weigh most.
    pub(crate) fn lines(&mut self, lines: &[Line]) -> (Vec<Vec<Range<usize>>>, usize) {
        let mut ranges = Vec::with_capacity(lines.len());
        let (mut best, mut most) = (0, 0.0);
        for (at, line) in lines.iter().enumerate() {
            let mut fits = self.fits(&line.text);
            let weight = self.weight(&fits);
            if weight > most {
                (best, most) = (at, weight);
            }
            fits.retain(|fit| fit.word.is_some());
            ranges.push(fits.into_iter().map(|fit| fit.range).collect());
        }
        (ranges, best)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_line_that_says_most() {
        let line = |text: &str| Line { turn: 0, speaker: None, start_ms: None, text: text.into() };
        let said = [line("I sleep and sleep."), line("Sleeping before the race."), line("Yes.")];
        let mut analyzer = Analyzer::new(["en"]);
        let word = |stem: &str, weight| WeightedWord {
            stems: vec![stem.to_owned()],
            joined: vec![],
            weight,
        };
        let words = [word("sleep", 1.0), word("race", 2.0)];
        let (ranges, best) = Matcher::new(&mut analyzer, &words).lines(&said);
        assert_eq!(best, 1);
        assert_eq!(ranges[0], [2..7, 12..17]);
        assert_eq!(ranges[1], [0..8, 20..24]);
        assert!(ranges[2].is_empty());
    }
}
