//! Makes one summary of the checked points of all parts of a session.
//!
//! Points of one section that say the same are joined: they share most of their rare words, and
//! turns or nearly all words. Never joined are points with other numbers, dates, names or owners, and a
//! point and its negation: they are a change of mind or a contradiction, which the reader must see.
//!
//! Invariants:
//! - Every point of the result is one of those given, with the turns and quotes of those joined to
//!   it; no text is made up.
//! - No section has more points than its bound; those that are left out are the ones that the rest
//!   of the session supports least.
//! - Points are in spoken order, topics by how much is said of them.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use debrief_domain::summary::Section;
use debrief_domain::summary::content::{
    ActionItem, Checked, Content, Coverage, Method, OwnSection, Point, Source,
};
use debrief_domain::transcript::content::Content as Transcript;
use unicode_segmentation::UnicodeSegmentation;

use crate::evidence::{Stated, same_dates, same_numbers};
use crate::lists::{self, Pack, stop_words};
use crate::prompts::Length;

/// Overlap from which points that share a turn are the same.
const SAME_NEAR: f64 = 0.6;
/// Overlap from which points without a common turn are.
const SAME_FAR: f64 = 0.85;
/// Maximum number of quotes of a joined point.
const MAX_QUOTES: usize = 4;
/// Factor of a point's worth for how much it repeats of those already chosen.
const REPEATS: f64 = 0.7;
/// Words that deny, of the languages with word lists.
const NOT: &[&str] = &[
    "not",
    "no",
    "never",
    "without",
    "cannot",
    "nobody",
    "nothing",
    "stop",
    "stops",
    "stopped",
    "לא",
    "אין",
    "בלי",
    "אל",
    "אף",
    "nicht",
    "kein",
    "keine",
    "keinen",
    "nie",
    "ohne",
    "pas",
    "jamais",
    "sans",
    "nunca",
    "sin",
    "não",
    "sem",
    "non",
    "mai",
    "senza",
    "niet",
    "geen",
    "nooit",
    "zonder",
    "не",
    "нет",
    "без",
    "никогда",
    "لا",
    "لن",
    "ليس",
    "بدون",
];

/// The largest number of points of each section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    overview: usize,
    moments: usize,
    topics: usize,
    progress: usize,
    decisions: usize,
    actions: usize,
    questions: usize,
    own: usize,
}

impl Bounds {
    /// Returns the bounds of a length.
    pub fn of(length: Length) -> Self {
        let [overview, moments, topics, progress, decisions, actions, questions, own] = match length
        {
            Length::Short => [3, 3, 5, 4, 8, 12, 4, 4],
            Length::Medium => [6, 5, 8, 8, 12, 20, 8, 8],
            Length::Long => [10, 8, 12, 12, 20, 30, 12, 12],
        };
        Self { overview, moments, topics, progress, decisions, actions, questions, own }
    }

    /// Returns the bound of a section.
    pub fn of_section(&self, section: &Section) -> usize {
        match section {
            Section::Headline => 1,
            Section::Overview => self.overview,
            Section::KeyMoments => self.moments,
            Section::Topics => self.topics,
            Section::Progress => self.progress,
            Section::Decisions => self.decisions,
            Section::ActionItems => self.actions,
            Section::OpenQuestions | Section::NextQuestions => self.questions,
            Section::Own(_) => self.own,
        }
    }
}

/// What a summary says of itself.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// BCP 47 tag of the language it is written in.
    pub language: Option<String>,
    /// What the check of its points found.
    pub checked: Checked,
    /// How much of the transcript was given to the model.
    pub coverage: Option<Coverage>,
    /// What it came from.
    pub source: Source,
}

/// Makes a summary of the points of all parts, in spoken order of the parts. Sections of the
/// organization's own come in the order of `own`; those without points are left out.
pub fn merge(
    transcript: &Transcript,
    points: Vec<Stated>,
    own: &[String],
    bounds: &Bounds,
    about: About,
) -> Content {
    let language = about.language.as_deref().or(transcript.language.as_deref());
    let words = Words::of(transcript, language);
    let mut sections: HashMap<Section, Vec<Known>> = HashMap::new();
    for stated in points {
        let known = Known::new(stated.item, &words);
        let section = sections.entry(stated.section).or_default();
        match section.iter_mut().find(|other| other.is_same(&known, &words)) {
            Some(same) => same.join(known),
            None => section.push(known),
        }
    }
    // What the session comes back to: the words of all points.
    let all: Vec<HashSet<String>> =
        sections.values().flatten().map(|known| known.words.clone()).collect();
    let mut subjects = Subjects::of(&all);
    let headline = headline(&mut sections, &subjects, &words);
    subjects.told = headline.iter().map(|known| known.words.clone()).collect();

    let mut take = |section: Section| -> Vec<ActionItem> {
        let most = bounds.of_section(&section);
        let points = sections.remove(&section).unwrap_or_default();
        let mut chosen = choose(points, most, &subjects, &words);
        match section {
            Section::Topics => chosen.sort_by_key(|known| {
                (std::cmp::Reverse(known.item.point.turns.len()), known.place())
            }),
            _ => chosen.sort_by_key(Known::place),
        }
        chosen.into_iter().map(|known| known.item).collect()
    };
    let plain = |items: Vec<ActionItem>| -> Vec<Point> {
        items.into_iter().map(|item| item.point).collect()
    };
    let own = own.iter().map(|title| OwnSection {
        title: title.clone(),
        points: plain(take(Section::Own(title.clone()))),
    });
    let own: Vec<OwnSection> = own.filter(|section| !section.points.is_empty()).collect();
    let mut content = Content {
        language: about.language.or_else(|| transcript.language.clone()),
        headline: headline.map(|known| known.item.point),
        overview: plain(take(Section::Overview)),
        key_moments: plain(take(Section::KeyMoments)),
        topics: plain(take(Section::Topics)),
        progress: plain(take(Section::Progress)),
        decisions: plain(take(Section::Decisions)),
        action_items: take(Section::ActionItems),
        open_questions: plain(take(Section::OpenQuestions)),
        next_questions: plain(take(Section::NextQuestions)),
        sections: own,
        checked: about.checked,
        coverage: about.coverage,
        source: about.source,
        ..Content::empty(Method::LanguageModel)
    };
    content.number(std::iter::empty());
    content
}

