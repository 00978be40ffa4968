//! Normal forms of words.
//!
//! A word is *folded* to lower case, composed, with straight apostrophes, and without marks that
//! are often omitted and change no letter (niqqud, harakat). It is *plain* without accents,
//! apostrophes and possessive too.

use unicode_normalization::UnicodeNormalization;

/// Normalizes a word: lower case, without marks above and below, possessive or apostrophe.
pub fn normalise(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    fold_into(word, &mut folded);
    plain(&folded)
}

/// Replaces the content of a buffer with the folded word.
pub(super) fn fold_into(word: &str, folded: &mut String) {
    folded.clear();
    if word.is_ascii() {
        // Nearly every word; nothing in it can be decomposed.
        folded.push_str(word);
        folded.make_ascii_lowercase();
    } else {
        let letters = word.nfkc().filter(|letter| !is_pointing(*letter));
        let lower = letters.flat_map(char::to_lowercase).filter(|letter| *letter != '\u{307}');
        folded.extend(lower.map(|letter| match letter {
            '’' | '‘' | 'ʼ' | '＇' | '׳' | '`' => '\'',
            'ך' => 'כ',
            'ם' => 'מ',
            'ן' => 'נ',
            'ף' => 'פ',
            'ץ' => 'צ',
            // The same letters of Persian, Urdu and Arabic.
            'ی' | 'ى' => 'ي',
            'ک' => 'ك',
            other => other,
        }));
    }
    if folded.ends_with("'s") {
        folded.truncate(folded.len() - 2);
    }
}

/// Returns a folded word without accents and apostrophes.
pub(super) fn plain(folded: &str) -> String {
    if folded.is_ascii() {
        let letters = folded.chars().filter(char::is_ascii_alphanumeric);
        return letters.collect();
    }
    let mut plain = String::with_capacity(folded.len());
    for letter in folded.nfd() {
        match letter {
            // The only accent that makes another letter: й.
            '\u{306}' if plain.ends_with('и') => {
                plain.pop();
                plain.push('й');
            }
            letter if is_accent(letter) => {}
            'ß' => plain.push_str("ss"),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'ø' => plain.push('o'),
            'ł' => plain.push('l'),
            'đ' => plain.push('d'),
            'ı' => plain.push('i'),
            letter if letter.is_alphanumeric() || is_joined(letter) => plain.push(letter),
            _ => {}
        }
    }
    // Syllables of Hangul and voiced kana are letters of their own.
    plain.nfc().collect()
}

/// Returns whether a letter is a mark of vowels that is often omitted: niqqud, harakat, tatweel.
fn is_pointing(letter: char) -> bool {
    matches!(letter,
        '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}'
        | '\u{5c7}' | '\u{640}' | '\u{64b}'..='\u{652}' | '\u{670}' | '\u{200c}'..='\u{200f}')
}

/// Returns whether a letter is a mark above or below another.
fn is_accent(letter: char) -> bool {
    is_pointing(letter) || matches!(letter, '\u{300}'..='\u{36f}' | '\u{653}'..='\u{65f}')
}

/// Returns whether a mark is a part of its letter: voiced kana, and signs of Indic scripts.
fn is_joined(letter: char) -> bool {
    matches!(letter, '\u{3099}' | '\u{309a}' | '\u{900}'..='\u{dff}')
}
