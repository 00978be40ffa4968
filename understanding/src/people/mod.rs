//! Unifies the people of a call: one person per name, whatever the spelling, and no bots.
//!
//! Invariants:
//! - Two people are never merged on weak evidence. Spellings belong to one person if the full names
//!   differ only in case, accents, order (`Last, First`), an address, a device, or text in
//!   brackets; if single words differ only in case and accents; if a single first name fits exactly
//!   one longer name and one of the two is no longer heard once the other is; or if one states the
//!   other in brackets, as initials that are used from then on: `Adam Levine (AL)`, `AL`. People
//!   who speak at the same time are different people.
//! - The displayed name is the fullest natural spelling; the others are kept as other names.
//! - Turns of a note-taking bot are dropped, with a warning that counts and names them; speech from
//!   a shared screen is kept, without a speaker. A bot with a large share of the conversation is
//!   not a note taker and is kept.

mod bots;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use debrief_domain::transcript::content::{Content, Role, Turn, TurnKind, Warning};
use debrief_domain::transcript::talk;
use debrief_language::names::Name;
use unicode_segmentation::UnicodeSegmentation;

use crate::overlap;

/// People who speak at once for longer are different.
const TOGETHER_MS: u64 = 1_000;
/// A bot with more than one in this many words takes part in the conversation.
const TAKES_PART: u64 = 10;
/// Maximum number of spellings of one name; further ones stay separate.
const MAX_SPELLINGS: usize = 50;
/// Maximum number of initials.
const MAX_INITIALS: usize = 4;
/// First words of generic labels that tools assign.
const LABELS: &[&str] = &[
    "speaker",
    "spk",
    "participant",
    "guest",
    "user",
    "caller",
    "agent",
    "customer",
    "unknown",
    "person",
    "voice",
    "coach",
    "client",
    "host",
    "dr",
    "mr",
    "mrs",
    "ms",
    "prof",
    "the",
];

/// Gives each person one name throughout, and removes bots and screens from the people.
pub fn unify(content: &mut Content) {
    leave_out_bots(content);
    let groups = groups(content);
    let mut taken: HashSet<String> = HashSet::new();
    let mut names: HashMap<String, String> = HashMap::new();
    let mut people = std::mem::take(&mut content.participants);
    let mut others: HashMap<String, (Role, Vec<String>)> = HashMap::new();
    for group in &groups {
        let Some(best) = group.iter().max_by_key(|name| quality(&name.understood)) else {
            continue;
        };
        let shown = &best.understood.shown;
        let display = match taken.contains(shown) {
            false => shown.clone(),
            true => best.spelled.clone(),
        };
        taken.insert(display.clone());
        for name in group {
            names.insert(name.spelled.clone(), display.clone());
        }
    }
    for person in &mut people {
        let Some(display) = names.get(&person.name) else { continue };
        let (role, spellings) = others.entry(display.clone()).or_default();
        if *role == Role::Unknown {
            *role = person.role;
        }
        let before = std::mem::take(&mut person.other_names);
        for name in std::iter::once(person.name.clone()).chain(before) {
            if name != *display && !spellings.contains(&name) {
                spellings.push(name);
            }
        }
        person.name.clone_from(display);
    }
    for person in &mut people {
        if let Some((role, spellings)) = others.get(&person.name) {
            person.role = *role;
            person.other_names.clone_from(spellings);
        }
    }
    content.participants = people;
    for turn in &mut content.turns {
        if let Some(name) = turn.speaker.as_ref().and_then(|name| names.get(name)) {
            turn.speaker = Some(name.clone());
        }
    }
    talk::measure(content);
}

