//! Words of a text, counted as Unicode counts them (UAX #29), quickly where it is ASCII.

use unicode_segmentation::UnicodeSegmentation;

/// Bytes that are looked at together; their count fits into one byte.
const AT_ONCE: usize = 128;

/// How many words a text has: the same number as `unicode_words` gives.
///
/// White space ends a word, so only the chunks between white space that hold other letters than
/// those of ASCII are left to the tables.
pub(crate) fn count(text: &str) -> u64 {
    let mut words = 0;
    let mut rest = text;
    while let Some(at) = first_beyond_ascii(rest.as_bytes()) {
        let space = |b: &u8| b.is_ascii_whitespace();
        let from = rest.as_bytes()[..at].iter().rposition(space).map_or(0, |space| space + 1);
        let to = rest.as_bytes()[at..].iter().position(space).map_or(rest.len(), |to| at + to);
        words += ascii(&rest.as_bytes()[..from]) + rest[from..to].unicode_words().count() as u64;
        rest = &rest[to..];
    }
    words + ascii(rest.as_bytes())
}

/// Offset of the first byte that is not ASCII.
pub(crate) fn first_beyond_ascii(bytes: &[u8]) -> Option<usize> {
    if bytes.first().is_some_and(|b| !b.is_ascii()) {
        return Some(0);
    }
    let whole = bytes.chunks(32).take_while(|chunk| chunk.is_ascii()).count() * 32;
    let rest = bytes.get(whole..)?;
    rest.iter().position(|b| !b.is_ascii()).map(|at| whole + at)
}

/// Words of ASCII text. Letters and digits hold together; so do letters around `.`, `:` and `'`,
/// digits around `.`, `,`, `;` and `'`, and all around `_`.
fn ascii(bytes: &[u8]) -> u64 {
    if memchr::memchr(b'_', bytes).is_some() {
        return underscored(bytes);
    }
    // Runs of letters and digits, less those that are joined to the run before. Counted without
    // branches, so that many bytes are counted at once.
    let first = bytes.first().is_some_and(u8::is_ascii_alphanumeric);
    let runs = count_in([bytes, bytes.get(1..).unwrap_or_default(), bytes], |[before, byte, _]| {
        is_alphanumeric(byte) & !is_alphanumeric(before)
    });
    let joined = match (bytes.get(1..), bytes.get(2..)) {
        (Some(byte), Some(after)) => {
            count_in([bytes, byte, after], |[before, byte, after]| joins(before, byte, after))
        }
        _ => 0,
    };
    u64::from(first) + runs - joined
}

/// For how many places of three texts, up to the end of the shortest, this is so.
fn count_in(texts: [&[u8]; 3], holds: impl Fn([u8; 3]) -> bool) -> u64 {
    let [a, b, c] = texts.map(|text| text.chunks(AT_ONCE));
    a.zip(b).zip(c).fold(0, |sum, ((a, b), c)| {
        let places = a.iter().zip(b).zip(c);
        sum + u64::from(places.fold(0u8, |sum, ((a, b), c)| sum + u8::from(holds([*a, *b, *c]))))
    })
}

/// Same, place by place: a word of nothing but underscores is none.
fn underscored(bytes: &[u8]) -> u64 {
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
    is_alphanumeric(byte) | (byte == b'_')
}

fn is_alphanumeric(byte: u8) -> bool {
    is_letter(byte) | is_digit(byte)
}

fn is_letter(byte: u8) -> bool {
    (byte | 0x20).wrapping_sub(b'a') < 26
}

fn is_digit(byte: u8) -> bool {
    byte.wrapping_sub(b'0') < 10
}

fn joins(before: u8, byte: u8, after: u8) -> bool {
    let letters = is_letter(before) & is_letter(after);
    let digits = is_digit(before) & is_digit(after);
    ((byte == b'.') | (byte == b'\'')) & (letters | digits)
        | ((byte == b':') & letters)
        | (((byte == b',') | (byte == b';')) & digits)
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

        #[test]
        fn the_same_number_in_long_texts(text in "([a-c1-3.,:;' ]{0,9}|[_é ש]){0,32}") {
            prop_assert_eq!(count(&text), text.unicode_words().count() as u64);
        }
    }
}
