//! The JSON transcript of Podcasting 2.0: `segments[]` with `body`, which may be single words.

use serde::Deserialize;

use super::values::{Label, Number, Words};
use super::{paths, unit};
use crate::kernel::pace::Unit;
use crate::kernel::{Builder, Confidence, Format, Head, Source};

/// The Podcasting 2.0 JSON format.
pub(crate) struct PodcastJson;

impl Format for PodcastJson {
    fn id(&self) -> &'static str {
        "podcast_json"
    }

    fn name(&self) -> &'static str {
        "Podcasting 2.0 JSON"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        paths::certain(head, |shape| shape.all(&["segments[].body", "segments[].startTime"]))
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        let unit = unit::judged(text, "segments[]", Unit::Seconds);
        paths::read(text, &["segments[]"], out, |item, out| {
            if let Some(said) = item.read::<Segment>(out) {
                let times = (said.start.stamp(unit), said.end.stamp(unit));
                item.say(&said.speaker, times, &said.body.0, out);
            }
        });
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Segment {
    #[serde(rename = "startTime")]
    start: Number,
    #[serde(rename = "endTime")]
    end: Number,
    speaker: Label,
    body: Words,
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = r#"{"version": "1.0.0", "segments": [
        {"speaker": "Noa", "startTime": 0.5, "endTime": 0.75, "body": "I"}, {"speaker": "Noa", "startTime": 0.8, "endTime": 1, "body": "am"}, {"startTime": 2, "endTime": 3, "body": "Hm"}]}"#;

    #[test]
    fn words_become_turns() {
        assert_eq!(
            turns(&read("podcast_json", FILE)),
            [(Some("Noa"), Some(500), Some(1_000), "I am"), (None, Some(2_000), Some(3_000), "Hm")]
        );
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
