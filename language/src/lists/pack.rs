//! The word lists of a language.

use std::fmt;

/// Words or phrases separated by commas. A line may end after a comma, never inside a phrase.
pub(crate) type List = &'static str;

/// Returns the entries of a list.
pub(crate) fn entries(list: List) -> impl Iterator<Item = &'static str> {
    list.split(',').map(str::trim).filter(|entry| !entry.is_empty())
}

/// The lists of one language. All in lower case with straight apostrophes; phrases as in
/// [`Phrases`](crate::phrases::Phrases).
pub(crate) struct Pack {
    /// Primary language subtag.
    pub(crate) code: &'static str,
    /// Words that are independent of the subject.
    pub(crate) stop: List,
    /// Letters that are prefixed to words.
    pub(crate) prefixes: List,
    /// Sounds and words that fill pauses.
    pub(crate) fillers: List,
    /// Greetings, goodbyes and technicalities: a sentence with one has no weight.
    pub(crate) housekeeping: List,
    /// Words at the beginning of a sentence that refer to the previous sentence.
    pub(crate) leaning: List,
    /// Words that refer to something said before.
    pub(crate) pointing: List,
    /// Words that no complete sentence ends with.
    pub(crate) unfinished: List,
    /// Something has become clear, or is felt.
    pub(crate) insight: List,
    /// Somebody wants something.
    pub(crate) goal: List,
    /// Something is decided.
    pub(crate) decision: List,
    /// Looks like a decision but is not one.
    pub(crate) undecided: List,
    /// Proposes something: a decision if somebody else agrees at once.
    pub(crate) proposal: List,
    /// Proposes something, at the beginning of a sentence: in a meeting, a decision if nobody
    /// objects.
    pub(crate) resolution: List,
    /// Ends a topic.
    pub(crate) closing: List,
    /// Agrees, at the beginning of a reply.
    pub(crate) assent: List,
    /// Accepts a request, at the beginning of a reply.
    pub(crate) takes_on: List,
    /// Declines a request, at the beginning of a reply.
    pub(crate) decline: List,
    /// The speaker commits firmly.
    pub(crate) i_will: List,
    /// The speaker states an intention.
    pub(crate) i_intend: List,
    /// The speaker offers.
    pub(crate) i_can: List,
    /// The speaker asks the other to do something.
    pub(crate) will_you: List,
    /// Both will.
    pub(crate) we_will: List,
    /// A third person will: follows their name.
    pub(crate) they_will: List,
    /// Words that join two clauses: what is promised after one is another promise.
    pub(crate) and: List,
    /// Returns the infinitives that a word may be the future of, in the first person: a language
    /// that has such forms promises with them alone ("enverrai").
    pub(crate) future: fn(&str) -> Vec<String>,
    /// Whether verbs come last, before what makes them a request.
    pub(crate) verb_last: bool,
    /// Whether it is written without spaces between words: then words are those of the lists, and
    /// what is between them.
    pub(crate) unspaced: bool,
    /// Whether questions may be quoted in the overview and as key moments. Only where it was
    /// measured that they do not crowd out answers.
    pub(crate) quotes_questions: bool,
    /// Maximum distance of the verb after its cue, in words.
    pub(crate) verb_within: usize,
    /// Looks like a commitment but is a figure of speech.
    pub(crate) no_commitment: List,
    /// Before a commitment: it is reported or hypothetical.
    pub(crate) imagined: List,
    /// At the beginning: what follows is conditional.
    pub(crate) conditions: List,
    /// Verbs of tasks that can be completed. `verb*` matches prefixes.
    pub(crate) errands: List,
    /// Verbs that need a date to count.
    pub(crate) doings: List,
    /// One-word answers.
    pub(crate) yes_no: List,
    /// Answers without content.
    pub(crate) no_answer: List,
    /// A question to take home, or still open.
    pub(crate) left_open: List,
    /// A statement that leaves something open.
    pub(crate) still_unknown: List,
    /// Words of dates.
    pub(crate) due: Due,
    /// Maps forms of a word to a common stem. Only for comparison, never shown.
    pub(crate) stem: fn(&str) -> String,
}

impl fmt::Debug for Pack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pack").field("code", &self.code).finish_non_exhaustive()
    }
}

/// Words of dates in a language.
#[derive(Default)]
pub(crate) struct Due {
    /// By, before, until.
    pub(crate) deadline: List,
    /// On, in, from: refer to a time.
    pub(crate) at: List,
    /// The, our, of, end.
    pub(crate) joint: List,
    /// This, every.
    pub(crate) which: List,
    /// Next, coming: also refer to events.
    pub(crate) next: List,
    /// Tomorrow, Friday: dates on their own.
    pub(crate) day: List,
    /// Week, morning: dates after a fixing word.
    pub(crate) span: List,
    /// Session, race: dates after "before" or "next".
    pub(crate) event: List,
    /// Number words.
    pub(crate) number: List,
    /// Figures of speech that look like dates, unless they end a sentence.
    pub(crate) manner: List,
}

impl Due {
    /// No words.
    pub(super) const NONE: Self = Self {
        deadline: "",
        at: "",
        joint: "",
        which: "",
        next: "",
        day: "",
        span: "",
        event: "",
        number: "",
        manner: "",
    };
}

/// Empty lists: the default of a pack, and the pack of every other language.
pub(super) const NEUTRAL: Pack = Pack {
    code: "",
    stop: "",
    prefixes: "",
    fillers: "",
    housekeeping: "",
    leaning: "",
    pointing: "",
    unfinished: "",
    insight: "",
    goal: "",
    decision: "",
    undecided: "",
    proposal: "",
    resolution: "",
    closing: "",
    assent: "",
    takes_on: "",
    decline: "",
    i_will: "",
    i_intend: "",
    i_can: "",
    will_you: "",
    we_will: "",
    they_will: "",
    and: "",
    future: |_| Vec::new(),
    verb_last: false,
    unspaced: false,
    quotes_questions: false,
    verb_within: 5,
    no_commitment: "",
    imagined: "",
    conditions: "",
    errands: "",
    doings: "",
    yes_no: "",
    no_answer: "",
    left_open: "",
    still_unknown: "",
    due: Due::NONE,
    stem: str::to_owned,
};

/// Strips the first of the endings that leaves at least `least` letters.
pub(super) fn without_ending(word: &str, endings: &[&str], least: usize) -> String {
    let root = endings
        .iter()
        .filter_map(|ending| word.strip_suffix(ending))
        .find(|root| root.chars().count() >= least);
    root.unwrap_or(word).to_owned()
}
