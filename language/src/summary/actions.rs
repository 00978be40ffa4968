//! Finds action items: commitments and requests, with owner and date if stated.
//!
//! A sentence counts if a cue ("I'll", "can you") occurs with something that can be done and, for
//! vague verbs, a date. Figures of speech and reported or hypothetical speech do not count.

use std::collections::HashMap;

use chrono::NaiveDate;
use debrief_domain::summary::content::{ActionItem, Point, Quote};
use debrief_domain::transcript::content::Content;

use super::due::Dates;
use super::language::Language;
use super::replies::{Replies, Reply};
use crate::phrases::Phrases;
use crate::question::dates::ahead::last_day;
use crate::sentences::{Sentence, Word};

/// Minimum score of an action item.
const ENOUGH: f32 = 1.75;
/// Maximum number of items; up to half as many again for a long call.
const MOST: usize = 10;
/// Number of turns of a long call.
const LONG: usize = 200;
/// Number of words before a request among which the verb is, where verbs come last.
const REQUESTED: usize = 3;
/// Maximum number of words between "and" and the cue: pronouns, mostly.
const CLITICS: usize = 3;

/// An action item and the index of its sentence.
pub(crate) struct Found {
    pub(crate) sentence: usize,
    pub(crate) score: f32,
    words: (usize, usize),
    pub(crate) item: ActionItem,
}

#[derive(Clone, Copy, PartialEq)]
enum Owner {
    Speaker,
    Other,
    Both,
}

/// Owner, and the person addressed by name.
type Doer<'a> = (Owner, Option<&'a str>);

/// Finds the best action items, in spoken order.
pub(crate) fn find(
    content: &Content,
    held_on: Option<NaiveDate>,
    sentences: &[Sentence],
    silent: &[bool],
    language: &Language,
) -> Vec<Found> {
    let pack = language.pack;
    let errands = Phrases::new(pack.errands);
    let doings = Phrases::new(pack.doings);
    let dates = Dates::new(&pack.due);
    let people = people(content);
    let (early, late) = (content.turns.len() / 4, content.turns.len() * 3 / 4);
    let replies = Replies::new(language);
    let i_can = Phrases::new(pack.i_can);
    let conditions = Phrases::new(pack.conditions);
    let cues = [
        (&language.i_will, 1.0, Owner::Speaker),
        (&language.i_intend, 0.75, Owner::Speaker),
        (&i_can, 0.5, Owner::Speaker),
        (&language.will_you, 0.75, Owner::Other),
        (&language.we_will, 0.5, Owner::Both),
    ];
    let future = |word: &Word, verbs: &Phrases| {
        (pack.future)(bare(&word.lower)).iter().any(|verb| verbs.has(verb))
    };
    let verb = |words: &[Word]| -> f32 {
        let near = words.len().min(pack.verb_within);
        let errand = |at: usize| errands.at(&words[at..]).is_some() || future(&words[at], &errands);
        if (0..near).any(errand) {
            1.0
        } else if words[..near].iter().any(|word| doings.has(&word.lower) || future(word, &doings))
        {
            0.5
        } else {
            0.0
        }
    };
    let mut found = Vec::new();
    for (place, sentence) in sentences.iter().enumerate().filter(|(place, _)| !silent[*place]) {
        let text = &content.turns[sentence.turn].text;
        for (from, to) in clauses(text, sentence, language) {
            let words = &sentence.words[from..to];
            // Whole or absent: a part that was cut between words is no item.
            let broken =
                from == 0 && sentence.cut.0 || to == sentence.words.len() && sentence.cut.1;
            let split = to < sentence.words.len();
            if broken || is_short(words, split, language) {
                continue;
            }
            let mut offers: Vec<(f32, Doer)> = Vec::new();
            for (cue, weight, owner) in cues {
                if sentence.question && owner != Owner::Other {
                    continue;
                }
                for (at, length) in commitments(words, cue, language) {
                    // "Can you …?" is a request, "What can you …?" is a question.
                    let asks = !sentence.question
                        || at <= 2 && opens(&words[..at], language, &people)
                        || at > 0 && text[words[at - 1].to..words[at].from].contains([',', '،']);
                    let mut doing = verb(&words[at..]).max(verb(&words[at + length..]));
                    if pack.verb_last && owner == Owner::Other {
                        doing = doing.max(verb(&words[at.saturating_sub(REQUESTED)..at]));
                    }
                    if asks && doing > 0.0 {
                        offers.push((weight + doing, (owner, called(words, at, &people))));
                    }
                }
            }
            for (at, word) in words.iter().enumerate() {
                if let Some(Some(name)) = people.get(word.lower.as_str())
                    && let Some(length) = language.they_will.at(&words[at + 1..])
                    && !sentence.question
                {
                    let doing = verb(&words[at + 1..]).max(verb(&words[at + 1 + length..]));
                    if doing > 0.0 {
                        offers.push((0.75 + doing, (Owner::Other, Some(*name))));
                    }
                }
            }
            // The first of the best.
            let best = offers.into_iter().rev().max_by(|a, b| a.0.total_cmp(&b.0));
            let Some((mut score, (owner, name))) = best else { continue };
            let reply = replies.to(place, sentences, content, language);
            if owner != Owner::Speaker && reply == Reply::Decline {
                continue;
            }
            // Accepted at once: a request or an offer; an accepted plan of both is rather a
            // decision.
            let agreed = matches!(reply, Reply::Assent | Reply::TakesOn(_));
            score += if agreed && owner != Owner::Both { 0.25 } else { 0.0 };
            let due = dates.find(words, text);
            let opening = words.iter().find(|word| !language.fillers.contains(&*word.lower));
            let hangs = opening.is_some_and(|word| conditions.has(&word.lower));
            score -= if hangs && from == 0 { 0.5 } else { 0.0 };
            if due.is_none() && !words.iter().any(|word| language.is_content(&word.lower)) {
                continue;
            }
            // At the beginning, what both will do is the agenda of the session.
            let agenda = owner == Owner::Both && sentence.turn < early;
            score += if due.is_some() && !agenda { 1.0 } else { 0.0 };
            score += if sentence.turn >= late { 0.2 } else { 0.0 };
            // Very long: thinking aloud.
            score -= if words.len() > 45 { 0.5 } else { 0.0 };
            if score >= ENOUGH {
                found.push(Found {
                    sentence: place,
                    score,
                    words: (from, to),
                    item: ActionItem {
                        point: Point::of_quote(quote(content, sentence, from, to)),
                        owner: whose(owner, name, content, sentence, reply),
                        due: due.map(|(from, to)| text[from..to].to_owned()),
                        due_on: due
                            .zip(held_on)
                            .and_then(|((from, to), today)| last_day(&text[from..to], today)),
                        done: false,
                    },
                });
            }
        }
    }
    let mut found = distinct(found, sentences, language);
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.sentence.cmp(&b.sentence)));
    found.truncate(MOST + (MOST * content.turns.len() / (2 * LONG)).min(MOST / 2));
    found.sort_by_key(|found| found.sentence);
    found
}

