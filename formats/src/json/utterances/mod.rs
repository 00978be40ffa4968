//! JSON of any other tool: a list of speaker, text and times under common keys.
//!
//! Sonix, tl;dv, Grain, Gong, Gladia, ElevenLabs, Recall, Happy Scribe, Soniox, Azure, Teams and
//! many scripts write such a list, each with other keys. It is searched for anywhere in the file:
//! objects with text and either a speaker or a time. The text may be one string or a list of words
//! or sentences.
//!
//! Invariants: lists of generated text (summaries, action items, chapters) are never read; numbers
//! whose unit follows neither from the key nor from the pace of speech are not used as times.

mod entry;
mod keys;
mod moment;

use serde_json::Value;

use super::paths;
use crate::kernel::json_shape::Shape;
use crate::kernel::pace::{Pace, Unit};
use crate::kernel::runs::{Runs, Word};
use crate::kernel::source::HEAD_BYTES;
use crate::kernel::{Builder, Confidence, Format, Head, Piece, Source};
use entry::Entry;
use keys::List;
use moment::Clock;

/// The generic JSON format.
pub(crate) struct Utterances;

/// Maximum length of an entry; longer ones are skipped.
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
        if survey.unit.is_none() {
            out.warn(1, "the times were dropped: the file does not state their unit");
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
                // ElevenLabs has entries that are a single space.
                let led =
                    std::mem::take(&mut spaced) || entry.text.starts_with(char::is_whitespace);
                match led {
                    _ if text.is_empty() => spaced = true,
                    // Text without a space belongs to the previous word.
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

/// Facts about the whole list that are needed before it is read.
struct Survey {
    unit: Option<Unit>,
    /// Whether entries are parts of words that include their own spaces.
    pieces: bool,
}

fn survey(text: &str, path: &str) -> Survey {
    let mut pace = Pace::default();
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
        moment::add(&entry, &mut pace);
    });
    // Some entries, but not all, begin with a space, and few contain several words.
    let pieces = entries >= 4 && led * 4 >= entries && led < entries && inner * 10 < entries;
    Survey { unit: moment::unit(&pace), pieces }
}

#[cfg(test)]
mod tests;
