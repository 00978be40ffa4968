//! Language packs: the words a language uses to commit, decide, realize, ask and fill pauses.
//!
//! One file per language holds nothing but lists; a language without one has [`NEUTRAL`], which
//! knows no cues and takes frequent and short words for stop words. **To add a language**: write
//! its file and add it to [`PACKS`].

mod de;
mod en;
mod es;
mod fr;
mod he;
mod pt;

use std::collections::{HashMap, HashSet};

use debrief_domain::transcript::content::Content;

use super::phrases::Phrases;
use super::sentences::Sentence;

/// Words or phrases with commas between. A line may end behind a comma, never inside a phrase.
pub(crate) type List = &'static str;

/// The entries of a list.
pub(crate) fn entries(list: List) -> impl Iterator<Item = &'static str> {
    list.split(',').map(str::trim).filter(|entry| !entry.is_empty())
}

/// The lists of one language. All in lower case, apostrophes straight; phrases as in
/// [`Phrases`].
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

/// All languages with a pack.
static PACKS: &[&Pack] = &[&de::DE, &en::EN, &es::ES, &fr::FR, &he::HE, &pt::PT];

/// No words: what a pack leaves out, and all there is for every other language.
const NEUTRAL: Pack = Pack {
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

static ANY: Pack = NEUTRAL;

/// A word without the first of the endings that leaves at least `least` letters.
fn without_ending(word: &str, endings: &[&str], least: usize) -> String {
    let root = endings
        .iter()
        .filter_map(|ending| word.strip_suffix(ending))
        .find(|root| root.chars().count() >= least);
    root.unwrap_or(word).to_owned()
}

/// A pack made ready for one transcript.
pub(crate) struct Language {
    pub(crate) pack: &'static Pack,
    stop: HashSet<String>,
    pub(crate) fillers: HashSet<&'static str>,
    pub(crate) leaning: HashSet<&'static str>,
    pub(crate) pointing: HashSet<&'static str>,
    pub(crate) unfinished: HashSet<&'static str>,
    pub(crate) housekeeping: Phrases,
    pub(crate) insight: Phrases,
    pub(crate) goal: Phrases,
    pub(crate) decision: Phrases,
    pub(crate) undecided: Phrases,
    pub(crate) i_will: Phrases,
    pub(crate) i_intend: Phrases,
    pub(crate) will_you: Phrases,
    pub(crate) we_will: Phrases,
    pub(crate) they_will: Phrases,
    pub(crate) no_commitment: Phrases,
    pub(crate) imagined: Phrases,
    pub(crate) no_answer: Phrases,
    pub(crate) left_open: Phrases,
    pub(crate) still_unknown: Phrases,
}

impl Language {
    /// Picks the pack by the stated language, else by how many of its stop words occur.
    pub(crate) fn of(content: &Content, sentences: &[Sentence]) -> Self {
        let pack = choose(content, sentences);
        let stop = if pack.stop.is_empty() { frequent(sentences) } else { stop_words(pack) };
        Self {
            pack,
            stop,
            fillers: entries(pack.fillers).collect(),
            leaning: entries(pack.leaning).collect(),
            pointing: entries(pack.pointing).collect(),
            unfinished: entries(pack.unfinished).collect(),
            housekeeping: Phrases::new(pack.housekeeping),
            insight: Phrases::new(pack.insight),
            goal: Phrases::new(pack.goal),
            decision: Phrases::new(pack.decision),
            undecided: Phrases::new(pack.undecided),
            i_will: Phrases::new(pack.i_will),
            i_intend: Phrases::new(pack.i_intend),
            will_you: Phrases::new(pack.will_you),
            we_will: Phrases::new(pack.we_will),
            they_will: Phrases::new(pack.they_will),
            no_commitment: Phrases::new(pack.no_commitment),
            imagined: Phrases::new(pack.imagined),
            no_answer: Phrases::new(pack.no_answer),
            left_open: Phrases::new(pack.left_open),
            still_unknown: Phrases::new(pack.still_unknown),
        }
    }

    /// Whether a word says something about the subject.
    pub(crate) fn is_content(&self, word: &str) -> bool {
        !self.stop.contains(word)
            && word.chars().nth(1).is_some()
            && word.chars().any(char::is_alphabetic)
    }

    /// The form under which a word is compared.
    pub(crate) fn stem(&self, word: &str) -> String {
        (self.pack.stem)(word)
    }
}

fn choose(content: &Content, sentences: &[Sentence]) -> &'static Pack {
    if let Some(tag) = &content.language {
        let primary = tag.split('-').next().unwrap_or(tag);
        return PACKS
            .iter()
            .find(|pack| pack.code.eq_ignore_ascii_case(primary))
            .copied()
            .unwrap_or(&ANY);
    }
    let words = sentences.iter().flat_map(|sentence| &sentence.words);
    fitting(words.map(|word| word.lower.as_str()).take(3000)).unwrap_or(&ANY)
}

