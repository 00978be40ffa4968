//! Stems of words by their script, for scripts that are not Latin.
//!
//! The script of a word is certain, the language of a text often unknown: the rules apply to every
//! word of the script.

use super::{korean, push};
use frostem::{Algorithm, Stemmer};

/// Hebrew prefix letters: and, the, in, to, from, that, as.
const HEBREW_PREFIXES: &[char] = &['ו', 'ה', 'ב', 'ל', 'מ', 'ש', 'כ'];
/// The maximum number of prefix letters that are removed.
const HEBREW_PREFIXES_MAX: usize = 3;
/// Hebrew endings of number, gender and the construct state, with regular forms of final letters.
const HEBREW_ENDINGS: &[&str] = &["ימ", "ות", "ית", "ה", "ת"];
/// The minimum number of letters left of a Hebrew word.
const HEBREW_REST: usize = 3;

/// Arabic conjunctions, prepositions and article, longest first.
const ARABIC_PREFIXES: &[&str] = &[
    "وبال", "وكال", "ولل", "فبال", "فلل", "وال", "بال", "كال", "فال", "ال", "لل", "و", "ف", "ب",
    "ل", "ك", "س",
];
/// Arabic endings of number, gender and possession, longest first (Larkey, Ballesteros and Connell,
/// *Light Stemming for Arabic Information Retrieval*, 2007, and common pronouns).
const ARABIC_ENDINGS: &[&str] = &[
    "يتها", "يتهم", "يتنا", "يتكم", "يته", "يتي", "يتك", "تها", "تهم", "تنا", "تكم", "هما", "ها",
    "ان", "ات", "ون", "ين", "يه", "ية", "هم", "كم", "نا", "تي", "ته", "تك", "ه", "ة", "ي", "ك",
];
/// The minimum number of letters left of an Arabic word.
const ARABIC_REST: usize = 3;

/// Endings of case, number and gender in East and South Slavic languages, longest first. `й` stands
/// for itself, other letters without their marks.
const CYRILLIC_ENDINGS: &[&str] = &[
    "иями", "ями", "ами", "ого", "его", "ому", "ему", "ими", "ыми", "іми", "иях", "иям", "еві",
    "ові", "ої", "ой", "ей", "ою", "ею", "ов", "ев", "ів", "ам", "ям", "ах", "ях", "ом", "ем",
    "им", "ым", "ім", "их", "ых", "іх", "ий", "ый", "ій", "ая", "яя", "ое", "ее", "ые", "ие", "ія",
    "ии", "ию", "ия", "ьо", "а", "я", "и", "ы", "і", "у", "ю", "о", "е", "є", "ь", "й",
];
/// The minimum number of letters left of a Cyrillic word.
const CYRILLIC_REST: usize = 3;

/// Particles of Japanese and Chinese that separate words in a question.
const PARTICLES: &[&str] = &[
    "の", "は", "が", "を", "に", "で", "と", "も", "へ", "や", "か", "ね", "よ", "的", "了", "吗",
    "呢",
];

/// Adds the stems of a word, and returns whether its script has rules here.
pub(super) fn add_stems(word: &str, stems: &mut Vec<String>) -> bool {
    let Some(first) = word.chars().find(|letter| letter.is_alphabetic()) else { return false };
    match first {
        'א'..='ת' => hebrew(word, stems),
        '\u{621}'..='\u{6ff}' => {
            arabic(word, stems);
            snowball(Algorithm::Arabic, word, stems);
        }
        'а'..='ӿ' => {
            snowball(Algorithm::Russian, word, stems);
            let stem = without(word, CYRILLIC_ENDINGS, CYRILLIC_REST).unwrap_or(word);
            push(stems, stem.to_owned());
        }
        '가'..='힣' => korean::add_stems(word, stems),
        '\u{370}'..='\u{3ff}' => snowball(Algorithm::Greek, word, stems),
        '\u{561}'..='\u{587}' => snowball(Algorithm::Armenian, word, stems),
        '\u{900}'..='\u{97f}' => snowball(Algorithm::Hindi, word, stems),
        '\u{b80}'..='\u{bff}' => snowball(Algorithm::Tamil, word, stems),
        _ => return false,
    }
    if stems.is_empty() {
        push(stems, word.to_owned());
    }
    true
}

fn snowball(algorithm: Algorithm, word: &str, stems: &mut Vec<String>) {
    push(stems, Stemmer::new(algorithm).stem(word).into_owned());
}

/// Returns whether a script is written without spaces between words.
pub(super) fn is_unspaced(letter: char) -> bool {
    matches!(letter,
        '\u{3041}'..='\u{309f}' | '\u{3005}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}' | '\u{e00}'..='\u{eff}'
        | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

/// Returns whether two letters that follow each other may belong to one word: Japanese is cut between
/// its kanji and its kana, Chinese at the particles that are in no words.
pub(super) fn is_pair(one: char, other: char) -> bool {
    let kana = |letter| ('\u{3041}'..='\u{309f}').contains(&letter);
    let joins = |letter| matches!(letter, '的' | '了' | '吗' | '嗎' | '呢');
    is_unspaced(one)
        && is_unspaced(other)
        && kana(one) == kana(other)
        && !joins(one)
        && !joins(other)
}

/// Returns whether a word is a particle that only joins others.
pub(super) fn is_particle(word: &str) -> bool {
    PARTICLES.contains(&word)
}

/// Returns a word without the first of these endings that leaves enough letters.
fn without<'w>(word: &'w str, endings: &[&str], least: usize) -> Option<&'w str> {
    let rests = endings.iter().filter_map(|ending| word.strip_suffix(ending));
    rests.into_iter().find(|rest| rest.chars().count() >= least)
}

/// Adds a Hebrew word, and its forms without prefixes and endings.
fn hebrew(word: &str, stems: &mut Vec<String>) {
    let mut forms = vec![word];
    let mut rest = word;
    for _ in 0..HEBREW_PREFIXES_MAX {
        let mut letters = rest.chars();
        if !letters.next().is_some_and(|first| HEBREW_PREFIXES.contains(&first)) {
            break;
        }
        rest = letters.as_str();
        if rest.chars().count() < HEBREW_REST {
            break;
        }
        forms.push(rest);
    }
    for form in forms {
        push(stems, form.to_owned());
        if let Some(stem) = without(form, HEBREW_ENDINGS, HEBREW_REST) {
            push(stems, stem.to_owned());
        }
    }
}

/// Adds an Arabic word, and its forms without prefixes and endings.
fn arabic(word: &str, stems: &mut Vec<String>) {
    let mut forms = vec![word];
    forms.extend(ARABIC_PREFIXES.iter().filter_map(|prefix| {
        let rest = word.strip_prefix(prefix)?;
        (rest.chars().count() >= ARABIC_REST).then_some(rest)
    }));
    for form in forms {
        push(stems, form.to_owned());
        if let Some(stem) = without(form, ARABIC_ENDINGS, ARABIC_REST) {
            push(stems, stem.to_owned());
        }
    }
}
