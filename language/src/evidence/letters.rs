//! The letters by which words are compared.
//!
//! Invariants:
//! - Case, punctuation, white space, Hebrew and Arabic points, Hebrew final forms, typographic
//!   quotes and dashes, and full-width forms make no difference; every other letter does.
//! - A number keeps its sign, its decimals, its percent and its currency.
//! - Each letter knows the bytes of the text that it comes from.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A text as a run of comparable letters.
#[derive(Debug, Clone, Default)]
pub(crate) struct Letters {
    /// The letters, without what is between words.
    pub(crate) folded: String,
    /// By byte of `folded`: where the letter comes from, and whether a word may begin before it or
    /// end after it.
    places: Vec<Place>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    from: u32,
    to: u32,
    begins: bool,
    ends: bool,
}

/// What is between two letters.
#[derive(Clone, Copy, PartialEq)]
enum Gap {
    None,
    /// Joins a word: "don't", "co-founder", "אי־אפשר".
    Joint,
    Words,
}

impl Letters {
    /// Folds a text.
    pub(crate) fn of(text: &str) -> Self {
        let mut letters = Self::default();
        let mut chars = text.char_indices().peekable();
        // The last letter, and what is between it and the next one.
        let mut last: Option<char> = None;
        let mut gap = Gap::Words;
        let mut between = String::new();
        while let Some((at, c)) = chars.next() {
            let to = at + c.len_utf8();
            let next = chars.peek().map(|(_, next)| *next);
            let mark = is_combining_mark(c) && gap == Gap::None;
            let silent = is_point(c) || is_invisible(c);
            if silent || mark {
                // Part of the letter before it.
                if gap == Gap::None
                    && let Some(place) = letters.places.last().copied()
                {
                    letters.widen(place.from, to);
                }
                if !silent {
                    letters.push(c, at, to, false);
                }
                continue;
            }
            if !is_kept(c, last, gap, next) {
                let joins = next.is_some_and(char::is_alphanumeric)
                    && last.is_some()
                    && gap == Gap::None
                    && is_joint(c);
                gap = if joins { Gap::Joint } else { Gap::Words };
                between.push(c);
                continue;
            }
            let unspaced = is_unspaced(c) || last.is_some_and(is_unspaced);
            let begins = gap == Gap::Words || unspaced;
            if begins {
                letters.end();
            }
            // "3.5" is not "35", but "1,000" is "1000".
            let split = gap != Gap::None
                && last.is_some_and(is_digit)
                && is_digit(c)
                && !is_thousands(&between, &text[at..]);
            if split {
                letters.push(' ', at, at, begins);
            }
            letters.push_folded(c, at, to, begins && !split);
            last = Some(c);
            gap = Gap::None;
            between.clear();
        }
        letters.end();
        letters
    }

    /// Returns whether there is nothing to compare.
    pub(crate) fn is_empty(&self) -> bool {
        self.folded.is_empty()
    }

    /// Returns the number of letters.
    pub(crate) fn count(&self) -> usize {
        self.folded.chars().count()
    }

    /// Returns the bytes of the text of a range of `folded`.
    pub(crate) fn source(&self, range: Range<usize>) -> Option<Range<usize>> {
        let (first, last) =
            (self.places.get(range.start)?, self.places.get(range.end.checked_sub(1)?)?);
        Some(first.from as usize..last.to as usize)
    }

    /// Returns where whole words of `wanted` occur, as ranges of `folded`.
    pub(crate) fn find<'a>(&'a self, wanted: &'a Self) -> impl Iterator<Item = Range<usize>> + 'a {
        let found = (!wanted.is_empty()).then(|| overlapping(&self.folded, &wanted.folded));
        found.into_iter().flatten().filter(|range| self.begins(range.start) && self.ends(range.end))
    }

    /// Returns whether a word may begin at this byte of `folded`.
    pub(crate) fn begins(&self, at: usize) -> bool {
        self.places.get(at).is_some_and(|place| place.begins)
    }

    /// Returns whether a word may end before this byte of `folded`.
    pub(crate) fn ends(&self, to: usize) -> bool {
        to.checked_sub(1).and_then(|last| self.places.get(last)).is_some_and(|place| place.ends)
    }

    fn push_folded(&mut self, c: char, from: usize, to: usize, begins: bool) {
        let mut begins = begins;
        for folded in std::iter::once(c).nfkd().flat_map(char::to_lowercase).nfkd() {
            if !is_point(folded) {
                self.push(plain(folded), from, to, begins);
                begins = false;
            }
        }
    }

    fn push(&mut self, c: char, from: usize, to: usize, begins: bool) {
        self.folded.push(c);
        let place = Place { from: from as u32, to: to as u32, begins, ends: false };
        self.places.push(place);
        // Not at a boundary of letters.
        let inner = Place { begins: false, ..place };
        self.places.resize(self.folded.len(), inner);
    }

    /// Marks the end of a word.
    fn end(&mut self) {
        if let Some(last) = self.places.last_mut() {
            last.ends = true;
        }
    }

    /// Extends the letter that begins at byte `from` of the text.
    fn widen(&mut self, from: u32, to: usize) {
        for place in self.places.iter_mut().rev().take_while(|place| place.from == from) {
            place.to = to as u32;
        }
    }
}

/// Returns all occurrences, also those that overlap.
fn overlapping<'a>(text: &'a str, wanted: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + text.get(from..)?.find(wanted)?;
        from = at + text[at..].chars().next().map_or(1, char::len_utf8);
        Some(at..at + wanted.len())
    })
}

