//! Text analysis: text → terms.
//!
//! Words are those of UAX #29, in lower case, without accents, niqqud and other marks, with Hebrew
//! final letters replaced by their regular forms. Each word has one or more *stems*: by the
//! Snowball algorithm of its language ([`frostem`]); for Hebrew, which has none, the word without
//! prefix letters and plural endings. Two words match if they share a stem.
//!
//! Invariant: indexed texts and questions are analyzed in the same way, in time linear in the text.

use frostem::{Algorithm, Stemmer};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// The language whose rules apply to words of unknown language; they do little harm elsewhere.
pub const ENGLISH: &str = "en";
/// The maximum length of a word, in bytes: longer ones are noise, such as links.
const WORD_MAX: usize = 64;
/// The number of words whose stems are cached. When it is reached, the cache is cleared, so that a
/// writer that runs for months holds no more, and nothing of texts that were deleted long ago.
const KNOWN_MAX: usize = 20_000;
/// Idle analyzers kept for later questions.
const RESTING_MAX: usize = 8;
/// Hebrew prefix letters: and, the, in, to, from, that, as.
const HEBREW_PREFIXES: &[char] = &['ו', 'ה', 'ב', 'ל', 'מ', 'ש', 'כ'];
/// The maximum number of prefix letters that are removed.
const HEBREW_PREFIXES_MAX: usize = 3;
/// Hebrew plural endings, with regular forms of final letters.
const HEBREW_PLURALS: &[&str] = &["ימ", "ות"];
/// The minimum number of letters left of a Hebrew word.
const HEBREW_REST: usize = 3;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its range, in bytes.
    pub range: Range<usize>,
    /// The normalized word.
    pub word: String,
    /// Its stems; not empty.
    pub stems: Vec<String>,
}

/// Finds the stems of words.
pub struct Analyzer {
    algorithms: Vec<Algorithm>,
    stemmers: Vec<Stemmer>,
    /// Cached stems: speech repeats its words.
    known: HashMap<String, Vec<String>>,
}

impl std::fmt::Debug for Analyzer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Analyzer")
    }
}

impl Analyzer {
    /// Creates an analyzer for texts in these languages (BCP 47 tags); a word gets the stems of all
    /// of them. The default is [`ENGLISH`].
    pub fn new<'a>(languages: impl IntoIterator<Item = &'a str>) -> Self {
        Self::of(algorithms(languages))
    }

    fn of(algorithms: Vec<Algorithm>) -> Self {
        let stemmers = algorithms.iter().copied().map(Stemmer::new).collect();
        Self { algorithms, stemmers, known: HashMap::new() }
    }

    /// Returns the words of a text, in order.
    pub fn tokens(&mut self, text: &str) -> Vec<Token> {
        let mut tokens = Vec::new();
        for (range, raw) in words(text) {
            let word = normalise(raw);
            if !word.is_empty() {
                let stems = self.stems_of(&word).to_vec();
                tokens.push(Token { range, word, stems });
            }
        }
        tokens
    }

    /// Returns the stems of a normalized word.
    pub(crate) fn stems_of(&mut self, word: &str) -> &[String] {
        // Looked up twice, because a borrow that is returned lasts to the end of the function.
        if !self.known.contains_key(word) {
            let stems = self.stems(word);
            if self.known.len() == KNOWN_MAX {
                self.known.clear();
            }
            self.known.insert(word.to_owned(), stems);
        }
        &self.known[word]
    }

    fn stems(&self, word: &str) -> Vec<String> {
        if word.chars().any(is_hebrew) {
            return hebrew(word);
        }
        let mut stems: Vec<String> = Vec::with_capacity(self.stemmers.len().max(1));
        for stemmer in &self.stemmers {
            let stem = stemmer.stem(word);
            if !stem.is_empty() && !stems.iter().any(|known| *known == stem) {
                stems.push(stem.into_owned());
            }
        }
        if stems.is_empty() {
            stems.push(word.to_owned());
        }
        stems
    }
}

/// Idle analyzers, so that questions can reuse their caches.
#[derive(Debug, Default)]
pub(crate) struct Analyzers(Mutex<Vec<Analyzer>>);

impl Analyzers {
    /// Returns an analyzer for texts in these languages; see [`Analyzer::new`].
    pub(crate) fn take<'a>(&self, languages: impl IntoIterator<Item = &'a str>) -> Analyzer {
        let algorithms = algorithms(languages);
        let mut resting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match resting.iter().position(|analyzer| analyzer.algorithms == algorithms) {
            Some(at) => resting.swap_remove(at),
            None => Analyzer::of(algorithms),
        }
    }

    /// Keeps an analyzer for the next question.
    pub(crate) fn rest(&self, analyzer: Analyzer) {
        let mut resting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if resting.len() == RESTING_MAX {
            resting.remove(0);
        }
        resting.push(analyzer);
    }
}

/// Returns the Snowball algorithms of these languages, each once; that of [`ENGLISH`] if no
/// language is given.
fn algorithms<'a>(languages: impl IntoIterator<Item = &'a str>) -> Vec<Algorithm> {
    let mut algorithms: Vec<Algorithm> = Vec::new();
    let mut given = false;
    for language in languages {
        given = true;
        if let Some(algorithm) = algorithm(language)
            && !algorithms.contains(&algorithm)
        {
            algorithms.push(algorithm);
        }
    }
    if !given {
        algorithms.push(Algorithm::English);
    }
    algorithms
}

/// Returns the words of a text and their byte ranges, without noise.
pub(crate) fn words(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let words = text.unicode_word_indices().filter(|(_, raw)| raw.len() <= WORD_MAX);
    words.map(|(start, raw)| (start..start + raw.len(), raw))
}

