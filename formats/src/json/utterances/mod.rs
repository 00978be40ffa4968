//! Any other tool's JSON: a list of who said what when, under the usual keys.
//!
//! Sonix, tl;dv, Grain, Gong, Gladia, ElevenLabs, Recall, Happy Scribe, Soniox, Azure, Teams'
//! own JSON and many scripts write such a list, each with other keys. It is looked for anywhere
//! in the file: objects with words and, beside them, a speaker or a time. The words may be one
//! text or a list of words or sentences.
//!
//! Invariants: lists that hold a tool's words (summaries, action items, chapters) are never
//! taken; numbers whose unit neither the key nor the pace of the speech tells are no times.

mod entry;
mod keys;
mod moment;

use serde_json::Value;

use super::paths;
use crate::kernel::json_shape::Shape;
use crate::kernel::runs::{Runs, Word};
use crate::kernel::source::HEAD_BYTES;
use crate::kernel::{Builder, Confidence, Format, Head, Piece, Source};
use entry::Entry;
use keys::List;
use moment::{Clock, Unit};

/// See the module.
pub(crate) struct Utterances;

/// No utterance is longer; a longer entry is skipped.
const MAX_ENTRY: usize = 4 << 20;

impl Format for Utterances {
    fn id(&self) -> &'static str {
        "utterances_json"
    }

    fn name(&self) -> &'static str {
        "other speaker-and-text JSON"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        match head.json().and_then(List::find) {
            Some(list) if list.speakers => Confidence::Likely,
            Some(_) => Confidence::Possible,
            None => Confidence::No,
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        let head = &text[..text.floor_char_boundary(HEAD_BYTES.min(text.len()))];
        let Some(list) = Shape::of(head).as_ref().and_then(List::find) else { return };
        paths::language(text, keys::LANGUAGES, out);
        let survey = survey(text, &list.path);
        if survey.unit == Unit::Unknown {
            out.warn(1, "the times were dropped: the file does not say what unit they are in");
        }
        let mut clock = Clock::new(survey.unit);
        let mut runs = Runs::default();
        let mut spaced = false;
        paths::read(text, &[&list.path], out, |item, out| {
            if item.raw.len() > MAX_ENTRY {
                out.warn(item.line, "an entry of over 4 MB was skipped");
                return;
            }
            let Some(value) = item.read::<Value>(out) else { return };
            let Some(entry) = Entry::read(&value) else { return };
            let (start, end) = clock.times(&entry, item.line, out);
            let (start, end) = out.times(item.line, start, end);
            let speaker = entry.speaker.name();
            if survey.pieces {
                let (line, text) = (item.line, entry.text.trim());
                // ElevenLabs has entries of nothing but a space.
                let led =
                    std::mem::take(&mut spaced) || entry.text.starts_with(char::is_whitespace);
                match led {
                    _ if text.is_empty() => spaced = true,
                    // What comes without a space belongs to the word before.
                    false if runs.is_of(speaker) => runs.glue_until(&entry.text, end),
                    _ => runs.word(Word { line, speaker, times: (start, end), text }, out),
                }
                return;
            }
            out.say(Piece {
                line: item.line,
                speaker,
                start_ms: start,
                end_ms: end,
                text: &entry.text,
                ..Piece::default()
            });
        });
        runs.finish(out);
    }
}

/// What must be known of the whole list before any of it is read.
struct Survey {
    unit: Unit,
    /// Whether entries are pieces of words that bring their own spaces.
    pieces: bool,
}

fn survey(text: &str, path: &str) -> Survey {
    let mut pace = moment::Pace::default();
    let (mut entries, mut led, mut inner) = (0u32, 0u32, 0u32);
    paths::look(text, &[path], |item| {
        if item.raw.len() > MAX_ENTRY {
            return;
        }
        let Some(value) = item.get::<Value>() else { return };
        let Some(entry) = Entry::read(&value) else { return };
        entries = entries.saturating_add(1);
        led = led.saturating_add(u32::from(entry.text.starts_with(' ')));
        inner = inner.saturating_add(u32::from(entry.text.trim().contains(' ')));
        pace.add(&entry);
    });
    // Words of several letters seldom stand in half of the entries only.
    let pieces = entries >= 4 && led * 4 >= entries && led < entries && inner * 10 < entries;
    Survey { unit: pace.unit(), pieces }
}

#[cfg(test)]
mod tests;
