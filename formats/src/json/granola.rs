//! Granola's JSON: `transcript[]` with `startMs` and `endMs`.
//!
//! Speakers may be only `Me` and `Them`, and keep these names.

use serde::Deserialize;

use super::values::{Label, Number, Words};
use super::{paths, unit};
use crate::kernel::pace::Unit;
use crate::kernel::{Builder, Confidence, Format, Head, Source};

/// The Granola JSON format.
pub(crate) struct Granola;

impl Format for Granola {
    fn id(&self) -> &'static str {
        "granola_json"
    }

    fn name(&self) -> &'static str {
        "Granola JSON"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        paths::certain(head, |shape| {
            shape.all(&["transcript[].text", "transcript[].startMs"])
                || shape.all(&["[].text", "[].startMs"])
        })
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        let path = ["transcript[]", "[]"].into_iter().find(|path| paths::has(text, path));
        let unit = unit::judged(text, path.unwrap_or("[]"), Unit::Millis);
        paths::read(text, &["transcript[]", "[]"], out, |item, out| {
            if let Some(said) = item.read::<Said>(out) {
                let times = (said.start.stamp(unit), said.end.stamp(unit));
                item.say(&said.speaker, times, &said.text.0, out);
            }
        });
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Said {
    speaker: Label,
    #[serde(rename = "startMs")]
    start: Number,
    #[serde(rename = "endMs")]
    end: Number,
    text: Words,
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = r#"{"id": "x", "transcript": [{"speaker": "Me", "startMs": 0, "endMs": 1500, "text": "Hi"}, {"speaker": "Them", "startMs": 2000, "endMs": 2500, "text": "Yes"}]}"#;

    #[test]
    fn milliseconds() {
        assert_eq!(
            turns(&read("granola_json", FILE)),
            [
                (Some("Me"), Some(0), Some(1_500), "Hi"),
                (Some("Them"), Some(2_000), Some(2_500), "Yes")
            ]
        );
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
