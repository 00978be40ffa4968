//! Which points an instruction is about.
//!
//! Invariant: nothing is guessed. Every word of a description is understood, or it describes
//! nothing; a description that fits several points where one is meant, or none, is asked about.

mod describe;

use super::lexicon::{Lexicon, Noun, Number};
use super::replace::mentions;
use super::say::Say;
use super::tokens::{Kind, Token};
use debrief_domain::summary::Section;
use debrief_domain::summary::content::{Content, Point};
use describe::{Description, Place, variants};

/// What an instruction is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// These points, by their ids.
    Points(Vec<String>),
    /// A section with all its points.
    Section(Section),
    /// The summary.
    Summary,
}

/// What a description describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// This.
    Is(Target),
    /// It is to be asked which.
    Unclear(String),
    /// Nothing: it is no description.
    No,
}

/// The points of a summary, as instructions name them.
pub(super) struct Points<'a> {
    pub(super) content: &'a Content,
    pub(super) lexicon: &'static Lexicon,
    pub(super) say: Say,
}

impl<'a> Points<'a> {
    /// Returns what words describe.
    pub(super) fn find(&self, tokens: &[Token]) -> Found {
        if tokens.is_empty() || tokens.iter().any(|token| token.kind == Kind::Quoted) {
            return match self.about(tokens) {
                Some(found) => found,
                None => Found::No,
            };
        }
        let found = match self.describe(tokens) {
            Some(description) => self.resolve(description),
            None => self.about(tokens).or_else(|| self.owned(tokens)).unwrap_or(Found::No),
        };
        match found {
            Found::No => self.several(tokens).unwrap_or(Found::No),
            found => found,
        }
    }

    /// Returns what several descriptions describe together: "the second moment and the last topic".
    fn several(&self, tokens: &[Token]) -> Option<Found> {
        let mut parts: Vec<Vec<Token>> = vec![Vec::new()];
        for token in tokens {
            let joins = token.lower == "," || token.lower == "and";
            let prefixed = token.lower.starts_with('ו') && token.lower.chars().count() > 2;
            if (joins || prefixed) && parts.last().is_some_and(|part| !part.is_empty()) {
                parts.push(Vec::new());
            }
            if let Some(part) = parts.last_mut().filter(|_| !joins) {
                part.push(token.clone());
            }
        }
        parts.retain(|part| !part.is_empty());
        if parts.len() < 2 {
            return None;
        }
        let mut all: Vec<String> = Vec::new();
        for part in parts {
            let ids = match self.resolve(self.describe(&part)?) {
                Found::Is(Target::Points(ids)) => ids,
                Found::Is(Target::Section(section)) => self.ids(&section),
                Found::Is(Target::Summary) | Found::No => return None,
                unclear @ Found::Unclear(_) => return Some(unclear),
            };
            for id in ids {
                if !all.contains(&id) {
                    all.push(id);
                }
            }
        }
        Some(Found::Is(Target::Points(all)))
    }

    /// Returns the action items of a person: "Omer's action items", "the tasks of Omer".
    fn owned(&self, tokens: &[Token]) -> Option<Found> {
        const LINKS: &[&str] = &["of", "for", "assigned", "to", "by", "של", "עבור"];
        let mut owners = self.content.action_items.iter().filter_map(|item| item.owner.as_deref());
        let (owner, at) = owners.find_map(|owner| {
            let name = super::tokens::folded(owner);
            let is_name = |token: &Token| {
                let bare = token.lower.strip_suffix("'s").unwrap_or(&token.lower);
                variants(bare).any(|rest| rest == name)
            };
            tokens.iter().position(is_name).map(|at| (owner, at))
        })?;
        let rest: Vec<Token> = tokens
            .iter()
            .enumerate()
            .filter(|(place, token)| *place != at && !LINKS.contains(&token.lower.as_str()))
            .map(|(_, token)| token.clone())
            .collect();
        let description = self.describe(&rest)?;
        let plain = description.ids.is_empty()
            && description.places.is_empty()
            && description.count.is_none()
            && !description.last;
        let [Noun::Of(Section::ActionItems, number)] = description.nouns.as_slice() else {
            return None;
        };
        let items = self.content.action_items.iter();
        let theirs = items.filter(|item| item.owner.as_deref() == Some(owner));
        let ids: Vec<String> = theirs.map(|item| item.point.id.clone()).collect();
        plain.then(|| match (ids.len(), number) {
            (1, _) | (_, Number::Several) => Found::Is(Target::Points(ids)),
            _ if description.all => Found::Is(Target::Points(ids)),
            _ => Found::Unclear(self.say.which_of_these(&ids)),
        })
    }

