//! What the edits of a session say of how its coach writes.
//!
//! Invariant: what is a fact says nothing. A changed number, name or time, an added or dropped
//! sentence, and a reworded one of which little is left, are no evidence.

use super::draft::Draft;
use super::lists::{self, Pack};
use super::marks;
use super::spelling;
use super::words::{self, Hunk, Token};
use debrief_domain::summary::text::Layout;
use debrief_domain::voice::{Habit, Lesson, Mark, Observation, Person, Spelling, Stance};
use std::collections::{BTreeMap, HashSet};

/// Most words that stand in place of others, on both sides.
const PHRASE_WORDS: usize = 3;
/// Points that make a list.
const LIST: usize = 3;

/// Returns what the difference of two texts says. `names` are those of the people concerned;
/// `lessons` are those learned so far, which what was left as it is may confirm or contradict.
pub(super) fn observe(
    before: &Draft,
    after: &Draft,
    names: &[&str],
    lessons: &[Lesson],
) -> Vec<Observation> {
    let language = after.language.or(before.language);
    let mut seen = Seen { language, found: Vec::new() };
    seen.frame(before, after);
    seen.form(before, after);
    if let Some(pack) = lists::pack(language) {
        let mut all: Vec<String> = names
            .iter()
            .copied()
            .chain(before.greeted.as_deref())
            .chain(after.greeted.as_deref())
            .flat_map(words::tokens)
            .map(|token| token.lower)
            .collect();
        all.sort();
        all.dedup();
        Pairs::new(before, after, pack, all).observe(&mut seen, lessons);
    }
    seen.found
}

struct Seen {
    language: Option<&'static str>,
    found: Vec<Observation>,
}

impl Seen {
    fn add(&mut self, habit: Habit, stance: Stance, before: &str, after: &str) {
        self.found.push(Observation {
            habit,
            language: self.language.map(str::to_owned),
            stance,
            before: before.to_owned(),
            after: after.to_owned(),
        });
    }

    fn frame(&mut self, before: &Draft, after: &Draft) {
        let words = |text: &Option<String>| text.clone().unwrap_or_default();
        let stance = |same: bool| if same { Stance::Kept } else { Stance::For };
        if lists::pack(self.language).is_some() {
            let same = before.greeting == after.greeting;
            let habit = Habit::Greeting { text: after.greeting.clone() };
            self.add(habit, stance(same), &words(&before.greeting), &words(&after.greeting));
            let same = before.sign_off == after.sign_off;
            let habit = Habit::SignOff { text: after.sign_off.clone() };
            self.add(habit, stance(same), &words(&before.sign_off), &words(&after.sign_off));
        }
        let (old, new) = (words(&before.question), words(&after.question));
        let habit = Habit::ClosingQuestion { used: after.question.is_some() };
        let same = before.question.is_some() == after.question.is_some();
        self.add(habit, stance(same), &old, &new);
        if let Some(text) = &after.question {
            let same = before.question == after.question;
            self.add(Habit::ClosingWords { text: text.clone() }, stance(same), &old, &new);
        }
    }

    fn form(&mut self, before: &Draft, after: &Draft) {
        let (old, new) = (before.sentences.join(" "), after.sentences.join(" "));
        for mark in [Mark::Exclamation, Mark::Dash, Mark::Ellipsis, Mark::Semicolon] {
            // That somebody put in a dash once or twice does not mean that they like dashes.
            let may_begin = mark == Mark::Exclamation;
            let habit = |used| Habit::Marks { mark, used };
            self.usage(habit, marks::count(mark, &old), marks::count(mark, &new), may_begin);
        }
        let (with, without) = marks::enumerations(&new);
        if with + without > 0 && (with == 0 || without == 0) {
            let before = marks::enumerations(&old);
            let used = with > 0;
            let changed = if used { before.1 > 0 } else { before.0 > 0 };
            let stance = if changed { Stance::For } else { Stance::Kept };
            self.add(Habit::Marks { mark: Mark::OxfordComma, used }, stance, "", "");
        }
        self.usage(|used| Habit::Emoji { used }, marks::emoji(&old), marks::emoji(&new), true);
        self.usage(|used| Habit::Headings { used }, before.headings, after.headings, true);
        let layout = |draft: &Draft| match (draft.bullets, draft.prose) {
            (bullets, _) if bullets >= LIST => Some(Layout::List),
            (0, prose) if prose > 0 => Some(Layout::Prose),
            _ => None,
        };
        if let (Some(old), Some(new)) = (layout(before), layout(after)) {
            let stance = if old == new { Stance::Kept } else { Stance::For };
            self.add(Habit::Laid { layout: new }, stance, "", "");
        }
    }

    fn usage(&mut self, habit: impl Fn(bool) -> Habit, before: usize, after: usize, begins: bool) {
        let times = |count: usize| if count == 0 { String::new() } else { count.to_string() };
        let (used, stance) = match (before, after) {
            (0, 0) => (false, Stance::Kept),
            (_, 0) => (false, Stance::For),
            (0, _) if begins => (true, Stance::For),
            (_, _) => (true, Stance::Kept),
        };
        self.add(habit(used), stance, &times(before), &times(after));
    }
}

