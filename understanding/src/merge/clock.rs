//! Aligns several files on one clock.

use debrief_domain::transcript::content::{Content, Cue, Turn};
use debrief_domain::transcript::talk;
use debrief_formats::OF_DAY;
use debrief_formats::builder::{Builder, Piece};

use super::file_names;
use super::part::{MergeError, Part};

/// A part that begins at most this long before the end of the previous one continues its clock.
const CLOCK_SLACK_MS: u64 = 1_000;

/// Turns on one clock, and the zero of each file's clock on it.
pub(super) struct Row {
    /// The turns.
    pub(super) turns: Vec<Turn>,
    /// For each part: its name and the time at which its clock is 0, if known.
    parts: Vec<(String, Option<u64>)>,
}

impl Row {
    /// Merges tracks by time, piece by piece. The speaker of each piece is that of its track.
    pub(super) fn from_tracks(
        parts: Vec<Part>,
        speakers: &[Option<String>],
        notes: &mut Vec<String>,
    ) -> Self {
        let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        notes.push(format!("tracks of one call were merged by time: {}", names.join(", ")));
        let mut pieces = Vec::new();
        for (part, speaker) in parts.iter().zip(speakers) {
            if let Some(speaker) =
                speaker.as_deref().filter(|_| part.content.participants.is_empty())
            {
                notes.push(format!("{}: the speaker is named {speaker} after the file", part.name));
            }
            let mut last = 0;
            for turn in &part.content.turns {
                let language = turn.language.as_deref().or(part.content.language.as_deref());
                for (text, cue) in pieces_of(turn) {
                    last = cue.start_ms.unwrap_or(last);
                    let piece = Piece {
                        line: 1,
                        kind: turn.kind,
                        speaker: speaker.as_deref(),
                        start_ms: cue.start_ms,
                        end_ms: cue.end_ms,
                        language,
                        text,
                    };
                    pieces.push((last, piece));
                }
            }
        }
        pieces.sort_by_key(|(at, _)| *at);
        let mut out = Builder::new("");
        pieces.iter().for_each(|(_, piece)| out.say(*piece));
        Self {
            turns: out.finish().turns,
            parts: parts.into_iter().map(|part| (part.name, Some(0))).collect(),
        }
    }
}

/// Splits a turn into the pieces that have times of their own.
fn pieces_of(turn: &Turn) -> Vec<(&str, Cue)> {
    let cues: Vec<Cue> = talk::cues(turn).collect();
    let untimed = Cue { at: 0, start_ms: None, end_ms: None };
    let mut pieces = Vec::with_capacity(cues.len() + 1);
    let mut chars = turn.text.char_indices().enumerate().map(|(count, (byte, _))| (count, byte));
    let mut from = 0;
    let mut now = untimed;
    for cue in cues {
        let at = cue.at as usize;
        let byte = match at {
            0 => 0,
            _ => chars.find(|(count, _)| *count == at).map_or(turn.text.len(), |(_, byte)| byte),
        };
        if byte > from {
            pieces.push((&turn.text[from..byte], now));
        }
        (from, now) = (byte, cue);
    }
    pieces.push((&turn.text[from..], now));
    pieces
}

/// Appends parts in the order that their names state. A part whose clock restarts is shifted: to
/// its start time if the names state it, else to the end of the previous part.
pub(super) fn in_a_row(parts: Vec<Part>, notes: &mut Vec<String>) -> Result<Row, MergeError> {
    let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
    if parts.len() == 1 {
        let [part] = <[Part; 1]>::try_from(parts).map_err(|_| MergeError::Nothing)?;
        let language = part.content.language;
        let turns = spoken_in(part.content.turns, language.as_deref());
        return Ok(Row { turns, parts: vec![(part.name, Some(0))] });
    }
    let order = file_names::order(&names).ok_or(MergeError::Unrelated)?;
    let mut parts: Vec<Option<Part>> = parts.into_iter().map(Some).collect();
    let mut row = Row { turns: Vec::new(), parts: Vec::new() };
    // End of the turns so far; `None` after a part without times.
    let mut end = Some(0u64);
    for (rank, place) in order.places.iter().enumerate() {
        let Some(Part { name, content }) = parts[*place].take() else { continue };
        let began = order.began.as_ref().and_then(|began| {
            u64::try_from(began[rank] - began[0]).ok().map(|seconds| seconds * 1_000)
        });
        let first = content.turns.iter().flat_map(talk::cues).filter_map(|cue| cue.start_ms).min();
        let goes_on = rank > 0
            && matches!((first, end), (Some(first), Some(end))
                if end > 0 && first.saturating_add(CLOCK_SLACK_MS) >= end);
        let stated = began.filter(|began| end.is_none_or(|end| *began >= end));
        let shift = if goes_on { Some(0) } else { stated.or(end) };
        let mut turns = spoken_in(content.turns, content.language.as_deref());
        match shift {
            Some(shift) => turns.iter_mut().for_each(|turn| moved(turn, signed(shift))),
            None => turns.iter_mut().for_each(without_times),
        }
        notes.push(match (rank, shift) {
            (0, _) => format!("part 1 is {name}"),
            (_, Some(0)) => format!("part {} is {name}; its clock continues", rank + 1),
            (_, Some(shift)) => format!(
                "part {} is {name}; its clock restarted and was shifted by {} s, to {}",
                rank + 1,
                shift / 1_000,
                match stated {
                    Some(_) => "the time in its name",
                    None => "the end of the previous part",
                }
            ),
            (_, None) => format!(
                "part {} is {name}; it follows a part without times, so its times were dropped",
                rank + 1
            ),
        });
        let last = turns.iter().flat_map(talk::cues).filter_map(|cue| cue.end_ms.max(cue.start_ms));
        end = match (last.max(), end) {
            (Some(last), Some(end)) => Some(last.max(end)),
            (last, _) => last,
        };
        row.parts.push((name, shift));
        row.turns.append(&mut turns);
    }
    Ok(row)
}

