//! Finds topics: words and phrases that recur in a session.
//!
//! Candidates are runs of content words; forms of a word count together; the label is the most
//! frequent form. A phrase replaces its words if it accounts for most of their use.

use std::collections::{HashMap, HashSet};

use debrief_domain::summary::content::Point;
use debrief_domain::transcript::content::Content;

use super::language::Language;
use crate::lists::entries;
use crate::sentences::Sentence;

/// Maximum length of a phrase, in words.
const LONGEST: usize = 3;
/// Maximum number of topics; more would be noise.
const MOST: usize = 8;

/// Stems by number, padded with 0: a run of one to three.
type Key = [u32; LONGEST];

#[derive(Default)]
struct Candidate {
    count: u32,
    turns: Vec<u32>,
    speakers: HashSet<Option<usize>>,
    forms: HashMap<String, u32>,
    first: usize,
}

/// Returns the topics, most frequent first.
pub(crate) fn find(
    content: &Content,
    sentences: &[Sentence],
    silent: &[bool],
    language: &Language,
) -> Vec<Point> {
    let stems = stems(content, sentences, silent, language);
    let runs = |place: usize| {
        runs(&content.turns[sentences[place].turn].text, &sentences[place], &stems[place])
    };
    // Runs that occur once are dropped before anything else is stored for them.
    let mut counts: HashMap<Key, u32> = HashMap::new();
    for (key, ..) in (0..sentences.len()).flat_map(runs) {
        *counts.entry(key).or_default() += 1;
    }
    let people: HashMap<&str, usize> = content
        .participants
        .iter()
        .enumerate()
        .map(|(i, person)| (person.name.as_str(), i))
        .collect();
    let least = |words: usize| match (sentences.len(), words) {
        (0..=11, _) => 1,
        (12..=60, _) | (_, 1) => 2,
        _ => 3,
    };
    let mut found: HashMap<Key, Candidate> = HashMap::new();
    for (place, sentence) in sentences.iter().enumerate() {
        let turn = &content.turns[sentence.turn];
        for (key, from, to) in runs(place) {
            if counts[&key] < least(length(&key)) {
                continue;
            }
            let candidate = found
                .entry(key)
                .or_insert_with(|| Candidate { first: place, ..Candidate::default() });
            candidate.count += 1;
            if candidate.turns.last() != Some(&turn.index) {
                candidate.turns.push(turn.index);
            }
            let speaker = turn.speaker.as_deref().and_then(|name| people.get(name).copied());
            candidate.speakers.insert(speaker);
            *candidate.forms.entry(turn.text[from..to].to_owned()).or_default() += 1;
        }
    }
    let mut ranked: Vec<(f64, Key, Candidate)> = found
        .into_iter()
        .map(|(key, candidate)| (score(&key, &candidate, content.turns.len()), key, candidate))
        .collect();
    ranked.sort_by(|a, b| {
        b.0.total_cmp(&a.0).then_with(|| a.2.first.cmp(&b.2.first)).then_with(|| a.1.cmp(&b.1))
    });
    let mut taken: HashSet<u32> = HashSet::from([0]);
    let free = |key: &Key, taken: &HashSet<u32>| {
        key[..length(key)].iter().all(|stem| !taken.contains(stem))
    };
    let mut topics = Vec::new();
    for (_, key, candidate) in &ranked {
        if topics.len() == MOST {
            break;
        }
        if !free(key, &taken) {
            continue;
        }
        // A word that mostly occurs in a phrase is represented by the phrase.
        let phrase = ranked.iter().find(|(_, longer, wider)| {
            length(longer) == 2
                && length(key) == 1
                && longer.contains(&key[0])
                && wider.count >= 3
                && wider.count * 10 >= candidate.count * 3
                && free(longer, &taken)
        });
        let (key, candidate) = match phrase {
            Some((_, longer, wider)) => (longer, wider),
            None => (key, candidate),
        };
        taken.extend(key);
        topics.push(Point {
            text: label(&candidate.forms),
            turns: candidate.turns.clone(),
            ..Point::default()
        });
    }
    topics
}

/// Numbers the stems of all words; 0 for words that cannot be topics.
fn stems(
    content: &Content,
    sentences: &[Sentence],
    silent: &[bool],
    language: &Language,
) -> Vec<Vec<u32>> {
    let names = names(content, language);
    let mut ids: HashMap<String, u32> = HashMap::new();
    let mut number = |word: &str| -> u32 {
        let letters = word.chars().count();
        let fits = language.is_content(word)
            && !names.contains(word)
            && !word.chars().any(|c| c.is_ascii_digit())
            && (letters >= 3 || !word.is_ascii());
        if !fits {
            return 0;
        }
        let next = ids.len() as u32 + 1;
        *ids.entry(language.stem(word)).or_insert(next)
    };
    sentences
        .iter()
        .zip(silent)
        .map(|(sentence, silent)| match silent {
            true => Vec::new(),
            false => sentence.words.iter().map(|word| number(&word.lower)).collect(),
        })
        .collect()
}

/// Returns all runs of up to [`LONGEST`] different content words, with their positions in the text.
fn runs<'a>(
    text: &'a str,
    sentence: &'a Sentence,
    stems: &'a [u32],
) -> impl Iterator<Item = (Key, usize, usize)> + 'a {
    let words = &sentence.words;
    (0..stems.len()).flat_map(move |from| {
        let mut key = Key::default();
        let mut open = true;
        (from..stems.len().min(from + LONGEST)).filter_map(move |to| {
            let glued = to == from || {
                let between = &text[words[to - 1].to..words[to].from];
                between == " " || between == "-"
            };
            open = open && glued && stems[to] != 0 && !key.contains(&stems[to]);
            if open {
                key[to - from] = stems[to];
            }
            open.then_some((key, words[from].from, words[to].to))
        })
    })
}

fn length(key: &Key) -> usize {
    key.iter().take_while(|stem| **stem != 0).count()
}

/// Frequent is good, spread over turns and speakers is better, phrases best.
fn score(key: &Key, candidate: &Candidate, turns: usize) -> f64 {
    let spread = candidate.turns.len() as f64;
    let everywhere = if turns > 20 && candidate.turns.len() * 2 > turns { 0.5 } else { 1.0 };
    let length = match length(key) {
        1 => 1.0,
        2 => 1.9,
        _ => 2.2,
    };
    let shared = if candidate.speakers.len() > 1 { 1.25 } else { 1.0 };
    (spread + 0.3 * (f64::from(candidate.count) - spread)) * length * everywhere * shared
}

/// Returns the most frequent form; on a tie the one in lower case, then the alphabetically first.
fn label(forms: &HashMap<String, u32>) -> String {
    forms
        .iter()
        .max_by(|(a, a_count), (b, b_count)| {
            let small = |form: &String| !form.chars().next().is_some_and(char::is_uppercase);
            a_count.cmp(b_count).then_with(|| small(a).cmp(&small(b))).then_with(|| b.cmp(a))
        })
        .map(|(form, _)| form.clone())
        .unwrap_or_default()
}

/// Returns names of participants and days, which are not topics.
fn names(content: &Content, language: &Language) -> HashSet<String> {
    content
        .participants
        .iter()
        .take(1000)
        .flat_map(|person| person.name.split(|c: char| !c.is_alphanumeric()))
        .map(str::to_lowercase)
        .chain(entries(language.pack.due.day).map(str::to_owned))
        .collect()
}