/// Splits a sentence into parts that each commit to something: "I'll call, and I'll write". Each
/// part is whole: it is split only where one clause ends and another begins.
fn clauses(text: &str, sentence: &Sentence, language: &Language) -> Vec<(usize, usize)> {
    let words = &sentence.words;
    let mut parts: Vec<(usize, usize)> = vec![(0, words.len())];
    for (at, _) in commitments(words, &language.i_will, language) {
        let last = parts[parts.len() - 1].0;
        let first = parts.len() == 1;
        // Text before the first cue belongs to it, so only the second cue starts a part.
        let cue_before =
            at > last && commitments(&words[last..at], &language.i_will, language).next().is_some();
        if at >= last + 2
            && (cue_before || !first)
            && let Some((end, start)) = joint(text, words, at, language)
            && end >= last + if language.pack.unspaced { 2 } else { 3 }
        {
            if let Some(part) = parts.last_mut() {
                part.1 = end;
            }
            parts.push((start, words.len()));
        }
    }
    parts
}

/// Returns where a clause ends and the next one starts, before the cue at `at`: at a word such as
/// "and", or at a comma. What is between it and the cue belongs to the cue: "y se lo enviaré".
fn joint(text: &str, words: &[Word], at: usize, language: &Language) -> Option<(usize, usize)> {
    for start in (at.saturating_sub(CLITICS).max(1)..=at).rev() {
        if language.and.contains(words[start - 1].lower.as_str()) {
            // "E depois te mando": all of them.
            let joins = |word: &&Word| language.and.contains(word.lower.as_str());
            let all = words[..start].iter().rev().take_while(joins).count();
            return Some((start - all, start));
        }
        let between = &text[words[start - 1].to..words[start].from];
        // In Hebrew and Arabic "and" is a letter of the next word.
        let joined = words[start].lower.starts_with(['ו', 'و'])
            && words[start].lower.chars().nth(2).is_some();
        if joined || between.contains([',', ';', ':', '،', '؛', '、', '，', '–', '—']) {
            return Some((start, start));
        }
    }
    None
}

/// Returns a word without what is elided before it: "j'enverrai".
fn bare(word: &str) -> &str {
    match word.rsplit_once('\'') {
        Some(("n", _)) => "",
        Some((_, rest)) => rest,
        None => word,
    }
}

/// Returns whether a clause is too short to say what will be done. Words of a language without
/// spaces are longer.
fn is_short(words: &[Word], split: bool, language: &Language) -> bool {
    words.len() + usize::from(split) < if language.pack.unspaced { 2 } else { 4 }
}

