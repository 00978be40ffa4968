//! Text analysis: text → terms.
//!
//! Words are those of UAX #29, in lower case, without accents, niqqud and other marks, with Hebrew
//! final letters replaced by their regular forms ([`normal`]). Each word has one or more *stems*:
//! by the Snowball algorithm of its language ([`frostem`]) where its letters are Latin, else by the
//! rules of its script ([`script`]), whatever the language is said to be. Two words match if they
//! share a stem.
//!
//! Three kinds of terms are more than words:
//! - a word with an elided article or preposition also counts without it (`l'avocat`, `d'água`);
//! - words joined by hyphens also count as one (`e-mail`, `email`);
//! - in scripts that write no spaces, every two neighbouring letters are a term, and a question is
//!   compared by these ([`pieces`]).
//!
//! Invariant: indexed texts and questions are analyzed in the same way, in time linear in the text.

mod algorithms;
mod elision;
mod korean;
mod normal;
mod pieces;
mod script;
#[cfg(test)]
mod tests;

use algorithms::algorithms;
pub use normal::normalise;
use normal::{fold_into, plain};
pub(crate) use pieces::{Form, Piece, pieces};

use frostem::{Algorithm, Stemmer};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// The language whose rules apply to words of unknown language; they do little harm elsewhere.
pub const ENGLISH: &str = "en";
/// The number of words whose stems are cached. When it is reached, the cache is cleared, so that a
/// writer that runs for months holds no more, and nothing of texts that were deleted long ago.
const KNOWN_MAX: usize = 20_000;
/// Idle analyzers kept for later questions.
const RESTING_MAX: usize = 8;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its range, in bytes.
    pub range: Range<usize>,
    /// The normalized word.
    pub word: String,
    /// Other words at the same place: without an elided article, joined with those after it.
    pub also: Vec<String>,
    /// Its stems. Empty for a short part of a hyphenated word of a question.
    pub stems: Vec<String>,
    /// The stems of the words joined by hyphens that it begins, or in a question belongs to.
    pub joined: Vec<String>,
}

/// What a word is compared by.
#[derive(Debug, Clone)]
struct Analyzed {
    /// The normalized word; may be empty.
    word: String,
    /// The word without an elided article.
    also: Option<String>,
    /// Its stems, each once.
    stems: Vec<String>,
}

/// Finds the stems of words.
pub struct Analyzer {
    algorithms: Vec<Algorithm>,
    stemmers: Vec<Stemmer>,
    /// Analyzed words, by their folded form: speech repeats its words.
    known: HashMap<String, Analyzed>,
    folded: String,
}

impl std::fmt::Debug for Analyzer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Analyzer")
    }
}