/// The language of which at least three words in ten are stop words, and the most.
pub(crate) fn most_stop_words<'a>(words: impl Iterator<Item = &'a str>) -> Option<&'static str> {
    fitting(words).map(|pack| pack.code)
}

fn fitting<'a>(words: impl Iterator<Item = &'a str>) -> Option<&'static Pack> {
    let words: Vec<&str> = words.collect();
    PACKS
        .iter()
        .map(|pack| {
            let stop: HashSet<_> = entries(pack.stop).chain(entries(pack.fillers)).collect();
            let hits = words.iter().filter(|word| stop.contains(*word)).count();
            (hits, *pack)
        })
        .filter(|(hits, _)| hits * 10 >= words.len() * 3 && *hits > 0)
        .max_by_key(|(hits, _)| *hits)
        .map(|(_, pack)| pack)
}

/// Stop words and fillers of a language, also with letters joined in front.
pub(crate) fn stop_words(pack: &Pack) -> HashSet<String> {
    entries(pack.stop)
        .chain(entries(pack.fillers))
        .flat_map(|word| {
            let joined = entries(pack.prefixes).map(move |prefix| format!("{prefix}{word}"));
            std::iter::once(word.to_owned()).chain(joined)
        })
        .collect()
}

/// Without a list: words that are everywhere, and very short ones.
fn frequent(sentences: &[Sentence]) -> HashSet<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for sentence in sentences {
        let once: HashSet<_> = sentence.words.iter().map(|word| word.lower.as_str()).collect();
        for word in once {
            *counts.entry(word).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .filter(|(word, count)| {
            let letters = word.chars().count();
            let alphabet = word.chars().all(|c| c < '\u{2E80}');
            (alphabet && letters <= 3) || (sentences.len() >= 10 && count * 8 > sentences.len())
        })
        .map(|(word, _)| word.to_owned())
        .collect()
}

/// The pack of a language; one without words where it has none.
pub(crate) fn pack(code: &str) -> &'static Pack {
    PACKS.iter().find(|pack| pack.code == code).copied().unwrap_or(&ANY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_as_they_are_compared() {
        for pack in PACKS {
            for list in [
                pack.stop,
                pack.fillers,
                pack.housekeeping,
                pack.leaning,
                pack.pointing,
                pack.unfinished,
                pack.insight,
                pack.goal,
                pack.decision,
                pack.undecided,
                pack.proposal,
                pack.resolution,
                pack.closing,
                pack.assent,
                pack.takes_on,
                pack.decline,
                pack.i_will,
                pack.i_intend,
                pack.i_can,
                pack.will_you,
                pack.we_will,
                pack.they_will,
                pack.no_commitment,
                pack.imagined,
                pack.conditions,
                pack.errands,
                pack.doings,
                pack.yes_no,
                pack.no_answer,
                pack.left_open,
                pack.still_unknown,
                pack.due.deadline,
                pack.due.at,
                pack.due.joint,
                pack.due.which,
                pack.due.next,
                pack.due.day,
                pack.due.span,
                pack.due.event,
                pack.due.number,
                pack.due.manner,
            ] {
                for phrase in entries(list) {
                    assert_eq!(phrase, phrase.to_lowercase(), "{}", pack.code);
                    let words = phrase.split_whitespace().collect::<Vec<_>>().join(" ");
                    assert_eq!(phrase, words, "one space between words, no line end");
                    assert!(!phrase.contains('’'), "{phrase}");
                }
            }
        }
    }
}
