//! Counts the words of a text by UAX #29, quickly if it is ASCII.

use unicode_segmentation::UnicodeSegmentation;

/// Number of bytes that are scanned together.
const AT_ONCE: usize = 32;
/// Longer pieces without white space are not words of a language with spaces.
const PIECE: usize = 64;

/// Counts the words of a text: the same number as `unicode_words` gives.
///
/// White space ends a word, so the tables are needed only for pieces between white space that
/// contain letters beyond ASCII.
pub fn count(text: &str) -> u64 {
    let mut words = 0;
    let mut rest = text;
    while let Some(at) = first_beyond_ascii(rest.as_bytes()) {
        let space = |b: &u8| b.is_ascii_whitespace();
        let from = rest.as_bytes()[..at].iter().rposition(space).map_or(0, |space| space + 1);
        let to = rest.as_bytes()[at..].iter().position(space).map_or(rest.len(), |to| at + to);
        let piece = &rest[from..to];
        words += ascii(&rest.as_bytes()[..from]);
        words += western(piece).unwrap_or_else(|| piece.unicode_words().count() as u64);
        rest = &rest[to..];
    }
    words + ascii(rest.as_bytes())
}

/// Counts the words of a piece whose characters behave like some of ASCII: quotation marks and
/// dashes, the letters of Western Europe. Returns `None` if it has others, or is long.
fn western(piece: &str) -> Option<u64> {
    let mut same = [0; PIECE];
    let mut length = 0;
    for c in piece.chars() {
        *same.get_mut(length)? = match c {
            '\0'..='\x7F' => c as u8,
            // An apostrophe joins the same characters as a full stop.
            '’' | '‘' => b'.',
            '“' | '”' | '–' | '—' | '…' => b'"',
            'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ſ' => b'a',
            _ => return None,
        };
        length += 1;
    }
    Some(ascii(&same[..length]))
}

/// Returns the offset of the first byte that is not ASCII.
pub fn first_beyond_ascii(bytes: &[u8]) -> Option<usize> {
    if bytes.first().is_some_and(|b| !b.is_ascii()) {
        return Some(0);
    }
    let whole = bytes.chunks(32).take_while(|chunk| chunk.is_ascii()).count() * 32;
    let rest = bytes.get(whole..)?;
    rest.iter().position(|b| !b.is_ascii()).map(|at| whole + at)
}

/// Counts the words of ASCII text. Letters and digits form words; letters are also joined by `.`,
/// `:` and `'`, digits by `.`, `,`, `;` and `'`, and both by `_`.
fn ascii(bytes: &[u8]) -> u64 {
    if memchr::memchr(b'_', bytes).is_some() {
        return underscored(bytes);
    }
    let mut words = 0;
    let mut sums = Sums::default();
    for at in (0..bytes.len()).step_by(AT_ONCE) {
        // A block is scanned with the byte before and the byte after it.
        let whole = at.checked_sub(1).and_then(|from| bytes.get(from..=at + AT_ONCE));
        if let Some(window) = whole {
            sums.add(window);
        } else {
            let mut window = [0; AT_ONCE + 2];
            let from = at.saturating_sub(1);
            let there = &bytes[from..bytes.len().min(at + AT_ONCE + 1)];
            window[usize::from(at == 0)..][..there.len()].copy_from_slice(there);
            sums.add(&window);
        }
        if sums.blocks == MOST_BLOCKS {
            words += std::mem::take(&mut sums).total();
        }
    }
    (words + sums.total()).unsigned_abs()
}

/// Maximum number of blocks whose counts fit into an `i8`.
const MOST_BLOCKS: u32 = 64;

/// For each offset in a block, the number of words that begin there, less those that are joined to
/// the previous one. Counted over arrays without branches, so that many bytes are counted at once.
#[derive(Default)]
struct Sums {
    places: [i8; AT_ONCE],
    blocks: u32,
}

impl Sums {
    /// Counts a block, given with the byte before and the byte after it.
    fn add(&mut self, window: &[u8]) {
        let arrays =
            [window, window.get(1..).unwrap_or_default(), window.get(2..).unwrap_or_default()]
                .map(<[u8]>::first_chunk::<AT_ONCE>);
        let [Some(before), Some(own), Some(after)] = arrays else { return };
        for (at, sum) in self.places.iter_mut().enumerate() {
            let begins = is_alphanumeric(own[at]) & !is_alphanumeric(before[at]);
            let joins = joins(before[at], own[at], after[at]);
            *sum = sum.wrapping_add(i8::from(begins)).wrapping_sub(i8::from(joins));
        }
        self.blocks += 1;
    }

    fn total(self) -> i64 {
        self.places.iter().map(|sum| i64::from(*sum)).sum()
    }
}

/// Counts the words of ASCII text with underscores, byte by byte: underscores alone are not a word.
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
        fn the_same_number_in_long_texts(text in "([a-c1-3.,:;' ]{0,9}|[_é ש’”…–ªŁ]){0,32}") {
            prop_assert_eq!(count(&text), text.unicode_words().count() as u64);
        }
    }
}
