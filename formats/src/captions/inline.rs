//! Headings that a tool left inside a cue: `… gone, RBA (01:06:29.412) How much …`, as in the last
//! cue of Riverside's subtitles.
//!
//! Invariant: only names that speak elsewhere in the file, with a time to the millisecond, are
//! headings.

use crate::kernel::prefix_survey::Speakers;
use crate::kernel::time::{self, Stamp};

/// A part of a cue, with its speaker and start; `None` for the part before the first heading.
pub(crate) type Said<'a> = (Option<(&'a str, Stamp)>, &'a str);

/// Returns whether a file may have headings in its cues: a bracket with no word after it.
pub(crate) fn may_have(text: &str) -> bool {
    memchr::memchr_iter(b'(', text.as_bytes())
        .any(|at| text.as_bytes().get(at + 1).is_some_and(|next| !next.is_ascii_alphabetic()))
}

/// Splits a cue at its headings; returns one part if there are none.
pub(crate) fn split<'a>(payload: &'a str, speakers: &Speakers) -> Vec<Said<'a>> {
    let mut parts: Vec<Said<'a>> = Vec::new();
    let (mut heading, mut from) = (None, 0);
    for (at, _) in payload.match_indices(" (") {
        let Some((stamp, length)) = time_in(&payload[at + 2..]) else { continue };
        let Some(name) = name_before(&payload[from..at], speakers) else { continue };
        parts.push((heading, &payload[from..at - name.len()]));
        heading = Some((name, stamp));
        from = at + 2 + length;
    }
    parts.push((heading, &payload[from..]));
    parts
}

/// Parses `01:06:29.412)`; returns the time and its length.
fn time_in(text: &str) -> Option<(Stamp, usize)> {
    let reach = &text.as_bytes()[..text.len().min(16)];
    let end = reach.iter().position(|b| *b == b')')?;
    let inner = &text[..end];
    let exact = inner.contains('.') && inner.contains(':');
    Some((time::stamp(inner).filter(|_| exact)?, end + 1))
}

/// Returns the longest speaker name that a text ends with, as whole words.
fn name_before<'a>(text: &'a str, speakers: &Speakers) -> Option<&'a str> {
    let from = text.floor_char_boundary(text.len().saturating_sub(120));
    let begins = text[from..].char_indices().map(|(at, _)| from + at);
    begins
        .filter(|at| text[..*at].chars().next_back().is_none_or(char::is_whitespace))
        .map(|at| &text[at..])
        .find(|name| speakers.knows(name))
}
