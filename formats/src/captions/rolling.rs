//! Roll-up captions: each cue repeats the last line of the previous one above its own, as in
//! YouTube's captions and what downloaders make of them.

use crate::kernel::lines::lines;
use crate::kernel::{markup, names};

/// Minimum number of cues; fewer are no evidence.
const MIN_CUES: u32 = 4;

/// Counts cues that begin with the last line of the previous one.
#[derive(Default)]
pub(crate) struct Repeats<'a> {
    last: &'a str,
    cues: u32,
    repeated: u32,
}

impl<'a> Repeats<'a> {
    /// Records the next cue; `one` if it is known to be one line.
    pub(crate) fn cue(&mut self, payload: &'a str, one: bool) {
        let payload = names::trim(payload);
        if payload.is_empty() {
            return;
        }
        self.cues = self.cues.saturating_add(1);
        let end = if one { None } else { memchr::memchr2(b'\n', b'\r', payload.as_bytes()) };
        self.last = match end {
            // A single repeated line may have been said twice.
            None => payload,
            Some(end) => {
                self.repeated += u32::from(payload[..end].trim_end() == self.last);
                let last = memchr::memrchr2(b'\n', b'\r', payload.as_bytes()).unwrap_or(end);
                payload[last + 1..].trim_start()
            }
        };
    }

    /// Returns whether the captions roll up: by YouTube's marks (words with a time and a class of
    /// their own), or because many cues repeat a line.
    pub(crate) fn roll(&self, text: &str, header: bool) -> bool {
        let head = &text[..text.floor_char_boundary(8_192)];
        header && head.contains("><c>") && head.contains("</c><")
            || self.cues >= MIN_CUES && self.repeated * 3 >= self.cues
    }
}

/// Removes what a cue repeats.
#[derive(Default)]
pub(crate) struct Rolling {
    last: String,
}

impl Rolling {
    /// Returns the part of a cue that the previous one did not have.
    pub(crate) fn news<'a>(&mut self, payload: &'a str) -> &'a str {
        let mut from = 0;
        let mut fresh = false;
        for line in lines(payload) {
            let plain: String = markup::spans(line.text).into_iter().map(|s| s.text).collect();
            let plain = plain.trim();
            if plain.is_empty() {
                continue;
            }
            if !fresh && plain == self.last {
                from = line.end();
                continue;
            }
            fresh = true;
            plain.clone_into(&mut self.last);
        }
        &payload[from..]
    }
}
