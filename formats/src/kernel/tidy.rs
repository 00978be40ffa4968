//! Detects text that needs no cleaning, which most does not; vectorised.

use debrief_domain::transcript::words::first_beyond_ascii;

/// Returns the number of characters of a text that needs no cleaning: it is not empty, and has no
/// control characters and no white space other than single spaces.
pub(crate) fn tidy(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let odd = match bytes.len() {
        0 => return None,
        short @ 1..=TOGETHER => {
            (1..short).fold(odd(0, bytes[0]), |seen, at| seen | odd(bytes[at - 1], bytes[at]))
        }
        _ => odds(bytes),
    };
    if odd & ODD != 0 {
        return None;
    }
    if odd & BEYOND_ASCII == 0 {
        return Some(text.len());
    }
    let mut rest = text;
    while let Some(at) = first_beyond_ascii(rest.as_bytes()) {
        let mut chars = rest[at..].chars();
        let beyond = chars.by_ref().take_while(|c| !c.is_ascii());
        if beyond.fold(false, |any, c| any | c.is_whitespace() | c.is_control()) {
            return None;
        }
        rest = chars.as_str();
    }
    Some(text.chars().count())
}

/// Number of bytes processed together.
const TOGETHER: usize = 32;
/// A control character, or the second of two spaces.
const ODD: u8 = 1;
const BEYOND_ASCII: u8 = 0x80;

/// Returns the flags of a byte, given the one before it.
fn odd(before: u8, byte: u8) -> u8 {
    let control = (byte < b' ') | (byte == 0x7F);
    let doubled = (before == b' ') & (byte == b' ');
    u8::from(control | doubled) | (byte & BEYOND_ASCII)
}

/// Returns the flags of more than [`TOGETHER`] bytes. Uses arrays without branches, so that the
/// loop is vectorised; the last bytes may be processed twice.
fn odds(bytes: &[u8]) -> u8 {
    let mut seen = [0; TOGETHER];
    let mut look = |window: &[u8]| {
        let (Some((before, _)), Some((_, own))) =
            (window.split_first_chunk::<TOGETHER>(), window.split_last_chunk::<TOGETHER>())
        else {
            return;
        };
        for (seen, (before, own)) in seen.iter_mut().zip(before.iter().zip(own)) {
            *seen |= odd(*before, *own);
        }
    };
    let mut at = 0;
    while let Some(window) = bytes.get(at..=at + TOGETHER) {
        look(window);
        at += TOGETHER;
    }
    look(&bytes[bytes.len() - TOGETHER - 1..]);
    seen.iter().fold(odd(0, bytes[0]), |all, seen| all | seen)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::tidy;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn what_is_tidy_has_single_spaces_and_no_controls(
            text in "[a-c …é\u{A0}\u{85}\u{7F}\t]{0,6}|[a-c]{29,33}[ \t…]{0,2}|[a-c ]{0,9}([a-z]{9,12} ){0,8}[\t\u{7F} ]?"
        ) {
            let odd = |c: char| c.is_control() || c.is_whitespace() && c != ' ';
            let plain = !text.is_empty() && !text.contains("  ") && !text.contains(odd);
            prop_assert_eq!(tidy(&text), plain.then(|| text.chars().count()));
        }
    }
}
