//! Cues in Teams' Word documents: times, name and text, each on a line of its own.
//!
//! Invariant: the fraction of a second is a number of milliseconds, whatever its length.

use crate::kernel::lines::lines;
use crate::kernel::time::{self, Stamp};
use crate::kernel::{Builder, Piece, Skip};

/// Returns whether a paragraph is a cue.
pub(crate) fn is_cue(paragraph: &str) -> bool {
    paragraph.split_once('\n').is_some_and(|(first, _)| timing(first).is_some())
}

/// Reads cues of times, name and text.
pub(crate) fn read(text: &str, out: &mut Builder) {
    let mut times = (None, None);
    let mut speaker: Option<&str> = None;
    // Lines after the times; the last is held back, because it may be the only one.
    let mut place = 0u32;
    let mut waiting: Option<(u32, &str)> = None;
    let say = |line, speaker, times: (Option<u64>, Option<u64>), text, out: &mut Builder| {
        out.say(Piece {
            line,
            speaker,
            start_ms: times.0,
            end_ms: times.1,
            text,
            ..Piece::default()
        });
    };
    for line in lines(text) {
        let trimmed = line.text.trim();
        if trimmed.is_empty() {
            // Times and a single line: text without a known speaker.
            if let Some((line, words)) = waiting.take() {
                say(line, None, times, words, out);
            }
            (place, speaker) = (0, None);
            continue;
        }
        if out.is_full() {
            return;
        }
        if let Some((start, end)) = timing(trimmed) {
            if let Some((line, words)) = waiting.take() {
                say(line, None, times, words, out);
            }
            times = out.times(line.number, Some(start), Some(end));
            (place, speaker) = (1, None);
            continue;
        }
        match place {
            0 => {
                out.skip(line.number, Skip::OutsideCue, trimmed);
            }
            1 => {
                waiting = Some((line.number, trimmed));
                place = 2;
            }
            _ => {
                if let Some((_, name)) = waiting.take() {
                    speaker = Some(name);
                }
                say(line.number, speaker, times, trimmed, out);
                // Further lines share the cue's end, but have no start of their own.
                times.0 = None;
                place = 3;
            }
        }
    }
    if let Some((line, words)) = waiting {
        say(line, None, times, words, out);
    }
}

/// Parses `0:0:0.90 --> 0:0:6.500`, where the fraction is a number of milliseconds.
fn timing(line: &str) -> Option<(Stamp, Stamp)> {
    if line.len() > 80 {
        return None;
    }
    let (start, end) = line.split_once("-->")?;
    Some((stamp(start)?, stamp(end)?))
}

fn stamp(text: &str) -> Option<Stamp> {
    let text = text.trim();
    let Some((whole, fraction)) = text.split_once('.') else { return time::stamp(text) };
    if fraction.is_empty() || fraction.len() >= 3 {
        return time::stamp(text);
    }
    time::stamp(&format!("{whole}.{fraction:0>3}"))
}
