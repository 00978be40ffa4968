//! The word lists of a language, for questions.

use crate::lists::List;

/// The lists of one language, as in the packs of summaries.
pub(super) struct Lists {
    pub(super) code: &'static str,
    /// Stop words of summaries that may be the subject of a question.
    pub(super) telling: List,
    /// Words that only ask: "discussion", "mentioned".
    pub(super) boilerplate: List,
    pub(super) promised: List,
    pub(super) decided: List,
    pub(super) asked: List,
    /// Same, in forms that mean it only after "did" and the like.
    pub(super) promise: List,
    pub(super) decide: List,
    pub(super) ask: List,
    /// Looks like a kind but is not one.
    pub(super) no_kind: List,
    /// Words that put the next verb into the past tense.
    pub(super) did: List,
    /// Begins the subject; no kind is found after it.
    pub(super) topic: List,
    /// Verbs of people: a name is next to them.
    pub(super) does: List,
    /// Words before a name.
    pub(super) with: List,
    /// Names that are also ordinary words.
    pub(super) ordinary: List,
    /// Excludes what follows.
    pub(super) except: List,
    /// Excludes what follows, but only after a session or a comma.
    pub(super) without: List,
    /// Nouns that "without" may follow.
    pub(super) sessions: List,
    /// Words between an exclusion and the excluded words.
    pub(super) leading: List,
    /// Ends an exclusion.
    pub(super) ends: List,
}