/// Returns the time of day that a file's times are relative to, in milliseconds since midnight.
pub(super) fn zero_of_day(content: &Content) -> Option<u64> {
    content.warnings.iter().find_map(|warning| debrief_formats::zero_of_day(&warning.message))
}

/// Inserts chats between the turns, by time; messages without a time on this clock are appended. If
/// both speech and chat have times of day, they are aligned by them: the times of the speech are
/// relative to `zero`.
pub(super) fn with_chat(
    row: Row,
    chats: Vec<Part>,
    zero: Option<u64>,
    notes: &mut Vec<String>,
) -> Vec<Turn> {
    let shifts = shifts(&row, &chats);
    let (mut early, mut timed, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    for (Part { name, content }, shift) in chats.into_iter().zip(shifts) {
        let of_day = content.warnings.iter().any(|warning| warning.message == OF_DAY);
        let since = zero.zip(zero_of_day(&content).filter(|_| of_day));
        let shift = match since {
            Some((speech, chat)) => Some(apart(speech, chat)),
            None => shift.filter(|_| !of_day).map(signed),
        };
        let messages = content.turns.len();
        notes.push(match shift {
            Some(_) => format!("{messages} messages of {name} were inserted between the turns by time"),
            None => format!(
                "{messages} messages of {name} were appended: their clock is not that of the recording"
            ),
        });
        for mut turn in spoken_in(content.turns, content.language.as_deref()) {
            match shift {
                // Before the first words, the recording's clock has no times.
                Some(shift) if before_zero(&turn, shift) => {
                    without_times(&mut turn);
                    early.push(turn);
                    continue;
                }
                Some(shift) => moved(&mut turn, shift),
                None => without_times(&mut turn),
            }
            match turn.start_ms {
                Some(start) => timed.push((start, turn)),
                None => rest.push(turn),
            }
        }
    }
    timed.sort_by_key(|(start, _)| *start);
    let mut turns = early;
    turns.reserve(row.turns.len() + timed.len() + rest.len());
    let mut timed = timed.into_iter().peekable();
    for turn in row.turns {
        if let Some(start) = turn.start_ms {
            while let Some((_, message)) = timed.next_if(|(sent, _)| *sent < start) {
                turns.push(message);
            }
        }
        turns.push(turn);
    }
    turns.extend(timed.map(|(_, message)| message));
    turns.append(&mut rest);
    turns
}

/// Returns the shift of each chat: that of the part with the same number or time if there is one
/// for each, else none, because Zoom's chat starts with the first recording.
fn shifts(row: &Row, chats: &[Part]) -> Vec<Option<u64>> {
    let names: Vec<&str> = chats.iter().map(|chat| chat.name.as_str()).collect();
    if row.parts.len() > 1
        && chats.len() == row.parts.len()
        && let Some(order) = file_names::order(&names)
    {
        let mut shifts = vec![None; chats.len()];
        for (place, (_, shift)) in order.places.iter().zip(&row.parts) {
            shifts[*place] = *shift;
        }
        return shifts;
    }
    let of_part = |chat: &str| {
        let stamp = file_names::gmt(file_names::stem(chat))?;
        let stamp_of = |name: &str| file_names::gmt(file_names::stem(name));
        row.parts.iter().find(|(name, _)| stamp_of(name) == Some(stamp)).map(|(_, shift)| *shift)
    };
    names.iter().map(|chat| of_part(chat).unwrap_or(Some(0))).collect()
}

/// Sets the language of a file on its turns; the session may have another.
fn spoken_in(mut turns: Vec<Turn>, language: Option<&str>) -> Vec<Turn> {
    if let Some(language) = language {
        for turn in &mut turns {
            turn.language.get_or_insert_with(|| language.to_owned());
        }
    }
    turns
}

/// Returns how far a clock that starts at one time of day is behind another, within half a day.
fn apart(from: u64, to: u64) -> i64 {
    const DAY: i64 = 24 * 3_600_000;
    let apart = signed(to).saturating_sub(signed(from)).rem_euclid(DAY);
    if apart > DAY / 2 { apart - DAY } else { apart }
}

fn signed(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

fn before_zero(turn: &Turn, shift: i64) -> bool {
    turn.start_ms.is_some_and(|start| start.checked_add_signed(shift).is_none())
}

fn moved(turn: &mut Turn, by: i64) {
    let times = turn.cues.iter_mut().flat_map(|cue| [&mut cue.start_ms, &mut cue.end_ms]);
    for time in times.chain([&mut turn.start_ms, &mut turn.end_ms]).flatten() {
        *time = time.saturating_add_signed(by);
    }
}

fn without_times(turn: &mut Turn) {
    (turn.start_ms, turn.end_ms) = (None, None);
    turn.cues = Vec::new();
}
