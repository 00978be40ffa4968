//! Exclusions in words: "except sugar", "but not about dreams", "חוץ ממיסים".
//!
//! "Without" excludes only if it cannot be the subject: after sessions and the like ("calls without
//! Dan") or a comma; "sleeping without pills" is a subject.

use super::language::{self, Language};
use super::words::{Gap, Word};
use super::{Quote, Span};
use crate::sentences;

/// Maximum number of words excluded.
const MAX_WORDS: usize = 4;

/// Returns the exclusions, and the spans of the words that state them. Marks them as taken.
pub(super) fn find(
    question: &str,
    words: &mut [Word<'_>],
    plain: &[sentences::Word],
) -> Vec<(Quote, Span)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let language = language::of(words[at].is_hebrew());
        let Some(length) = cue(words, plain, at, language) else {
            at += 1;
            continue;
        };
        let mut from = at + length;
        while words
            .get(from)
            .is_some_and(|word| !word.taken && language.leading.contains(word.lower.as_str()))
        {
            from += 1;
        }
        let to = (from..words.len().min(from + MAX_WORDS))
            .find(|place| ends(&words[*place], *place > from, language))
            .unwrap_or(words.len().min(from + MAX_WORDS));
        if from == to {
            at += length;
            continue;
        }
        let joined = joined(&plain[at + length - 1].lower, &words[from]);
        let that = matches!(words[from].lower.as_str(), "מזה" | "that" | "this");
        if that {
            at = to;
            continue;
        }
        let inner = Span { from: words[from].from + joined, to: words[to - 1].to };
        let whole = Span { from: words[at].from, to: inner.to };
        found.push((Quote::new(question, inner), whole));
        words[at..to].iter_mut().for_each(|word| word.taken = true);
        at = to;
    }
    found
}

/// Returns the length of an exclusion that begins here.
fn cue(
    words: &[Word<'_>],
    plain: &[sentences::Word],
    at: usize,
    language: &Language,
) -> Option<usize> {
    if words[at].taken {
        return None;
    }
    if let Some(length) = language.except.at(&plain[at..]) {
        return Some(length);
    }
    let length = language.without.at(&plain[at..])?;
    let before = at.checked_sub(1).map(|before| words[before].lower.as_str());
    let apart = words[at].gap == Gap::Comma
        || before.is_some_and(|before| before == "but" || language.sessions.contains(before));
    apart.then_some(length)
}

fn ends(word: &Word<'_>, inside: bool, language: &Language) -> bool {
    let stops = matches!(word.gap, Gap::Stop | Gap::Comma | Gap::Other);
    word.taken || (inside && (stops || language.ends.contains(word.lower.as_str())))
}

/// Returns the length in bytes of the letter that "חוץ" and "פרט" prefix to the next word.
fn joined(cue: &str, word: &Word<'_>) -> usize {
    let letter = match cue {
        "חוץ" => 'מ',
        "פרט" => 'ל',
        _ => return 0,
    };
    let longer = word.text.chars().nth(2).is_some();
    if longer && word.text.starts_with(letter) { letter.len_utf8() } else { 0 }
}
