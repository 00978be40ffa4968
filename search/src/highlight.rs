//! Which words of a passage fit a question, and which of its lines does best.

use crate::analysis::Analyzer;
use crate::passages::Line;
use crate::query::Weighed;
use std::ops::Range;

/// The words of each line that share a stem with a word of the question, as ranges of bytes, and
/// the line whose distinct fitting words weigh most: the first of several.
pub(crate) fn lines(
    lines: &[Line],
    words: &[Weighed],
    analyzer: &mut Analyzer,
) -> (Vec<Vec<Range<usize>>>, usize) {
    let mut ranges = Vec::with_capacity(lines.len());
    let (mut best, mut most) = (0, 0.0);
    for (at, line) in lines.iter().enumerate() {
        let mut fits = Vec::new();
        let mut fitting = vec![false; words.len()];
        for token in analyzer.tokens(&line.text) {
            let shares = |word: &Weighed| word.stems.iter().any(|stem| token.stems.contains(stem));
            if let Some(word) = words.iter().position(shares) {
                fitting[word] = true;
                fits.push(token.range);
            }
        }
        let fitting = words.iter().zip(&fitting).filter(|(_, fits)| **fits);
        let weight: f32 = fitting.map(|(word, _)| word.weight).sum();
        if weight > most {
            (best, most) = (at, weight);
        }
        ranges.push(fits);
    }
    (ranges, best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_line_that_says_most() {
        let line = |text: &str| Line { turn: 0, speaker: None, start_ms: None, text: text.into() };
        let said = [line("I sleep and sleep."), line("Sleeping before the race."), line("Yes.")];
        let mut analyzer = Analyzer::new(["en"]);
        let word = |stem: &str, weight| Weighed { stems: vec![stem.to_owned()], weight };
        let words = [word("sleep", 1.0), word("race", 2.0)];
        let (ranges, best) = lines(&said, &words, &mut analyzer);
        assert_eq!(best, 1);
        assert_eq!(ranges[0], [2..7, 12..17]);
        assert_eq!(ranges[1], [0..8, 20..24]);
        assert!(ranges[2].is_empty());
    }
}
