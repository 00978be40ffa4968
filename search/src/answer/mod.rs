//! An answer without a language model: the sentences that contain most of the question.
//!
//! Invariant: each sentence is verbatim and names its session and turn.

pub mod cited;

use crate::highlight::Matcher;
use crate::passages::Kind;
use crate::query::hit::Hit;
use debrief_domain::subject::Subject;
use debrief_sessions::ExternalNote;
use unicode_segmentation::UnicodeSegmentation;

/// The maximum number of sentences.
const SENTENCES_MAX: usize = 3;
/// The number of hits whose sentences are considered.
const HITS_MAX: usize = 10;
/// The minimum score of a sentence, as a share of the best one's.
const LEAST: f32 = 0.5;
/// The minimum number of words: "Sleep." is not an answer.
const WORDS_MIN: usize = 4;
/// Sentences with more words than this score less.
const WORDS_FAIR: f32 = 30.0;

/// A sentence of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentence {
    /// The verbatim text.
    pub text: String,
    /// Its session; the note's id if `note` is set.
    pub subject: Subject,
    /// The external note that contains it, if any.
    pub note: Option<ExternalNote>,
    /// Its turn; `None` in titles and notes.
    pub turn: Option<u32>,
    /// Its speaker, if known.
    pub speaker: Option<String>,
    /// The start of its turn, if known.
    pub start_ms: Option<u64>,
}

/// Returns the best sentences of these hits, best first. Questions are only included if nothing
/// else is found; links never are.
pub(crate) fn sentences(hits: &[Hit], matcher: &mut Matcher<'_>) -> Vec<Sentence> {
    let mut candidates: Vec<(f32, Sentence)> = Vec::new();
    for hit in hits.iter().take(HITS_MAX) {
        let passage = &hit.stored.passage;
        if passage.kind == Kind::Title {
            continue;
        }
        let lines = passage.lines.iter().zip(&hit.highlights);
        for (line, _) in lines.filter(|(_, highlights)| !highlights.is_empty()) {
            for text in line.text.unicode_sentences() {
                let text = text.trim();
                if text.contains("://") {
                    continue;
                }
                let words = matcher.fits(text);
                if words.len() < WORDS_MIN || candidates.iter().any(|(_, s)| s.text == text) {
                    continue;
                }
                let mut weight = matcher.weight(&words);
                weight /= (words.len() as f32 / WORDS_FAIR).max(1.0).sqrt();
                if text.ends_with(['?', '؟', '？']) {
                    weight *= LEAST * LEAST;
                }
                if weight > 0.0 {
                    let sentence = Sentence {
                        text: text.to_owned(),
                        subject: hit.stored.subject,
                        note: hit.stored.note.clone(),
                        turn: passage.turns().map(|_| line.turn),
                        speaker: line.speaker.clone(),
                        start_ms: line.start_ms,
                    };
                    candidates.push((weight, sentence));
                }
            }
        }
    }
    // Stable: of equal sentences, those of the better hit come first.
    candidates.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let least = candidates.first().map_or(0.0, |(best, _)| best * LEAST);
    let fair = candidates.into_iter().take_while(|(weight, _)| *weight >= least);
    fair.take(SENTENCES_MAX).map(|(_, sentence)| sentence).collect()
}
