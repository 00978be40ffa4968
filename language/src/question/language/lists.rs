//! What there is to say of a language, for questions.

use crate::lists::List;

/// The lists of one language, as in the packs of summaries.
pub(super) struct Lists {
    pub(super) code: &'static str,
    /// Stop words of summaries that a question may well be about.
    pub(super) telling: List,
    /// What only asks: "discussion", "mentioned".
    pub(super) boilerplate: List,
    pub(super) promised: List,
    pub(super) decided: List,
    pub(super) asked: List,
    /// The same in forms that mean it only behind "did" and the like.
    pub(super) promise: List,
    pub(super) decide: List,
    pub(super) ask: List,
    /// Looks like a kind but is none.
    pub(super) no_kind: List,
    /// Words that make past tense of the next verb.
    pub(super) did: List,
    /// Begins what is talked about; no kind is found behind it.
    pub(super) topic: List,
    /// Verbs of people: a name stands beside them.
    pub(super) does: List,
    /// Words in front of a name.
    pub(super) with: List,
    /// Names that are words as well.
    pub(super) ordinary: List,
    /// Excludes what follows.
    pub(super) except: List,
    /// Excludes what follows only behind a session or a comma.
    pub(super) without: List,
    /// What can be without.
    pub(super) sessions: List,
    /// Between an exclusion and what is excluded.
    pub(super) leading: List,
    /// Ends what is excluded.
    pub(super) ends: List,
}
