//! Words of a sentence, and what differs between two sentences.

use super::lists::{self, PLAIN, Pack};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::HashMap;
use unicode_segmentation::UnicodeSegmentation;

/// A word as it was written, and in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) lower: String,
}

/// Words that stand in place of others.
#[derive(Debug, Clone)]
pub(super) struct Hunk {
    pub(super) removed: Vec<Token>,
    pub(super) added: Vec<Token>,
    /// Whether it is at the beginning of the sentence, where any word has a capital.
    pub(super) first: bool,
}

/// Least similarity of two sentences of which one was made from the other.
const SIMILAR: f32 = 0.34;

/// Returns the words of a text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let token = |word: &str| Token { text: word.to_owned(), lower: lists::folded(word) };
    text.unicode_words().map(token).collect()
}

/// Returns the words of texts in lower case.
pub(super) fn lower(texts: &[String]) -> Vec<String> {
    texts.iter().flat_map(|text| text.unicode_words()).map(lists::folded).collect()
}

/// Returns how often a phrase occurs among words in lower case.
pub(super) fn occurrences(phrase: &str, words: &[String]) -> usize {
    let phrase: Vec<&str> = phrase.split(' ').collect();
    words.windows(phrase.len()).filter(|window| window.iter().eq(phrase.iter())).count()
}

/// Returns the pairs of sentences of which the second was made from the first, most similar first.
/// Each sentence is in at most one; pairs of equal sentences are included.
pub(super) fn aligned(before: &[String], after: &[String]) -> Vec<(Vec<Token>, Vec<Token>)> {
    let old: Vec<Vec<Token>> = before.iter().map(|text| tokens(text)).collect();
    let new: Vec<Vec<Token>> = after.iter().map(|text| tokens(text)).collect();
    let mut pairs: Vec<(f32, usize, usize)> = Vec::new();
    for (i, a) in old.iter().enumerate() {
        for (j, b) in new.iter().enumerate() {
            let score = dice(a, b);
            if score >= SIMILAR {
                pairs.push((score, i, j));
            }
        }
    }
    let apart = |pair: &(f32, usize, usize)| (pair.1.abs_diff(pair.2), pair.1);
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then(apart(a).cmp(&apart(b))));
    let (mut taken_old, mut taken_new) = (vec![false; old.len()], vec![false; new.len()]);
    let mut chosen = Vec::new();
    for (_, i, j) in pairs {
        if !taken_old[i] && !taken_new[j] {
            (taken_old[i], taken_new[j]) = (true, true);
            chosen.push((old[i].clone(), new[j].clone()));
        }
    }
    chosen
}

/// Returns the share of words that two sentences have in common.
fn dice(a: &[Token], b: &[Token]) -> f32 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let mut counts: HashMap<&str, i32> = HashMap::new();
    for token in a {
        *counts.entry(&token.lower).or_default() += 1;
    }
    let mut common = 0;
    for token in b {
        if let Some(count) = counts.get_mut(token.lower.as_str()).filter(|count| **count > 0) {
            *count -= 1;
            common += 1;
        }
    }
    2.0 * common as f32 / (a.len() + b.len()) as f32
}

/// Returns what differs between two sentences.
pub(super) fn hunks(before: &[Token], after: &[Token]) -> Vec<Hunk> {
    let old: Vec<&str> = before.iter().map(|token| token.lower.as_str()).collect();
    let new: Vec<&str> = after.iter().map(|token| token.lower.as_str()).collect();
    let mut found: Vec<Hunk> = Vec::new();
    let mut open = false;
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        if matches!(op, DiffOp::Equal { .. }) {
            open = false;
            continue;
        }
        let (removed, added) = (&before[op.old_range()], &after[op.new_range()]);
        match found.last_mut().filter(|_| open) {
            Some(last) => {
                last.removed.extend_from_slice(removed);
                last.added.extend_from_slice(added);
            }
            None => found.push(Hunk {
                removed: removed.to_vec(),
                added: added.to_vec(),
                first: op.old_range().start == 0 || op.new_range().start == 0,
            }),
        }
        open = true;
    }
    found
}

/// Whether two forms of a verb differ in number alone, as they do when "she" becomes "you".
pub(super) fn agree(a: &str, b: &str) -> bool {
    const PAIRS: &[(&str, &str)] = &[
        ("has", "have"),
        ("is", "are"),
        ("was", "were"),
        ("does", "do"),
        ("doesn't", "don't"),
        ("hasn't", "haven't"),
        ("isn't", "aren't"),
        ("wasn't", "weren't"),
        ("is", "am"),
        ("was", "am"),
        ("are", "am"),
    ];
    let pair = |a: &str, b: &str| PAIRS.contains(&(a, b));
    let ending = |long: &str, short: &str| {
        long.strip_suffix('s').is_some_and(|stem| {
            stem == short
                || stem.strip_suffix('e') == Some(short)
                || stem.strip_suffix("ie").is_some_and(|s| short.strip_suffix('y') == Some(s))
        })
    };
    // In Hebrew, the second person of the past ends with one letter more, or another, and verbs such
    // as the one for "decided" lose a vowel letter.
    let hebrew = |third: &str, second: &str| {
        let Some(stem) = second.strip_suffix('ת').filter(|stem| stem.chars().count() >= 2) else {
            return false;
        };
        let third = third.strip_suffix('ה').unwrap_or(third);
        let vowel = third.char_indices().rev().nth(1).filter(|(_, c)| *c == 'י');
        let short = vowel.map(|(at, c)| format!("{}{}", &third[..at], &third[at + c.len_utf8()..]));
        third == stem || short.as_deref() == Some(stem)
    };
    pair(a, b) || pair(b, a) || ending(a, b) || ending(b, a) || hebrew(a, b) || hebrew(b, a)
}

/// Whether a word may be a name or a fact: a name, a number or a time. `known` are all words in
/// lower case that occur in lower case somewhere.
pub(super) fn is_fact(
    token: &Token,
    first: bool,
    pack: &Pack,
    names: &[String],
    known: &dyn Fn(&str) -> bool,
) -> bool {
    let word = token.lower.strip_suffix("'s").unwrap_or(&token.lower);
    if word.chars().any(|c| c.is_numeric()) || lists::has(&pack.times, word) {
        return true;
    }
    if names.iter().any(|name| name == word) {
        return true;
    }
    let capital = token.text.chars().next().is_some_and(char::is_uppercase);
    if !capital || word == "i" || token.lower.starts_with("i'") {
        return false;
    }
    let in_lists =
        [&pack.function, &pack.common, &pack.formal, &pack.informal, &pack.second, &pack.third]
            .iter()
            .any(|list| lists::has(list, word))
            || PLAIN.iter().any(|(from, to)| *from == word || *to == word)
            || word.ends_with("ly")
            || known(word);
    !(first && in_lists)
}
