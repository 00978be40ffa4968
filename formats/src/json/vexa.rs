//! Vexa's JSON: `segments[]` of a meeting, in seconds.
//!
//! Only the transcription is read; a model wrote the processed views next to it.

use serde::Deserialize;

use super::values::{Label, Number, Words};
use super::{paths, unit};
use crate::kernel::pace::Unit;
use crate::kernel::{Builder, Confidence, Format, Head, Source};

/// The Vexa JSON format.
pub(crate) struct Vexa;

impl Format for Vexa {
    fn id(&self) -> &'static str {
        "vexa_json"
    }

    fn name(&self) -> &'static str {
        "Vexa JSON"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        paths::certain(head, |shape| {
            shape.has("segments[].text")
                && shape.any(&[
                    "native_meeting_id",
                    "data.processed",
                    "segments[].segment_id",
                    "segments[].completed",
                    "segments[].absolute_start_time",
                ])
        })
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        paths::language(text, &["segments[].language"], out);
        let unit = unit::judged(text, "segments[]", Unit::Seconds);
        paths::read(text, &["segments[]"], out, |item, out| {
            if let Some(said) = item.read::<Segment>(out) {
                let times = (said.start.stamp(unit), said.end.stamp(unit));
                item.say(&said.speaker, times, &said.text.0, out);
            }
        });
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Segment {
    #[serde(alias = "start_time")]
    start: Number,
    #[serde(alias = "end_time")]
    end: Number,
    speaker: Label,
    text: Words,
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = r#"{"platform": "zoom", "native_meeting_id": "x", "segments": [
        {"segment_id": "1", "speaker": "Noa", "text": "Hi", "start": 1.0, "end": 3.0, "completed": true},
        {"speaker": "Ben", "text": "Yes", "start": 12.4}], "data": {"processed": {"views": [{"doc": {"notes": [{"text": "not said"}]}}]}}}"#;

    #[test]
    fn segments_but_not_views() {
        assert_eq!(
            turns(&read("vexa_json", FILE)),
            [
                (Some("Noa"), Some(1_000), Some(3_000), "Hi"),
                (Some("Ben"), Some(12_400), None, "Yes")
            ]
        );
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
