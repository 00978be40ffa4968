//! Which points an instruction is about.
//!
//! Invariant: nothing is guessed. Every word of a description is understood, or it describes
//! nothing; a description that fits several points where one is meant, or none, is asked about.

use super::lexicon::{Lexicon, Noun, Number};
use super::replace::mentions;
use super::say::Say;
use super::tokens::{Kind, PREFIXES, Token};
use debrief_domain::summary::Section;
use debrief_domain::summary::content::{Content, Point};

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

/// A number in a description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// From the first, counted from 1.
    From(usize),
    /// From the last, counted from 0.
    FromLast(usize),
}

#[derive(Debug, Default)]
struct Description {
    ids: Vec<String>,
    places: Vec<Place>,
    /// A number that is no ordinal, before the noun.
    count: Option<usize>,
    first: bool,
    last: bool,
    all: bool,
    both: bool,
    /// The place of the last number is to be a range's end.
    range: bool,
    nouns: Vec<Noun>,
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

    fn cardinal(&self, word: &str) -> Option<usize> {
        let named = self.lexicon.cardinals.iter().find(|(name, _)| *name == word);
        named.map(|(_, number)| *number).or_else(|| word.parse().ok().filter(|n| *n <= 999))
    }

    /// Returns what words describe, if each of them is part of a description.
    fn describe(&self, tokens: &[Token]) -> Option<Description> {
        let words: Vec<String> = split(tokens);
        let mut found = Description::default();
        let mut at = 0;
        while at < words.len() {
            at += self.take(&words[at..], &mut found)?;
        }
        Some(found)
    }

    /// Takes in the first of these words. Returns how many that were.
    fn take(&self, words: &[String], found: &mut Description) -> Option<usize> {
        let lexicon = self.lexicon;
        let word = words[0].as_str();
        if self.is_id(word) {
            found.ids.push(word.to_owned());
            if found.range {
                found.range = false;
                self.fill_ids(&mut found.ids)?;
            }
            return Some(1);
        }
        let last_but_one = lexicon.last_but_one.iter().find(|phrase| begins(words, phrase, false));
        if let Some(phrase) = last_but_one {
            found.places.push(Place::FromLast(1));
            return Some(phrase.len());
        }
        if let Some((length, noun)) = self.noun(words) {
            found.nouns.push(noun);
            return Some(length);
        }
        for word in variants(word) {
            let is = |list: &[&str]| list.contains(&word);
            if let Some((_, number)) = lexicon.ordinals.iter().find(|(name, _)| *name == word) {
                found.first |= is(lexicon.firsts);
                self.place(found, Place::From(*number));
            } else if is(lexicon.firsts) {
                found.first = true;
            } else if is(lexicon.lasts) {
                found.last = true;
            } else if let Some(number) = self.cardinal(word) {
                let digits = word.chars().all(|c| c.is_ascii_digit());
                match digits && !found.last && !found.first
                    || !found.nouns.is_empty()
                    || found.range
                {
                    true => self.place(found, Place::From(number)),
                    false => found.count = Some(number),
                }
            } else if is(lexicon.all) {
                found.all = true;
            } else if is(lexicon.both) {
                found.both = true;
            } else if is(lexicon.to) && (!found.places.is_empty() || !found.ids.is_empty()) {
                found.range = true;
            } else if !is(lexicon.fillers) {
                continue;
            }
            return Some(1);
        }
        None
    }

    fn place(&self, found: &mut Description, place: Place) {
        if let (true, Some(Place::From(from)), Place::From(to)) =
            (found.range, found.places.last().copied(), place)
        {
            found.places.extend((from + 1..=to).map(Place::From));
            found.range = false;
            return;
        }
        found.places.push(place);
    }

    /// Puts the ids between the last two of a list into it.
    fn fill_ids(&self, ids: &mut Vec<String>) -> Option<()> {
        let (to, from) = (ids.pop()?, ids.pop()?);
        let all = self.content.points();
        let at = |id: &str| all.iter().position(|(_, point)| point.id == id);
        match (at(&from), at(&to)) {
            (Some(first), Some(last)) if first <= last && all[first].0 == all[last].0 => {
                ids.extend(all[first..=last].iter().map(|(_, point)| point.id.clone()));
            }
            _ => ids.extend([from, to]),
        }
        Some(())
    }

