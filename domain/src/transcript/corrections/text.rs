//! Replaces the text of a turn, and keeps the times of its cues.
//!
//! Invariant: every resulting time was there before; cues stay in order, inside the text, each at a
//! different offset.

use crate::transcript::content::{Cue, Turn};
use crate::transcript::talk;

/// A replaced range of characters, in the order of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Replaced {
    /// First character, in the old text.
    pub(super) from: usize,
    /// After the last character, in the old text.
    pub(super) to: usize,
    /// Number of characters that replace it.
    pub(super) len: usize,
}

/// Normalizes a text for a turn: one space between words, no control characters.
pub(super) fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let before = tidy.len();
        if before > 0 {
            tidy.push(' ');
        }
        let from = tidy.len();
        tidy.extend(word.chars().filter(|c| !c.is_control()));
        if tidy.len() == from {
            tidy.truncate(before);
        }
    }
    tidy
}

/// Returns the range between the common prefix and the common suffix of two texts.
pub(super) fn difference(before: &str, now: &str) -> Replaced {
    let (old, new) = (before.chars().count(), now.chars().count());
    let from = before.chars().zip(now.chars()).take_while(|(a, b)| a == b).count();
    let same = before.chars().rev().zip(now.chars().rev()).take_while(|(a, b)| a == b).count();
    let same = same.min(old - from).min(new - from);
    Replaced { from, to: old - same, len: new - same - from }
}

/// Replaces the text of a turn. A cue keeps its words; one whose words were replaced is merged into
/// the previous cue, one whose words are gone is removed.
pub(super) fn put(turn: &mut Turn, text: String, replaced: &[Replaced]) {
    if !turn.cues.is_empty() {
        turn.cues = moved(&turn.cues, text.chars().count(), replaced);
        talk::tidy_cues(turn);
    }
    turn.text = text;
}

fn moved(cues: &[Cue], chars: usize, replaced: &[Replaced]) -> Vec<Cue> {
    let mut kept: Vec<Cue> = Vec::with_capacity(cues.len());
    let mut replaced = replaced.iter().peekable();
    let (mut added, mut removed) = (0, 0);
    for cue in cues {
        let at = cue.at as usize;
        while let Some(change) = replaced.next_if(|change| change.to <= at && change.from < at) {
            added += change.len;
            removed += change.to - change.from;
        }
        match replaced.peek() {
            Some(change) if change.from < at => {
                if change.len > 0
                    && let Some(before) = kept.last_mut()
                {
                    before.end_ms = match (before.end_ms, cue.end_ms) {
                        (Some(end), Some(now)) => Some(end.max(now)),
                        (_, now) => now,
                    };
                }
            }
            _ => {
                let at = at + added - removed;
                if kept.last().is_some_and(|before| before.at as usize >= at) {
                    kept.pop();
                }
                if at < chars {
                    kept.push(Cue { at: u32::try_from(at).unwrap_or(u32::MAX), ..*cue });
                }
            }
        }
    }
    kept
}

