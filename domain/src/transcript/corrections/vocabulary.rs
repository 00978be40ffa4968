//! Replaces misheard spellings by an organization's terms.
//!
//! Spellings are matched as whole words (UAX #29) in any case, the longest first, with any white
//! space between words. A following English `'s` is kept, and so are the letters that Hebrew writes
//! in front of a word (`ו`, `ה`, `ב`, `כ`, `ל`, `מ`, `ש`, up to four). A term that is already
//! correct does not change, even if a part of it is also a spelling. A spelling is kept if its
//! replacement would make the text longer than `TURN_CHARS_MAX`.
//!
//! Linear in the text: a word is compared at most once for each word of the longest spelling.

use std::collections::HashMap;

use super::error::CorrectionError;
use super::limits::{MAX_ENTRIES, MAX_HEARD, MAX_TERM_CHARS};
use super::text::{Replaced, tidy};
use crate::transcript::content::TURN_CHARS_MAX;
use crate::transcript::correction::VocabularyEntry;
use unicode_segmentation::UnicodeSegmentation;

const HEBREW_PREFIXES: &str = "והבכלמש";
const MAX_HEBREW_PREFIXES: usize = 4;

#[derive(Debug, Default)]
struct Node {
    next: HashMap<String, usize>,
    end: Option<End>,
}

/// The meaning of a spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Term(usize),
    /// The spelling is itself a term.
    AsItIs,
}

/// A vocabulary prepared for replacement.
#[derive(Debug)]
pub(super) struct Vocabulary {
    terms: Vec<String>,
    nodes: Vec<Node>,
}

struct Token {
    from: usize,
    to: usize,
    /// Length of `'s` at its end, in bytes.
    possessive: usize,
    /// In lower case, with a straight apostrophe.
    key: String,
}

struct Found {
    end: End,
    /// Number of matched tokens.
    tokens: usize,
    /// Number of bytes of the last token that are not part of the match.
    left: usize,
}

impl Vocabulary {
    /// Checks and prepares the entries.
    pub(super) fn new(entries: &[VocabularyEntry]) -> Result<Self, CorrectionError> {
        if entries.is_empty() {
            return Err(CorrectionError::NoEntries);
        }
        if entries.len() > MAX_ENTRIES {
            return Err(CorrectionError::TooManyEntries);
        }
        let mut vocabulary = Self { terms: Vec::new(), nodes: vec![Node::default()] };
        for (place, entry) in entries.iter().enumerate() {
            if entry.heard.is_empty() || entry.heard.len() > MAX_HEARD {
                return Err(CorrectionError::SpellingCount);
            }
            vocabulary.terms.push(term(&entry.term)?);
            for heard in &entry.heard {
                let node = vocabulary.node(&term(heard)?);
                match node.end {
                    None => node.end = Some(End::Term(place)),
                    Some(end) if end == End::Term(place) => {}
                    Some(_) => return Err(CorrectionError::AmbiguousSpelling),
                }
            }
        }
        for place in 0..vocabulary.terms.len() {
            let term = vocabulary.terms[place].clone();
            vocabulary.node(&term).end.get_or_insert(End::AsItIs);
        }
        Ok(vocabulary)
    }

    fn node(&mut self, spelling: &str) -> &mut Node {
        let mut at = 0;
        for token in tokens(spelling) {
            let new = self.nodes.len();
            let next = *self.nodes[at].next.entry(token.key).or_insert(new);
            if next == new {
                self.nodes.push(Node::default());
            }
            at = next;
        }
        &mut self.nodes[at]
    }

    /// Returns the text with the terms, and what was replaced; `None` if nothing was.
    pub(super) fn replace(&self, text: &str) -> Option<(String, Vec<Replaced>)> {
        let tokens = tokens(text);
        let mut now = String::with_capacity(text.len());
        let mut chars = text.chars().count();
        let mut replaced = Vec::new();
        // Bytes copied so far, and the same in characters.
        let (mut done, mut done_chars) = (0, 0);
        let mut place = 0;
        while place < tokens.len() {
            let Some((prefix, found)) = self.find(&tokens[place..]) else {
                place += 1;
                continue;
            };
            let from = tokens[place].from + prefix;
            let to = tokens[place + found.tokens - 1].to - found.left;
            place += found.tokens;
            let End::Term(term) = found.end else { continue };
            let (before, term) = (&text[from..to], &self.terms[term]);
            let (old, new) = (before.chars().count(), term.chars().count());
            if before == term || chars - old + new > TURN_CHARS_MAX {
                continue;
            }
            now.push_str(&text[done..from]);
            now.push_str(term);
            let from = done_chars + text[done..from].chars().count();
            replaced.push(Replaced { from, to: from + old, len: new });
            chars = chars - old + new;
            (done, done_chars) = (to, from + old);
        }
        now.push_str(&text[done..]);
        (!replaced.is_empty()).then_some((now, replaced))
    }

    /// Returns the longest spelling at the first token, after Hebrew prefixes if necessary.
    fn find(&self, tokens: &[Token]) -> Option<(usize, Found)> {
        let first = &tokens.first()?.key;
        if let Some(found) = self.walk(first, tokens) {
            return Some((0, found));
        }
        let mut prefix = 0;
        for c in first.chars().take(MAX_HEBREW_PREFIXES) {
            if !HEBREW_PREFIXES.contains(c) {
                break;
            }
            prefix += c.len_utf8();
            if let Some(found) = self.walk(&first[prefix..], tokens) {
                return Some((prefix, found));
            }
        }
        None
    }