    /// Whether a word is an id, or looks like one of a point that is gone.
    fn is_id(&self, word: &str) -> bool {
        let mut chars = word.chars();
        let letter = chars.next().is_some_and(|c| "homtpdaqns".contains(c));
        let digits = chars.as_str();
        letter && (1..=4).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_digit())
    }

    /// Returns the noun at the beginning of words, and of how many words it is.
    fn noun(&self, words: &[String]) -> Option<(usize, Noun)> {
        for own in &self.content.sections {
            let title: Vec<String> = split(&super::tokens::tokens(&own.title));
            let title: Vec<&str> = title.iter().map(String::as_str).collect();
            if !title.is_empty() && begins(words, &title, true) {
                let noun = Noun::Of(Section::Own(own.title.clone()), Number::Several);
                return Some((title.len(), noun));
            }
        }
        let fits = |(phrase, _): &&(Vec<&'static str>, Noun)| begins(words, phrase, true);
        self.lexicon.nouns.iter().find(fits).map(|(phrase, noun)| (phrase.len(), noun.clone()))
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
                self.of_section(section, point.unwrap_or(*own), point.is_some(), &found)
            }
            ([Noun::Questions(own)], point) => {
                let filled: Vec<Section> = [Section::OpenQuestions, Section::NextQuestions]
                    .into_iter()
                    .filter(|section| !self.ids(section).is_empty())
                    .collect();
                match filled.as_slice() {
                    [one] => self.of_section(one, point.unwrap_or(*own), point.is_some(), &found),
                    [] => Found::Unclear(self.say.none_of(&Section::OpenQuestions)),
                    _ => Found::Unclear(self.say.which_questions()),
                }
            }
            // "Everything in Wins".
            ([Noun::Summary, Noun::Of(section, _)], None) if !counted => {
                self.of_section(section, Number::Several, false, &found)
            }
            ([], None) if counted => Found::Unclear(self.say.which_section()),
            ([], Some(_)) if counted => Found::Unclear(self.say.which_section()),
            _ => Found::No,
        }
    }

    fn of_section(
        &self,
        section: &Section,
        number: Number,
        of_points: bool,
        found: &Description,
    ) -> Found {
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
            _ if of_points && !found.all && number == Number::Several => {
                Found::Is(Target::Section(section.clone()))
            }
            _ => Found::Is(Target::Section(section.clone())),
        }
    }

    /// Returns the points about something: "everything about Tomas", "the decision about sleep".
    fn about(&self, tokens: &[Token]) -> Option<Found> {
        let lexicon = self.lexicon;
        let at = tokens.iter().position(|token| lexicon.about.contains(&token.lower.as_str()))?;
        let (class, query) = (&tokens[..at], &tokens[at + 1..]);
        // Hebrew writes the two words of "with regard to" apart.
        let query = match query.first() {
            Some(first)
                if first.lower.starts_with('ל')
                    && lexicon.about.len() > 9
                    && tokens[at].lower == "בנוגע" =>
            {
                query
            }
            _ => query,
        };
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

/// Returns words in lower case, with ranges such as "1-3" and "d1-d3" split.
fn split(tokens: &[Token]) -> Vec<String> {
    let mut words = Vec::new();
    for token in tokens {
        match token.lower.split_once(['-', '–']) {
            Some((from, to))
                if from.ends_with(|c: char| c.is_ascii_digit())
                    && to.ends_with(|c: char| c.is_ascii_digit()) =>
            {
                words.extend([from.to_owned(), "-".to_owned(), to.to_owned()]);
            }
            // A prefixed letter before digits or Latin letters.
            Some((prefix, word))
                if prefix.chars().count() == 1
                    && prefix.starts_with(PREFIXES)
                    && !word.is_empty() =>
            {
                words.push(word.to_owned());
            }
            _ if matches!(token.lower.as_str(), "it's" | "that's" | "what's") => {
                words.push(token.lower.clone());
            }
            _ => {
                let bare = token.lower.strip_suffix("'s").unwrap_or(&token.lower);
                words.push(bare.to_owned());
            }
        }
    }
    words
}

/// Returns a word, and in Hebrew what is left of it without one to three prefixed letters.
fn variants(word: &str) -> impl Iterator<Item = &str> {
    let prefixed = word.char_indices().take(3).take_while(|(_, c)| PREFIXES.contains(c));
    let rests = prefixed.map(|(at, c)| &word[at + c.len_utf8()..]);
    std::iter::once(word).chain(rests).filter(|rest| !rest.is_empty())
}

/// Whether words begin with those of a phrase, which in Hebrew may have prefixed letters.
fn begins(words: &[String], phrase: &[&str], prefixed: bool) -> bool {
    phrase.len() <= words.len()
        && words.iter().zip(phrase).all(|(word, part)| {
            word == &part.to_lowercase() || prefixed && variants(word).any(|rest| rest == *part)
        })
}