    /// Returns the ids of a section's points.
    pub(super) fn ids(&self, section: &Section) -> Vec<String> {
        let points = self.content.points();
        points.iter().filter(|(of, _)| of == section).map(|(_, point)| point.id.clone()).collect()
    }

    /// Returns the section and the point with an id.
    pub(super) fn point(&self, id: &str) -> Option<(Section, &'a Point)> {
        self.content.points().into_iter().find(|(_, point)| point.id == id)
    }

    /// Returns the section that words name, if they name one and nothing else.
    pub(super) fn section(&self, tokens: &[Token]) -> Option<Section> {
        let description = self.describe(tokens)?;
        let bare = description.places.is_empty() && description.ids.is_empty();
        match description.nouns.as_slice() {
            [Noun::Of(section, _)] if bare => Some(section.clone()),
            [Noun::Questions(_)] if bare => Some(Section::OpenQuestions),
            _ => None,
        }
    }

    /// Returns the number that words state, with or without a noun that names points.
    pub(super) fn number(&self, tokens: &[Token]) -> Option<(usize, Option<Section>)> {
        let (number, rest) = tokens.split_first()?;
        let number = variants(&number.lower).find_map(|word| self.cardinal(word))?;
        match self.describe(rest) {
            _ if rest.is_empty() => Some((number, None)),
            Some(description) if description.places.is_empty() => {
                match description.nouns.as_slice() {
                    [Noun::Of(section, _)] => Some((number, Some(section.clone()))),
                    [Noun::Point(_)] => Some((number, None)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn resolve(&self, found: Description) -> Found {
        if !found.ids.is_empty() {
            let plain = found.places.is_empty() && found.count.is_none() && !found.both;
            if !plain || found.range {
                return Found::No;
            }
            let gone = found.ids.iter().find(|id| self.point(id).is_none());
            return match gone {
                Some(id) => Found::Unclear(self.say.no_point(id)),
                None => Found::Is(Target::Points(found.ids)),
            };
        }
        let mut sections: Vec<&Noun> =
            found.nouns.iter().filter(|noun| !matches!(noun, Noun::Point(_))).collect();
        sections.dedup();
        let number = found.nouns.iter().find_map(|noun| match noun {
            Noun::Point(number) => Some(*number),
            _ => None,
        });
        let counted =
            !found.places.is_empty() || found.first || found.last || found.count.is_some();
        match (sections.as_slice(), number) {
            ([Noun::Summary], _) if !counted => Found::Is(Target::Summary),
            ([Noun::Of(section, own)], point) => {
                self.of_section(section, point.unwrap_or(*own), &found)
            }
            ([Noun::Questions(own)], point) => {
                let filled: Vec<Section> = [Section::OpenQuestions, Section::NextQuestions]
                    .into_iter()
                    .filter(|section| !self.ids(section).is_empty())
                    .collect();
                match filled.as_slice() {
                    [one] => self.of_section(one, point.unwrap_or(*own), &found),
                    [] => Found::Unclear(self.say.none_of(&Section::OpenQuestions)),
                    _ => Found::Unclear(self.say.which_questions()),
                }
            }
            // "Everything in Wins".
            ([Noun::Summary, Noun::Of(section, _)], None) if !counted => {
                self.of_section(section, Number::Several, &found)
            }
            ([], None) if counted => Found::Unclear(self.say.which_section()),
            ([], Some(_)) if counted => Found::Unclear(self.say.which_section()),
            _ => Found::No,
        }
    }

    fn of_section(&self, section: &Section, number: Number, found: &Description) -> Found {
        let ids = self.ids(section);
        let points = |ids: &[String]| Found::Is(Target::Points(ids.to_vec()));
        if ids.is_empty() {
            return Found::Unclear(self.say.none_of(section));
        }
        let too_few = || Found::Unclear(self.say.only(section, ids.len()));
        if found.both {
            return if ids.len() == 2 { points(&ids) } else { too_few() };
        }
        // "The first two", "the last two", and in Hebrew "the two first".
        let several = match (found.count, found.places.as_slice()) {
            (Some(count), _) => Some(count),
            (None, [Place::From(count)]) if found.first || found.last && *count > 1 => Some(*count),
            _ => None,
        };
        let from_first = found.first || found.places == [Place::From(1)];
        if let Some(count) = several.filter(|_| from_first || found.last) {
            return match count {
                count if count > ids.len() => too_few(),
                count if found.last => points(&ids[ids.len() - count..]),
                count => points(&ids[..count]),
            };
        }
        if several.is_some() {
            return Found::Unclear(self.say.which_of(section, &ids));
        }
        let mut places = found.places.clone();
        if found.last {
            places.push(Place::FromLast(0));
        }
        if !places.is_empty() {
            let mut chosen = Vec::new();
            for place in places {
                let at = match place {
                    Place::From(number) => number.checked_sub(1),
                    Place::FromLast(number) => ids.len().checked_sub(number + 1),
                };
                match at.and_then(|at| ids.get(at)) {
                    Some(id) if !chosen.contains(id) => chosen.push(id.clone()),
                    Some(_) => {}
                    None => return too_few(),
                }
            }
            return points(&chosen);
        }
        match number {
            Number::One if ids.len() == 1 && !found.all => points(&ids),
            Number::One if !found.all => Found::Unclear(self.say.which_of(section, &ids)),
            _ => Found::Is(Target::Section(section.clone())),
        }
    }

    /// Returns the points about something: "everything about Tomas", "the decision about sleep".
    fn about(&self, tokens: &[Token]) -> Option<Found> {
        let lexicon = self.lexicon;
        let at = tokens.iter().position(|token| lexicon.about.contains(&token.lower.as_str()))?;
        let (class, query) = (&tokens[..at], &tokens[at + 1..]);
        if query.is_empty() {
            return None;
        }
        let is_filler = |token: &Token| {
            lexicon.everything.contains(&token.lower.as_str())
                || variants(&token.lower)
                    .any(|word| lexicon.fillers.contains(&word) || lexicon.all.contains(&word))
        };
        let everything = class.iter().all(is_filler) && !class.is_empty();
        let (section, number) = if everything {
            (None, Number::Several)
        } else {
            let rest: Vec<Token> = class
                .iter()
                .filter(|token| !["is", "are", "was", "that's"].contains(&token.lower.as_str()))
                .cloned()
                .collect();
            let description = self.describe(&rest)?;
            let plain = description.ids.is_empty()
                && description.places.is_empty()
                && description.count.is_none();
            let number = |own: Number| if description.all { Number::Several } else { own };
            match description.nouns.as_slice() {
                [Noun::Of(section, own)] if plain => (Some(vec![section.clone()]), number(*own)),
                [Noun::Questions(own)] if plain => {
                    (Some(vec![Section::OpenQuestions, Section::NextQuestions]), number(*own))
                }
                [Noun::Point(own)] if plain => (None, number(*own)),
                _ => return None,
            }
        };
        let wanted: Vec<&str> = query
            .iter()
            .filter(|token| token.kind != Kind::Mark && !self.is_article(&token.lower))
            .map(|token| token.lower.as_str())
            .collect();
        if wanted.is_empty() || wanted.len() > 6 {
            return None;
        }
        let owner = |id: &str| {
            let item = self.content.action_items.iter().find(|item| item.point.id == id);
            item.and_then(|item| item.owner.clone()).unwrap_or_default()
        };
        let ids: Vec<String> = self
            .content
            .points()
            .into_iter()
            .filter(|(of, _)| section.as_ref().is_none_or(|wanted| wanted.contains(of)))
            .filter(|(_, point)| {
                let text = format!("{} {}", point.text, owner(&point.id));
                wanted.iter().all(|word| {
                    mentions(&text, word)
                        || variants(word)
                            .skip(1)
                            .any(|bare| bare.chars().count() > 2 && mentions(&text, bare))
                })
            })
            .map(|(_, point)| point.id.clone())
            .collect();
        Some(match (ids.len(), number) {
            (0, _) => Found::Unclear(self.say.mentions_nothing(&wanted.join(" "))),
            (1, _) | (_, Number::Several) => Found::Is(Target::Points(ids)),
            (_, Number::One) => Found::Unclear(self.say.which_of_these(&ids)),
        })
    }

    fn is_article(&self, word: &str) -> bool {
        ["the", "a", "an", "her", "his", "their", "my", "your", "את", "של"].contains(&word)
    }
}
