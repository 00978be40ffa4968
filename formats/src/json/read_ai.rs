//! Read.ai's JSON: `transcript.speaker_blocks[]`, where `words` is the text.
//!
//! Times are Unix times in seconds or milliseconds, and become relative to the first block.

use serde::Deserialize;

use super::paths;
use super::values::{Label, Number, Words};
use crate::kernel::{Builder, Confidence, Format, Head, Source};

/// The Read.ai JSON format.
pub(crate) struct ReadAi;

impl Format for ReadAi {
    fn id(&self) -> &'static str {
        "read_ai_json"
    }

    fn name(&self) -> &'static str {
        "Read.ai JSON"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        paths::certain(head, |shape| {
            shape.any(&["transcript.speaker_blocks[].words", "speaker_blocks[].words"])
        })
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let mut zero: Option<f64> = None;
        let paths = ["transcript.speaker_blocks[]", "speaker_blocks[]"];
        paths::read(source.text(), &paths, out, |item, out| {
            let Some(block) = item.read::<Block>(out) else { return };
            if zero.is_none()
                && let Some(start) = block.start_time.0.map(epoch)
            {
                if start > DAY {
                    out.warn(item.line, "times are dates: they are relative to the first one");
                }
                zero = Some(if start > DAY { start } else { 0.0 });
            }
            let since =
                |time: Number| Number(time.0.map(|t| epoch(t) - zero.unwrap_or(0.0))).seconds();
            item.say(
                &block.speaker,
                (since(block.start_time), since(block.end_time)),
                &block.words.0,
                out,
            );
        });
    }
}

const DAY: f64 = 86_400.0;

/// Converts a Unix time in milliseconds to seconds.
fn epoch(time: f64) -> f64 {
    if time > 1e11 { time / 1000.0 } else { time }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Block {
    start_time: Number,
    end_time: Number,
    speaker: Label,
    words: Words,
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = r#"{"session_id": "x", "transcript": {"speakers": [{"name": "Noa"}], "speaker_blocks": [
        {"start_time": "1700000000.5", "end_time": 1700000002, "speaker": {"name": "Noa"}, "words": "Hi there."},
        {"start_time": 1700000003, "end_time": 1700000004, "speaker": {"name": "Ben"}, "words": "Yes."}]}}"#;

    #[test]
    fn seconds_since_1970_are_counted_from_the_first() {
        let content = read("read_ai_json", FILE);
        assert_eq!(
            turns(&content),
            [
                (Some("Noa"), Some(0), Some(1_500), "Hi there."),
                (Some("Ben"), Some(2_500), Some(3_500), "Yes."),
            ]
        );
        assert_eq!(content.warnings.len(), 1);
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