fn leave_out_bots(content: &mut Content) {
    let words = |turn: &Turn| turn.text.unicode_words().count() as u64;
    let mut said: HashMap<&str, u64> = HashMap::new();
    let mut all = 0;
    for turn in content.turns.iter().filter(|turn| turn.kind == TurnKind::Speech) {
        let count = words(turn);
        all += count;
        if let Some(name) = turn.speaker.as_deref().filter(|name| bots::is_bot(name)) {
            *said.entry(name).or_default() += count;
        }
    }
    let takes_part: HashSet<String> = said
        .into_iter()
        .filter(|(_, count)| count * TAKES_PART > all)
        .map(|(name, _)| name.to_owned())
        .collect();
    let mut left_out: Vec<(String, u32)> = Vec::new();
    let mut screens = 0u32;
    let mut verdicts: HashMap<String, Verdict> = HashMap::new();
    let people = content.participants.iter().map(|person| &person.name);
    for name in people.filter(|name| !takes_part.contains(*name)) {
        if bots::is_bot(name) {
            verdicts.insert(name.clone(), Verdict::Bot(left_out.len()));
            left_out.push((name.clone(), 0));
        } else if bots::is_screen(name) {
            verdicts.insert(name.clone(), Verdict::Screen);
        }
    }
    let of_bots = |turn: &Turn| {
        let verdict = turn.speaker.as_ref().and_then(|name| verdicts.get(name));
        matches!(verdict, Some(Verdict::Bot(_)))
    };
    if verdicts.is_empty() || content.turns.iter().all(of_bots) {
        return;
    }
    content.turns.retain_mut(|turn| {
        match turn.speaker.as_ref().and_then(|name| verdicts.get(name)) {
            Some(Verdict::Bot(place)) => {
                left_out[*place].1 += 1;
                false
            }
            Some(Verdict::Screen) => {
                screens += 1;
                turn.speaker = None;
                true
            }
            None => true,
        }
    });
    for (index, turn) in content.turns.iter_mut().enumerate() {
        turn.index = u32::try_from(index).unwrap_or(u32::MAX);
    }
    if !left_out.is_empty() {
        let turns: u32 = left_out.iter().map(|(_, turns)| turns).sum();
        let names: Vec<&str> =
            left_out.iter().take(MAX_SPELLINGS).map(|(name, _)| name.as_str()).collect();
        let message = format!("turns of note takers were dropped: {turns} ({})", names.join(", "));
        content.warnings.push(Warning { line: 1, message });
    }
    if screens > 0 {
        let message = format!("turns from a shared screen have no speaker: {screens}");
        content.warnings.push(Warning { line: 1, message });
    }
}

enum Verdict {
    /// With its index among the removed ones.
    Bot(usize),
    Screen,
}

/// A spelling in this file.
struct Spelling {
    spelled: String,
    understood: Name,
    /// First and last turn, by index.
    first: usize,
    last: usize,
    /// Spoken turns, by index.
    spoken: Vec<usize>,
}

/// Groups the spellings of each person, in order of first appearance.
fn groups(content: &Content) -> Vec<Vec<Spelling>> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut spellings: Vec<Spelling> = Vec::new();
    for (at, turn) in content.turns.iter().enumerate() {
        let Some(name) = turn.speaker.as_deref() else { continue };
        let place = *places.entry(name).or_insert_with(|| {
            let understood = Name::new(name);
            let spelled = name.to_owned();
            spellings.push(Spelling {
                spelled,
                understood,
                first: at,
                last: at,
                spoken: Vec::new(),
            });
            spellings.len() - 1
        });
        spellings[place].last = at;
        if turn.kind == TurnKind::Speech {
            spellings[place].spoken.push(at);
        }
    }
    let mut by_key: HashMap<String, usize> = HashMap::new();
    let mut groups: Vec<Vec<Spelling>> = Vec::new();
    for spelling in spellings {
        let Some(key) = spelling.understood.key() else {
            groups.push(vec![spelling]);
            continue;
        };
        match by_key.get(&key) {
            Some(place)
                if groups[*place].len() < MAX_SPELLINGS
                    && apart(content, &groups[*place], std::slice::from_ref(&spelling)) =>
            {
                groups[*place].push(spelling);
            }
            Some(_) => groups.push(vec![spelling]),
            None => {
                by_key.insert(key, groups.len());
                groups.push(vec![spelling]);
            }
        }
    }
    join_first_names(content, join_initials(content, groups))
}

