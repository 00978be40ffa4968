//! Decides which prefixes of a file are speakers, after counting all of them.
//!
//! Invariant: conservative. A prefix is a speaker only if the file as a whole uses such prefixes;
//! "Remember: breathe" stays speech.

use std::collections::{HashMap, HashSet};

use super::name_counts::NameCounts;
use super::names::{
    MAX_NAME_CHARS, before_colon, glued, is_capitalised, is_diarized, is_label, is_plausible,
};

/// A file with more different prefixes does not use them for speakers.
const MAX_NAMES: usize = 10_000;

/// Counts the prefixes before colons, to decide which of them are speakers.
#[derive(Debug, Default)]
pub(crate) struct PrefixSurvey {
    counts: NameCounts,
    /// Prefixes without a space after the colon.
    glued: NameCounts,
    marked: HashSet<String>,
    units: u32,
    prefixed: u32,
    overflow: bool,
}

/// The prefix of a line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prefix<'a> {
    pub(crate) name: &'a str,
    /// The text after it; `None` for a name without a space after the colon.
    pub(crate) rest: Option<(Place, &'a str)>,
}

/// Index of a name in a [`PrefixSurvey`], for [`Speakers::at`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place(u32);

impl PrefixSurvey {
    /// Counts a cue or a line by its prefix, and returns the prefix; for many lines with few names.
    pub(crate) fn line<'a>(&mut self, line: &'a str) -> Option<Prefix<'a>> {
        let prefix = before_colon(line);
        if let Some((name, rest)) = prefix {
            let known = self.counts.find(name);
            if let Some(place) = known {
                self.counts.again(place);
            }
            if known.is_some() || is_plausible(name) {
                self.units += 1;
                self.prefixed += 1;
                let place = known.or_else(|| self.count(name));
                let place = place.and_then(|place| u32::try_from(place).ok()).map(Place);
                return Some(Prefix { name, rest: place.map(|place| (place, rest)) });
            }
        }
        self.units += 1;
        let (name, _) = glued(line)?;
        self.glued(name);
        Some(Prefix { name, rest: None })
    }

    /// Counts a cue whose voice tag names a speaker.
    pub(crate) fn voice(&mut self, name: &str) {
        self.units += 1;
        self.mark(name);
    }

    /// Counts a prefix without a space after its colon; a plausible name.
    pub(crate) fn glued(&mut self, name: &str) {
        self.overflow |= count(&mut self.glued, name).is_none();
    }

    /// Counts a cue or a line, with or without a prefix; a prefix is a plausible name.
    pub(crate) fn unit(&mut self, name: Option<&str>) {
        self.units += 1;
        if let Some(name) = name {
            self.prefixed += 1;
            self.count(name);
        }
    }

    /// Counts a prefix inside a cue; a plausible name. Returns its index, unless there are too
    /// many.
    pub(crate) fn count(&mut self, name: &str) -> Option<usize> {
        let place = count(&mut self.counts, name);
        self.overflow |= place.is_none();
        place
    }

    /// Accepts a prefix that the file marks as a speaker, with a time or in bold.
    pub(crate) fn mark(&mut self, name: &str) {
        if self.marked.len() < MAX_NAMES && !self.marked.contains(name) {
            self.marked.insert(name.to_owned());
        }
    }

    /// Returns the prefixes that are speakers. `text` is the whole file: a prefix that also occurs
    /// there in lower case is an ordinary word.
    pub(crate) fn speakers(self, text: &str) -> Speakers {
        let mut believed = HashMap::new();
        let mut glued = false;
        if !self.overflow {
            // Computed only if nothing else decides.
            let words = std::cell::OnceCell::new();
            let is_word = |name: &str| {
                words.get_or_init(|| self.also_words(text)).contains(&name.to_lowercase())
            };
            for (name, count) in self.counts.iter() {
                if self.believes(name, count, &is_word) {
                    believed.insert(name.to_owned(), count);
                }
            }
            for (name, count) in self.glued.iter() {
                if believed.contains_key(name) || self.believes_glued(name, count, &is_word) {
                    *believed.entry(name.to_owned()).or_default() += count;
                    glued = true;
                }
            }
        }
        let at = self
            .counts
            .iter()
            .map(|(name, _)| believed.contains_key(name).then(|| name.to_owned()));
        Speakers { at: at.collect(), believed, glued }
    }

    /// Words joined by a colon are common: such a name must occur twice or be known.
    fn believes_glued(&self, name: &str, count: u32, is_word: &dyn Fn(&str) -> bool) -> bool {
        let all: u32 = self.glued.iter().map(|(_, count)| count).sum();
        let most = all >= 4 && all * 10 >= self.units * 9;
        self.marked.contains(name) || most || count >= 2 && !is_word(name)
    }

    fn believes(&self, name: &str, count: u32, is_word: &dyn Fn(&str) -> bool) -> bool {
        if is_label(name) {
            return false;
        }
        if self.marked.contains(name) || is_diarized(name) {
            return true;
        }
        let share = f64::from(self.prefixed) / f64::from(self.units.max(1));
        let often = count >= 2;
        if share >= 0.9 && self.prefixed >= 2 && (often || is_capitalised(name)) {
            return true;
        }
        // Zoom puts a name in front of every cue, so even "stokes", once, is a name.
        if share >= 0.98 && self.prefixed >= 8 {
            return true;
        }
        if share >= 0.4 && often && (is_capitalised(name) || count >= 3) {
            return true;
        }
        is_capitalised(name) && (often || (share >= 0.6 && self.prefixed >= 4)) && !is_word(name)
    }

    /// Returns the one-word prefixes that the text also uses as ordinary words.
    fn also_words(&self, text: &str) -> HashSet<String> {
        let single: HashSet<String> = self
            .counts
            .iter()
            .chain(self.glued.iter())
            .map(|(name, _)| name)
            .filter(|name| !name.contains(char::is_whitespace))
            .map(|name| name.to_lowercase())
            .filter(|lower| lower.chars().next().is_some_and(char::is_lowercase))
            .collect();
        let mut found = HashSet::new();
        if single.is_empty() {
            return found;
        }
        for word in text.split(|c: char| !c.is_alphanumeric()) {
            if word.len() <= 4 * MAX_NAME_CHARS
                && word.starts_with(char::is_lowercase)
                && single.contains(word)
                && !found.contains(word)
            {
                found.insert(word.to_owned());
            }
        }
        found
    }
}

