//! Speechmatics' JSON (v2): `results[]`, a word or a punctuation mark each.
//!
//! `UU` is Speechmatics' name for nobody known.

use serde::Deserialize;

use super::builder::Builder;
use super::json::{self, Label, Number, Runs, Word, Words};
use super::{Confidence, Format, Head, Source};

/// See the module.
pub(super) struct Speechmatics;

impl Format for Speechmatics {
    fn id(&self) -> &'static str {
        "speechmatics_json"
    }

    fn name(&self) -> &'static str {
        "Speechmatics JSON"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        json::certain(head, |shape| {
            shape.all(&[
                "results[].alternatives[].content",
                "results[].type",
                "results[].start_time",
            ])
        })
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        json::language(text, &["metadata.transcription_config.language"], out);
        let mut runs = Runs::default();
        json::read(text, &["results[]"], out, |item, out| {
            let Some(result) = item.read::<Spoken>(out) else { return };
            let Some(best) = result.alternatives.first() else { return };
            let glued = result.attaches_to.0 == "previous"
                || (result.attaches_to.0.is_empty() && result.r#type.0 == "punctuation");
            if glued {
                runs.glue(&best.content.0);
                return;
            }
            let speaker =
                best.speaker.name().or(result.channel.name()).filter(|name| *name != "UU");
            let times =
                out.times(item.line, result.start_time.seconds(), result.end_time.seconds());
            runs.word(Word { line: item.line, speaker, times, text: &best.content.0 }, out);
        });
        runs.finish(out);
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Spoken {
    r#type: Words,
    attaches_to: Words,
    start_time: Number,
    end_time: Number,
    channel: Label,
    alternatives: Vec<Alternative>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Alternative {
    content: Words,
    speaker: Label,
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::{cut_anywhere, read, turns};

    const FILE: &str = r#"{"format": "2.9", "metadata": {"transcription_config": {"language": "en"}}, "results": [
        {"type": "word", "start_time": 0.55, "end_time": 1.2, "alternatives": [{"content": "Hello", "confidence": 1.0, "language": "en", "speaker": "S1"}]},
        {"type": "punctuation", "start_time": 1.2, "end_time": 1.2, "is_eos": true, "attaches_to": "previous", "alternatives": [{"content": ".", "speaker": "S1"}]},
        {"type": "word", "start_time": 2, "end_time": 2.5, "alternatives": [{"content": "Hm", "speaker": "UU"}]}]}"#;

    #[test]
    fn words_and_marks() {
        let content = read("speechmatics_json", FILE);
        assert_eq!(
            turns(&content),
            [
                (Some("S1"), Some(550), Some(1_200), "Hello."),
                (None, Some(2_000), Some(2_500), "Hm")
            ]
        );
        assert_eq!(content.language.as_deref(), Some("en"));
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
