//! AssemblyAI's JSON: `utterances[]` in milliseconds, or in seconds if the values say so (Wordcab
//! has the same keys), or only `words[]`, or only `text`.
//!
//! `A` is spelled out as `Speaker A`, as AssemblyAI itself shows it.

use serde::Deserialize;

use super::values::{Label, Number, Words};
use super::{paths, unit};
use crate::kernel::pace::Unit;
use crate::kernel::runs::{Runs, Word};
use crate::kernel::{Builder, Confidence, Format, Head, Source};

/// The AssemblyAI JSON format.
pub(crate) struct AssemblyAi;

impl Format for AssemblyAi {
    fn id(&self) -> &'static str {
        "assemblyai_json"
    }

    fn name(&self) -> &'static str {
        "AssemblyAI JSON"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        paths::certain(head, |shape| {
            let ours = shape.any(&[
                "audio_url",
                "acoustic_model",
                "language_model",
                "speech_model",
                "audio_duration",
            ]);
            (ours && shape.any(&["text", "words[].text", "utterances[].text"]))
                || shape.all(&["utterances[].text", "utterances[].start", "utterances[].speaker"])
                || shape.all(&["words[].text", "words[].start", "words[].confidence"])
        })
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        paths::language(text, &["language_code"], out);
        let path = ["utterances[]", "words[]", "text"]
            .into_iter()
            .find(|path| paths::has(text, path))
            .unwrap_or("text");
        let unit = unit::judged(text, path, Unit::Millis);
        let mut runs = Runs::default();
        paths::read(text, &[path], out, |item, out| match path {
            "text" => {
                if let Some(Words(text)) = item.read(out) {
                    item.say(&Label::default(), (None, None), &text, out);
                }
            }
            "words[]" => {
                if let Some(word) = item.read::<Said>(out) {
                    let times = out.times(item.line, word.start.stamp(unit), word.end.stamp(unit));
                    let speaker = word.speaker.name();
                    runs.word(Word { line: item.line, speaker, times, text: &word.text.0 }, out);
                }
            }
            _ => {
                if let Some(said) = item.read::<Said>(out) {
                    let times = (said.start.stamp(unit), said.end.stamp(unit));
                    item.say(&said.speaker, times, &said.text.0, out);
                }
            }
        });
        runs.finish(out);
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Said {
    start: Number,
    end: Number,
    text: Words,
    speaker: Label,
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = r#"{"id": "x", "language_code": "en_us", "audio_url": "https://a.example/b", "text": "Hi. Yes.",
        "words": [{"text": "Hi.", "start": 170, "end": 718, "confidence": 0.9, "speaker": "A"}, {"text": "Yes.", "start": 900, "end": 950, "confidence": 0.9, "speaker": "B"}],
        "utterances": [{"confidence": 0.9, "start": 170, "end": 718, "text": "Hi.", "speaker": "A", "words": []}, {"start": 900, "end": 950, "text": "Yes.", "speaker": "B"}]}"#;

    #[test]
    fn utterances_else_words_else_text() {
        let said = [
            (Some("Speaker A"), Some(170), Some(718), "Hi."),
            (Some("Speaker B"), Some(900), Some(950), "Yes."),
        ];
        let content = read("assemblyai_json", FILE);
        assert_eq!(turns(&content), said);
        assert_eq!(content.language.as_deref(), Some("en-US"));
        let words = FILE.replace("\"utterances\"", "\"other\"");
        assert_eq!(turns(&read("assemblyai_json", &words)), said);
        let text = words.replace("\"words\"", "\"others\"");
        assert_eq!(turns(&read("assemblyai_json", &text)), [(None, None, None, "Hi. Yes.")]);
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
