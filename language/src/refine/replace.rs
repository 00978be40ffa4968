//! Replaces words wherever a summary's own text has them.
//!
//! Invariants:
//! - Only whole words are replaced, with their possessive ("Maya's") and, in Hebrew, with the
//!   letters that are prefixed to them.
//! - A word at the beginning of a sentence keeps its capital.

use super::tokens::PREFIXES;

/// Returns a text with words in place of others, and how often they were replaced.
pub(super) fn replaced(text: &str, from: &str, to: &str) -> (String, usize) {
    let mut result = String::with_capacity(text.len());
    let (mut done, mut at, mut count) = (0, 0, 0);
    while at < text.len() {
        match matched(text, at, from) {
            Some(end) => {
                result.push_str(&text[done..at]);
                let upper = text[at..].starts_with(char::is_uppercase);
                let begins = result.trim_end().is_empty()
                    || result.trim_end().ends_with(['.', '?', '!', ':']);
                let capital = upper && (begins || from.starts_with(char::is_lowercase));
                let mut chars = to.chars();
                match chars.next().filter(|_| capital) {
                    Some(first) => {
                        result.extend(first.to_uppercase());
                        result.push_str(chars.as_str());
                    }
                    None => result.push_str(to),
                }
                if to.is_empty() {
                    tidy(&mut result, &text[end..], capital);
                    let rest = text[end..].trim_start_matches(' ');
                    done = text.len() - rest.len();
                    if capital && let Some(first) = rest.chars().next() {
                        result.extend(first.to_uppercase());
                        done += first.len_utf8();
                    }
                } else {
                    done = end;
                    // "Tomas' idea" is Omer's now.
                    let bare = text[end..].starts_with("' ") || text[end..].starts_with("’ ");
                    let is_quoted = text[..at].ends_with(['\'', '‘']);
                    if bare && !is_quoted && from.ends_with('s') && !to.ends_with('s') {
                        let mark = text[end..].chars().next().unwrap_or('\'');
                        result.push(mark);
                        result.push('s');
                        done += mark.len_utf8();
                    }
                }
                at = end.max(done);
                count += 1;
            }
            None => at += text[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    result.push_str(&text[done.min(text.len())..]);
    (result, count)
}

/// Whether a text has these words.
pub(super) fn mentions(text: &str, words: &str) -> bool {
    text.char_indices().any(|(at, _)| matched(text, at, words).is_some())
}

/// Leaves one space where words were taken out, and none before punctuation.
fn tidy(result: &mut String, rest: &str, begins: bool) {
    let next = rest.trim_start_matches(' ').chars().next();
    if begins {
        return;
    }
    if next.is_none_or(|c| matches!(c, '.' | ',' | '?' | '!' | ';' | ':')) {
        result.truncate(result.trim_end().trim_end_matches(',').len());
    }
}

/// Returns where words end that begin here.
fn matched(text: &str, at: usize, words: &str) -> Option<usize> {
    let mut rest = text[at..].char_indices();
    let mut end = at;
    for wanted in words.chars() {
        let (place, found) = rest.next()?;
        let same = found == wanted
            || found.to_lowercase().eq(wanted.to_lowercase())
            || matches!((found, wanted), ('’' | '\'', '’' | '\''));
        if !same {
            return None;
        }
        end = at + place + found.len_utf8();
    }
    (begins_word(&text[..at]) && ends_word(&text[end..]) && end > at).then_some(end)
}

/// Whether a word may begin after this text.
fn begins_word(before: &str) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let mut chars = before.chars().rev();
    let mut last = chars.next();
    // "O'Brien" is one word.
    if matches!(last, Some('\'' | '’')) && is_letter(chars.clone().next()) {
        return false;
    }
    for _ in 0..3 {
        match last {
            Some(c) if PREFIXES.contains(&c) => last = chars.next(),
            _ => break,
        }
    }
    !is_letter(last)
}

/// Whether a word may end before this text: also before a possessive.
fn ends_word(after: &str) -> bool {
    let mut chars = after.chars();
    match chars.next() {
        Some(c) if c.is_alphanumeric() => false,
        Some('\'' | '’') => match chars.next() {
            Some('s' | 'S') => !chars.next().is_some_and(char::is_alphanumeric),
            next => !next.is_some_and(char::is_alphanumeric),
        },
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_are_replaced_with_their_possessives() {
        for (text, from, to, expected, count) in [
            (
                "Maya's plan: Maya and Mayan art",
                "Maya",
                "Maia",
                "Maia's plan: Maia and Mayan art",
                2,
            ),
            ("MAYA’s", "maya", "Maia", "Maia’s", 1),
            ("Utilize it. We utilize.", "utilize", "use", "Use it. We use.", 2),
            ("Maya rests, as Maya does.", "Maya", "she", "She rests, as she does.", 2),
            ("Tomas' idea; O'Tomas", "Tomas", "Omer", "Omer's idea; O'Tomas", 1),
            ("don't", "don", "x", "don't", 0),
            ("מאיה ולמאיה ושמאיה, מאיהל", "מאיה", "מיה", "מיה ולמיה ושמיה, מאיהל", 3),
            ("It is really good, really.", "really", "", "It is good.", 2),
            ("Really it is.", "really", "", "It is.", 1),
        ] {
            let (result, times) = replaced(text, from, to);
            assert_eq!((result.as_str(), times), (expected, count), "{text}");
        }
    }
}
