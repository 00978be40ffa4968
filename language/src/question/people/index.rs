//! An index of the words in known people's names.

use std::collections::HashMap;

use strsim::osa_distance;

use super::nicknames;
use crate::names::{Name, fold};
use crate::question::{How, Known};

/// A word of somebody's name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    pub(super) person: usize,
    /// Index in the name.
    pub(super) place: usize,
    pub(super) how: How,
}

pub(super) struct Index {
    names: Vec<Vec<String>>,
    by_word: HashMap<String, Vec<(usize, usize)>>,
    by_nickname: HashMap<&'static str, Vec<(usize, usize)>>,
    /// Distinct words by their initial sound.
    by_letter: HashMap<char, Vec<String>>,
}

impl Index {
    pub(super) fn new(known: &[Known]) -> Self {
        let names: Vec<Vec<String>> = known
            .iter()
            .map(|known| Name::new(&known.name).words.iter().map(|word| plain(word)).collect())
            .collect();
        let mut by_word: HashMap<String, Vec<(usize, usize)>> = HashMap::new();
        let mut by_nickname: HashMap<_, Vec<(usize, usize)>> = HashMap::new();
        let mut by_letter: HashMap<char, Vec<String>> = HashMap::new();
        for (person, name) in names.iter().enumerate() {
            for (place, word) in name.iter().enumerate().filter(|(_, word)| is_name(word)) {
                let people = by_word.entry(word.clone()).or_default();
                if people.is_empty()
                    && let Some(letter) = word.chars().next()
                {
                    by_letter.entry(sound(letter)).or_default().push(word.clone());
                }
                people.push((person, place));
                for other in nicknames::of(word) {
                    by_nickname.entry(other).or_default().push((person, place));
                }
            }
        }
        Self { names, by_word, by_nickname, by_letter }
    }

    /// Returns the number of words in a person's name.
    pub(super) fn length(&self, person: usize) -> usize {
        self.names[person].len()
    }

    /// Returns the people whose name has this word, or another form of it. A full form does not
    /// match a short one if somebody has exactly that name.
    pub(super) fn hits(&self, word: &str) -> Vec<Hit> {
        let word = folded(word);
        let exact = self.by_word.get(&word).into_iter().flatten();
        let mut hits: Vec<Hit> =
            exact.map(|(person, place)| hit(*person, *place, How::Exact)).collect();
        let others = self.by_nickname.get(word.as_str()).into_iter().flatten();
        let others = others.map(|(person, place)| hit(*person, *place, How::Nickname));
        if hits.is_empty() || nicknames::is_short(&word) {
            hits.extend(others);
        }
        hits
    }

    /// Same, for one person.
    pub(super) fn hits_of(&self, word: &str, person: usize) -> Vec<Hit> {
        let word = folded(word);
        let of = |(place, name): (usize, &String)| {
            let how = match *name == word {
                true => How::Exact,
                false if nicknames::of(name).any(|other| other == word) => How::Nickname,
                false => return None,
            };
            Some(hit(person, place, how))
        };
        self.names[person].iter().enumerate().filter_map(of).collect()
    }

    /// Returns the people whose name is nearest to this word, within a few letters.
    pub(super) fn misspelled(&self, word: &str) -> Vec<Hit> {
        let word = folded(word);
        let Some(letter) = word.chars().next() else { return Vec::new() };
        let near = self.by_letter.get(&sound(letter)).into_iter().flatten();
        let near: Vec<(usize, &String)> =
            near.filter_map(|name| Some((distance(&word, name)?, name))).collect();
        let Some(least) = near.iter().map(|(distance, _)| *distance).min() else {
            return Vec::new();
        };
        let nearest = near.into_iter().filter(|(distance, _)| *distance == least);
        let people = nearest.filter_map(|(_, name)| self.by_word.get(name)).flatten();
        people.map(|(person, place)| hit(*person, *place, How::Misspelled)).collect()
    }

    /// Same, for one person.
    pub(super) fn misspelled_of(&self, word: &str, person: usize) -> Vec<Hit> {
        let word = folded(word);
        let begins = |name: &str| word.chars().next().map(sound) == name.chars().next().map(sound);
        let names = self.names[person].iter().enumerate();
        let near = names.filter(|(_, name)| begins(name) && distance(&word, name).is_some());
        near.map(|(place, _)| hit(person, place, How::Misspelled)).collect()
    }
}

fn hit(person: usize, place: usize, how: How) -> Hit {
    Hit { person, place, how }
}

/// Initials are not names.
fn is_name(word: &str) -> bool {
    word.chars().nth(1).is_some() && word.chars().any(char::is_alphabetic)
}

fn folded(word: &str) -> String {
    plain(&fold(word).concat())
}

/// Replaces final letters of Hebrew by their regular form.
fn plain(word: &str) -> String {
    let letter = |c| match c {
        'ך' => 'כ',
        'ם' => 'מ',
        'ן' => 'נ',
        'ף' => 'פ',
        'ץ' => 'צ',
        c => c,
    };
    word.chars().map(letter).collect()
}

/// Maps letters that are confused at the beginning of a name to one.
fn sound(letter: char) -> char {
    match letter {
        'c' | 'q' => 'k',
        'y' | 'j' => 'i',
        'z' => 's',
        'כ' => 'ק',
        'ט' => 'ת',
        'ע' => 'א',
        letter => letter,
    }
}

/// Returns the Damerau-Levenshtein distance (optimal string alignment): up to one for names of four
/// letters, two for eight, and `None` beyond.
fn distance(word: &str, name: &str) -> Option<usize> {
    let (long, other) = (name.chars().count(), word.chars().count());
    let most = match long.max(other) {
        0..=3 => return None,
        4..=7 => 1,
        _ => 2,
    };
    if long.abs_diff(other) > most || long.min(other) < 3 {
        return None;
    }
    Some(osa_distance(word, name)).filter(|distance| *distance <= most)
}
