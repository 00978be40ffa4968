//! Converts hits into their form in responses.

use debrief_api_types::search as types;
use debrief_api_types::search::{NoteReference, PassageLine};
use debrief_search::query::Hit;
use debrief_sessions::ExternalNote;

pub(super) fn note(note: ExternalNote) -> NoteReference {
    NoteReference { id: note.id, url: note.url }
}

pub(super) fn hit(hit: Hit) -> types::Hit {
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
        lines.push(PassageLine {
            turn: turns.map(|_| line.turn),
            speaker: line.speaker.clone(),
            start_ms: line.start_ms,
            at,
        });
        text.push_str(&line.text);
        at += line.text.chars().count();
    }
    types::Hit {
        kind: passage.kind,
        transcript_id: hit.stored.subject.transcript(),
        note: hit.stored.note.map(note),
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
