//! Detects the tracks of one call: one speaker each, alternating on one clock.

use debrief_domain::transcript::content::Content;

use super::file_names;
use super::part::Part;
use crate::overlap;

/// Tracks of one call have similar lengths: the shorter is at least this fraction of the longer.
const LENGTH: f64 = 0.5;
/// Maximum fraction of time during which two people in a conversation speak at once.
const TOGETHER: f64 = 0.4;

/// Returns the speaker of each file, `None` if unknown; or `None` if the files are not tracks.
pub(super) fn tracks(parts: &[Part]) -> Option<Vec<Option<String>>> {
    if parts.len() < 2 || parts.iter().any(|part| part.content.participants.len() > 1) {
        return None;
    }
    let stated: Vec<Option<&str>> = parts.iter().map(|part| speaker(&part.content)).collect();
    let from_names = || {
        let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        file_names::speakers(&names)
    };
    let speakers: Vec<Option<String>> = match stated.iter().any(Option::is_none) {
        false => stated.iter().map(|name| name.map(str::to_owned)).collect(),
        // File names are used only if no file names a speaker: the two do not mix.
        true if stated.iter().all(Option::is_none) => from_names()?.into_iter().map(Some).collect(),
        true => return None,
    };
    let mut distinct: Vec<_> = speakers.iter().flatten().collect();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() != speakers.len() {
        return None;
    }
    let spans: Vec<Vec<(u64, u64)>> =
        parts.iter().map(|part| overlap::spans(&part.content.turns)).collect();
    let lengths: Vec<u64> = spans.iter().map(|spans| spans.last().map_or(0, |s| s.1)).collect();
    let (shortest, longest) = (*lengths.iter().min()?, *lengths.iter().max()?);
    if longest == 0 || (shortest as f64) < LENGTH * longest as f64 {
        return None;
    }
    let all_timed = parts.iter().all(|part| {
        part.content.turns.iter().all(|turn| turn.start_ms.is_some() || turn.end_ms.is_some())
    });
    let apart = spans.iter().enumerate().all(|(at, one)| {
        spans[at + 1..].iter().all(|other| {
            let least = overlap::length(one).min(overlap::length(other));
            (overlap::together(one, other) as f64) <= TOGETHER * least as f64
        })
    });
    (all_timed && apart).then_some(speakers)
}

/// Returns the speaker of a whole file, if all of it has one.
fn speaker(content: &Content) -> Option<&str> {
    let name = content.participants.first()?.name.as_str();
    content.turns.iter().all(|turn| turn.speaker.is_some()).then_some(name)
}