/// Returns whether a character is compared.
fn is_kept(c: char, last: Option<char>, gap: Gap, next: Option<char>) -> bool {
    let number_follows = next.is_some_and(|next| next.is_numeric());
    match c {
        '%' | '٪' | '％' | '‰' => last.is_some_and(is_digit),
        '$' | '€' | '£' | '¥' | '₪' | '₹' | '₽' | '₩' | '＄' | '￡' | '￥' => true,
        // A sign, but no hyphen or dash between words, and no bullet.
        '-' | '−' | '－' => number_follows && last.is_some() && gap == Gap::Words,
        '+' => number_follows,
        c => c.is_alphanumeric(),
    }
}

/// Returns the letter by which another is compared.
fn plain(c: char) -> char {
    match c {
        'ך' => 'כ',
        'ם' => 'מ',
        'ן' => 'נ',
        'ף' => 'פ',
        'ץ' => 'צ',
        'ς' => 'σ',
        '−' => '-',
        '٪' => '%',
        c => digit(c).map_or(c, |digit| (b'0' + digit) as char),
    }
}

/// Returns the value of a decimal digit of any script that transcripts are written in.
pub(crate) fn digit(c: char) -> Option<u8> {
    const ZEROS: &[char] = &[
        '0', '٠', '۰', '०', '০', '੦', '૦', '୦', '௦', '౦', '೦', '൦', '๐', '໐', '༠', '၀', '០', '０',
    ];
    let zero = ZEROS
        .iter()
        .find(|zero| (**zero..=char::from_u32(**zero as u32 + 9).unwrap_or(**zero)).contains(&c))?;
    u8::try_from(c as u32 - *zero as u32).ok()
}

fn is_digit(c: char) -> bool {
    digit(c).is_some()
}

/// Returns whether a comma between digits groups thousands.
fn is_thousands(between: &str, after: &str) -> bool {
    let digits = after.chars().take_while(|c| is_digit(*c)).count();
    matches!(between, "," | "٬" | "\u{202f}" | "'" | "’") && digits == 3
}

/// Hebrew and Arabic points and marks, which may be left out.
fn is_point(c: char) -> bool {
    matches!(c, '\u{591}'..='\u{5BD}' | '\u{5BF}'..='\u{5C2}' | '\u{5C4}'..='\u{5C7}'
        | '\u{610}'..='\u{61A}' | '\u{640}' | '\u{64B}'..='\u{65F}' | '\u{670}')
}

/// What is not seen, and what joins letters or selects their shape.
fn is_invisible(c: char) -> bool {
    is_unseen(c) || matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}')
}

/// Characters that are not seen and may hide words: marks of direction, tags, fillers. Joiners, which
/// some scripts need, are none.
pub(crate) fn is_unseen(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{115F}' | '\u{1160}'
        | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

fn is_joint(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '׳' | '״' | '"' | '-' | '‐' | '‑' | '־' | '·')
}

/// Letters of scripts that put no space between words.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        | '\u{2E80}'..='\u{303F}' | '\u{3040}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found<'a>(text: &'a str, wanted: &str) -> Option<&'a str> {
        let (text_letters, wanted) = (Letters::of(text), Letters::of(wanted));
        let range = text_letters.find(&wanted).next()?;
        text_letters.source(range).map(|range| &text[range])
    }

    #[test]
    fn what_makes_no_difference() {
        for (text, wanted) in [
            ("I’ll send it, by Friday!", "i'll SEND it — by friday"),
            ("שָׁלוֹם לך", "שלום לך"),
            ("הלכתי לים", "הלכתי לימ"),
            ("ＡＢＣ １２", "abc 12"),
            ("cafe\u{301} noir", "café noir"),
            ("costs 1,000 euros", "costs 1000 euros"),
            ("das Straßenfest", "das STRAßENFEST"),
            ("العَرَبِيَّة جميلة", "العربية جميلة"),
            ("٣ أيام", "3 أيام"),
            ("今日は、元気です。", "今日は元気です"),
        ] {
            assert!(found(text, wanted).is_some(), "{text} / {wanted}");
        }
        assert_eq!(found("So: “I can do it.”", "i can do it"), Some("I can do it"));
        assert_eq!(found("אמרה שָׁלוֹם.", "שלום"), Some("שָׁלוֹם"));
    }

    #[test]
    fn what_makes_a_difference() {
        for (text, wanted) in [
            ("I can't go", "I can"),
            ("I am unable to", "able to"),
            ("a non-smoker", "smoker"),
            ("זה אי־אפשר", "אפשר"),
            ("about 3.5 hours", "about 35 hours"),
            ("about 35 hours", "about 3.5 hours"),
            ("down -5 points", "down 5 points"),
            ("five percent 5%", "five percent 5"),
            ("costs $5", "costs €5"),
            ("café", "cafe"),
            ("anything", ""),
        ] {
            assert_eq!(found(text, wanted), None, "{text} / {wanted}");
        }
    }

    proptest! {
        #[test]
        fn places_are_in_the_text(text in "\\PC{0,60}", wanted in "\\PC{0,6}") {
            let letters = Letters::of(&text);
            prop_assert_eq!(letters.places.len(), letters.folded.len());
            for range in letters.find(&Letters::of(&wanted)) {
                let source = letters.source(range).unwrap();
                prop_assert!(text.get(source).is_some());
            }
        }

        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,60}") {
            let once = Letters::of(&text);
            prop_assert_eq!(&Letters::of(&text.to_lowercase()).folded, &once.folded);
        }
    }
}