/// Splits a turn before the character `at` and returns the second half. Returns `None`, with the
/// turn unchanged, if one of them would have no words.
///
/// Times stay with the cues. A cue that is split keeps its start in the first half and its end in
/// the second: the file says nothing about the time between.
pub(super) fn split(turn: &mut Turn, at: usize) -> Option<Turn> {
    let (byte, _) = turn.text.char_indices().nth(at)?;
    let (first, second) = turn.text.split_at(byte);
    let blank = |text: &str| !text.chars().any(|c| !c.is_whitespace());
    if blank(first) || blank(second) {
        return None;
    }
    let (first, second) = (first.trim_end().to_owned(), second.trim_start().to_owned());
    let begins = turn.text.chars().count() - second.chars().count();
    let (mut before, mut after): (Vec<Cue>, Vec<Cue>) =
        talk::cues(turn).partition(|cue| (cue.at as usize) < begins);
    for cue in &mut after {
        cue.at -= u32::try_from(begins).unwrap_or(cue.at);
    }
    let own = after.first().filter(|cue| cue.at == 0).copied();
    if own.is_none()
        && let Some(cut) = before.last_mut()
        && let Some(end_ms) = cut.end_ms.take()
    {
        after.insert(0, Cue { at: 0, start_ms: None, end_ms: Some(end_ms) });
    }
    let mut rest = Turn {
        start_ms: own.and_then(|cue| cue.start_ms),
        text: second,
        cues: after,
        ..turn.clone()
    };
    turn.end_ms = match before.last() {
        Some(Cue { end_ms: Some(_), .. }) => before.iter().filter_map(|cue| cue.end_ms).max(),
        _ => None,
    };
    turn.text = first;
    // A piece without any time is not a cue.
    before.retain(|cue| cue.start_ms.is_some() || cue.end_ms.is_some());
    turn.cues = before;
    talk::tidy_cues(turn);
    talk::tidy_cues(&mut rest);
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cue(at: u32, start: impl Into<Option<u64>>, end: impl Into<Option<u64>>) -> Cue {
        Cue { at, start_ms: start.into(), end_ms: end.into() }
    }

    fn turn(text: &str, cues: &[Cue]) -> Turn {
        Turn {
            start_ms: cues.first().and_then(|cue| cue.start_ms),
            end_ms: cues.last().and_then(|cue| cue.end_ms),
            text: text.into(),
            cues: if cues.len() > 1 { cues.to_vec() } else { Vec::new() },
            ..Turn::default()
        }
    }

    fn edited(cues: &[Cue], before: &str, now: &str) -> Vec<Cue> {
        let mut turn = turn(before, cues);
        put(&mut turn, now.into(), &[difference(before, now)]);
        turn.cues
    }

    const THREE: &[Cue] = &[
        Cue { at: 0, start_ms: Some(0), end_ms: Some(10) },
        Cue { at: 4, start_ms: Some(10), end_ms: Some(20) },
        Cue { at: 8, start_ms: Some(30), end_ms: Some(40) },
    ];

    #[test]
    fn cues_stay_with_their_words() {
        let same = |now| edited(THREE, "one two six", now);
        assert_eq!(same("once two six"), [cue(0, 0, 10), cue(5, 10, 20), cue(9, 30, 40)]);
        assert_eq!(same("one two seven"), [cue(0, 0, 10), cue(4, 10, 20), cue(8, 30, 40)]);
        assert_eq!(same("one and two six"), [cue(0, 0, 10), cue(4, 10, 20), cue(12, 30, 40)]);
        assert_eq!(same("one six"), [cue(0, 0, 10), cue(4, 30, 40)], "its words are gone");
        assert_eq!(same("one"), [cue(0, 0, 10)]);
        assert_eq!(same("ten by fix"), [], "all of it is one piece now, with the turn's times");
        assert_eq!(difference("aa", "aaa"), Replaced { from: 2, to: 2, len: 1 });
        assert_eq!(difference("aaa", "aa"), Replaced { from: 2, to: 3, len: 0 });
    }

    #[test]
    fn a_split_between_cues_knows_its_times() {
        let mut first = turn("one two six", THREE);
        let second = split(&mut first, 4).unwrap();
        assert_eq!((&*first.text, first.start_ms, first.end_ms), ("one", Some(0), Some(10)));
        assert_eq!(first.cues, []);
        assert_eq!(
            (&*second.text, second.start_ms, second.end_ms),
            ("two six", Some(10), Some(40))
        );
        assert_eq!(second.cues, [cue(0, 10, 20), cue(4, 30, 40)]);
    }

    #[test]
    fn a_split_inside_a_cue_makes_no_time_up() {
        let mut first = turn("one two six", &[cue(0, 0, 40)]);
        let second = split(&mut first, 3).unwrap();
        assert_eq!((&*first.text, first.start_ms, first.end_ms), ("one", Some(0), None));
        assert_eq!((&*second.text, second.start_ms, second.end_ms), ("two six", None, Some(40)));
        assert_eq!((first.cues.len(), second.cues.len()), (0, 0));
        for at in [0, 11, 12, usize::MAX] {
            let mut whole = turn("one two six", THREE);
            assert!(split(&mut whole, at).is_none());
            assert_eq!(whole, turn("one two six", THREE));
        }
    }
}
