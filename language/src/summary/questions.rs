//! Finds questions that nobody answered, and those to think about until the next session.
//!
//! A question is open if it is declared open ("sit with this"), if the answer is that there is none
//! ("I don't know yet"), or if nobody else says anything of substance after it. If the file names
//! no speakers, only declared ones count. A declared question is also one for the next session.

use debrief_domain::transcript::content::Content;

use super::language::Language;
use crate::phrases::Phrases;
use crate::sentences::Sentence;

/// Maximum number.
const MOST: usize = 5;
/// Number of sentences within which an answer is expected.
const REACH: usize = 12;
/// Sentences before a question, and from it on, that may declare it open.
const AROUND: (usize, usize) = (2, 4);
/// Weight of a question that is declared open.
const DECLARED: u8 = 3;

/// Indexes of questions among the sentences, in order.
pub(crate) struct Questions {
    /// Without an answer.
    pub(crate) open: Vec<usize>,
    /// Of these, what somebody was asked to think about until the next session.
    pub(crate) next: Vec<usize>,
}

/// Finds open questions.
pub(crate) fn find(
    content: &Content,
    sentences: &[Sentence],
    silent: &[bool],
    language: &Language,
) -> Questions {
    let yes_no = Phrases::new(language.pack.yes_no);
    let mut found: Vec<(u8, usize)> = Vec::new();
    for (place, sentence) in sentences.iter().enumerate() {
        let about = sentence.words.iter().filter(|word| language.is_content(&word.lower)).count();
        let short = sentence.words.len() < if language.pack.unspaced { 3 } else { 5 };
        if silent[place] || short || about < 2 {
            continue;
        }
        if language.still_unknown.any(&sentence.words) && !sentence.question {
            found.push((2, place));
        } else if sentence.question
            && let Some(weight) = weigh(content, sentences, place, language, &yes_no)
        {
            found.push((weight, place));
        }
    }
    found.sort_by_key(|(weight, place)| (std::cmp::Reverse(*weight), std::cmp::Reverse(*place)));
    found.truncate(MOST);
    found.sort_unstable_by_key(|(_, place)| *place);
    let declared: Vec<usize> =
        found.iter().filter(|(weight, _)| *weight == DECLARED).map(|(_, place)| *place).collect();
    let mut next: Vec<usize> = (0..sentences.len())
        .filter(|place| language.left_open.any(&sentences[*place].words))
        .filter_map(|place| meant(place, &declared))
        .collect();
    next.dedup();
    Questions { open: found.into_iter().map(|(_, place)| place).collect(), next }
}

/// Returns the question that a declaration at `place` means: itself, else the last before it, else
/// the first after it.
fn meant(place: usize, declared: &[usize]) -> Option<usize> {
    let before = declared.iter().rev().find(|at| **at <= place && place - **at < AROUND.1);
    let after = || declared.iter().find(|at| **at > place && **at - place <= AROUND.0);
    before.or_else(after).copied()
}

/// Returns how certainly a question is open; `None` if it is not.
fn weigh(
    content: &Content,
    sentences: &[Sentence],
    place: usize,
    language: &Language,
    yes_no: &Phrases,
) -> Option<u8> {
    let sentence = &sentences[place];
    let speaker = |sentence: &Sentence| content.turns[sentence.turn].speaker.as_deref();
    let asker = speaker(sentence);
    let own = |other: &Sentence| speaker(other) == asker && other.turn.abs_diff(sentence.turn) <= 2;

    let to = sentences.len().min(place + AROUND.1);
    let around = &sentences[place.saturating_sub(AROUND.0)..to];
    if around.iter().any(|near| own(near) && language.left_open.any(&near.words)) {
        return Some(DECLARED);
    }
    asker?;
    let after = &sentences[place + 1..sentences.len().min(place + 1 + REACH)];
    let mut spoke_on = 0;
    for next in after {
        if speaker(next) == asker {
            if next.turn == sentence.turn {
                // Somebody who continues was not waiting for an answer, or now asks something else.
                spoke_on += next.words.len();
                if spoke_on >= 8 || next.question {
                    return None;
                }
            }
            continue;
        }
        if language.no_answer.any(&next.words) {
            let turn = &content.turns[next.turn];
            return (turn.text.split_whitespace().take(41).count() <= 40).then_some(2);
        }
        let answer =
            next.words.iter().filter(|word| !language.fillers.contains(word.lower.as_str()));
        if (answer.count() >= 2 && !next.question)
            || next.words.iter().any(|word| yes_no.has(&word.lower))
        {
            return None;
        }
    }
    // The reach ended before the transcript did: people talk, just not in complete sentences.
    (after.len() < REACH).then_some(1)
}
