//! The sections of a summary, and the ids of their points.
//!
//! Invariant: an id is given once ([`Content::number`]) and names the same point in all later
//! versions; a point that moves to another section keeps it.

use super::content::{Content, Point};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt;

/// A section of a summary.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub enum Section {
    /// The most important statement.
    Headline,
    /// The session in a few sentences.
    Overview,
    /// Moments worth revisiting.
    KeyMoments,
    /// Topics.
    Topics,
    /// Progress on goals.
    Progress,
    /// What was decided.
    Decisions,
    /// What somebody will do.
    ActionItems,
    /// Questions without an answer.
    OpenQuestions,
    /// Questions for the next session.
    NextQuestions,
    /// A section of the organization's own, by its title.
    Own(String),
}

impl Section {
    /// The sections that every summary has, in the order in which they are shown.
    pub const COMMON: [Self; 9] = [
        Self::Headline,
        Self::Overview,
        Self::KeyMoments,
        Self::Topics,
        Self::Progress,
        Self::Decisions,
        Self::ActionItems,
        Self::OpenQuestions,
        Self::NextQuestions,
    ];

    /// Returns the name in JSON; for a section of the organization's own, its title.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Headline => "headline",
            Self::Overview => "overview",
            Self::KeyMoments => "key_moments",
            Self::Topics => "topics",
            Self::Progress => "progress",
            Self::Decisions => "decisions",
            Self::ActionItems => "action_items",
            Self::OpenQuestions => "open_questions",
            Self::NextQuestions => "next_questions",
            Self::Own(title) => title,
        }
    }

    /// Returns the first letter of the ids of points that began here.
    fn letter(&self) -> char {
        match self {
            Self::Headline => 'h',
            Self::Overview => 'o',
            Self::KeyMoments => 'm',
            Self::Topics => 't',
            Self::Progress => 'p',
            Self::Decisions => 'd',
            Self::ActionItems => 'a',
            Self::OpenQuestions => 'q',
            Self::NextQuestions => 'n',
            Self::Own(_) => 's',
        }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<String> for Section {
    fn from(name: String) -> Self {
        Self::COMMON.into_iter().find(|section| section.as_str() == name).unwrap_or(Self::Own(name))
    }
}

impl From<Section> for String {
    fn from(section: Section) -> Self {
        section.as_str().to_owned()
    }
}

impl Content {
    /// Returns all points with their sections, in the order in which they are shown.
    pub fn points(&self) -> Vec<(Section, &Point)> {
        fn of(section: Section, points: &[Point]) -> impl Iterator<Item = (Section, &Point)> {
            points.iter().map(move |point| (section.clone(), point))
        }
        let items = self.action_items.iter();
        let own = self.sections.iter();
        let mut all: Vec<_> =
            self.headline.iter().map(|point| (Section::Headline, point)).collect();
        all.extend(of(Section::Overview, &self.overview));
        all.extend(of(Section::KeyMoments, &self.key_moments));
        all.extend(of(Section::Topics, &self.topics));
        all.extend(of(Section::Progress, &self.progress));
        all.extend(of(Section::Decisions, &self.decisions));
        all.extend(items.map(|item| (Section::ActionItems, &item.point)));
        all.extend(of(Section::OpenQuestions, &self.open_questions));
        all.extend(of(Section::NextQuestions, &self.next_questions));
        all.extend(own.flat_map(|own| of(Section::Own(own.title.clone()), &own.points)));
        all
    }

    /// Returns what [`Content::points`] does, to be changed.
    pub fn points_mut(&mut self) -> Vec<(Section, &mut Point)> {
        fn of(
            section: Section,
            points: &mut [Point],
        ) -> impl Iterator<Item = (Section, &mut Point)> {
            points.iter_mut().map(move |point| (section.clone(), point))
        }
        let items = self.action_items.iter_mut();
        let own = self.sections.iter_mut();
        let mut all: Vec<_> =
            self.headline.iter_mut().map(|point| (Section::Headline, point)).collect();
        all.extend(of(Section::Overview, &mut self.overview));
        all.extend(of(Section::KeyMoments, &mut self.key_moments));
        all.extend(of(Section::Topics, &mut self.topics));
        all.extend(of(Section::Progress, &mut self.progress));
        all.extend(of(Section::Decisions, &mut self.decisions));
        all.extend(items.map(|item| (Section::ActionItems, &mut item.point)));
        all.extend(of(Section::OpenQuestions, &mut self.open_questions));
        all.extend(of(Section::NextQuestions, &mut self.next_questions));
        all.extend(own.flat_map(|own| of(Section::Own(own.title.clone()), &mut own.points)));
        all
    }

    /// Gives an id to each point that has none: the letter of its section and the number after the
    /// largest that `used` or another point has.
    pub fn number<'a>(&mut self, used: impl Iterator<Item = &'a str>) {
        let mut largest: HashMap<char, u32> = HashMap::new();
        let mut note = |id: &str| {
            let mut letters = id.chars();
            if let Some(letter) = letters.next()
                && let Ok(number) = letters.as_str().parse::<u32>()
            {
                let entry = largest.entry(letter).or_default();
                *entry = number.max(*entry);
            }
        };
        used.for_each(&mut note);
        self.points().iter().for_each(|(_, point)| note(&point.id));
        for (section, point) in self.points_mut() {
            if point.id.is_empty() {
                let number = largest.entry(section.letter()).or_default();
                *number += 1;
                point.id = format!("{}{number}", section.letter());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::summary::content::{ActionItem, Method, OwnSection};

    fn point(id: &str) -> Point {
        Point { id: id.to_owned(), ..Point::default() }
    }

    #[test]
    fn ids_are_given_once_and_never_again() {
        let mut content = Content::empty(Method::Extractive);
        content.headline = Some(point(""));
        content.overview = vec![point("o4"), point("")];
        content.action_items = vec![ActionItem { point: point(""), ..ActionItem::default() }];
        content.sections = vec![OwnSection { title: "Wins".to_owned(), points: vec![point("")] }];
        content.number(["a7", "o2"].into_iter());
        let ids: Vec<_> = content.points().iter().map(|(_, point)| point.id.clone()).collect();
        assert_eq!(ids, ["h1", "o4", "o5", "a8", "s1"]);
        let before = content.clone();
        content.number(std::iter::empty());
        assert_eq!(content, before);
    }

    #[test]
    fn sections_have_names() {
        for section in Section::COMMON {
            assert_eq!(Section::from(section.as_str().to_owned()), section);
        }
        assert_eq!(Section::from("Wins".to_owned()), Section::Own("Wins".to_owned()));
    }
}
