//! What a language calls the parts of a summary, and how it gives instructions.

use super::pattern::Pattern;
use debrief_domain::summary::Section;
use std::sync::LazyLock;

/// A language of instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tongue {
    English,
    Hebrew,
}

/// What a noun names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Noun {
    /// A section, by its words for one point or for several.
    Of(Section, Number),
    /// Open questions or those for the next session.
    Questions(Number),
    /// A point of any section.
    Point(Number),
    /// The summary.
    Summary,
}

/// Whether a noun names one or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    One,
    Several,
}

/// What an instruction asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// Drops `t`.
    Drop,
    /// Leaves out the words `x`.
    LeaveOut,
    /// Shortens `t`, or the summary.
    Shorten,
    /// Shortens `t`, or the summary, to half of its points.
    Halve,
    /// Shortens `t` to `n` points.
    ShortenTo,
    /// Adds the words `x` to the section `t`; `p` does it.
    Add,
    /// Gives `t` the words `x`.
    SetText,
    /// Replaces `x` with `y`, in `t` or everywhere.
    Replace,
    /// Replaces the name `x` with the name `y`.
    Call,
    /// Moves `t` to the beginning of its section.
    First,
    /// Moves `t` to the end of its section.
    Last,
    /// Moves `t` up by one.
    Up,
    /// Moves `t` down by one.
    Down,
    /// Moves `t` before `u`.
    Before,
    /// Moves `t` after `u`.
    After,
    /// Moves `t` to the section `u`.
    Into,
    /// Makes `t` the headline.
    Headline,
    /// Exchanges the two points `t`.
    Swap,
    /// Merges the points `t`.
    Merge,
    /// Gives `t` the owner `p`.
    Assign,
    /// Takes the owner of `t` away.
    Unassign,
    /// Marks `t` as done.
    Done,
    /// Marks `t` as not done.
    Undone,
    /// Gives `t` the time `x`.
    Due,
    /// Takes the time of `t` away.
    NoDue,
    /// Sets the greeting `x`.
    Opening,
    /// Removes the greeting.
    NoOpening,
    /// Sets the sign-off `x`.
    Closing,
    /// Removes the sign-off.
    NoClosing,
    /// Renames the section `x` to `y`.
    Rename,
    /// Adds a point to `t` without saying what it says, or words without saying where.
    WhichText,
    /// Asks for a greeting or a sign-off without saying which.
    WhichFrame,
}

/// What a language says.
pub(super) struct Lexicon {
    pub(super) tongue: Tongue,
    /// Words separated by spaces, and what they name; longer ones first.
    pub(super) nouns: Vec<(Vec<&'static str>, Noun)>,
    /// Ordinal numbers.
    pub(super) ordinals: &'static [(&'static str, usize)],
    /// Cardinal numbers.
    pub(super) cardinals: &'static [(&'static str, usize)],
    /// "First", of several.
    pub(super) firsts: &'static [&'static str],
    /// "Last".
    pub(super) lasts: &'static [&'static str],
    /// "The last but one", as words.
    pub(super) last_but_one: &'static [&'static [&'static str]],
    /// "All".
    pub(super) all: &'static [&'static str],
    /// "Both".
    pub(super) both: &'static [&'static str],
    /// "To", between the ends of a range.
    pub(super) to: &'static [&'static str],
    /// Words that name nothing.
    pub(super) fillers: &'static [&'static str],
    /// "About".
    pub(super) about: &'static [&'static str],
    /// Everything that is about something.
    pub(super) everything: &'static [&'static str],
    /// Words that name somebody only in a conversation.
    pub(super) pronouns: &'static [&'static str],
    /// Words before and after an instruction that ask for nothing.
    pub(super) polite: &'static [&'static str],
    /// The words with which an instruction begins.
    pub(super) verbs: Vec<String>,
    /// Words of a question.
    pub(super) asks: &'static [&'static str],
    /// Words of an instruction about tone.
    pub(super) tone: &'static [&'static str],
    /// Words of an instruction to translate.
    pub(super) translate: &'static [&'static str],
    /// Words that add nothing to a sentence, longer ones first.
    pub(super) hedges: &'static [&'static str],
    /// Words after which a hedge is none.
    pub(super) no_hedge_after: &'static [&'static str],
    /// Words that are before a time and not part of it.
    pub(super) before_time: &'static [&'static str],
    /// Words that join two instructions.
    pub(super) joins: &'static [&'static str],
    /// What instructions look like, in the order in which they are tried.
    pub(super) patterns: Vec<(Pattern, Action)>,
}

/// The words of a language for a section, from those for one point and for several.
pub(super) type Nouns = &'static [(Section, &'static [&'static str], &'static [&'static str])];

impl Lexicon {
    /// Returns the nouns, longer ones first.
    pub(super) fn nouns(
        sections: Nouns,
        questions: (&'static [&'static str], &'static [&'static str]),
        points: (&'static [&'static str], &'static [&'static str]),
        summary: &'static [&'static str],
    ) -> Vec<(Vec<&'static str>, Noun)> {
        let split = |text: &&'static str| text.split(' ').collect::<Vec<_>>();
        let mut nouns: Vec<(Vec<&str>, Noun)> = Vec::new();
        for (section, one, several) in sections {
            let of = |number| Noun::Of(section.clone(), number);
            nouns.extend(one.iter().map(|text| (split(text), of(Number::One))));
            nouns.extend(several.iter().map(|text| (split(text), of(Number::Several))));
        }
        for (number, questions, points) in
            [(Number::One, questions.0, points.0), (Number::Several, questions.1, points.1)]
        {
            nouns.extend(questions.iter().map(|text| (split(text), Noun::Questions(number))));
            nouns.extend(points.iter().map(|text| (split(text), Noun::Point(number))));
        }
        nouns.extend(summary.iter().map(|text| (split(text), Noun::Summary)));
        nouns.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
        nouns
    }

    /// Returns the patterns and the words that they begin with.
    pub(super) fn patterns(
        table: &[(Action, &[&str])],
        lists: &[(&str, &str)],
        verbs: &[&str],
    ) -> (Vec<(Pattern, Action)>, Vec<String>) {
        let patterns = table
            .iter()
            .flat_map(|(action, texts)| {
                texts.iter().map(|text| (Pattern::new(text, lists), *action))
            })
            .collect();
        let verbs = verbs
            .iter()
            .flat_map(|name| lists.iter().filter(move |(known, _)| known == name))
            .flat_map(|(_, words)| words.split('|'))
            .filter_map(|words| words.split('_').next())
            .map(str::to_owned)
            .collect();
        (patterns, verbs)
    }
}

/// Returns the lexicon of a language.
pub(super) fn lexicon(tongue: Tongue) -> &'static Lexicon {
    static ENGLISH: LazyLock<Lexicon> = LazyLock::new(super::en::lexicon);
    static HEBREW: LazyLock<Lexicon> = LazyLock::new(super::he::lexicon);
    match tongue {
        Tongue::English => &ENGLISH,
        Tongue::Hebrew => &HEBREW,
    }
}