/// Takes the headline: of those of the parts the one that the whole session is about most; the others
/// become points of the overview. Without any, the best point of the overview.
fn headline(
    sections: &mut HashMap<Section, Vec<Known>>,
    subjects: &Subjects,
    words: &Words,
) -> Option<Known> {
    let mut found = sections.remove(&Section::Headline).unwrap_or_default();
    let overview = sections.entry(Section::Overview).or_default();
    let from_overview = found.is_empty();
    let pool = if from_overview { &mut *overview } else { &mut found };
    let best = (0..pool.len()).max_by(|a, b| {
        let worth = |at: usize| subjects.worth(&pool[at], words);
        worth(*a).total_cmp(&worth(*b)).then(b.cmp(a))
    })?;
    let mut best = pool.remove(best);
    // The same in the overview is said once.
    if let Some(at) = overview.iter().position(|other| other.is_same(&best, words)) {
        let same = overview.remove(at);
        best.ground(same.item.point);
    }
    for other in found {
        match overview.iter_mut().find(|known| known.is_same(&other, words)) {
            Some(same) => same.join(other),
            None => overview.push(other),
        }
    }
    Some(best)
}

/// Chooses the points of a section, those first that the session supports most and that repeat
/// least.
fn choose(mut points: Vec<Known>, most: usize, subjects: &Subjects, words: &Words) -> Vec<Known> {
    if points.len() <= most {
        return points;
    }
    let mut chosen: Vec<Known> = Vec::new();
    while chosen.len() < most {
        let worth = |known: &Known| {
            let told = chosen.iter().map(|other| &other.words).chain(&subjects.told);
            let repeats = told.map(|told| words.overlap(&known.words, told)).fold(0.0, f64::max);
            subjects.worth(known, words) * (1.0 - REPEATS * repeats)
        };
        let best = (0..points.len())
            .max_by(|a, b| worth(&points[*a]).total_cmp(&worth(&points[*b])).then(b.cmp(a)));
        let Some(best) = best else { break };
        chosen.push(points.remove(best));
    }
    chosen
}

/// The words of a session.
struct Words {
    pack: &'static Pack,
    stop: HashSet<String>,
    /// Number of turns with a stem.
    turns_of: HashMap<String, usize>,
    turns: usize,
}

impl Words {
    fn of(transcript: &Transcript, language: Option<&str>) -> Self {
        let said = || transcript.turns.iter().map(|turn| turn.text.as_str());
        let pack = match language {
            Some(tag) => lists::pack(tag.split('-').next().unwrap_or(tag)),
            None => {
                let words: Vec<String> =
                    said().flat_map(str::unicode_words).take(3000).map(str::to_lowercase).collect();
                lists::by_stop_words(words.iter().map(String::as_str)).unwrap_or(&lists::ANY)
            }
        };
        let mut words =
            Self { pack, stop: stop_words(pack), turns_of: HashMap::new(), turns: said().count() };
        for text in said() {
            for stem in words.stems(text) {
                *words.turns_of.entry(stem).or_default() += 1;
            }
        }
        words
    }

    /// Returns the stems of a text's content words.
    fn stems(&self, text: &str) -> HashSet<String> {
        text.unicode_words()
            .map(str::to_lowercase)
            .filter(|word| !self.stop.contains(word) && word.chars().any(char::is_alphanumeric))
            .map(|word| (self.pack.stem)(&word))
            .collect()
    }

    /// Returns how rare a stem is in the session.
    fn weight(&self, stem: &str) -> f64 {
        let turns = self.turns_of.get(stem).copied().unwrap_or(0);
        ((self.turns + 1) as f64 / (turns + 1) as f64).ln() + 0.2
    }

