//! Words of languages that are written without spaces: Japanese, Chinese, Thai.
//!
//! No dictionary is needed to find what is promised and when: the words that say so are in the
//! lists. The longest of them wins; what stands between two of them is one word, in Japanese cut
//! between kanji and kana.

use std::collections::HashSet;

use crate::lists::{Pack, entries};
use crate::sentences::Word;

/// Maximum number of letters between two words of the lists that are taken for one word.
const UNKNOWN_MAX: usize = 6;

/// The words of a pack.
pub(crate) struct Lexicon {
    words: HashSet<&'static str>,
    /// The length of the longest, in letters as [`crate::sentences`] counts words.
    longest: usize,
}

impl Lexicon {
    pub(crate) fn new(pack: &Pack) -> Self {
        let due = &pack.due;
        let lists = [
            pack.stop,
            pack.fillers,
            pack.housekeeping,
            pack.insight,
            pack.goal,
            pack.decision,
            pack.undecided,
            pack.proposal,
            pack.resolution,
            pack.closing,
            pack.assent,
            pack.takes_on,
            pack.decline,
            pack.i_will,
            pack.i_intend,
            pack.i_can,
            pack.will_you,
            pack.we_will,
            pack.no_commitment,
            pack.imagined,
            pack.conditions,
            pack.errands,
            pack.doings,
            pack.no_answer,
            pack.left_open,
            pack.still_unknown,
            pack.and,
            due.deadline,
            due.at,
            due.joint,
            due.which,
            due.next,
            due.day,
            due.span,
            due.event,
            due.number,
        ];
        let phrases = lists.into_iter().flat_map(entries).flat_map(|phrase| phrase.split(' '));
        let words: HashSet<&str> = phrases.map(|word| word.trim_end_matches('*')).collect();
        let longest = words.iter().map(|word| word.chars().count()).max().unwrap_or(1);
        Self { words, longest }
    }

    /// Returns the words of a sentence, given letter by letter.
    pub(crate) fn joined(&self, text: &str, letters: &[Word]) -> Vec<Word> {
        let mut words: Vec<Word> = Vec::new();
        // Where the word between two words of the lists begins.
        let mut open: Option<usize> = None;
        let mut at = 0;
        let word = |from: usize, to: usize| Word {
            from: letters[from].from,
            to: letters[to - 1].to,
            lower: text[letters[from].from..letters[to - 1].to].to_lowercase(),
        };
        while at < letters.len() {
            let touching =
                |to: usize| letters[at..to].windows(2).all(|pair| pair[0].to == pair[1].from);
            let most = letters.len().min(at + self.longest);
            let known = (at + 1..=most).rev().find(|to| {
                touching(*to) && self.words.contains(&text[letters[at].from..letters[*to - 1].to])
            });
            let apart = open.is_some_and(|from| {
                letters[at - 1].to != letters[at].from
                    || at - from >= UNKNOWN_MAX
                    || script(text, &letters[at - 1]) != script(text, &letters[at])
            });
            if (known.is_some() || apart)
                && let Some(from) = open.take()
            {
                words.push(word(from, at));
            }
            match known {
                Some(to) => {
                    words.push(word(at, to));
                    at = to;
                }
                None => {
                    open.get_or_insert(at);
                    at += 1;
                }
            }
        }
        words.extend(open.map(|from| word(from, letters.len())));
        words
    }
}

/// Returns the kind of letters of a word: kana, others, or none of those without spaces.
fn script(text: &str, word: &Word) -> u8 {
    match text[word.from..word.to].chars().next() {
        Some('\u{3041}'..='\u{309f}') => 0,
        Some('\u{30a0}'..='\u{30ff}') => 1,
        Some('\u{e00}'..='\u{e7f}') => 2,
        Some(letter) if letter >= '\u{2e80}' => 3,
        _ => 4,
    }
}
