//! Captions that roll up: YouTube's own, which repeat in each cue the line of the last.

use super::lines::lines;
use super::markup;

/// The captions that YouTube makes roll up: each cue has the line above once more.
pub(super) struct Rolling {
    last: String,
}

impl Rolling {
    /// Only where a file has its marks: words with a time and a class of their own.
    pub(super) fn of(text: &str, header: bool) -> Option<Self> {
        let head = &text[..text.floor_char_boundary(8_192)];
        (header && head.contains("><c>") && head.contains("</c><"))
            .then(|| Self { last: String::new() })
    }

    /// What a cue has that the last one had not.
    pub(super) fn news<'a>(&mut self, payload: &'a str) -> &'a str {
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
