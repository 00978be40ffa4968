//! Measures how texts are written.
//!
//! A trait is measured by text (of how many texts begin with a greeting?) or by place (how many
//! contractions of those that could be?). Its confidence is the lower bound of Wilson's score
//! interval (E. B. Wilson 1927) at 80 %, so that three of three say more than two of two.

use super::draft::Draft;
use super::lists::{self, EN, PLAIN, Pack};
use super::marks;
use super::spelling;
use super::words;
use debrief_domain::summary::text::Layout;
use debrief_domain::voice::{Habit, Mark, Person, Spelling, Trait};
use std::collections::{BTreeMap, HashSet};
use unicode_segmentation::UnicodeSegmentation;

/// The normal deviate of a two-sided interval of 80 %.
const Z: f64 = 1.281_552;
/// Most favourite phrases of a language.
const PHRASES: usize = 6;
/// Least texts that a favourite phrase is in.
const PHRASE_TEXTS: usize = 3;
/// Least times that a plain word is used before another counts as avoided.
const AVOIDED: usize = 3;
/// Least words of a tone that are counted.
const TONE: usize = 3;

/// Returns all traits of texts: those of any language, then those of each.
pub(super) fn traits(drafts: &[Draft], names: &[&str]) -> Vec<Trait> {
    let mut found = of_any_language(drafts);
    for pack in [&lists::EN, &lists::HE] {
        let of_language: Vec<&Draft> =
            drafts.iter().filter(|draft| draft.language == Some(pack.code)).collect();
        if !of_language.is_empty() {
            Measured { pack, drafts: of_language, names }.measure(&mut found);
        }
    }
    found
}

/// Returns the lower bound of the share that `seen` of `of` shows, in percent.
pub(super) fn confidence(seen: usize, of: usize) -> u8 {
    if of == 0 {
        return 0;
    }
    let (n, share) = (of as f64, seen as f64 / of as f64);
    let centre = share + Z * Z / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let bound = (centre - spread) / (1.0 + Z * Z / n);
    (bound.clamp(0.0, 1.0) * 100.0).round() as u8
}

fn found(habit: Habit, language: Option<&str>, seen: usize, of: usize) -> Trait {
    Trait {
        habit,
        language: language.map(str::to_owned),
        seen: seen as u32,
        of: of as u32,
        confidence: confidence(seen, of),
    }
}

fn of_any_language(drafts: &[Draft]) -> Vec<Trait> {
    let of = drafts.len();
    let bodies: Vec<String> = drafts.iter().map(|draft| draft.sentences.join(" ")).collect();
    let mut all = Vec::new();
    let mut usage = |habit: &dyn Fn(bool) -> Habit, with: usize| {
        let used = with * 2 > of;
        all.push(found(habit(used), None, if used { with } else { of - with }, of));
    };
    for mark in [Mark::Exclamation, Mark::Dash, Mark::Ellipsis, Mark::Semicolon] {
        let with = bodies.iter().filter(|body| marks::count(mark, body) > 0).count();
        usage(&|used| Habit::Marks { mark, used }, with);
    }
    usage(
        &|used| Habit::Emoji { used },
        bodies.iter().filter(|body| marks::emoji(body) > 0).count(),
    );
    usage(
        &|used| Habit::Headings { used },
        drafts.iter().filter(|draft| draft.headings > 0).count(),
    );
    usage(
        &|used| Habit::ClosingQuestion { used },
        drafts.iter().filter(|draft| draft.question.is_some()).count(),
    );
    let lists = drafts.iter().filter(|draft| draft.bullets > draft.prose).count();
    let (layout, seen) = match lists * 2 > of {
        true => (Layout::List, lists),
        false => (Layout::Prose, of - lists),
    };
    all.push(found(Habit::Laid { layout }, None, seen, of));
    all
}

/// The texts of one language.
struct Measured<'a> {
    pack: &'static Pack,
    drafts: Vec<&'a Draft>,
    names: &'a [&'a str],
}

