//! The proper names of a point, against those that were said and those that are known.
//!
//! In languages that capitalise names alone, a name is a capitalised word inside a sentence; in all
//! languages it is a known given name. A point's first word is a name only if it is a given name
//! or is written as one elsewhere: "Delegating" is none. A German noun is no name for its capital.
//!
//! Invariant: a name stands if its letters were said, in the forms that its language has
//! ("Maya's", "Майю"), or if it is a known person's, or another form of it ("Tom", "Thomas"), or if
//! one that [sounds like it](super::script) was said in another script.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::letters::digit;
use super::script::Skeleton;
use crate::lists::{Pack, entries};
use crate::question::people::nicknames;

/// Letters that Hebrew names are joined to.
const PREFIXES: &[char] = &['ו', 'ב', 'ל', 'מ', 'ה', 'כ', 'ש'];
/// Minimum number of letters that the forms of a name share, where names have endings.
const SHARED: usize = 3;
/// Maximum number of letters of an ending.
const ENDING: usize = 3;
/// Given names that are other words too.
const OTHER_WORDS: &[&str] = &[
    "will",
    "bill",
    "art",
    "rich",
    "drew",
    "jack",
    "pat",
    "sue",
    "rob",
    "sandy",
    "penny",
    "max",
    "mark",
    "ray",
    "frank",
    "gene",
    "sally",
    "dot",
    "rose",
    "daisy",
    "ginger",
    "grace",
    "lily",
    "jo",
    "nat",
    "ed",
    "al",
    "em",
    "dick",
    "chuck",
    "harry",
    "mel",
    "van",
    "bob",
    "barb",
    "max",
    "josh",
    "ken",
    "kit",
    "kay",
    "kitty",
    "drew",
    "eve",
    "jean",
    "marge",
    "tracy",
    "misty",
    "rick",
    "sky",
    "trick",
    "lex",
    "nan",
    "ali",
    "ben",
    "bell",
    "bat",
    "bert",
    "carol",
    "violet",
    "dan",
    "meg",
    "peg",
    "ted",
    "bram",
    "mo",
    "moe",
    "val",
    "vic",
    "stu",
    "chip",
    "ike",
    "jem",
    "lou",
    "דוד",
    "ברוכ",
    "ישראל",
    "שרה",
    "תמר",
    "חנה",
    "צבי",
    "אבי",
    "אלי",
    "בני",
    "רבי",
    "מני",
    "גבי",
    "עמי",
    "אודי",
    "צחי",
    "חני",
    "תמי",
    "דני",
    "נתי",
    "שוש",
    "מוש",
    "אסתר",
    "רחלי",
    "שלומי",
    "שימי",
];
/// Capitalised words that are no names, and those that dates are made of.
const NO_NAMES: &[&str] = &[
    "i",
    "i'm",
    "i'll",
    "i've",
    "i'd",
    "ok",
    "okay",
    "mr",
    "mrs",
    "ms",
    "dr",
    "prof",
    "god",
    "am",
    "pm",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "christmas",
    "easter",
];
/// Languages written in letters that have capitals, where all nouns have one.
const NOUNS: &[&str] = &["de", "lb"];
/// Languages whose names have endings.
const INFLECTED: &[&str] = &[
    "ru", "uk", "be", "pl", "cs", "sk", "sl", "hr", "sr", "bs", "bg", "lt", "lv", "fi", "et", "hu",
    "tr", "el", "ro", "la",
];

/// A word that is a name, as it is compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Form(String);

impl Form {
    /// Returns the form of a word: lower case without accents, points and possessive endings.
    fn of(word: &str) -> Self {
        let lower = folded(word);
        let bare = lower.strip_suffix("'s").or_else(|| lower.strip_suffix('\''));
        Self(bare.unwrap_or(&lower).to_owned())
    }
}

/// Names and words that a point may use.
#[derive(Debug, Default)]
pub(super) struct Names {
    said: HashSet<Form>,
}

impl Names {
    /// Reads texts.
    pub(super) fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut said = HashSet::new();
        for word in texts.flat_map(|text| text.unicode_words().collect::<Vec<_>>()) {
            said.extend(forms(word));
        }
        Self { said }
    }

    /// Adds the words of known names.
    pub(super) fn with(mut self, known: &Self) -> Self {
        self.said.extend(known.said.iter().cloned());
        self
    }

    /// Returns the names of a point that were not said. `written` are words that are written as
    /// names in the transcript.
    pub(super) fn check(
        &self,
        text: &str,
        pack: &Pack,
        tag: &str,
        written: &Written,
    ) -> Vec<String> {
        let inflected = INFLECTED.contains(&tag);
        let mut missing: Vec<String> = names(text, pack, tag, written)
            .into_iter()
            .filter(|name| !self.stands(name, inflected))
            .map(str::to_owned)
            .collect();
        missing.dedup();
        missing
    }

    /// Returns whether all words of a name were said.
    pub(super) fn has_all(&self, name: &str) -> bool {
        let joins = |word: &str| matches!(word, "and" | "with" | "the" | "of" | "&");
        name.unicode_words().filter(|word| !joins(word)).all(|word| self.stands(word, false))
    }

    fn stands(&self, name: &str, inflected: bool) -> bool {
        let written = forms(name).any(|form| {
            self.said.contains(&form)
                || nicknames::of(&form.0).any(|other| self.said.contains(&Form(other.to_owned())))
                || inflected && self.said.iter().any(|said| shares_stem(&said.0, &form.0))
        });
        written || self.sounds(name)
    }

    /// Returns whether a name was said in another script.
    fn sounds(&self, name: &str) -> bool {
        let wanted = Skeleton::of(&Form::of(name).0);
        wanted.is_some_and(|wanted| {
            let said = self.said.iter().filter_map(|form| Skeleton::of(&form.0));
            said.into_iter().any(|said| wanted.sounds_like(&said))
        })
    }
}

