//! whisper.cpp's JSON: `transcription[]` with `offsets` in milliseconds.
//!
//! Its `timestamps` are the same as text, and are read if there are no offsets. `[_BEG_]` and other
//! marks are the program's. With speaker detection, a segment has `speaker`: a number, or `?` if it
//! is unknown. Words and tokens next to the text are ignored.

use serde::Deserialize;

use super::paths;
use super::values::{Label, Number, Words};
use crate::kernel::{Builder, Confidence, Format, Head, Source};

/// The whisper.cpp JSON format.
pub(crate) struct WhisperCpp;

impl Format for WhisperCpp {
    fn id(&self) -> &'static str {
        "whisper_cpp_json"
    }

    fn name(&self) -> &'static str {
        "whisper.cpp JSON"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        paths::certain(head, |shape| {
            shape.has("transcription[].text")
                && shape.any(&["transcription[].offsets.from", "transcription[].timestamps.from"])
                || shape.has("transcription") && shape.all(&["systeminfo", "result.language"])
        })
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        paths::language(text, &["result.language"], out);
        paths::read(text, &["transcription[]"], out, |item, out| {
            let Some(said) = item.read::<Segment>(out) else { return };
            let start = said.offsets.from.millis().or(said.timestamps.from.seconds());
            let end = said.offsets.to.millis().or(said.timestamps.to.seconds());
            let known = said.speaker.name().is_some_and(|name| !name.contains('?'));
            let speaker = if known { said.speaker } else { Label::default() };
            let words = said.text.0.trim();
            if !(words.starts_with("[_") && words.ends_with("_]")) {
                item.say(&speaker, (start, end), words, out);
            }
        });
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Segment {
    timestamps: Span,
    offsets: Span,
    text: Words,
    speaker: Label,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Span {
    from: Number,
    to: Number,
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = r#"{"systeminfo": "AVX = 1", "model": {"type": "base"}, "params": {"language": "auto"}, "result": {"language": "he"}, "transcription": [
        {"timestamps": {"from": "00:00:00,000", "to": "00:00:02,500"}, "offsets": {"from": 0, "to": 2500}, "text": " שלום לכולם", "speaker": "0"},
        {"timestamps": {"from": "00:00:03,000", "to": "00:00:04,000"}, "text": " Hi.", "speaker": "?"},
        {"offsets": {"from": 4000, "to": 4000}, "text": "[_TT_200_]"}]}"#;

    #[test]
    fn offsets_else_timestamps() {
        let content = read("whisper_cpp_json", FILE);
        assert_eq!(
            turns(&content),
            [
                (Some("Speaker 0"), Some(0), Some(2_500), "שלום לכולם"),
                (None, Some(3_000), Some(4_000), "Hi."),
            ]
        );
        assert_eq!(content.language.as_deref(), Some("he"));
        assert_eq!(content.warnings, []);
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