/// Returns the Snowball algorithm of a language.
fn algorithm(language: &str) -> Option<Algorithm> {
    let primary = language.split('-').next().unwrap_or_default().to_ascii_lowercase();
    Some(match primary.as_str() {
        "ar" => Algorithm::Arabic,
        "da" => Algorithm::Danish,
        "de" => Algorithm::German,
        "el" => Algorithm::Greek,
        "en" => Algorithm::English,
        "es" => Algorithm::Spanish,
        "fi" => Algorithm::Finnish,
        "fr" => Algorithm::French,
        "hu" => Algorithm::Hungarian,
        "it" => Algorithm::Italian,
        "nb" | "nn" | "no" => Algorithm::Norwegian,
        "nl" => Algorithm::Dutch,
        "pt" => Algorithm::Portuguese,
        "ro" => Algorithm::Romanian,
        "ru" => Algorithm::Russian,
        "sv" => Algorithm::Swedish,
        "ta" => Algorithm::Tamil,
        "tr" => Algorithm::Turkish,
        _ => return None,
    })
}

/// Normalizes a word: lower case, without marks above and below, possessive or apostrophe.
pub fn normalise(word: &str) -> String {
    let mut plain = String::with_capacity(word.len());
    normalise_into(word, &mut plain);
    plain
}

/// Like [`normalise`], replacing the content of a buffer.
pub(crate) fn normalise_into(word: &str, plain: &mut String) {
    plain.clear();
    if word.is_ascii() {
        // Nearly every word; nothing in it can be decomposed.
        plain.push_str(word);
        plain.make_ascii_lowercase();
        return strip_apostrophes(plain);
    }
    for letter in word.nfkd().filter(|letter| !is_mark(*letter)) {
        for letter in letter.to_lowercase().filter(|letter| !is_mark(*letter)) {
            plain.push(match letter {
                '’' | 'ʼ' => '\'',
                'ך' => 'כ',
                'ם' => 'מ',
                'ן' => 'נ',
                'ף' => 'פ',
                'ץ' => 'צ',
                other => other,
            });
        }
    }
    strip_apostrophes(plain);
}

/// Removes possessive and apostrophes from a word.
fn strip_apostrophes(word: &mut String) {
    if word.ends_with("'s") {
        word.truncate(word.len() - 2);
    }
    if !word.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        word.retain(char::is_alphanumeric);
    }
}

/// Returns whether a letter is a mark that is often omitted in writing.
fn is_mark(letter: char) -> bool {
    matches!(letter,
        '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}'
        | '\u{5c4}' | '\u{5c5}' | '\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{670}')
}

fn is_hebrew(letter: char) -> bool {
    ('\u{5d0}'..='\u{5ea}').contains(&letter)
}

/// Returns a Hebrew word, and its forms without prefixes and plural ending.
fn hebrew(word: &str) -> Vec<String> {
    let mut forms = vec![word.to_owned()];
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
        forms.push(rest.to_owned());
    }
    for at in 0..forms.len() {
        let singular = HEBREW_PLURALS.iter().find_map(|ending| forms[at].strip_suffix(ending));
        if let Some(singular) = singular
            && singular.chars().count() >= HEBREW_REST
        {
            forms.push(singular.to_owned());
        }
    }
    forms.sort();
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stems(language: &str, text: &str) -> Vec<Vec<String>> {
        Analyzer::new([language]).tokens(text).into_iter().map(|token| token.stems).collect()
    }

    fn share(language: &str, one: &str, other: &str) -> bool {
        let (one, other) = (stems(language, one), stems(language, other));
        one[0].iter().any(|stem| other[0].contains(stem))
    }

    #[test]
    fn words_match_in_their_forms() {
        assert!(share("en", "sleeping", "Sleep"));
        assert!(share("en", "Maya's", "Maya"));
        assert!(share("en", "Maya’s", "maya"));
        assert!(share("fr", "décidé", "decide"));
        assert!(share("de", "Entscheidungen", "Entscheidung"));
        assert!(!share("en", "sleep", "slip"));
    }

    #[test]
    fn hebrew_words_match_without_prefixes_niqqud_and_final_letters() {
        assert!(share("he", "בשינה", "השינה"));
        assert!(share("he", "וּבַשֵּׁינָה", "שינה"));
        assert!(share("he", "אימונים", "האימון"));
        assert!(share("he", "כשהאימון", "אימון"));
        assert!(!share("he", "שינה", "ריצה"));
    }

    #[test]
    fn words_know_where_they_stand() {
        let text = "Ça va — “Maya’s” sleep";
        let tokens = Analyzer::new([]).tokens(text);
        let words: Vec<&str> = tokens.iter().map(|token| &text[token.range.clone()]).collect();
        assert_eq!(words, ["Ça", "va", "Maya’s", "sleep"]);
        assert_eq!(tokens[0].word, "ca");
        assert_eq!(tokens[2].word, "maya");
    }

    #[test]
    fn several_languages_give_several_stems() {
        let mut analyzer = Analyzer::new(["en", "de"]);
        let tokens = analyzer.tokens("Entscheidungen");
        assert!(tokens[0].stems.len() == 2, "{tokens:?}");
    }

    #[test]
    fn noise_is_no_word() {
        assert!(Analyzer::new([]).tokens(&"x".repeat(65)).is_empty());
        assert!(Analyzer::new([]).tokens("… — !?").is_empty());
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_words_that_stand_in_it(text in "\\PC*") {
            for token in Analyzer::new(["en", "he"]).tokens(&text) {
                proptest::prop_assert!(text.get(token.range.clone()).is_some());
                proptest::prop_assert!(!token.stems.is_empty() && !token.word.is_empty());
            }
        }
    }
}
