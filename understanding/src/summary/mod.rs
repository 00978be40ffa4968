//! Extractive summaries: a session in its own words, without a language model.
//!
//! Invariants:
//! - Every quote is a verbatim substring of its turn.
//! - The same transcript gives the same summary.
//! - Time is near-linear in the length of the transcript and bounded by
//!   [`sentences::MAX_SENTENCES`]; a transcript longer than that is summarized from its first
//!   thirty hours.
//! - What the transcript does not give is empty, not padded.

mod actions;
mod due;
mod language;
mod phrases;
mod questions;
mod rank;
mod sentences;
#[cfg(test)]
mod tests;
mod topics;

use debrief_domain::summary::content::{Content as Summary, Method, Quote};
use debrief_domain::transcript::content::Content;

use language::Language;
use rank::Ranking;
use sentences::Sentence;

/// Key moments and decisions that are kept.
const MOMENTS: usize = 5;
/// Where fewer say that they are one, central sentences make up for it.
const ENOUGH_MOMENTS: usize = 3;
const DECISIONS: usize = 5;
/// What a session is for is said in this part of it.
const EARLY: f32 = 0.35;

/// Summarizes a transcript with sentences chosen from it.
pub fn extractive(content: &Content) -> Summary {
    let sentences = sentences::split(content);
    let language = Language::of(content, &sentences);
    let silent: Vec<bool> = sentences.iter().map(|s| is_silent(s, &language)).collect();
    let ranking = Ranking::new(&sentences, &silent, &language);
    let signals: Vec<Signals> = sentences.iter().map(|s| Signals::of(s, &language)).collect();
    let scores: Vec<f32> = (0..sentences.len())
        .map(|place| {
            let said = sentences[place].text(content);
            score(place, &sentences, &silent, &signals, &ranking, &language) * fluency(said)
        })
        .collect();

    let actions = actions::find(content, &sentences, &silent, &language);
    let promised: Vec<usize> = actions.iter().map(|found| found.sentence).collect();
    let decisions = decisions(&sentences, &silent, &signals, &ranking, &promised);
    let headline = headline(&sentences, &scores, &signals);
    let overview = overview(&sentences, &scores, &signals, &ranking);
    let told: Vec<usize> = overview.iter().chain(&decisions).chain(&promised).copied().collect();
    let moments = moments(&sentences, &silent, &scores, &signals, &ranking, &told);
    let questions = questions::open(content, &sentences, &silent, &language);
    let topics = topics::find(content, &sentences, &silent, &language);

    let quotes = |places: Vec<usize>| -> Vec<Quote> {
        places.into_iter().map(|place| sentences[place].quote(content)).collect()
    };
    Summary {
        method: Method::Extractive,
        headline: headline.map(|place| sentences[place].quote(content)),
        overview: quotes(overview),
        key_moments: quotes(moments),
        topics,
        decisions: quotes(decisions),
        action_items: actions.into_iter().map(|found| found.item).collect(),
        open_questions: quotes(questions),
    }
}

/// Greetings, technicalities and fillers weigh nothing.
fn is_silent(sentence: &Sentence, language: &Language) -> bool {
    let telling = sentence
        .words
        .iter()
        .filter(|word| !language.fillers.contains(word.lower.as_str()))
        .count();
    telling == 0 || language.housekeeping.any(&sentence.words)
}

/// What a sentence does besides saying something.
#[derive(Debug, Clone, Copy)]
struct Signals {
    insight: bool,
    goal: bool,
    decision: bool,
    commitment: bool,
}

impl Signals {
    fn of(sentence: &Sentence, language: &Language) -> Self {
        let words = &sentence.words;
        let statement = !sentence.question;
        Self {
            insight: statement && language.insight.any(words),
            goal: statement && language.goal.any(words),
            decision: statement && language.decision.any(words) && !language.undecided.any(words),
            commitment: statement
                && language.i_will.any(words)
                && !language.no_commitment.any(words),
        }
    }
}

fn score(
    place: usize,
    sentences: &[Sentence],
    silent: &[bool],
    signals: &[Signals],
    ranking: &Ranking,
    language: &Language,
) -> f32 {
    if silent[place] {
        return 0.0;
    }
    let sentence = &sentences[place];
    let signals = signals[place];
    let words = sentence.words.len();
    let position = place as f32 / sentences.len() as f32;
    // What a session is for, what became clear and what was decided counts even in rare words.
    let mut worth = 0.15 + ranking.central[place];
    worth += if signals.insight { 0.2 } else { 0.0 };
    worth += if signals.decision { 0.25 } else { 0.0 };
    worth += if signals.goal && position < EARLY { 0.5 } else { 0.0 };
    let mut bonus = 1.0;
    bonus += if signals.insight { 0.3 } else { 0.0 };
    bonus += if signals.decision { 0.25 } else { 0.0 };
    bonus += if signals.commitment && position > 0.6 { 0.25 } else { 0.0 };
    bonus += if position > 0.85 { 0.1 } else { 0.0 };
    let length = match words {
        0..=4 => 0.15,
        5..=7 => 0.6,
        8..=34 => 1.0,
        35..=50 => 0.8,
        _ => 0.55,
    };
    let fillers =
        sentence.words.iter().filter(|word| language.fillers.contains(word.lower.as_str())).count()
            as f32
            / words as f32;
    let first = sentence
        .words
        .iter()
        .find(|word| !language.fillers.contains(word.lower.as_str()))
        .map_or("", |word| word.lower.as_str());
    let leaning = if language.leaning.contains(first) { 0.75 } else { 1.0 };
    let pointing = sentence
        .words
        .iter()
        .filter(|word| language.pointing.contains(word.lower.as_str()))
        .count()
        .min(4) as f32;
    let leaning = leaning * (1.0 - 0.08 * pointing);
    let asking = if sentence.question { 0.5 } else { 1.0 };
    worth * bonus * length * (1.0 - fillers) * leaning * asking
}