impl Measured<'_> {
    fn measure(&self, all: &mut Vec<Trait>) {
        let (code, of) = (Some(self.pack.code), self.drafts.len());
        let words: Vec<Vec<String>> =
            self.drafts.iter().map(|draft| words::lower(&draft.sentences)).collect();
        let every: Vec<String> = words.concat();

        let (greeting, seen) = most(self.drafts.iter().map(|draft| draft.greeting.clone()));
        all.push(found(Habit::Greeting { text: greeting }, code, seen, of));
        let (sign_off, seen) = most(self.drafts.iter().map(|draft| draft.sign_off.clone()));
        all.push(found(Habit::SignOff { text: sign_off }, code, seen, of));
        if let (Some(text), seen) = most(self.drafts.iter().map(|draft| draft.question.clone()))
            && seen > 1
        {
            all.push(found(Habit::ClosingWords { text }, code, seen, of));
        }
        let (person, seen) = most(words.iter().map(|words| self.person(words)));
        if let Some(person) = person {
            all.push(found(Habit::Person { person }, None, seen, of));
        }
        self.sentences(all);
        self.tone(all, &every);
        if self.pack.code == EN.code {
            self.english(all, &words, &every);
        }
        all.extend(self.phrases(&words));
    }

    /// Returns the person in which most words of a text speak of the client.
    fn person(&self, words: &[String]) -> Option<Person> {
        let count = |list: &lists::List| words.iter().filter(|w| lists::has(list, w)).count();
        let named = words.iter().filter(|word| {
            let bare = word.strip_suffix("'s").unwrap_or(word);
            self.names.iter().any(|name| lists::folded(name) == bare)
        });
        let third = count(&self.pack.third) + count(&self.pack.client) + named.count();
        let counts = [
            (count(&self.pack.second), Person::Second),
            (third, Person::Third),
            (count(&self.pack.first), Person::First),
        ];
        counts.into_iter().filter(|(n, _)| *n > 0).rev().max_by_key(|(n, _)| *n).map(|(_, p)| p)
    }

    fn sentences(&self, all: &mut Vec<Trait>) {
        let lengths: Vec<f64> = self
            .drafts
            .iter()
            .flat_map(|draft| &draft.sentences)
            .map(|sentence| sentence.unicode_words().count() as f64)
            .filter(|words| *words > 0.0)
            .collect();
        if lengths.is_empty() {
            return;
        }
        let n = lengths.len() as f64;
        let mean = lengths.iter().sum::<f64>() / n;
        let variance = lengths.iter().map(|length| (length - mean).powi(2)).sum::<f64>() / n;
        let (mean, spread) = (mean.round() as u32, variance.sqrt().round() as u32);
        let habit = Habit::SentenceLength { mean, spread };
        all.push(found(habit, Some(self.pack.code), lengths.len(), lengths.len()));
    }

    fn tone(&self, all: &mut Vec<Trait>, every: &[String]) {
        let frames: Vec<String> = self
            .drafts
            .iter()
            .flat_map(|draft| draft.greeting.iter().chain(&draft.sign_off))
            .cloned()
            .collect();
        let every: Vec<String> = every.iter().cloned().chain(words::lower(&frames)).collect();
        let count = |list: &lists::List| {
            list.iter().map(|phrase| words::occurrences(phrase, &every)).sum::<usize>()
        };
        let (formal, informal) = (count(&self.pack.formal), count(&self.pack.informal));
        if formal + informal >= TONE {
            let seen = formal.max(informal);
            let habit = Habit::Tone { formal: formal > informal };
            all.push(found(habit, Some(self.pack.code), seen, formal + informal));
        }
    }

    fn english(&self, all: &mut Vec<Trait>, words: &[Vec<String>], every: &[String]) {
        let code = Some(self.pack.code);
        let (short, long) = marks::contractions(every);
        if short + long > 0 {
            let (used, seen) = (short > long, short.max(long));
            all.push(found(Habit::Contractions { used }, code, seen, short + long));
        }
        let varieties: Vec<Spelling> =
            every.iter().filter_map(|word| spelling::variety(word)).collect();
        let british = varieties.iter().filter(|variety| **variety == Spelling::British).count();
        if !varieties.is_empty() {
            let (spelling, seen) = match british * 2 >= varieties.len() {
                true => (Spelling::British, british),
                false => (Spelling::American, varieties.len() - british),
            };
            all.push(found(Habit::Spelled { spelling }, code, seen, varieties.len()));
        }
        let (mut with, mut without) = (0, 0);
        for sentence in self.drafts.iter().flat_map(|draft| &draft.sentences) {
            let commas = marks::enumerations(sentence);
            (with, without) = (with + commas.0, without + commas.1);
        }
        if with + without > 0 {
            let habit = Habit::Marks { mark: Mark::OxfordComma, used: with > without };
            all.push(found(habit, code, with.max(without), with + without));
        }
        for (from, to) in PLAIN {
            let count = |phrase: &str| words::occurrences(phrase, every);
            let texts = words.iter().filter(|words| words::occurrences(to, words) > 0).count();
            let plain = count(to);
            if count(from) == 0 && plain >= AVOIDED && texts > 1 {
                let habit = Habit::Words { from: (*from).to_owned(), to: (*to).to_owned() };
                all.push(found(habit, code, plain, plain));
            }
        }
    }

    /// Returns phrases of two to four words that are in most texts, though no common phrases.
    fn phrases(&self, words: &[Vec<String>]) -> Vec<Trait> {
        let least = PHRASE_TEXTS.max(words.len().div_ceil(2));
        let mut texts: BTreeMap<String, usize> = BTreeMap::new();
        for words in words {
            let in_text: HashSet<String> = (2..=4)
                .flat_map(|length| words.windows(length))
                .filter(|window| self.is_own(window))
                .map(|window| window.join(" "))
                .collect();
            for phrase in in_text {
                *texts.entry(phrase).or_default() += 1;
            }
        }
        let mut phrases: Vec<(String, usize)> =
            texts.into_iter().filter(|(_, count)| *count >= least).collect();
        // Longer first, so that a part of a phrase is left out.
        phrases.sort_by_key(|(phrase, count)| {
            (std::cmp::Reverse((phrase.split(' ').count(), *count)), phrase.clone())
        });
        let mut kept: Vec<(String, usize)> = Vec::new();
        for (phrase, count) in phrases {
            let part = |(other, _): &(String, usize)| {
                format!(" {other} ").contains(&format!(" {phrase} "))
            };
            if kept.len() < PHRASES && !kept.iter().any(part) {
                kept.push((phrase, count));
            }
        }
        let of = words.len();
        kept.into_iter()
            .map(|(text, count)| found(Habit::Phrase { text }, Some(self.pack.code), count, of))
            .collect()
    }

    /// Whether a phrase is the writer's own: no part of speech at its ends, no number, no name, and
    /// at least one word that is not common.
    fn is_own(&self, window: &[String]) -> bool {
        let function = |word: &String| {
            lists::has(&self.pack.function, word)
                || lists::has(&self.pack.third, word)
                || lists::has(&self.pack.second, word)
                || lists::has(&self.pack.first, word)
        };
        let common = |word: &String| function(word) || lists::has(&self.pack.common, word);
        let fact = |word: &String| {
            word.chars().any(char::is_numeric)
                || self.names.iter().any(|name| lists::folded(name) == *word)
        };
        let (Some(first), Some(last)) = (window.first(), window.last()) else { return false };
        !function(first)
            && !function(last)
            && !window.iter().any(fact)
            && window.iter().any(|word| !common(word))
    }
}

/// Returns the most frequent value, and how often it is there. Of equally many, the first.
fn most<T: PartialEq>(values: impl Iterator<Item = Option<T>>) -> (Option<T>, usize) {
    let mut counts: Vec<(Option<T>, usize)> = Vec::new();
    for value in values {
        match counts.iter_mut().find(|(known, _)| *known == value) {
            Some((_, count)) => *count += 1,
            None => counts.push((value, 1)),
        }
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count).unwrap_or((None, 0))
}