/// Words that a transcript writes in the middle of a sentence: with a capital, and without.
#[derive(Debug, Default)]
pub(super) struct Written {
    capital: HashSet<String>,
    small: HashSet<String>,
}

impl Written {
    /// Reads texts.
    pub(super) fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut written = Self::default();
        for text in texts {
            for word in words(text) {
                let lower = bare(&word.text.to_lowercase());
                if word.text.starts_with(char::is_lowercase) {
                    written.small.insert(lower);
                } else if !word.first && is_capital(word.text) {
                    written.capital.insert(lower);
                }
            }
        }
        written
    }

    fn is_name(&self, lower: &str) -> bool {
        self.capital.contains(lower) && !self.small.contains(lower)
    }
}

/// Returns the forms of a word, with and without Hebrew prefixed letters.
fn forms(word: &str) -> impl Iterator<Item = Form> {
    let whole = Form::of(word);
    let mut forms = vec![whole.clone()];
    let mut rest = whole.0.as_str();
    for _ in 0..2 {
        let Some(next) = rest.strip_prefix(PREFIXES) else { break };
        if next.chars().nth(1).is_none() {
            break;
        }
        forms.push(Form(next.to_owned()));
        rest = next;
    }
    // "The Levis", "the Acme's".
    if whole.0.is_ascii()
        && let Some(one) = whole.0.strip_suffix('s')
        && one.len() >= 2
    {
        forms.push(Form(one.to_owned()));
    }
    forms.into_iter()
}

/// Returns a word in lower case without a possessive ending.
fn bare(lower: &str) -> String {
    let lower = lower.replace('’', "'");
    lower.strip_suffix("'s").unwrap_or(&lower).to_owned()
}

/// Returns whether two words differ only in a short ending.
fn shares_stem(one: &str, other: &str) -> bool {
    let (a, b) = (one.chars().count(), other.chars().count());
    let same = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    same >= SHARED && a - same <= ENDING && b - same <= ENDING
}

#[derive(Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    /// Whether it begins a sentence, or follows a colon, a bracket or a quotation mark.
    first: bool,
}

fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let mut end = 0;
    text.unicode_word_indices().map(move |(from, word)| {
        let between = &text[end..from];
        let first = end == 0
            || between.contains([
                '.', '!', '?', ':', ';', '…', '"', '“', '”', '„', '«', '(', '[', '–', '—', '\n',
                '•', '/',
            ]);
        end = from + word.len();
        Word { text: word, first }
    })
}

fn is_capital(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase)
}

/// Returns the names in a text.
fn names<'a>(text: &'a str, pack: &Pack, tag: &str, written: &Written) -> Vec<&'a str> {
    let words: Vec<Word<'_>> = words(text).collect();
    let stop: HashSet<&str> = entries(pack.stop).chain(entries(pack.due.day)).collect();
    // A title in which all words have capitals tells nothing.
    let inner = || words.iter().filter(|word| !word.first && word.text.chars().count() > 3);
    let capitals = inner().filter(|word| is_capital(word.text)).count();
    let title = capitals >= 2 && capitals * 2 > inner().count();
    let nouns = NOUNS.contains(&tag);
    words
        .into_iter()
        .filter(|word| {
            let lower = word.text.to_lowercase().replace('’', "'");
            if NO_NAMES.contains(&lower.as_str())
                || stop.contains(lower.as_str())
                || word.text.chars().any(|c| digit(c).is_some())
            {
                return false;
            }
            let given = forms(word.text).any(|form| {
                nicknames::is_name(&form.0)
                    && !OTHER_WORDS.contains(&form.0.as_str())
                    // "לוטם": only short forms that are written as names.
                    && (form.0.is_ascii() || !nicknames::is_short(&form.0))
            });
            let hebrew = !word.text.chars().any(|c| c.is_lowercase() || c.is_uppercase());
            if given && (hebrew || is_capital(word.text)) {
                return true;
            }
            if !is_capital(word.text) || nouns || title {
                return false;
            }
            !word.first || written.is_name(&bare(&lower))
        })
        .map(|word| word.text)
        .collect()
}

/// Returns a name without accents; the letters that names are compared by.
fn folded(name: &str) -> String {
    name.nfkd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            '’' | '‘' | 'ʼ' | '׳' => '\'',
            'ך' => 'כ',
            'ם' => 'מ',
            'ן' => 'נ',
            'ף' => 'פ',
            'ץ' => 'צ',
            c => c,
        })
        .collect()
}
