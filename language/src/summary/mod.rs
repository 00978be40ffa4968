//! Extractive summaries: a session in its own words, without a language model.
//!
//! Invariants:
//! - Every quote is a verbatim substring of its turn.
//! - The same transcript gives the same summary.
//! - Time is near-linear in the length of the transcript and bounded by
//!   [`sentences::MAX_SENTENCES`]; a longer transcript is summarized from its first thirty hours.
//! - What the transcript does not contain is empty, not padded.

mod actions;
mod decisions;
mod due;
mod language;
#[cfg(test)]
mod languages_tests;
mod lexicon;
mod overview;
mod questions;
mod rank;
mod replies;
#[cfg(test)]
mod tests;
mod topics;
#[cfg(test)]
mod understood_tests;
mod worth;

use chrono::NaiveDate;
use debrief_domain::summary::content::{Content as Summary, Method, Point, Quote};
use debrief_domain::transcript::content::Content;

use crate::sentences::{self, Sentence};
use language::Language;
use overview::Budget;
use rank::Ranking;
use worth::{EARLY, Worth};

/// Maximum number of key moments.
const MOMENTS: usize = 5;
/// If fewer sentences have a cue, central sentences are added.
const ENOUGH_MOMENTS: usize = 3;

/// Summarizes a transcript with sentences chosen from it. Deadlines are resolved from `held_on`, the
/// day of the session.
pub fn extractive(content: &Content, held_on: Option<NaiveDate>) -> Summary {
    let mut sentences = sentences::split(content);
    let language = Language::of(content, &sentences);
    language.join_words(content, &mut sentences);
    let silent: Vec<bool> = sentences.iter().map(|s| is_silent(s, &language)).collect();
    let ranking = Ranking::new(&sentences, &silent, &language);
    let worth = Worth::of_all(content, &sentences, &silent, &language);
    let scores: Vec<f32> =
        worth.iter().zip(&ranking.central).map(|(worth, central)| worth.score(*central)).collect();

    let actions = actions::find(content, held_on, &sentences, &silent, &language);
    let promised: Vec<usize> = actions.iter().map(|found| found.sentence).collect();
    let decisions = decisions::find(content, &sentences, &worth, &ranking, &language, &promised);
    let (worth, scores) = without_questions(worth, scores, &sentences, &language);
    let headline = headline(&sentences, &scores, &worth);
    let overview = overview(&sentences, &worth, &scores, &ranking);
    let told: Vec<usize> = overview.iter().chain(&decisions).chain(&promised).copied().collect();
    let moments = moments(&sentences, &silent, &scores, &worth, &ranking, &told);
    let questions = questions::find(content, &sentences, &silent, &language);
    let topics = topics::find(content, &sentences, &silent, &language);

    let point = |place: usize| Point::of_quote(sentences[place].quote(content));
    let points = |places: Vec<usize>| -> Vec<Point> { places.into_iter().map(point).collect() };
    let mut summary = Summary {
        language: language_tag(content, &language),
        headline: headline.map(point),
        overview: points(overview),
        key_moments: points(moments),
        topics,
        decisions: points(decisions),
        action_items: actions.into_iter().map(|found| found.item).collect(),
        open_questions: points(questions.open),
        next_questions: points(questions.next),
        ..Summary::empty(Method::Extractive)
    };
    summary.number(std::iter::empty());
    summary
}

/// Returns the tag of the language that is quoted: the transcript's, else that of its word lists.
fn language_tag(content: &Content, language: &Language) -> Option<String> {
    let known = || Some(language.pack.code).filter(|code| !code.is_empty()).map(str::to_owned);
    content.language.clone().or_else(known)
}

/// Leaves questions out of what is quoted, in languages in which they would crowd out answers: a
/// coach's questions have the words of the session, but nothing of what came of it.
fn without_questions(
    mut worth: Vec<Worth>,
    mut scores: Vec<f32>,
    sentences: &[Sentence],
    language: &Language,
) -> (Vec<Worth>, Vec<f32>) {
    if !language.pack.quotes_questions {
        for (place, _) in sentences.iter().enumerate().filter(|(_, sentence)| sentence.question) {
            worth[place].share = 0.0;
            scores[place] = 0.0;
        }
    }
    (worth, scores)
}

/// Greetings, technicalities and fillers have no weight.
fn is_silent(sentence: &Sentence, language: &Language) -> bool {
    let telling = sentence
        .words
        .iter()
        .filter(|word| !language.fillers.contains(word.lower.as_str()))
        .count();
    telling == 0 || language.housekeeping.any(&sentence.words)
}

fn headline(sentences: &[Sentence], scores: &[f32], worth: &[Worth]) -> Option<usize> {
    let fits = |words: usize| match words {
        6..=24 => 1.0,
        25..=32 => 0.7,
        _ => 0.3,
    };
    (0..sentences.len())
        .map(|place| {
            let says = worth[place].signals.insight
                || worth[place].signals.decision
                || worth[place].signals.goal;
            let says = if says { 1.3 } else { 1.0 };
            (place, scores[place] * fits(sentences[place].words.len()) * says)
        })
        .filter(|(_, score)| *score > 0.0)
        .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
        .map(|(place, _)| place)
}

fn overview(
    sentences: &[Sentence],
    worth: &[Worth],
    scores: &[f32],
    ranking: &Ranking,
) -> Vec<usize> {
    let most = match sentences.len() {
        0..=20 => 3,
        21..=60 => 4,
        61..=160 => 5,
        161..=500 => 6,
        _ => 7,
    };
    let mut worth = worth.to_vec();
    // The purpose of the session comes first, if it is stated.
    let early = (sentences.len() as f32 * EARLY) as usize;
    let goal = (0..early)
        .filter(|place| worth[*place].signals.goal && scores[*place] > 0.0)
        .max_by(|a, b| scores[*a].total_cmp(&scores[*b]).then(b.cmp(a)));
    if let Some(place) = goal {
        worth[place].share *= 3.0;
    }
    let mut chosen = overview::choose(sentences, &worth, ranking, Budget::Sentences(most));
    // Better short than padded with sentences of little content.
    let top = scores.iter().copied().fold(0.0, f32::max);
    let mut kept = 0;
    chosen.retain(|place| {
        kept += 1;
        kept <= 3 || scores[*place] >= 0.35 * top
    });
    chosen.sort_unstable();
    chosen
}

/// Returns the most informative set of sentences, at most `words` words in total (separated by
/// white space), in spoken order.
pub fn overview_of(content: &Content, words: usize) -> Vec<Quote> {
    let mut sentences = sentences::split(content);
    let language = Language::of(content, &sentences);
    language.join_words(content, &mut sentences);
    let silent: Vec<bool> = sentences.iter().map(|s| is_silent(s, &language)).collect();
    let ranking = Ranking::new(&sentences, &silent, &language);
    let worth = Worth::of_all(content, &sentences, &silent, &language);
    let mut chosen = overview::choose(&sentences, &worth, &ranking, Budget::Words(words));
    chosen.sort_unstable();
    chosen.into_iter().map(|place| sentences[place].quote(content)).collect()
}

fn moments(
    sentences: &[Sentence],
    silent: &[bool],
    scores: &[f32],
    worth: &[Worth],
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
    // Without a cue, only sentences that stand alone well.
    let tells = |place: &usize| {
        worth[*place].signals.insight
            || (sentences[*place].words.len() >= 8 && worth[*place].share >= 0.85)
    };
    let pool = |insight: bool| -> Vec<(usize, f32)> {
        (0..sentences.len())
            .filter(fits)
            .filter(tells)
            .filter(|place| worth[*place].signals.insight == insight)
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