/// The sentences of two texts, in pairs.
struct Pairs<'a> {
    pack: &'static Pack,
    names: Vec<String>,
    hunks: Vec<Hunk>,
    /// All words as they were written.
    written: HashSet<&'a str>,
    old: Vec<String>,
    new: Vec<String>,
}

impl<'a> Pairs<'a> {
    fn new(before: &'a Draft, after: &'a Draft, pack: &'static Pack, names: Vec<String>) -> Self {
        let pairs = words::aligned(&before.sentences, &after.sentences);
        let hunks = pairs.iter().flat_map(|(old, new)| words::hunks(old, new)).collect();
        let (old, new) = (words::lower(&before.sentences), words::lower(&after.sentences));
        let sentences = before.sentences.iter().chain(&after.sentences);
        let written = sentences.flat_map(|text| text.split_whitespace()).collect();
        Self { pack, names, hunks, written, old, new }
    }

    fn observe(self, seen: &mut Seen, lessons: &[Lesson]) {
        self.person(seen);
        self.spelling(seen);
        self.contractions(seen);
        self.words(seen, lessons);
    }

    /// Returns the person in which words speak of the client; `None` if they do not.
    fn person_of(&self, tokens: &[Token]) -> Option<Person> {
        let any = |list: &lists::List| tokens.iter().any(|token| lists::has(list, &token.lower));
        if any(&self.pack.second) {
            Some(Person::Second)
        } else if any(&self.pack.third)
            || any(&self.pack.client)
            || tokens.iter().any(|t| self.names_client(t))
        {
            Some(Person::Third)
        } else if any(&self.pack.first) {
            Some(Person::First)
        } else {
            None
        }
    }

    fn names_client(&self, token: &Token) -> bool {
        let word = token.lower.strip_suffix("'s").unwrap_or(&token.lower);
        self.names.iter().any(|name| name == word)
    }

    fn person(&self, seen: &mut Seen) {
        let mentions = |words: &[String]| {
            words
                .iter()
                .filter(|word| {
                    let bare = word.strip_suffix("'s").unwrap_or(word);
                    self.names.iter().any(|name| name == bare)
                        || lists::has(&self.pack.client, word)
                })
                .count()
        };
        let mut switches: BTreeMap<u8, (Person, usize, String, String)> = BTreeMap::new();
        for hunk in &self.hunks {
            let (old, new) = (self.person_of(&hunk.removed), self.person_of(&hunk.added));
            if let (Some(old), Some(new)) = (old, new)
                && old != new
            {
                let entry = switches
                    .entry(new as u8)
                    .or_insert_with(|| (new, 0, joined(&hunk.removed), joined(&hunk.added)));
                entry.1 += 1;
            }
        }
        let left = mentions(&self.new);
        if let Some((person, count, before, after)) = switches.into_values().max_by_key(|s| s.1)
            && (count >= 2 || person != Person::Second || left == 0)
        {
            return seen.add(Habit::Person { person }, Stance::For, &before, &after);
        }
        let addresses = self.new.iter().any(|word| lists::has(&self.pack.second, word));
        if mentions(&self.old) >= 2 && left >= 2 && !addresses {
            seen.add(Habit::Person { person: Person::Third }, Stance::Kept, "", "");
        } else if addresses && left == 0 {
            seen.add(Habit::Person { person: Person::Second }, Stance::Kept, "", "");
        }
    }

    fn spelling(&self, seen: &mut Seen) {
        if self.pack.code != lists::EN.code {
            return;
        }
        let changed = |to: Spelling| {
            self.hunks.iter().flat_map(move |hunk| {
                hunk.removed.iter().filter_map(move |old| {
                    let new = spelling::respelled(&old.lower, to)?;
                    hunk.added.iter().any(|t| t.lower == new).then(|| (old.lower.clone(), new))
                })
            })
        };
        let varieties: HashSet<Spelling> =
            self.new.iter().filter_map(|word| spelling::variety(word)).collect();
        for to in [Spelling::British, Spelling::American] {
            if varieties.len() != 1 || !varieties.contains(&to) {
                continue;
            }
            match changed(to).next() {
                Some((old, new)) => {
                    seen.add(Habit::Spelled { spelling: to }, Stance::For, &old, &new)
                }
                None => seen.add(Habit::Spelled { spelling: to }, Stance::Kept, "", ""),
            }
        }
    }

