//! What was found, as it is answered.

use chrono::{DateTime, Utc};
use debrief_domain::ids::{ClientId, TranscriptId};
use debrief_search::answer::Sentence;
use debrief_search::passages::Kind;
use debrief_search::query::Hit;
use serde::Serialize;
use utoipa::ToSchema;

/// A line of a passage.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LineOut {
    /// Index of its turn; `null` in titles and notes.
    turn: Option<u32>,
    /// Who said it, where known.
    speaker: Option<String>,
    /// Milliseconds from the start of the recording, where known.
    start_ms: Option<u64>,
    /// Where it begins in `text`, in characters.
    at: usize,
}

/// A passage that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HitOut {
    /// `turns`, `title`, `notes`, `summary`, `action_item`, `decision` or `question`.
    #[schema(value_type = String)]
    kind: Kind,
    /// Its session.
    transcript_id: TranscriptId,
    /// Title of the session.
    title: Option<String>,
    /// Whose session it was.
    client_id: Option<ClientId>,
    /// When the session was held, where known.
    held_at: Option<DateTime<Utc>>,
    /// First and last turn; `null` for titles and notes.
    turns: Option<[u32; 2]>,
    /// The turn to jump to: the one that fits best.
    turn: Option<u32>,
    /// When that turn begins, in milliseconds from the start of the recording, where known.
    start_ms: Option<u64>,
    /// Who speaks there, where known.
    speaker: Option<String>,
    /// The words, verbatim; lines are apart by a line break.
    text: String,
    /// Its lines, in order.
    lines: Vec<LineOut>,
    /// Words of `text` that fit, as `[from, to]` in characters.
    highlights: Vec<[usize; 2]>,
    /// Greater is better; comparable within one answer only. 0 where there was nothing to rank
    /// by: then the newest come first.
    score: f32,
}

/// A sentence that answers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SentenceOut {
    /// The words, verbatim.
    text: String,
    /// Its session.
    transcript_id: TranscriptId,
    /// Its turn; `null` in notes.
    turn: Option<u32>,
    /// Who said it, where known.
    speaker: Option<String>,
    /// When its turn begins, in milliseconds from the start of the recording, where known.
    start_ms: Option<u64>,
}

/// An answer out of what was found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AnswerOut {
    /// `extractive`: sentences from sessions, chosen; no language model was asked.
    method: &'static str,
    /// Those that hold most of what was asked, best first.
    sentences: Vec<SentenceOut>,
}

pub(super) fn answer_out(sentences: Vec<Sentence>) -> Option<AnswerOut> {
    let sentence = |sentence: Sentence| SentenceOut {
        text: sentence.text,
        transcript_id: sentence.transcript_id,
        turn: sentence.turn,
        speaker: sentence.speaker,
        start_ms: sentence.start_ms,
    };
    let sentences: Vec<SentenceOut> = sentences.into_iter().map(sentence).collect();
    (!sentences.is_empty()).then_some(AnswerOut { method: "extractive", sentences })
}

pub(super) fn hit_out(hit: Hit) -> HitOut {
    let passage = &hit.stored.passage;
    let turns = passage.turns();
    let best = passage.lines.get(hit.best);
    let (mut text, mut at) = (String::new(), 0);
    let (mut lines, mut highlights) = (Vec::new(), Vec::new());
    for (line, ranges) in passage.lines.iter().zip(&hit.highlights) {
        if !text.is_empty() {
            text.push('\n');
            at += 1;
        }
        let characters = |to: usize| line.text.get(..to).map_or(0, |part| part.chars().count());
        highlights.extend(
            ranges.iter().map(|range| [at + characters(range.start), at + characters(range.end)]),
        );
        lines.push(LineOut {
            turn: turns.map(|_| line.turn),
            speaker: line.speaker.clone(),
            start_ms: line.start_ms,
            at,
        });
        text.push_str(&line.text);
        at += line.text.chars().count();
    }
    HitOut {
        kind: passage.kind,
        transcript_id: hit.stored.transcript_id,
        client_id: hit.stored.client_id,
        held_at: hit.stored.held_at,
        turns: turns.map(|(from, to)| [from, to]),
        turn: turns.and(best.map(|line| line.turn)),
        start_ms: best.and_then(|line| line.start_ms),
        speaker: best.and_then(|line| line.speaker.clone()),
        text,
        lines,
        highlights,
        score: hit.score,
        title: hit.stored.title,
    }
}
