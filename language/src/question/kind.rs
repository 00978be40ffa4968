//! Finds the kind of thing asked for: promises, decisions or questions.
//!
//! A cue counts only before the subject: "what did she say about decisions" does not ask for a
//! decision.

use super::language;
use super::words::Word;
use super::{Asked, Kind, Quote, Span};
use crate::sentences;

/// Maximum distance of the verb after "did", in words.
const REACH: usize = 5;

/// Returns the kind, and the indexes of its words.
pub(super) fn find(
    question: &str,
    words: &[Word<'_>],
    plain: &[sentences::Word],
) -> Option<(Asked, std::ops::Range<usize>)> {
    let mut did = None;
    for (at, word) in words.iter().enumerate() {
        let language = language::of(word.is_hebrew());
        if language.topic.contains(word.lower.as_str()) {
            return None;
        }
        if language.did.contains(word.lower.as_str()) {
            did = Some(at);
        }
        if word.taken || language.no_kind.at(&plain[at..]).is_some() {
            continue;
        }
        let behind = did.is_some_and(|did| at - did <= REACH);
        let stated = [
            (Kind::Promised, &language.promised, &language.promise),
            (Kind::Decided, &language.decided, &language.decide),
            (Kind::Asked, &language.asked, &language.ask),
        ];
        let found = stated
            .iter()
            .filter_map(|(kind, stated, verbs)| {
                let verb = verbs.at(&plain[at..]).filter(|_| behind);
                Some((stated.at(&plain[at..]).max(verb)?, *kind))
            })
            .max_by_key(|(length, _)| *length);
        let found = found.or_else(|| {
            // Hebrew prefixes "that" and "and" to the verb.
            let bare = word.lower.strip_prefix(['ש', 'ו', 'ה'])?;
            let fits = |(kind, stated, _): &(Kind, &crate::phrases::Phrases, _)| {
                stated.has(bare).then_some((1, *kind))
            };
            stated.iter().find_map(fits)
        });
        if let Some((length, kind)) = found {
            let span = Span { from: word.from, to: words[at + length - 1].to };
            return Some((Asked { kind, quote: Quote::new(question, span) }, at..at + length));
        }
    }
    None
}
