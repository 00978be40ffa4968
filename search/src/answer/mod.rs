//! An answer without a language model: the sentences that hold most of what was asked.
//!
//! Invariant: each sentence is verbatim, and says which turn of which session it is from.

pub mod cited;

use crate::highlight::Matcher;
use crate::passages::Kind;
use crate::query::Hit;
use debrief_domain::ids::TranscriptId;
use debrief_sessions::ExternalNote;
use unicode_segmentation::UnicodeSegmentation;

/// Sentences of an answer.
const SENTENCES_MAX: usize = 3;
/// Hits whose sentences are looked at.
const HITS_MAX: usize = 10;
/// A sentence holds at least so much of what the best one does.
const LEAST: f32 = 0.5;
/// Fewer words are no answer: "Sleep."
const WORDS_MIN: usize = 4;
/// Longer than so many words, a sentence counts for less.
const WORDS_FAIR: f32 = 30.0;

/// A sentence of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentence {
    /// The words, verbatim.
    pub text: String,
    /// Its session; a note's id where `note` is there.
    pub transcript_id: TranscriptId,
    /// The note from elsewhere that it stands in, if it is one.
    pub note: Option<ExternalNote>,
    /// Its turn; `None` in titles and notes.
    pub turn: Option<u32>,
    /// Who said it, where known.
    pub speaker: Option<String>,
    /// When its turn begins, where known.
    pub start_ms: Option<u64>,
}

/// The best sentences of these hits, best first. Questions answer nothing, so they come in only
/// where nothing else does; links never do.
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
                        transcript_id: hit.stored.transcript_id,
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
    // Stable: of equals, those of the better hit come first.
    candidates.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let least = candidates.first().map_or(0.0, |(best, _)| best * LEAST);
    let fair = candidates.into_iter().take_while(|(weight, _)| *weight >= least);
    fair.take(SENTENCES_MAX).map(|(_, sentence)| sentence).collect()
}
