//! Lines that a chat program writes about other messages: reactions, and headings of replies.
//!
//! They are in each sender's language (`Reacted to "…" with 👍`, `Hat auf "…" mit 👍 reagiert`,
//! `Répondre à "…"`); English ones are matched by their words, others by what they quote.
//!
//! Invariant: in languages other than English, a line is one only if it quotes the beginning of an
//! earlier message, or is a reaction to a quote that Zoom has truncated.

use std::collections::HashSet;

/// Number of leading characters kept of a message; quotes have at least this many.
const OPENING: usize = 12;
/// Length to which Zoom truncates a quote in languages other than English.
const CUT: std::ops::RangeInclusive<usize> = 16..=21;
/// Maximum number of messages; more than a call has.
const MAX_MESSAGES: usize = 50_000;

/// What a line says about another message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    Reaction,
    /// A reply; its text is on the next lines.
    Reply,
}

/// The messages that may be quoted.
#[derive(Debug, Default)]
pub(crate) struct Quotes {
    openings: HashSet<String>,
}

impl Quotes {
    /// Remembers the beginning of a message.
    pub(crate) fn remember(&mut self, text: &str) {
        if self.openings.len() < MAX_MESSAGES {
            self.openings.insert(opening(text));
        }
    }

    /// Returns what a line says about another message, if it says nothing else.
    pub(crate) fn about(&self, line: &str) -> Option<About> {
        if is_reaction(line) {
            return Some(About::Reaction);
        }
        if line.starts_with("Replying to \"") {
            return Some(About::Reply);
        }
        let (lead, rest) = line.split_once('"')?;
        let (quote, tail) = rest.rsplit_once('"')?;
        let plain = lead.ends_with(' ')
            && lead.chars().all(|c| c.is_alphabetic() || c == ' ')
            && (1..=5).contains(&lead.split_whitespace().count());
        let whole = quote.trim_end_matches("...").trim_end_matches('…');
        let known = self.openings.contains(&opening(whole));
        // A file is quoted by a name that no message has; it is truncated like other quotes.
        let cut = quote.ends_with("...") && CUT.contains(&whole.chars().count());
        if !plain || !known && !cut {
            return None;
        }
        let mut words = tail.split_whitespace();
        let sign = |word: &str| !word.is_ascii() && !word.contains(char::is_alphanumeric);
        match words.clone().count() {
            0 if known => Some(About::Reply),
            1..=3 if words.any(sign) => Some(About::Reaction),
            _ => None,
        }
    }
}

fn opening(text: &str) -> String {
    text.trim().chars().take(OPENING).collect()
}

/// Matches `Reacted to "…" with 👍`, `Reacted to … with "👍"`, `Removed a 👍 reaction from "…"`. The
/// quote may span lines.
fn is_reaction(text: &str) -> bool {
    text.strip_prefix("Reacted to ").is_some_and(|rest| {
        rest.starts_with('"') || (rest.contains(" with \"") && rest.ends_with('"'))
    }) || (text.starts_with("Removed a ") && text.contains(" reaction from "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reactions_and_replies_in_any_language() {
        let mut quotes = Quotes::default();
        quotes.remember("Where can I see the list?");
        quotes.remember("yes");
        for (line, about) in [
            ("Reacted to \"whatever\" with 👍", Some(About::Reaction)),
            ("Replying to \"whatever\"", Some(About::Reply)),
            ("Heeft gereageerd op \"Where can I see the ...\" met 👍🏼", Some(About::Reaction)),
            ("Hat auf \"Where can I see the ...\" mit 😄 reagiert", Some(About::Reaction)),
            ("Se ha reaccionado a \"yes\" con ❤️", Some(About::Reaction)),
            ("Répondre à \"Where can I see the ...\"", Some(About::Reply)),
            ("Heeft gereageerd op \"Screenshot2026_06_...\" met ❤️", Some(About::Reaction)),
            ("Répondre à \"Something else\"", None),
            ("He said \"never mind...\" with 😂", None),
            ("I would read \"yes\" as a maybe", None),
            ("yes", None),
        ] {
            assert_eq!(quotes.about(line), about, "{line}");
        }
    }
}
