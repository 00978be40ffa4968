//! Word lists of questions, by language; stop words, prefixes and the like are those of
//! [`summary::language`](crate::summary).
//!
//! English holds for every language without lists of its own.

mod en;
mod he;

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::summary::language::{self as summary, List, entries};
use crate::summary::phrases::Phrases;

/// The lists of one language, as in the packs of summaries.
struct Lists {
    code: &'static str,
    /// Stop words of summaries that a question may well be about.
    telling: List,
    /// What only asks: "discussion", "mentioned".
    boilerplate: List,
    promised: List,
    decided: List,
    asked: List,
    /// The same in forms that mean it only behind "did" and the like.
    promise: List,
    decide: List,
    ask: List,
    /// Looks like a kind but is none.
    no_kind: List,
    /// Words that make past tense of the next verb.
    did: List,
    /// Begins what is talked about; no kind is found behind it.
    topic: List,
    /// Verbs of people: a name stands beside them.
    does: List,
    /// Words in front of a name.
    with: List,
    /// Names that are words as well.
    ordinary: List,
    /// Excludes what follows.
    except: List,
    /// Excludes what follows only behind a session or a comma.
    without: List,
    /// What can be without.
    sessions: List,
    /// Between an exclusion and what is excluded.
    leading: List,
    /// Ends what is excluded.
    ends: List,
}

/// Lists made ready.
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
    fn new(lists: &Lists) -> Self {
        let pack = summary::pack(lists.code);
        Self {
            code: lists.code,
            stop: summary::stop_words(pack),
            prefixes: entries(pack.prefixes).collect(),
            promised: Phrases::new(lists.promised),
            decided: Phrases::new(lists.decided),
            asked: Phrases::new(lists.asked),
            promise: Phrases::new(lists.promise),
            decide: Phrases::new(lists.decide),
            ask: Phrases::new(lists.ask),
            no_kind: Phrases::new(lists.no_kind),
            except: Phrases::new(lists.except),
            without: Phrases::new(lists.without),
            boilerplate: Phrases::new(lists.boilerplate),
            did: entries(lists.did).collect(),
            topic: entries(lists.topic).collect(),
            does: entries(lists.does).collect(),
            with: entries(lists.with).collect(),
            sessions: entries(lists.sessions).collect(),
            leading: entries(lists.leading).collect(),
            ends: entries(lists.ends).collect(),
            telling: entries(lists.telling).collect(),
            ordinary: entries(lists.ordinary).collect(),
        }
    }

    /// Whether a word says nothing about the subject.
    pub(super) fn is_stop(&self, word: &str) -> bool {
        self.stop.contains(word) && !self.telling.contains(word)
    }

    /// Whether a name is a word of the language too.
    pub(super) fn is_ordinary(&self, word: &str) -> bool {
        self.ordinary.contains(word) || self.stop.contains(word)
    }
}

static EN: LazyLock<Language> = LazyLock::new(|| Language::new(&en::EN));
static HE: LazyLock<Language> = LazyLock::new(|| Language::new(&he::HE));

/// The lists for a word or a question.
pub(super) fn of(hebrew: bool) -> &'static Language {
    if hebrew { &HE } else { &EN }
}

/// Whether a word holds a sentence together rather than names something.
pub(super) fn is_function_word(word: &str) -> bool {
    EN.is_stop(word) || HE.is_stop(word)
}
