//! What was found, as it is answered.

use chrono::{DateTime, Utc};
use debrief_domain::ids::{ClientId, TranscriptId};
use debrief_search::passages::Kind;
use debrief_search::query::Hit;
use debrief_sessions::ExternalNote;
use serde::Serialize;
use utoipa::ToSchema;

/// A note from another system.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NoteOut {
    /// What that system calls it.
    id: String,
    /// Where it can be opened.
    url: Option<String>,
}

impl NoteOut {
    /// A note, or the session that it is not.
    pub(super) fn or_session(
        note: Option<ExternalNote>,
        id: TranscriptId,
    ) -> (Option<Self>, Option<TranscriptId>) {
        match note {
            Some(note) => (Some(Self { id: note.id, url: note.url }), None),
            None => (None, Some(id)),
        }
    }
}

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
    /// `turns`, `title`, `notes`, `summary`, `action_item`, `decision`, `question` or
    /// `external_note`.
    #[schema(value_type = String)]
    kind: Kind,
    /// Its session; `null` where it is a note from another system.
    transcript_id: Option<TranscriptId>,
    /// That note.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<NoteOut>,
    /// Title of the session or note.
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

pub(super) fn hit_out(hit: Hit) -> HitOut {
    let passage = &hit.stored.passage;
    let turns = passage.turns();
    let best = passage.lines.get(hit.best);
    let (mut text, mut at) = (String::new(), 0);
    let (mut lines, mut highlights) = (Vec::new(), Vec::new());
    let mut before = None;
    for (line, ranges) in passage.lines.iter().zip(&hit.highlights) {
        if !text.is_empty() {
            // The parts of a long turn are apart by a space.
            text.push(if before == Some(line.turn) { ' ' } else { '\n' });
            at += 1;
        }
        before = Some(line.turn);
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
    let (note, transcript_id) = NoteOut::or_session(hit.stored.note, hit.stored.transcript_id);
    HitOut {
        kind: passage.kind,
        transcript_id,
        note,
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