    /// Returns the longest spelling at the first token, of which `first` is compared.
    fn walk(&self, first: &str, tokens: &[Token]) -> Option<Found> {
        let mut best = None;
        let mut node = &self.nodes[0];
        for (place, token) in tokens.iter().enumerate() {
            let key = if place == 0 { first } else { &token.key };
            if let Some(stem) = key.strip_suffix("'s")
                && let Some(end) = node.next.get(stem).and_then(|next| self.nodes[*next].end)
            {
                best = Some(Found { end, tokens: place + 1, left: token.possessive });
            }
            let Some(next) = node.next.get(key) else { break };
            node = &self.nodes[*next];
            if let Some(end) = node.end {
                best = Some(Found { end, tokens: place + 1, left: 0 });
            }
        }
        best
    }
}

fn term(stated: &str) -> Result<String, CorrectionError> {
    let fits = stated.chars().nth(MAX_TERM_CHARS).is_none()
        && stated.chars().any(char::is_alphanumeric)
        && !stated.chars().any(char::is_control);
    fits.then(|| tidy(stated)).ok_or(CorrectionError::BadTerm)
}

fn tokens(text: &str) -> Vec<Token> {
    text.split_word_bound_indices()
        .filter(|(_, word)| !word.chars().all(char::is_whitespace))
        .map(|(from, word)| {
            let key = word.to_lowercase().replace('’', "'");
            let possessive = match key.ends_with("'s") {
                true => word.chars().rev().take(2).map(char::len_utf8).sum(),
                false => 0,
            };
            Token { from, to: from + word.len(), possessive, key }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(term: &str, heard: &[&str]) -> VocabularyEntry {
        VocabularyEntry {
            term: term.into(),
            heard: heard.iter().map(|heard| (*heard).to_owned()).collect(),
        }
    }

    fn replaced(entries: &[VocabularyEntry], text: &str) -> String {
        let vocabulary = Vocabulary::new(entries).unwrap();
        vocabulary.replace(text).map_or(text.to_owned(), |(now, _)| now)
    }

    #[test]
    fn whole_words_in_any_case_the_longest_first() {
        let entries = [
            entry("Co-Active", &["active", "coactive", "Co Active"]),
            entry("art", &["arts"]),
            entry("GROW model", &["grow", "grow modal"]),
            entry("C++", &["c plus plus"]),
        ];
        for (text, now) in [
            (
                "The Coactive way, co  active and ACTIVE.",
                "The Co-Active way, Co-Active and Co-Active.",
            ),
            ("Co-Active is active's own", "Co-Active is Co-Active's own"),
            ("co-active stays", "co-active stays"),
            ("proactive, parts", "proactive, parts"),
            ("Grow modal or grow mode? grow", "GROW model or GROW model mode? GROW model"),
            ("in C plus plus’s way", "in C++’s way"),
            ("", ""),
        ] {
            assert_eq!(replaced(&entries, text), now);
        }
    }

    #[test]
    fn hebrew_prefixes_stay_in_front() {
        let entries = [entry("דיבריף", &["דיבריפ", "די בריף"]), entry("Zoom", &["זום"])];
        assert_eq!(
            replaced(&entries, "בדיבריפ, ושהדיבריפ ולדי בריף; בזום, קזום."),
            "בדיבריף, ושהדיבריף ולדיבריף; בZoom, קזום."
        );
    }

    #[test]
    fn what_was_replaced_is_counted_in_characters() {
        let vocabulary = Vocabulary::new(&[entry("Zoë", &["zoey"])]).unwrap();
        let (now, replaced) = vocabulary.replace("été zoey und Zoey").unwrap();
        assert_eq!(now, "été Zoë und Zoë");
        let at = |from, to| Replaced { from, to, len: 3 };
        assert_eq!(replaced, [at(4, 8), at(13, 17)]);
        assert!(vocabulary.replace("été Zoë").is_none());
    }

    #[test]
    fn no_turn_grows_too_long() {
        let vocabulary = Vocabulary::new(&[entry(&"long ".repeat(19), &["a"])]).unwrap();
        let (now, replaced) = vocabulary.replace(&"a ".repeat(TURN_CHARS_MAX / 4)).unwrap();
        assert!(now.chars().count() <= TURN_CHARS_MAX);
        assert_eq!(replaced.len(), 21);
    }

    #[test]
    fn odd_vocabularies_are_refused_in_a_sentence() {
        let many = vec![entry("a", &["b"]); MAX_ENTRIES + 1];
        let spellings = vec!["b"; MAX_HEARD + 1];
        let long = "x".repeat(MAX_TERM_CHARS + 1);
        for (entries, error) in [
            (vec![], CorrectionError::NoEntries),
            (many, CorrectionError::TooManyEntries),
            (vec![entry("a", &[])], CorrectionError::SpellingCount),
            (vec![entry("a", &spellings)], CorrectionError::SpellingCount),
            (vec![entry("a", &[&long])], CorrectionError::BadTerm),
            (vec![entry("...", &["b"])], CorrectionError::BadTerm),
            (vec![entry("a", &["b\n"])], CorrectionError::BadTerm),
            (vec![entry("a", &["c", "c"]), entry("b", &["C"])], CorrectionError::AmbiguousSpelling),
        ] {
            assert_eq!(Vocabulary::new(&entries).unwrap_err(), error);
        }
    }
}
