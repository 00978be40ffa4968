//! Finds the known people that a question names: in full, in part, by a nickname or misspelled.
//!
//! Invariants:
//! - An ordinary word is not a name, unless nothing else is possible: capitalised inside a
//!   sentence, or next to a verb of people ("what did mark say").
//! - A speaker's label in a file may be an ordinary word ("Marketing", "User Interface"): in lower
//!   case, in a question with capitals, it is one, unless it is next to a verb of people.
//! - People who fit equally well are alternatives; nobody is guessed.
//! - A stop word, another given name, or a word that occurs in the content is not a misspelling.

mod index;
pub(crate) mod nicknames;

use super::language::{self, Language};
use super::words::{Gap, Word};
use super::{Context, How, Known, Mention, Person, Quote, Role, Span};
use index::{Hit, Index};

/// Maximum number of words in a name.
const MAX_NAME: usize = 5;
/// Maximum number of words compared with names letter by letter.
const MAX_MISSPELLED: usize = 16;
/// In a question with more lower-case words, a capital is significant.
const TITLE_CASE: usize = 4;

/// Finds the people and marks their words as taken.
pub(super) fn find(question: &str, words: &mut [Word<'_>], context: &Context<'_>) -> Vec<Mention> {
    let known = context.people;
    let mut mentions = Vec::new();
    if known.is_empty() {
        return mentions;
    }
    let index = Index::new(known);
    let finder = Finder {
        words: &*words,
        known,
        index: &index,
        is_said: context.is_said,
        title_case: words.len() >= TITLE_CASE
            && words.iter().filter(|word| !word.capital).count() * 5 <= words.len(),
        lower_case: words.iter().all(|word| !word.capital),
    };
    let mut looks = MAX_MISSPELLED;
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        match finder.at(at, &mut looks) {
            Some(fit) => {
                at += fit.length;
                found.push((at - fit.length, fit));
            }
            None => at += 1,
        }
    }
    for (at, fit) in found {
        let last = at + fit.length - 1;
        let to = match words[last].possessive {
            true => words[last].from + bare(words[last].text).len(),
            false => words[last].to,
        };
        let span = Span { from: words[at].from + fit.skipped, to };
        let person = |index: &usize| {
            let known = &known[*index];
            Person { index: *index, id: known.id, name: known.name.clone(), role: known.role }
        };
        mentions.push(Mention {
            people: fit.people.iter().map(person).collect(),
            how: fit.how,
            quote: Quote::new(question, span),
        });
        words[at..=last].iter_mut().for_each(|word| word.taken = true);
    }
    mentions
}

/// Returns a word without `'s`.
fn bare(text: &str) -> &str {
    let end = text.rfind(['\'', '’']).filter(|end| *end > 0);
    end.map_or(text, |end| &text[..end])
}

/// The people whom words may name.
struct Fit {
    people: Vec<usize>,
    how: How,
    /// Number of words.
    length: usize,
    /// Length of prefixed letters, in bytes.
    skipped: usize,
}

struct Finder<'a> {
    words: &'a [Word<'a>],
    known: &'a [Known],
    index: &'a Index,
    is_said: &'a dyn Fn(&str) -> bool,
    title_case: bool,
    lower_case: bool,
}