/// Counts a name and returns its index, unless there are too many.
fn count(names: &mut NameCounts, name: &str) -> Option<usize> {
    if let Some(place) = names.find(name) {
        names.again(place);
        return Some(place);
    }
    (names.len() < MAX_NAMES).then(|| names.add(name))
}

/// The prefixes of a file that are speakers.
#[derive(Debug, Default)]
pub(crate) struct Speakers {
    believed: HashMap<String, u32>,
    /// Names of the survey by index, if they are speakers.
    at: Vec<Option<String>>,
    /// Whether some have no space after their colon.
    glued: bool,
}

impl Speakers {
    /// Returns whether this prefix is a speaker.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.believed.contains_key(name)
    }

    /// Returns the number of speakers.
    pub(crate) fn len(&self) -> usize {
        self.believed.len()
    }

    /// Returns the number of lines or cues with a speaker.
    pub(crate) fn lines(&self) -> u32 {
        self.believed.values().sum()
    }

    /// Returns the name at this index of the survey, if it is a speaker.
    pub(crate) fn at(&self, place: Place) -> Option<&str> {
        self.at.get(place.0 as usize)?.as_deref()
    }

    /// Splits a known speaker off a line.
    pub(crate) fn split<'a>(&self, line: &'a str) -> Option<(&'a str, &'a str)> {
        // A known name is plausible.
        let known = |(name, _): &(&str, &str)| self.knows(name);
        before_colon(line).filter(known).or_else(|| self.split_glued(line))
    }

    /// Same, without a space after the colon.
    pub(crate) fn split_glued<'a>(&self, line: &'a str) -> Option<(&'a str, &'a str)> {
        if !self.glued {
            return None;
        }
        glued(line).filter(|(name, _)| self.knows(name))
    }
}

#[cfg(test)]
mod tests;