impl Analyzer {
    /// Creates an analyzer for texts in these languages (BCP 47 tags); a word gets the stems of all
    /// of them. The default is [`ENGLISH`].
    pub fn new<'a>(languages: impl IntoIterator<Item = &'a str>) -> Self {
        Self::of(algorithms(languages))
    }

    fn of(algorithms: Vec<Algorithm>) -> Self {
        let stemmers = algorithms.iter().copied().map(Stemmer::new).collect();
        Self { algorithms, stemmers, known: HashMap::new(), folded: String::new() }
    }

    /// Returns the words of a text, in order.
    pub fn tokens(&mut self, text: &str) -> Vec<Token> {
        let mut tokens: Vec<Token> = Vec::new();
        for Piece { range, text, form } in pieces(text) {
            let analyzed = self.analyzed(&text);
            if analyzed.word.is_empty() {
                continue;
            }
            if form == Form::Word {
                tokens.push(Token {
                    range,
                    word: analyzed.word.clone(),
                    also: analyzed.also.iter().cloned().collect(),
                    stems: analyzed.stems.clone(),
                    joined: Vec::new(),
                });
                continue;
            }
            // What several words are together stands where the first of them does.
            let first =
                tokens.iter_mut().rev().take_while(|token| token.range.start >= range.start);
            if let Some(token) = first.last() {
                match form {
                    Form::Joined => {
                        token.joined.clone_from(&analyzed.stems);
                        token.also.push(analyzed.word.clone());
                    }
                    Form::Pair | Form::Word => add(&mut token.stems, &analyzed.stems),
                }
            }
        }
        tokens
    }

    /// Returns the words that a question is compared by, in order: of a run of letters without
    /// spaces its pairs; a part of a hyphenated word also matches the whole.
    pub fn asked(&mut self, text: &str) -> Vec<Token> {
        let mut tokens: Vec<Token> = Vec::new();
        let pieces: Vec<Piece<'_>> = pieces(text).collect();
        let pairs: Vec<&Range<usize>> = pieces
            .iter()
            .filter(|piece| piece.form == Form::Pair)
            .map(|pair| &pair.range)
            .collect();
        for Piece { range, text, form } in &pieces {
            let paired = |pair: &&Range<usize>| pair.start <= range.start && range.end <= pair.end;
            if *form == Form::Word && pairs.iter().any(paired) {
                continue;
            }
            let analyzed = self.analyzed(text);
            if analyzed.word.is_empty() {
                continue;
            }
            if *form != Form::Joined {
                tokens.push(Token {
                    range: range.clone(),
                    word: analyzed.word.clone(),
                    also: analyzed.also.iter().cloned().collect(),
                    stems: analyzed.stems.clone(),
                    joined: Vec::new(),
                });
                continue;
            }
            let stems = analyzed.stems.clone();
            for token in tokens.iter_mut().filter(|token| token.range.start >= range.start) {
                // Few letters on their own say nothing: "e", "co", "up".
                if token.word.chars().nth(2).is_none() {
                    token.stems.clear();
                }
                token.joined.clone_from(&stems);
            }
        }
        // The particles between words say nothing either, unless there is nothing else.
        if tokens.iter().any(|token| !script::is_particle(&token.word)) {
            tokens.retain(|token| !script::is_particle(&token.word));
        }
        tokens
    }

    /// Returns the stems of a piece of a text; none if it is no word.
    pub(crate) fn stems_of(&mut self, piece: &str) -> &[String] {
        let analyzed = self.analyzed(piece);
        if analyzed.word.is_empty() { &[] } else { &analyzed.stems }
    }

    fn analyzed(&mut self, raw: &str) -> &Analyzed {
        let mut folded = std::mem::take(&mut self.folded);
        fold_into(raw, &mut folded);
        // Looked up twice, because a borrow that is returned lasts to the end of the function.
        if !self.known.contains_key(&folded) {
            let analyzed = self.analyze(&folded);
            if self.known.len() == KNOWN_MAX {
                self.known.clear();
            }
            self.known.insert(folded.clone(), analyzed);
        }
        self.folded = folded;
        &self.known[&self.folded]
    }

    fn analyze(&self, folded: &str) -> Analyzed {
        let word = plain(folded);
        let mut stems = Vec::new();
        self.add_stems(folded, &word, &mut stems);
        let rest = elision::rest(folded);
        let also = rest.map(plain).filter(|rest| !rest.is_empty());
        if let (Some(rest), Some(also)) = (rest, &also) {
            self.add_stems(rest, also, &mut stems);
        }
        Analyzed { word, also, stems }
    }

    /// Adds the stems of a word, given with and without its accents.
    fn add_stems(&self, folded: &str, word: &str, stems: &mut Vec<String>) {
        if script::add_stems(word, stems) {
            return;
        }
        let before = stems.len();
        for stemmer in &self.stemmers {
            // Both spellings: people leave out accents, and algorithms need them.
            push(stems, stemmer.stem(word).into_owned());
            if folded != word && !folded.is_ascii() {
                push(stems, plain(&stemmer.stem(folded)));
            }
        }
        if stems.len() == before {
            push(stems, word.to_owned());
        }
    }
}

fn push(stems: &mut Vec<String>, stem: String) {
    if !stem.is_empty() && !stems.contains(&stem) {
        stems.push(stem);
    }
}

fn add(stems: &mut Vec<String>, more: &[String]) {
    for stem in more {
        if !stems.contains(stem) {
            stems.push(stem.clone());
        }
    }
}

/// Idle analyzers, so that questions can reuse their caches.
#[derive(Debug, Default)]
pub(crate) struct Analyzers(Mutex<Vec<Analyzer>>);

impl Analyzers {
    /// Returns an analyzer for texts in these languages; see [`Analyzer::new`].
    pub(crate) fn take<'a>(&self, languages: impl IntoIterator<Item = &'a str>) -> Analyzer {
        let algorithms = algorithms(languages);
        let mut resting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match resting.iter().position(|analyzer| analyzer.algorithms == algorithms) {
            Some(at) => resting.swap_remove(at),
            None => Analyzer::of(algorithms),
        }
    }

    /// Keeps an analyzer for the next question.
    pub(crate) fn rest(&self, analyzer: Analyzer) {
        let mut resting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if resting.len() == RESTING_MAX {
            resting.remove(0);
        }
        resting.push(analyzer);
    }
}