    fn sum<'a>(&self, stems: impl Iterator<Item = &'a String>) -> f64 {
        // In order, so that the sum is the same each time.
        let mut stems: Vec<&String> = stems.collect();
        stems.sort_unstable();
        stems.into_iter().map(|stem| self.weight(stem)).sum()
    }

    /// Returns the share, by rarity, of common words in the shorter of two texts.
    fn overlap(&self, one: &HashSet<String>, other: &HashSet<String>) -> f64 {
        let least = self.sum(one.iter()).min(self.sum(other.iter()));
        if least > 0.0 { self.sum(one.intersection(other)) / least } else { 0.0 }
    }
}

/// What the points of a session are about.
struct Subjects {
    /// In how many points a stem is.
    points: HashMap<String, usize>,
    all: usize,
    /// The words of the headline.
    told: Vec<HashSet<String>>,
}

impl Subjects {
    fn of(points: &[HashSet<String>]) -> Self {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for stem in points.iter().flatten() {
            *counts.entry(stem.clone()).or_default() += 1;
        }
        Self { points: counts, all: points.len().max(1), told: Vec::new() }
    }

    /// Returns how much the session supports a point: by its turns and quotes, and by how many
    /// points have its words.
    fn worth(&self, known: &Known, words: &Words) -> f64 {
        let Point { turns, quotes, .. } = &known.item.point;
        let mut stems: Vec<&String> = known.words.iter().collect();
        stems.sort_unstable();
        let shared: f64 = stems
            .iter()
            .map(|stem| words.weight(stem) * self.points[*stem].saturating_sub(1) as f64)
            .sum();
        let about = shared / (self.all as f64 * words.sum(known.words.iter()).max(1.0));
        about + 0.1 * ((1 + turns.len()) as f64).ln() + 0.05 * quotes.len() as f64
    }
}

/// A point and its words.
#[derive(Debug, Clone)]
struct Known {
    item: ActionItem,
    words: HashSet<String>,
    /// Words inside its sentences that have a capital.
    names: HashSet<String>,
    denies: bool,
}

impl Known {
    fn new(item: ActionItem, words: &Words) -> Self {
        let stems = words.stems(&item.point.text);
        let denies = item.point.text.unicode_words().any(|word| {
            let word = word.to_lowercase().replace('’', "'");
            NOT.contains(&word.as_str()) || word.ends_with("n't")
        });
        let inside = item.point.text.unicode_words().skip(1);
        let capital = inside.filter(|word| word.starts_with(char::is_uppercase));
        let names = capital.map(|word| word.trim_end_matches("'s").to_lowercase()).collect();
        Self { item, words: stems, names, denies }
    }

    /// Returns where it was said: the first turn of its quotes.
    fn place(&self) -> u32 {
        let point = &self.item.point;
        let quoted = point.quotes.iter().map(|quote| quote.turn).min();
        quoted.or(point.turns.first().copied()).unwrap_or(u32::MAX)
    }

    /// Returns whether another says the same.
    fn is_same(&self, other: &Self, words: &Words) -> bool {
        let (one, two) = (&self.item, &other.item);
        let differs = |one: &Option<String>, two: &Option<String>| {
            one.as_ref().zip(two.as_ref()).is_some_and(|(one, two)| one != two)
        };
        if self.denies != other.denies
            || differs(&one.owner, &two.owner)
            || one.due_on.zip(two.due_on).is_some_and(|(one, two)| one != two)
            || one.due_on.is_none() && two.due_on.is_none() && differs(&one.due, &two.due)
            || !same_numbers(&one.point.text, &two.point.text)
            || !same_dates(&one.point.text, &two.point.text)
            || self.names.difference(&other.names).next().is_some()
                && other.names.difference(&self.names).next().is_some()
        {
            return false;
        }
        let near = one.point.turns.iter().any(|turn| two.point.turns.contains(turn));
        let overlap = words.overlap(&self.words, &other.words);
        // One word in common of one is too little to say the same.
        let few = self.words.len().min(other.words.len()) < 2;
        if few {
            return self.words == other.words && !self.words.is_empty();
        }
        overlap >= if near { SAME_NEAR } else { SAME_FAR }
    }

    /// Takes in another that says the same: its turns, its quotes, what it knows more, and its text
    /// if that says more.
    fn join(&mut self, other: Self) {
        let more = other.words.len() > self.words.len();
        let ActionItem { point, owner, due, due_on, done } = other.item;
        if more {
            self.item.point.text.clone_from(&point.text);
            (self.words, self.names) = (other.words, other.names);
        }
        self.item.owner = self.item.owner.take().or(owner);
        if self.item.due.is_none() {
            (self.item.due, self.item.due_on) = (due, due_on);
        }
        self.item.done |= done;
        self.ground(point);
    }

    /// Takes in the turns and quotes of another. Those of its own text stay first.
    fn ground(&mut self, other: Point) {
        let point = &mut self.item.point;
        point.turns.extend(other.turns);
        point.turns.sort_unstable();
        point.turns.dedup();
        for quote in other.quotes {
            if point.quotes.len() < MAX_QUOTES && !point.quotes.contains(&quote) {
                point.quotes.push(quote);
            }
        }
    }
}
