//! Finds questions that nobody answered.
//!
//! A question is open if it is declared open ("sit with this"), if the answer is that there is none
//! ("I don't know yet"), or if nobody else says anything of substance after it. If the file names
//! no speakers, only declared ones count.

use debrief_domain::transcript::content::Content;

use super::language::Language;
use crate::phrases::Phrases;
use crate::sentences::Sentence;

/// Maximum number.
const MOST: usize = 5;
/// Number of sentences within which an answer is expected.
const REACH: usize = 12;

/// Returns the indexes of open questions among the sentences, in order.
pub(crate) fn open(
    content: &Content,
    sentences: &[Sentence],
    silent: &[bool],
    language: &Language,
) -> Vec<usize> {
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
    let mut places: Vec<_> = found.into_iter().map(|(_, place)| place).collect();
    places.sort_unstable();
    places
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

    let around = &sentences[place.saturating_sub(2)..sentences.len().min(place + 4)];
    if around.iter().any(|near| own(near) && language.left_open.any(&near.words)) {
        return Some(3);
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