    fn contractions(&self, seen: &mut Seen) {
        if self.pack.code != lists::EN.code {
            return;
        }
        let pair = |short: &[Token], long: &[Token]| {
            short.iter().any(|token| {
                marks::expanded(&token.lower).is_some_and(|form| {
                    words::occurrences(
                        &form.to_lowercase(),
                        &long.iter().map(|token| token.lower.clone()).collect::<Vec<_>>(),
                    ) > 0
                })
            })
        };
        let (short, long) = marks::contractions(&self.new);
        for used in [true, false] {
            let hunk = self.hunks.iter().find(|hunk| match used {
                true => pair(&hunk.added, &hunk.removed),
                false => pair(&hunk.removed, &hunk.added),
            });
            let clear = if used { short > 0 && long == 0 } else { long > 0 && short == 0 };
            match hunk.filter(|_| clear) {
                Some(hunk) => {
                    let (old, new) = (joined(&hunk.removed), joined(&hunk.added));
                    seen.add(Habit::Contractions { used }, Stance::For, &old, &new);
                }
                None if clear => seen.add(Habit::Contractions { used }, Stance::Kept, "", ""),
                None => {}
            }
        }
    }

    fn words(&self, seen: &mut Seen, lessons: &[Lesson]) {
        let mut replaced: BTreeMap<String, Option<String>> = BTreeMap::new();
        for hunk in &self.hunks {
            let Some((from, to)) = self.replacement(hunk) else { continue };
            // A word with two words in its place has none.
            replaced
                .entry(from)
                .and_modify(|known| {
                    if known.as_deref() != Some(&to) {
                        *known = None;
                    }
                })
                .or_insert_with(|| Some(to.clone()));
        }
        for (from, to) in replaced {
            let Some(to) = to else { continue };
            if words::occurrences(&from, &self.new) == 0 {
                let habit = Habit::Words { from: from.clone(), to: to.clone() };
                seen.add(habit, Stance::For, &from, &to);
            }
        }
        for lesson in lessons {
            let Habit::Words { from, to } = &lesson.habit else { continue };
            if lesson.language.as_deref() != seen.language {
                continue;
            }
            let count = |words: &[String], phrase: &str| match phrase {
                "" => 0,
                phrase => words::occurrences(phrase, words),
            };
            if count(&self.new, from) > 0 {
                seen.add(lesson.habit.clone(), Stance::Against, "", from);
            } else if count(&self.old, from) == 0
                && count(&self.old, to) > 0
                && count(&self.new, to) > 0
            {
                seen.add(lesson.habit.clone(), Stance::Kept, to, to);
            }
        }
    }

    /// Returns the words of a hunk that stand in place of others, if that is a matter of taste.
    fn replacement(&self, hunk: &Hunk) -> Option<(String, String)> {
        let (mut old, mut new) = (hunk.removed.as_slice(), hunk.added.as_slice());
        let mut first = hunk.first;
        // What is explained otherwise is at the ends of what is left.
        loop {
            let explained = |a: &Token, b: &Token| {
                let spelled = [Spelling::British, Spelling::American]
                    .into_iter()
                    .filter_map(|to| spelling::respelled(&a.lower, to));
                words::agree(&a.lower, &b.lower)
                    || spelled.into_iter().any(|a| a == b.lower || words::agree(&a, &b.lower))
                    || self.person_of(std::slice::from_ref(a)).is_some()
                        && self.person_of(std::slice::from_ref(b)).is_some()
            };
            if let ([a, old_rest @ ..], [b, new_rest @ ..]) = (old, new)
                && explained(a, b)
            {
                (old, new, first) = (old_rest, new_rest, false);
                continue;
            }
            if let ([old_rest @ .., a], [new_rest @ .., b]) = (old, new)
                && explained(a, b)
            {
                (old, new) = (old_rest, new_rest);
                continue;
            }
            // A subject that the verb of a language such as Hebrew implies.
            if let [a, old_rest @ ..] = old
                && old.len() == new.len() + 1
                && self.person_of(std::slice::from_ref(a)).is_some()
            {
                (old, first) = (old_rest, false);
                continue;
            }
            break;
        }
        if old.is_empty() || old.len() > PHRASE_WORDS || new.len() > PHRASE_WORDS {
            return None;
        }
        if self.person_of(old).is_some() || self.person_of(new).is_some() {
            return None;
        }
        let known = |word: &str| self.written.contains(word);
        let is_fact = |(at, token): (usize, &Token)| {
            words::is_fact(token, first && at == 0, self.pack, &self.names, &known)
        };
        if old.iter().enumerate().any(is_fact) || new.iter().enumerate().any(is_fact) {
            return None;
        }
        let of_function =
            |tokens: &[Token]| tokens.iter().all(|t| lists::has(&self.pack.function, &t.lower));
        if of_function(old) && of_function(new) {
            return None;
        }
        let is_contraction =
            |tokens: &[Token]| tokens.iter().any(|t| marks::expanded(&t.lower).is_some());
        if is_contraction(old) || is_contraction(new) {
            return None;
        }
        let lower = |tokens: &[Token]| {
            tokens.iter().map(|t| t.lower.as_str()).collect::<Vec<_>>().join(" ")
        };
        Some((lower(old), lower(new)))
    }
}

fn joined(tokens: &[Token]) -> String {
    tokens.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ")
}
