//! What there is to say of a language.

/// Words or phrases with commas between. A line may end behind a comma, never inside a phrase.
pub(crate) type List = &'static str;

/// The entries of a list.
pub(crate) fn entries(list: List) -> impl Iterator<Item = &'static str> {
    list.split(',').map(str::trim).filter(|entry| !entry.is_empty())
}

/// The lists of one language. All in lower case, apostrophes straight; phrases as in
/// [`Phrases`](crate::phrases::Phrases).
pub(crate) struct Pack {
    /// Primary language subtag.
    pub(crate) code: &'static str,
    /// Words that say nothing about the subject.
    pub(crate) stop: List,
    /// Letters that join the front of a word.
    pub(crate) prefixes: List,
    /// Sounds and words that fill pauses.
    pub(crate) fillers: List,
    /// Greetings, goodbyes and technicalities: a sentence with one weighs nothing.
    pub(crate) housekeeping: List,
    /// Words that lean on the sentence before, at the beginning of a sentence.
    pub(crate) leaning: List,
    /// Words that point at something said before.
    pub(crate) pointing: List,
    /// Words that no whole sentence ends in.
    pub(crate) unfinished: List,
    /// Something has become clear, or is felt.
    pub(crate) insight: List,
    /// What somebody wants.
    pub(crate) goal: List,
    /// Something is decided.
    pub(crate) decision: List,
    /// Looks like a decision but is none.
    pub(crate) undecided: List,
    /// Proposes something: a decision where somebody else agrees at once.
    pub(crate) proposal: List,
    /// Proposes something, at the beginning of a sentence: in a meeting a decision where nobody
    /// turns it down.
    pub(crate) resolution: List,
    /// Ends a topic.
    pub(crate) closing: List,
    /// Agrees, at the beginning of a reply.
    pub(crate) assent: List,
    /// Takes a request on, at the beginning of a reply.
    pub(crate) takes_on: List,
    /// Turns a request down, at the beginning of a reply.
    pub(crate) decline: List,
    /// The speaker commits: firmly.
    pub(crate) i_will: List,
    /// The speaker commits: by intention.
    pub(crate) i_intend: List,
    /// The speaker offers.
    pub(crate) i_can: List,
    /// The speaker asks the other to do something.
    pub(crate) will_you: List,
    /// Both will.
    pub(crate) we_will: List,
    /// A third person will: follows their name.
    pub(crate) they_will: List,
    /// How far behind its cue the verb may stand, in words.
    pub(crate) verb_within: usize,
    /// Looks like a commitment but is a manner of speaking.
    pub(crate) no_commitment: List,
    /// In front of a commitment: it is reported or imagined.
    pub(crate) imagined: List,
    /// At the beginning: what follows depends on something.
    pub(crate) conditions: List,
    /// What can be ticked off. `verb*` matches beginnings.
    pub(crate) errands: List,
    /// Verbs that need a date to count.
    pub(crate) doings: List,
    /// Answers of one word.
    pub(crate) yes_no: List,
    /// An answer that answers nothing.
    pub(crate) no_answer: List,
    /// A question to take home, or still open.
    pub(crate) left_open: List,
    /// A statement that leaves something open.
    pub(crate) still_unknown: List,
    /// Words of dates.
    pub(crate) due: Due,
    /// Brings forms of a word together. Only for comparing, never shown.
    pub(crate) stem: fn(&str) -> String,
}

/// The words of which a language makes dates.
#[derive(Default)]
pub(crate) struct Due {
    /// By, before, until.
    pub(crate) deadline: List,
    /// On, in, from: point to a time.
    pub(crate) at: List,
    /// The, our, of, end.
    pub(crate) joint: List,
    /// This, every.
    pub(crate) which: List,
    /// Next, coming: also point to events.
    pub(crate) next: List,
    /// Tomorrow, Friday: dates on their own.
    pub(crate) day: List,
    /// Week, morning: dates with a word in front.
    pub(crate) span: List,
    /// Session, race: dates after "before" or "next".
    pub(crate) event: List,
    /// Number words.
    pub(crate) number: List,
    /// Manners of speaking that look like dates, unless a sentence ends in them.
    pub(crate) manner: List,
}

/// No words: what a pack leaves out, and all there is for every other language.
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
    due: Due {
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
    },
    stem: str::to_owned,
};

/// A word without the first of the endings that leaves at least `least` letters.
pub(super) fn without_ending(word: &str, endings: &[&str], least: usize) -> String {
    let root = endings
        .iter()
        .filter_map(|ending| word.strip_suffix(ending))
        .find(|root| root.chars().count() >= least);
    root.unwrap_or(word).to_owned()
}
