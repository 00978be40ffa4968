//! Chooses passages that show how somebody writes.
//!
//! Invariants: a passage names nobody and no number, so that nothing of one client's reaches the
//! summary of another; and no two passages say much the same.

use super::draft::Draft;
use super::lists;
use super::words::{Token, tokens};
use debrief_domain::voice::{Habit, PASSAGES_MAX, Passage, Trait};
use std::collections::HashSet;

/// Least and most words of a passage.
const WORDS: std::ops::RangeInclusive<usize> = 12..=60;
/// Most sentences of a passage.
const SENTENCES: usize = 3;
/// Most words that two passages share, as a share of the shorter's.
const ALIKE: f32 = 0.5;

struct Candidate {
    passage: Passage,
    words: HashSet<String>,
    score: f32,
}

/// Returns the passages, the most representative first.
pub(super) fn choose(drafts: &[Draft], names: &[&str], traits: &[Trait]) -> Vec<Passage> {
    let names: HashSet<String> = names
        .iter()
        .copied()
        .chain(drafts.iter().filter_map(|draft| draft.greeted.as_deref()))
        .flat_map(tokens)
        .map(|token| token.lower)
        .collect();
    let mut candidates: Vec<Candidate> = Vec::new();
    for (sample, draft) in drafts.iter().enumerate() {
        for from in 0..draft.sentences.len() {
            let most = SENTENCES.min(draft.sentences.len() - from);
            for sentences in (1..=most).map(|count| &draft.sentences[from..from + count]) {
                let text = sentences.join(" ");
                if let Some((words, score)) = worth(sentences, draft.language, &names, traits) {
                    let language = draft.language.map(str::to_owned);
                    let passage = Passage { text, language, sample: sample as u32 };
                    candidates.push(Candidate { passage, words, score });
                }
            }
        }
    }
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut chosen: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        if chosen.len() == PASSAGES_MAX {
            break;
        }
        let alike = |other: &Candidate| {
            let common = candidate.words.intersection(&other.words).count() as f32;
            common > ALIKE * candidate.words.len().min(other.words.len()) as f32
        };
        // From another text, as long as there are any.
        let same = chosen.iter().filter(|other| other.passage.sample == candidate.passage.sample);
        if same.count() < PASSAGES_MAX.div_ceil(drafts.len()) && !chosen.iter().any(alike) {
            chosen.push(candidate);
        }
    }
    chosen.into_iter().map(|candidate| candidate.passage).collect()
}

/// Returns the words of a passage and how well it shows the traits; `None` if it is not to be
/// chosen.
fn worth(
    sentences: &[String],
    language: Option<&str>,
    names: &HashSet<String>,
    traits: &[Trait],
) -> Option<(HashSet<String>, f32)> {
    let each: Vec<Vec<Token>> = sentences.iter().map(|sentence| tokens(sentence)).collect();
    let count: usize = each.iter().map(Vec::len).sum();
    if !WORDS.contains(&count) {
        return None;
    }
    let names_somebody = each.iter().any(|words| {
        words.iter().enumerate().any(|(at, token)| {
            let word = token.lower.strip_suffix("'s").unwrap_or(&token.lower);
            let capital = token.text.starts_with(char::is_uppercase);
            let first = token.lower == "i" || token.lower.starts_with("i'");
            let may_begin = at == 0
                && (language != Some("en")
                    || [
                        &lists::EN.function,
                        &lists::EN.common,
                        &lists::EN.second,
                        &lists::EN.third,
                        &lists::EN.first,
                        &lists::EN.formal,
                        &lists::EN.informal,
                    ]
                    .iter()
                    .any(|list| lists::has(list, word)));
            names.contains(word)
                || word.chars().any(char::is_numeric)
                || capital && !first && !may_begin
        })
    });
    // In a script without capitals, only given names are known: a passage is taken only if the
    // names of its text are.
    let unknown = language != Some("en") && names.is_empty();
    if names_somebody || unknown {
        return None;
    }
    let lower = each.concat().into_iter().map(|token| token.lower).collect::<Vec<_>>();
    let mean = traits.iter().find_map(|found| match &found.habit {
        Habit::SentenceLength { mean, .. } if found.language.as_deref() == language => {
            Some(*mean as f32)
        }
        _ => None,
    });
    let length = count as f32 / sentences.len() as f32;
    let near = mean.map_or(0.0, |mean| 1.0 - ((length - mean).abs() / mean.max(1.0)).min(1.0));
    let phrases = traits.iter().filter(|found| match &found.habit {
        Habit::Phrase { text } => super::words::occurrences(text, &lower) > 0,
        _ => false,
    });
    let several = if sentences.len() > 1 { 0.3 } else { 0.0 };
    Some((lower.iter().cloned().collect(), near + several + 0.5 * phrases.count() as f32))
}
