//! Punctuation, emoji and contractions: counted, and changed where a rule says so.

use debrief_domain::voice::Mark;

/// Contractions that have one long form.
const CONTRACTED: &[(&str, &str)] = &[
    ("don't", "do not"),
    ("doesn't", "does not"),
    ("didn't", "did not"),
    ("isn't", "is not"),
    ("aren't", "are not"),
    ("wasn't", "was not"),
    ("weren't", "were not"),
    ("haven't", "have not"),
    ("hasn't", "has not"),
    ("hadn't", "had not"),
    ("won't", "will not"),
    ("wouldn't", "would not"),
    ("can't", "cannot"),
    ("couldn't", "could not"),
    ("shouldn't", "should not"),
    ("mustn't", "must not"),
    ("i'm", "I am"),
    ("you're", "you are"),
    ("we're", "we are"),
    ("they're", "they are"),
    ("i've", "I have"),
    ("you've", "you have"),
    ("we've", "we have"),
    ("they've", "they have"),
    ("i'll", "I will"),
    ("you'll", "you will"),
    ("we'll", "we will"),
    ("they'll", "they will"),
    ("she'll", "she will"),
    ("he'll", "he will"),
    ("it'll", "it will"),
];

/// Contractions whose long form depends on what follows ("she has", "she is").
const AMBIGUOUS: &[&str] = &[
    "it's", "that's", "there's", "she's", "he's", "what's", "who's", "let's", "i'd", "you'd",
    "we'd", "they'd", "she'd", "he'd",
];

/// Returns the long form of a contraction in lower case.
pub(super) fn expanded(word: &str) -> Option<&'static str> {
    CONTRACTED.iter().find(|(short, _)| *short == word).map(|(_, long)| *long)
}

/// Returns how many contractions there are among words in lower case, and how many long forms that
/// could be contracted.
pub(super) fn contractions(words: &[String]) -> (usize, usize) {
    let is_short = |word: &&String| expanded(word).is_some() || AMBIGUOUS.contains(&word.as_str());
    let short = words.iter().filter(is_short).count();
    let long = (0..words.len())
        .filter(|at| {
            CONTRACTED.iter().any(|(_, long)| {
                let mut parts = long.split(' ');
                parts.clone().count() <= words.len() - at
                    && words[*at..]
                        .iter()
                        .zip(&mut parts)
                        .all(|(word, part)| word.eq_ignore_ascii_case(part))
            })
        })
        .count();
    (short, long)
}

/// Returns how often a mark occurs.
pub(super) fn count(mark: Mark, text: &str) -> usize {
    match mark {
        Mark::Exclamation => text.matches(['!', '！']).count(),
        Mark::Dash => text.matches(['—', '–']).count() + text.matches(" - ").count(),
        Mark::Ellipsis => text.matches('…').count() + text.matches("...").count(),
        Mark::Semicolon => text.matches(';').count(),
        Mark::OxfordComma => enumerations(text).0,
    }
}

/// Returns how many English enumerations of three or more have a comma before "and", and how many
/// have none.
pub(super) fn enumerations(text: &str) -> (usize, usize) {
    let mut found = (0, 0);
    for joiner in [" and ", " or "] {
        for (at, _) in text.match_indices(joiner) {
            let before = &text[..at];
            let has_comma = before.ends_with(',');
            let item = before.trim_end_matches(',');
            // Another comma a few words before makes it an enumeration.
            let Some((head, last)) = item.rsplit_once(',') else { continue };
            let is_short = |text: &str| (1..=3).contains(&text.split_whitespace().count());
            let first = head.rsplit(['.', '?', '!', ',', ';', ':']).next().unwrap_or_default();
            if is_short(last) && !last.contains(['.', '?', '!', ';', ':']) && !first.is_empty() {
                match has_comma {
                    true => found.0 += 1,
                    false => found.1 += 1,
                }
            }
        }
    }
    found
}

/// Whether a character is an emoji or part of one.
pub(super) fn is_emoji(c: char) -> bool {
    matches!(c, '\u{1F300}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}' | '\u{1F1E6}'..='\u{1F1FF}'
        | '\u{2B50}' | '\u{2B55}' | '\u{FE0F}' | '\u{20E3}')
        && !matches!(c, '\u{2713}' | '\u{2714}')
}

/// Returns how many emoji there are.
pub(super) fn emoji(text: &str) -> usize {
    text.chars().filter(|c| is_emoji(*c) && !matches!(c, '\u{FE0F}' | '\u{20E3}')).count()
}

/// Returns a text with full stops, or nothing, in place of exclamation marks.
pub(super) fn without_exclamations(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '!' | '！' if result.ends_with(['.', '?', '!', '…', ',']) => {}
            '!' => result.push('.'),
            '！' => result.push('。'),
            // "?!" and "!?" are questions.
            '?' if result.ends_with('.') => {
                result.pop();
                result.push('?');
            }
            c => result.push(c),
        }
    }
    result
}

/// Returns a text without emoji and the spaces before them.
pub(super) fn without_emoji(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    // Whether all that was before was emoji.
    let mut bare = false;
    for c in text.chars() {
        match c {
            c if is_emoji(c) => {
                result.truncate(result.trim_end_matches(' ').len());
                bare = result.is_empty();
            }
            '\u{200D}' => {}
            ' ' if bare && result.is_empty() => {}
            c => result.push(c),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_counted() {
        assert_eq!(enumerations("We saw red, green, and blue."), (1, 0));
        assert_eq!(enumerations("We saw red, green and blue."), (0, 1));
        assert_eq!(enumerations("We went home and slept, and then we ate."), (0, 0));
        assert_eq!(count(Mark::Dash, "a – b — c - d well-known"), 3);
        assert_eq!(emoji("Well done 🎉👍🏽 ✓"), 3);
        let words: Vec<String> =
            ["i", "do", "not", "know", "it's", "don't"].map(str::to_owned).to_vec();
        assert_eq!(contractions(&words), (2, 1));
    }

    #[test]
    fn marks_are_left_out() {
        assert_eq!(without_exclamations("Well done! Really?! Wow!!!"), "Well done. Really? Wow.");
        assert_eq!(without_emoji("Well done 🎉, Maya 👍"), "Well done, Maya");
        assert_eq!(without_emoji("🎉 Well done"), "Well done");
        assert_eq!(without_emoji("תודה ❤️"), "תודה");
    }
}
