//! Words of a text, counted as Unicode counts them (UAX #29), quickly where it is ASCII.

use unicode_segmentation::UnicodeSegmentation;

/// How many words a text has: the same number as `unicode_words` gives.
pub(crate) fn count(text: &str) -> u64 {
    let chunks = text.split_ascii_whitespace();
    chunks.fold(0u64, |sum, chunk| {
        sum + match chunk.is_ascii() {
            true => ascii(chunk.as_bytes()),
            false => chunk.unicode_words().fold(0, |sum, _| sum + 1),
        }
    })
}

/// Words without white space. Letters and digits hold together; so do letters around `.`, `:`
/// and `'`, digits around `.`, `,`, `;` and `'`, and all around `_`.
fn ascii(bytes: &[u8]) -> u64 {
    let mut words = 0;
    let mut at = 0;
    while at < bytes.len() {
        if !is_word(bytes[at]) {
            at += 1;
            continue;
        }
        let mut counts = false;
        while let Some(byte) = bytes.get(at) {
            let next = bytes.get(at + 1);
            if is_word(*byte) {
                counts |= byte.is_ascii_alphanumeric();
                at += 1;
            } else if let (Some(before), Some(after)) = (bytes.get(at.wrapping_sub(1)), next)
                && joins(*before, *byte, *after)
            {
                at += 1;
            } else {
                break;
            }
        }
        words += u64::from(counts);
    }
    words
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn joins(before: u8, byte: u8, after: u8) -> bool {
    let letters = before.is_ascii_alphabetic() && after.is_ascii_alphabetic();
    let digits = before.is_ascii_digit() && after.is_ascii_digit();
    match byte {
        b'.' | b'\'' => letters || digits,
        b':' => letters,
        b',' | b';' => digits,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation;

    use super::count;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn the_same_number_as_unicode(text in "[a-c1-3_.,:;' \\n\"-]{0,24}|\\PC{0,16}|[ -~א-ת\u{301}]{0,16}") {
            prop_assert_eq!(count(&text), text.unicode_words().count() as u64);
        }
    }
}