/// How well a sentence reads: whole, not broken off, not full of false starts.
fn fluency(said: &str) -> f32 {
    let mut fluency = 1.0;
    if said.chars().next().is_some_and(char::is_lowercase) {
        fluency *= 0.7;
    }
    if !said.ends_with(['.', '!', '?', '"', '”', '。', '！', '？', '؟', '।']) {
        fluency *= 0.7;
    }
    if said.contains(['…']) || said.contains("...") {
        fluency *= 0.7;
    }
    let commas = said.matches([',', '،', '、']).count();
    let words = said.split_whitespace().count();
    if commas >= 3 && commas * 5 > words {
        fluency *= 0.75;
    }
    fluency
}

fn headline(sentences: &[Sentence], scores: &[f32], signals: &[Signals]) -> Option<usize> {
    let fits = |words: usize| match words {
        6..=24 => 1.0,
        25..=32 => 0.7,
        _ => 0.3,
    };
    (0..sentences.len())
        .map(|place| {
            let says = signals[place].insight || signals[place].decision || signals[place].goal;
            let says = if says { 1.3 } else { 1.0 };
            (place, scores[place] * fits(sentences[place].words.len()) * says)
        })
        .filter(|(_, score)| *score > 0.0)
        .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
        .map(|(place, _)| place)
}

fn overview(
    sentences: &[Sentence],
    scores: &[f32],
    signals: &[Signals],
    ranking: &Ranking,
) -> Vec<usize> {
    let most = match sentences.len() {
        0..=20 => 3,
        21..=60 => 4,
        61..=160 => 5,
        161..=500 => 6,
        _ => 7,
    };
    let mut scored: Vec<(usize, f32)> = scores.iter().copied().enumerate().collect();
    // What the session is for comes first, where somebody says it.
    let early = (sentences.len() as f32 * EARLY) as usize;
    if let Some((_, score)) = scored[..early]
        .iter_mut()
        .filter(|(place, score)| signals[*place].goal && *score > 0.0)
        .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
    {
        *score *= 3.0;
    }
    let mut chosen = ranking.choose(&scored, most, true, &[]);
    // Better short than padded with what says little.
    let top = scores.iter().copied().fold(0.0, f32::max);
    let mut kept = 0;
    chosen.retain(|place| {
        kept += 1;
        kept <= 3 || scores[*place] >= 0.35 * top
    });
    chosen.sort_unstable();
    chosen
}

fn decisions(
    sentences: &[Sentence],
    silent: &[bool],
    signals: &[Signals],
    ranking: &Ranking,
    promised: &[usize],
) -> Vec<usize> {
    let scored: Vec<(usize, f32)> = (0..sentences.len())
        .filter(|place| {
            signals[*place].decision
                && !silent[*place]
                && sentences[*place].words.len() >= 4
                && !promised.contains(place)
        })
        .map(|place| (place, 0.5 + ranking.central[place]))
        .collect();
    let mut chosen = ranking.choose(&scored, DECISIONS, false, &[]);
    chosen.sort_unstable();
    chosen
}

fn moments(
    sentences: &[Sentence],
    silent: &[bool],
    scores: &[f32],
    signals: &[Signals],
    ranking: &Ranking,
    told: &[usize],
) -> Vec<usize> {
    // A short session is its own overview.
    if sentences.len() < 8 {
        return Vec::new();
    }
    let fits = |place: &usize| {
        !silent[*place] && !told.contains(place) && sentences[*place].words.len() >= 5
    };
    let pool = |insight: bool| -> Vec<(usize, f32)> {
        (0..sentences.len())
            .filter(fits)
            .filter(|place| signals[*place].insight == insight)
            .map(|place| (place, scores[place] + if insight { 0.2 } else { 0.0 }))
            .collect()
    };
    let mut chosen = ranking.choose(&pool(true), MOMENTS, true, told);
    if chosen.len() < ENOUGH_MOMENTS {
        let already: Vec<usize> = told.iter().chain(&chosen).copied().collect();
        let missing = ENOUGH_MOMENTS - chosen.len();
        chosen.extend(ranking.choose(&pool(false), missing, true, &already));
    }
    chosen.sort_unstable();
    chosen
}
