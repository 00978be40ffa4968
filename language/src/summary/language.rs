//! The word lists for one transcript, indexed.

use std::collections::{HashMap, HashSet};

use debrief_domain::transcript::content::Content;

use super::lexicon::Lexicon;
use crate::lists::{self, Pack, entries, stop_words};
use crate::phrases::Phrases;
use crate::sentences::Sentence;

/// An indexed pack for one transcript.
pub(crate) struct Language {
    pub(crate) pack: &'static Pack,
    stop: HashSet<String>,
    pub(crate) fillers: HashSet<&'static str>,
    pub(crate) leaning: HashSet<&'static str>,
    pub(crate) pointing: HashSet<&'static str>,
    pub(crate) unfinished: HashSet<&'static str>,
    pub(crate) housekeeping: Phrases,
    pub(crate) insight: Phrases,
    pub(crate) goal: Phrases,
    pub(crate) decision: Phrases,
    pub(crate) undecided: Phrases,
    /// Words that join clauses.
    pub(crate) and: HashSet<&'static str>,
    errands: Phrases,
    doings: Phrases,
    pub(crate) i_will: Phrases,
    pub(crate) i_intend: Phrases,
    pub(crate) will_you: Phrases,
    pub(crate) we_will: Phrases,
    pub(crate) they_will: Phrases,
    pub(crate) no_commitment: Phrases,
    pub(crate) imagined: Phrases,
    pub(crate) no_answer: Phrases,
    pub(crate) left_open: Phrases,
    pub(crate) still_unknown: Phrases,
}

impl Language {
    /// Selects the pack by the stated language, else by the number of stop words.
    pub(crate) fn of(content: &Content, sentences: &[Sentence]) -> Self {
        let pack = choose(content, sentences);
        let stop = if pack.stop.is_empty() { frequent(sentences) } else { stop_words(pack) };
        Self {
            pack,
            stop,
            fillers: entries(pack.fillers).collect(),
            leaning: entries(pack.leaning).collect(),
            pointing: entries(pack.pointing).collect(),
            unfinished: entries(pack.unfinished).collect(),
            housekeeping: Phrases::new(pack.housekeeping),
            insight: Phrases::new(pack.insight),
            goal: Phrases::new(pack.goal),
            decision: Phrases::new(pack.decision),
            undecided: Phrases::new(pack.undecided),
            and: entries(pack.and).collect(),
            errands: Phrases::new(pack.errands),
            doings: Phrases::new(pack.doings),
            i_will: Phrases::new(pack.i_will),
            i_intend: Phrases::new(pack.i_intend),
            will_you: Phrases::new(pack.will_you),
            we_will: Phrases::new(pack.we_will),
            they_will: Phrases::new(pack.they_will),
            no_commitment: Phrases::new(pack.no_commitment),
            imagined: Phrases::new(pack.imagined),
            no_answer: Phrases::new(pack.no_answer),
            left_open: Phrases::new(pack.left_open),
            still_unknown: Phrases::new(pack.still_unknown),
        }
    }

    /// Returns whether a word is related to the subject.
    pub(crate) fn is_content(&self, word: &str) -> bool {
        // Kana alone are endings and particles.
        let is_kana = |c: char| ('\u{3041}'..='\u{309f}').contains(&c);
        let is_particle = self.pack.unspaced && word.chars().all(is_kana);
        !self.stop.contains(word)
            && !is_particle
            && word.chars().nth(1).is_some()
            && word.chars().any(char::is_alphabetic)
    }

    /// Joins the letters of a language without spaces to words: the longest entries of its lists,
    /// and what is between them.
    pub(crate) fn join_words(&self, content: &Content, sentences: &mut [Sentence]) {
        if !self.pack.unspaced {
            return;
        }
        let lexicon = Lexicon::new(self.pack);
        for sentence in sentences {
            let text = &content.turns[sentence.turn].text;
            sentence.words = lexicon.joined(text, &sentence.words);
        }
    }

    /// Returns whether a word promises on its own: it is the future of something that can be done.
    pub(crate) fn promises(&self, word: &str) -> bool {
        let verbs = (self.pack.future)(word);
        verbs.iter().any(|verb| self.errands.has(verb) || self.doings.has(verb))
    }

    /// Returns the stem by which a word is compared.
    pub(crate) fn stem(&self, word: &str) -> String {
        (self.pack.stem)(word)
    }
}

fn choose(content: &Content, sentences: &[Sentence]) -> &'static Pack {
    if let Some(tag) = &content.language {
        let primary = tag.split('-').next().unwrap_or(tag);
        return lists::pack(primary);
    }
    let words = sentences.iter().flat_map(|sentence| &sentence.words);
    lists::by_stop_words(words.map(|word| word.lower.as_str()).take(3000)).unwrap_or(&lists::ANY)
}

/// Returns stop words if there is no list: words that are everywhere, and very short ones.
fn frequent(sentences: &[Sentence]) -> HashSet<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for sentence in sentences {
        let once: HashSet<_> = sentence.words.iter().map(|word| word.lower.as_str()).collect();
        for word in once {
            *counts.entry(word).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .filter(|(word, count)| {
            let letters = word.chars().count();
            let alphabet = word.chars().all(|c| c < '\u{2E80}');
            (alphabet && letters <= 3) || (sentences.len() >= 10 && count * 8 > sentences.len())
        })
        .map(|(word, _)| word.to_owned())
        .collect()
}