impl Finder<'_> {
    /// Returns who is named from this word on.
    fn at(&self, at: usize, looks: &mut usize) -> Option<Fit> {
        let word = self.words.get(at).filter(|word| !word.taken)?;
        let language = language::of(word.is_hebrew());
        let (mut hits, mut skipped) = (self.index.hits(&word.lower), 0);
        if hits.is_empty() && word.is_hebrew() {
            (hits, skipped) = self.without_prefix(word, language);
        }
        if hits.is_empty() && *looks > 0 && self.may_be_misspelled(at, language) {
            *looks -= 1;
            hits = self.index.misspelled(&word.lower);
        }
        let chains: Vec<Chain> = hits.iter().map(|hit| self.chain(at, *hit)).collect();
        let longest = chains.iter().map(|chain| chain.length).max()?;
        let mut best: Vec<&Chain> = chains.iter().filter(|chain| chain.length == longest).collect();
        let labels = best.iter().all(|chain| self.known[chain.person].role == Role::Speaker);
        let small = labels && !self.lower_case && !word.is_hebrew();
        let small = small && self.words[at..at + longest].iter().all(|word| !word.capital);
        let is_name = match longest {
            1 => self.is_name(at, small, language),
            _ => !small || self.is_whose(at + longest - 1) || self.does(at + longest, language),
        };
        if !is_name {
            return None;
        }
        // A short form may name anybody who uses it; otherwise the better spelling wins.
        if longest > 1 || !nicknames::is_short(&word.lower) {
            let how = best.iter().map(|chain| chain.how).min()?;
            best.retain(|chain| chain.how == how);
        }
        let how = best.iter().map(|chain| chain.how).min()?;
        let mut people: Vec<usize> = best.iter().map(|chain| chain.person).collect();
        people.sort_unstable();
        people.dedup();
        Some(Fit { people, how, length: longest, skipped })
    }

    /// Matches the remaining words of a name.
    fn chain(&self, at: usize, hit: Hit) -> Chain {
        let total = self.index.length(hit.person);
        let mut used = vec![hit.place];
        let mut how = hit.how;
        while used.len() < MAX_NAME {
            let place = at + used.len();
            let goes_on = self.words.get(place).filter(|word| {
                !word.taken
                    && matches!(word.gap, Gap::Space | Gap::Dash | Gap::Comma)
                    && !self.words[place - 1].possessive
            });
            let Some(word) = goes_on else { break };
            let mut hits = self.index.hits_of(&word.lower, hit.person);
            if hits.is_empty() && (word.capital || word.is_hebrew() || self.lower_case) {
                hits = self.index.misspelled_of(&word.lower, hit.person);
            }
            let Some(next) = hits.into_iter().find(|next| !used.contains(&next.place)) else {
                break;
            };
            used.push(next.place);
            how = how.max(next.how);
        }
        if how == How::Exact && used.len() < total {
            how = How::Part;
        }
        Chain { person: hit.person, how, length: used.len() }
    }

    /// Strips prefixed Hebrew letters, as few as leave a name.
    fn without_prefix(&self, word: &Word<'_>, language: &Language) -> (Vec<Hit>, usize) {
        let mut prefixes: Vec<&str> = language.prefixes.clone();
        prefixes.sort_unstable_by_key(|prefix| prefix.len());
        for prefix in prefixes {
            if let Some(rest) = word.text.strip_prefix(prefix)
                && rest.chars().nth(1).is_some()
            {
                let hits = self.index.hits(&super::words::lower(rest));
                if !hits.is_empty() {
                    return (hits, prefix.len());
                }
            }
        }
        (Vec::new(), 0)
    }

    /// Returns whether a single word that fits a name is one here.
    fn is_name(&self, at: usize, small: bool, language: &Language) -> bool {
        let word = &self.words[at];
        let next = self.words.get(at + 1).filter(|next| next.gap == Gap::Space);
        // Another person with that first name: "Sara Miller".
        let surname = next.is_some_and(|next| {
            next.capital
                && !word.possessive
                && !self.title_case
                && !next.taken
                && !language.is_stop(&next.lower)
                && self.index.hits(&next.lower).is_empty()
        });
        if surname {
            return false;
        }
        let ordinary = language.is_ordinary(&word.lower)
            || (word.is_hebrew()
                && language.prefixes.iter().any(|prefix| {
                    word.lower.strip_prefix(prefix).is_some_and(|rest| {
                        language.is_ordinary(rest) && !self.index.hits(rest).is_empty()
                    })
                }));
        if !ordinary {
            return !small
                || self.is_whose(at)
                || self.with(at, language) && self.does(at + 1, language);
        }
        if word.is_hebrew() {
            return self.is_beside_verb(at, language);
        }
        let capital = word.capital && !self.title_case;
        match (capital, word.first) {
            (true, false) => true,
            (true, true) => word.possessive || self.does(at + 1, language) || self.and_name(at),
            (false, _) => self.with(at, language) && self.does(at + 1, language),
        }
    }

    /// Returns whether a possessive follows: "maya's sleep".
    fn is_whose(&self, at: usize) -> bool {
        self.words[at].possessive
    }

    /// "Hope and Art", where the second is a name in any position.
    fn and_name(&self, at: usize) -> bool {
        self.words.get(at + 1).is_some_and(|word| word.lower == "and")
            && self
                .words
                .get(at + 2)
                .is_some_and(|word| word.capital && !self.index.hits(&word.lower).is_empty())
    }

    fn does(&self, at: usize, language: &Language) -> bool {
        self.words.get(at).is_some_and(|word| {
            word.gap == Gap::Space && language.does.contains(word.lower.as_str())
        })
    }

    fn with(&self, at: usize, language: &Language) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.words.get(before));
        before.is_some_and(|word| language.with.contains(word.lower.as_str()))
    }

    fn is_beside_verb(&self, at: usize, language: &Language) -> bool {
        self.with(at, language) || self.does(at + 1, language)
    }

    /// Returns whether a word looks like a misspelled name.
    fn may_be_misspelled(&self, at: usize, language: &Language) -> bool {
        let word = &self.words[at];
        let letters = word.lower.chars().count();
        if letters < 3
            || language.is_ordinary(&word.lower)
            || nicknames::is_name(&word.lower)
            || (self.is_said)(word.text)
        {
            return false;
        }
        if word.is_hebrew() {
            return word.first || self.is_beside_verb(at, language);
        }
        if self.lower_case || self.title_case {
            return letters >= 4 && (word.possessive || self.is_beside_verb(at, language));
        }
        word.capital && (!word.first || letters >= 5 || self.does(at + 1, language))
    }
}

/// Consecutive words of one person's name.
struct Chain {
    person: usize,
    how: How,
    length: usize,
}
