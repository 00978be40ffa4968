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

mod known;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use known::denies;

use std::collections::{HashMap, HashSet};

use debrief_domain::summary::Section;
use debrief_domain::summary::content::{
    ActionItem, Checked, Content, Coverage, Method, OwnSection, Point, Source,
};
use debrief_domain::transcript::content::Content as Transcript;

use crate::evidence::Stated;
use crate::prompts::Length;
use known::Known;
use words::{Subjects, Words};

/// Factor of a point's worth for how much it repeats of those already chosen.
const REPEATS: f64 = 0.7;
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
