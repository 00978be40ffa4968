//! Word lists of questions, by language; stop words, prefixes and the like are in [`crate::lists`].
//!
//! Languages without lists of their own use those of English.

mod en;
mod he;
mod lists;

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::lists::{entries, pack, stop_words};
use crate::phrases::Phrases;
use lists::Lists;

/// Indexed lists.
pub(super) struct Language {
    pub(super) code: &'static str,
    stop: HashSet<String>,
    pub(super) prefixes: Vec<&'static str>,
    pub(super) promised: Phrases,
    pub(super) decided: Phrases,
    pub(super) asked: Phrases,
    pub(super) promise: Phrases,
    pub(super) decide: Phrases,
    pub(super) ask: Phrases,
    pub(super) no_kind: Phrases,
    pub(super) except: Phrases,
    pub(super) without: Phrases,
    pub(super) boilerplate: Phrases,
    pub(super) did: HashSet<&'static str>,
    pub(super) topic: HashSet<&'static str>,
    pub(super) does: HashSet<&'static str>,
    pub(super) with: HashSet<&'static str>,
    pub(super) sessions: HashSet<&'static str>,
    pub(super) leading: HashSet<&'static str>,
    pub(super) ends: HashSet<&'static str>,
    telling: HashSet<&'static str>,
    ordinary: HashSet<&'static str>,
}

impl Language {
    fn new(own: &Lists) -> Self {
        let pack = pack(own.code);
        Self {
            code: own.code,
            stop: stop_words(pack),
            prefixes: entries(pack.prefixes).collect(),
            promised: Phrases::new(own.promised),
            decided: Phrases::new(own.decided),
            asked: Phrases::new(own.asked),
            promise: Phrases::new(own.promise),
            decide: Phrases::new(own.decide),
            ask: Phrases::new(own.ask),
            no_kind: Phrases::new(own.no_kind),
            except: Phrases::new(own.except),
            without: Phrases::new(own.without),
            boilerplate: Phrases::new(own.boilerplate),
            did: entries(own.did).collect(),
            topic: entries(own.topic).collect(),
            does: entries(own.does).collect(),
            with: entries(own.with).collect(),
            sessions: entries(own.sessions).collect(),
            leading: entries(own.leading).collect(),
            ends: entries(own.ends).collect(),
            telling: entries(own.telling).collect(),
            ordinary: entries(own.ordinary).collect(),
        }
    }

    /// Returns whether a word is independent of the subject.
    pub(super) fn is_stop(&self, word: &str) -> bool {
        self.stop.contains(word) && !self.telling.contains(word)
    }

    /// Returns whether a name is also a word of the language.
    pub(super) fn is_ordinary(&self, word: &str) -> bool {
        self.ordinary.contains(word) || self.stop.contains(word)
    }
}

static EN: LazyLock<Language> = LazyLock::new(|| Language::new(&en::EN));
static HE: LazyLock<Language> = LazyLock::new(|| Language::new(&he::HE));

/// Returns the lists for a word or a question.
pub(super) fn of(hebrew: bool) -> &'static Language {
    if hebrew { &HE } else { &EN }
}

/// Returns whether a word is a function word.
pub(super) fn is_function_word(word: &str) -> bool {
    EN.is_stop(word) || HE.is_stop(word)
}