/// Joins initials with the only name that has them in brackets.
fn join_initials(content: &Content, mut groups: Vec<Vec<Spelling>>) -> Vec<Vec<Spelling>> {
    let mut named: HashMap<String, Vec<usize>> = HashMap::new();
    let mut alone: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, group) in groups.iter().enumerate() {
        let Name { words, besides, .. } = &group[0].understood;
        match (&words[..], &besides[..]) {
            ([word], []) if !group[0].spelled.contains(char::is_lowercase) => {
                alone.entry(word.clone()).or_default().push(place);
            }
            ([_, ..], [beside]) if are_initials(beside, words) => {
                named.entry(beside.clone()).or_default().push(place);
            }
            _ => {}
        }
    }
    for (initials, places) in &alone {
        let ([short], Some([long])) = (&places[..], named.get(initials).map(Vec::as_slice)) else {
            continue;
        };
        if !apart(content, &groups[*short], &groups[*long]) {
            continue;
        }
        let mut names = std::mem::take(&mut groups[*short]);
        names.iter_mut().for_each(|name| name.understood.natural = false);
        for name in &mut groups[*long] {
            name.understood.shown.clone_from(&name.understood.bare);
        }
        groups[*long].extend(names);
    }
    groups.retain(|group| !group.is_empty());
    groups
}

/// Returns whether these may be initials of a name, in lower case; some may be missing.
fn are_initials(beside: &str, words: &[String]) -> bool {
    beside.chars().count() <= MAX_INITIALS
        && beside.chars().all(char::is_alphanumeric)
        && words.iter().any(|word| word.chars().next() == beside.chars().next())
}

/// Joins a single first name with the only longer name that it fits.
fn join_first_names(content: &Content, mut groups: Vec<Vec<Spelling>>) -> Vec<Vec<Spelling>> {
    let mut longer: HashMap<String, Vec<usize>> = HashMap::new();
    let mut alone: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, group) in groups.iter().enumerate() {
        let name = &group[0].understood;
        let Some(first) = name.words.first() else { continue };
        let numbered = name.words.iter().any(|word| word.chars().any(|c| c.is_ascii_digit()));
        if numbered || LABELS.contains(&first.as_str()) || first.chars().count() < 2 {
            continue;
        }
        let kind = match name.words.len() == 1 && name.besides.is_empty() {
            true => &mut alone,
            false => &mut longer,
        };
        kind.entry(first.clone()).or_default().push(place);
    }
    let mut joins = Vec::new();
    for (first, places) in &alone {
        if let ([short], Some([long])) = (&places[..], longer.get(first).map(Vec::as_slice)) {
            let (one, other) = (&groups[*short], &groups[*long]);
            let span = |group: &[Spelling]| {
                let first = group.iter().map(|name| name.first).min();
                (first, group.iter().map(|name| name.last).max())
            };
            let ((from, to), (other_from, other_to)) = (span(one), span(other));
            let spoken = |group: &[Spelling]| group.iter().any(|name| !name.spoken.is_empty());
            if (to < other_from || other_to < from)
                && spoken(one)
                && spoken(other)
                && apart(content, one, other)
            {
                joins.push((*short, *long));
            }
        }
    }
    for (short, long) in joins {
        let names = std::mem::take(&mut groups[short]);
        groups[long].extend(names);
    }
    groups.retain(|group| !group.is_empty());
    groups
}

/// Returns whether the two groups never speak at the same time.
fn apart(content: &Content, one: &[Spelling], other: &[Spelling]) -> bool {
    let spans = |group: &[Spelling]| {
        let turns = group.iter().flat_map(|name| &name.spoken);
        overlap::spans(turns.map(|at| &content.turns[*at]))
    };
    overlap::together(&spans(one), &spans(other)) <= TOGETHER_MS
}

/// Ranks how full and natural a spelling is; the best is displayed.
fn quality(name: &Name) -> (bool, usize, std::cmp::Reverse<usize>, usize, usize) {
    let is_cased = |word: &&str| {
        let mut letters = word.chars().filter(|c| c.is_alphabetic());
        let first = letters.next().is_some_and(|c| !c.is_lowercase());
        first && (word.chars().count() < 2 || letters.any(|c| !c.is_uppercase()))
    };
    let cased = name.shown.split_whitespace().filter(is_cased).count();
    let accents = name.shown.chars().filter(|c| !c.is_ascii()).count();
    (name.natural, name.words.len(), std::cmp::Reverse(name.besides.len()), cased, accents)
}
