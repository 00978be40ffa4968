//! Completions: names, titles and topics that begin with what was typed.
//!
//! Invariant: linear in the number of candidates, which the caller bounds; only given values are
//! suggested.

use crate::analysis::normalise;
use unicode_segmentation::UnicodeSegmentation;

/// The number of letters from which one may be wrong.
const TYPO_FROM: usize = 4;

/// The source of a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A client's name.
    Client,
    /// A speaker of a session.
    Speaker,
    /// A session's title.
    Title,
    /// A topic of a summary.
    Topic,
    /// An earlier question.
    Question,
}

/// Returns those of `values` with a word that begins with what was typed, best first: matches of
/// the whole value, then of a word, then with one letter wrong, missing, doubled or swapped; within
/// each by source and by length. Earlier questions come last, because they may contain the same
/// misspelling.
pub fn matching<'a>(
    typed: &str,
    values: impl IntoIterator<Item = (Source, &'a str)>,
    limit: usize,
) -> Vec<(Source, &'a str)> {
    let typed: Vec<String> =
        typed.unicode_words().map(normalise).filter(|w| !w.is_empty()).collect();
    if typed.is_empty() {
        return Vec::new();
    }
    let mut ranked: Vec<(bool, u8, Source, usize, &str)> = Vec::new();
    for (source, value) in values {
        let words: Vec<String> = value.unicode_words().map(normalise).collect();
        if let Some(rank) = rank(&typed, &words) {
            let asked = source == Source::Question;
            ranked.push((asked, rank, source, value.len(), value));
        }
    }
    ranked.sort_unstable();
    ranked.dedup_by(|one, other| one.4 == other.4);
    ranked.into_iter().take(limit).map(|(_, _, source, _, value)| (source, value)).collect()
}

/// Ranks how well words begin with what was typed; `None` if they do not.
fn rank(typed: &[String], words: &[String]) -> Option<u8> {
    (0..words.len()).find_map(|from| {
        let typos = count_typos(typed, &words[from..])?;
        Some(if typos > 0 { 2 } else { u8::from(from > 0) })
    })
}

/// Counts wrong letters, at most one, between what was typed and the beginning of words; the last
/// word may be unfinished.
fn count_typos(typed: &[String], words: &[String]) -> Option<u8> {
    let (last, before) = typed.split_last()?;
    let mut typos = distance(last, words.get(before.len())?, true)?;
    for (typed, word) in before.iter().zip(words) {
        typos += distance(typed, word, false)?;
    }
    (typos <= 1).then_some(typos)
}

/// Counts wrong letters, at most one, between what was typed and a word, or its beginning.
fn distance(typed: &str, word: &str, beginning: bool) -> Option<u8> {
    let fits = |word: &str| if beginning { word.starts_with(typed) } else { word == typed };
    if fits(word) {
        return Some(0);
    }
    let length = typed.chars().count();
    if length < TYPO_FROM {
        return None;
    }
    let near = |word: &str| strsim::osa_distance(typed, word) <= 1;
    if !beginning {
        return near(word).then_some(1);
    }
    let cut = |length: usize| {
        let end = word.char_indices().nth(length).map_or(word.len(), |(at, _)| at);
        &word[..end]
    };
    [length - 1, length, length + 1].into_iter().any(|length| near(cut(length))).then_some(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: [(Source, &str); 6] = [
        (Source::Client, "Maya Lindqvist"),
        (Source::Client, "Leila Amari"),
        (Source::Speaker, "Amara Osei"),
        (Source::Title, "Letting go of the reports"),
        (Source::Topic, "quarterly report"),
        (Source::Client, "נועה ברקאי"),
    ];

    fn texts(typed: &str) -> Vec<&'static str> {
        matching(typed, VALUES, 5).into_iter().map(|(_, value)| value).collect()
    }

    #[test]
    fn what_begins_so_comes_before_what_holds_it() {
        assert_eq!(texts("ma"), ["Maya Lindqvist"]);
        assert_eq!(texts("am"), ["Amara Osei", "Leila Amari"]);
        assert_eq!(texts("repor"), ["Letting go of the reports", "quarterly report"]);
        assert_eq!(texts("maya li"), ["Maya Lindqvist"]);
        assert_eq!(texts("נוע"), ["נועה ברקאי"]);
        assert_eq!(texts(""), [""; 0]);
        assert_eq!(texts("zebra"), [""; 0]);
    }

    #[test]
    fn one_letter_may_be_wrong() {
        for typed in ["lindkv", "lnidq", "linqv", "maay lind"] {
            assert_eq!(texts(typed), ["Maya Lindqvist"], "{typed}");
        }
        assert_eq!(texts("mxy"), [""; 0], "no typo in few letters");
        assert_eq!(texts("lnidqvits"), [""; 0], "two typos are too many");
    }
}
