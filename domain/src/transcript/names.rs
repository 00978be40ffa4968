//! Normalizes speakers' names.

use std::borrow::Cow;

/// Words that stand for an unknown speaker; in lower case.
const NOBODY: &[&str] =
    &["", "unknown", "unknown speaker", "speaker unknown", "unidentified speaker"];

/// Returns a name without invisible direction marks and doubled spaces; `None` if it names nobody.
pub fn clean(name: &str) -> Option<Cow<'_, str>> {
    let clean = match is_clean(name.as_bytes()) {
        true => Cow::Borrowed(name),
        false => Cow::Owned(cleaned(name)),
    };
    let nobody = match clean.is_ascii() {
        true => NOBODY.iter().any(|known| known.eq_ignore_ascii_case(&clean)),
        false => NOBODY.contains(&clean.to_lowercase().as_str()),
    };
    (!nobody).then_some(clean)
}

/// Returns whether this is ASCII without control characters, and every space is between two words.
fn is_clean(name: &[u8]) -> bool {
    let mut before = b' ';
    let clean = name.iter().all(|byte| {
        let fits = byte.is_ascii_graphic() || (*byte == b' ' && before != b' ');
        before = *byte;
        fits
    });
    clean && before != b' '
}

fn cleaned(name: &str) -> String {
    let mut clean = String::with_capacity(name.len());
    for word in name.split(|c: char| c.is_whitespace() || c.is_control()) {
        let from = clean.len();
        if from > 0 {
            clean.push(' ');
        }
        let start = clean.len();
        clean.extend(word.chars().filter(|c| !is_mark(*c)));
        if clean.len() == start {
            clean.truncate(from);
        }
    }
    clean
}

/// Invisible marks of writing direction, and the byte order mark.
pub fn is_mark(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{FEFF}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn direction_marks_and_spaces_are_cleaned() {
        assert_eq!(clean("\u{200F}נועה\u{202C}  לוי ").as_deref(), Some("נועה לוי"));
        assert_eq!(clean("Unknown Speaker"), None);
        assert_eq!(clean("\u{200E} "), None);
    }
}