/// Quotes words `from..to` of a sentence, or all of it if it has only one part.
fn quote(content: &Content, sentence: &Sentence, from: usize, to: usize) -> Quote {
    let mut quote = sentence.quote(content);
    let text = &content.turns[sentence.turn].text;
    let begin = if from == 0 { sentence.from } else { sentence.words[from].from };
    let end = if to < sentence.words.len() { sentence.words[to - 1].to } else { sentence.to };
    if begin < end {
        quote.text = text[begin..end].to_owned();
    }
    quote
}

/// Returns whether only fillers and names precede a request.
fn opens(before: &[Word], language: &Language, people: &HashMap<String, Option<&str>>) -> bool {
    before.iter().all(|word| {
        language.fillers.contains(word.lower.as_str())
            || language.leaning.contains(word.lower.as_str())
            || people.contains_key(word.lower.as_str())
    })
}

/// Finds the cues of commitments.
fn commitments<'a>(
    words: &'a [Word],
    cue: &'a Phrases,
    language: &'a Language,
) -> impl Iterator<Item = (usize, usize)> + 'a {
    (0..words.len()).filter_map(move |at| {
        let future = || {
            let firm = std::ptr::eq(cue, &language.i_will);
            (firm && language.promises(bare(&words[at].lower))).then_some(1)
        };
        let length = cue.at(&words[at..]).or_else(future)?;
        if language.no_commitment.at(&words[at..]).is_some() {
            return None;
        }
        let before = &words[at.saturating_sub(3)..at];
        let imagined = before.iter().any(|word| language.imagined.has(&word.lower));
        (!imagined).then_some((at, length))
    })
}

/// Returns participants by the first word of their name, `None` if two share it.
fn people(content: &Content) -> HashMap<String, Option<&str>> {
    let mut people: HashMap<String, Option<&str>> = HashMap::new();
    for person in content.participants.iter().take(1000) {
        let first = person.name.split_whitespace().next().unwrap_or_default();
        people
            .entry(first.to_lowercase())
            .and_modify(|known| *known = None)
            .or_insert(Some(&person.name));
    }
    people
}

/// Returns who is addressed by name: before a request, or at its end ("Can you write to him,
/// Maya?").
fn called<'a>(
    words: &[Word],
    at: usize,
    people: &HashMap<String, Option<&'a str>>,
) -> Option<&'a str> {
    let name = |word: &Word| people.get(word.lower.as_str()).copied().flatten();
    words[..at].iter().rev().find_map(name).or_else(|| words.last().and_then(name))
}

/// Returns who will do it: nobody unless the words, the people or the reply determine it.
fn whose(
    owner: Owner,
    called: Option<&str>,
    content: &Content,
    sentence: &Sentence,
    reply: Reply,
) -> Option<String> {
    let speaker = content.turns[sentence.turn].speaker.as_deref();
    let whose = match owner {
        Owner::Speaker => speaker,
        Owner::Both => None,
        Owner::Other => {
            let called = called.filter(|name| Some(*name) != speaker);
            let other = match content.participants.as_slice() {
                [a, b] if speaker == Some(&a.name) => Some(b.name.as_str()),
                [a, b] if speaker == Some(&b.name) => Some(a.name.as_str()),
                _ => None,
            };
            let takes = match reply {
                Reply::TakesOn(name) => Some(name),
                Reply::Assent | Reply::Decline | Reply::Other => None,
            };
            called.or(other).or(takes)
        }
    };
    whose.map(str::to_owned)
}

/// Of equivalent items, keeps the one with the higher score, or else the later.
fn distinct(found: Vec<Found>, sentences: &[Sentence], language: &Language) -> Vec<Found> {
    let stems = |found: &Found| -> Vec<String> {
        let (from, to) = found.words;
        let words = sentences[found.sentence].words[from..to].iter();
        let mut stems: Vec<_> = words
            .filter(|word| language.is_content(&word.lower))
            .map(|word| language.stem(&word.lower))
            .collect();
        stems.sort_unstable();
        stems.dedup();
        stems
    };
    let mut kept: Vec<(Found, Vec<String>)> = Vec::new();
    // Only the best few hundred can be among the best ten.
    let mut found = found;
    if found.len() > 300 {
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        found.truncate(300);
        found.sort_by_key(|found| found.sentence);
    }
    for new in found {
        let own = stems(&new);
        let twin = kept.iter().position(|(old, theirs)| {
            let common = own.iter().filter(|stem| theirs.binary_search(stem).is_ok()).count();
            let shorter = own.len().min(theirs.len());
            common >= 2 && common * 2 >= shorter && old.item.owner == new.item.owner
        });
        match twin {
            Some(at) if new.score >= kept[at].0.score => kept[at] = (new, own),
            Some(_) => {}
            None => kept.push((new, own)),
        }
    }
    kept.into_iter().map(|(found, _)| found).collect()
}
