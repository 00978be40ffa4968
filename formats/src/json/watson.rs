//! IBM Watson's JSON: `results[].alternatives[0].timestamps[]`, at the top or under `results[]`,
//! with `speaker_labels[]` next to it.
//!
//! `%HESITATION` is a mark and not a word. Speakers are numbers and become `Speaker 0`.

use serde::Deserialize;

use super::paths;
use super::values::{Label, Number, Words};
use crate::kernel::runs::{Runs, Word};
use crate::kernel::time::Stamp;
use crate::kernel::{Builder, Confidence, Format, Head, Source};

/// The IBM Watson JSON format.
pub(crate) struct Watson;

impl Format for Watson {
    fn id(&self) -> &'static str {
        "watson_json"
    }

    fn name(&self) -> &'static str {
        "IBM Watson JSON"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        paths::certain(head, |shape| {
            shape.any(&[
                "results[].results[].alternatives[].timestamps",
                "results[].alternatives[].timestamps",
                "results[].results[].final",
                "results[].final",
                "results[].speaker_labels",
            ])
        })
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        let mut speakers: Vec<(u64, Label)> = Vec::new();
        paths::look(text, &["results[].speaker_labels[]", "speaker_labels[]"], |item| {
            if let Some(labelled) = item.get::<Labelled>()
                && let Some(start) = labelled.from.seconds().and_then(Stamp::known)
            {
                speakers.push((start, labelled.speaker));
            }
        });
        speakers.sort_by_key(|(start, _)| *start);
        if !WORDS.iter().any(|path| paths::has(text, path)) {
            paths::read(text, TEXTS, out, |item, out| {
                if let Some(Words(text)) = item.read(out) {
                    item.say(&Label::default(), (None, None), &text, out);
                }
            });
            return;
        }
        let mut runs = Runs::default();
        paths::read(text, WORDS, out, |item, out| {
            let Some((Words(word), start, end)) = item.read::<(Words, Number, Number)>(out) else {
                return;
            };
            let times = out.times(item.line, start.seconds(), end.seconds());
            let speaker = times.0.and_then(|start| {
                let place = speakers.binary_search_by_key(&start, |(at, _)| *at).ok()?;
                speakers[place].1.name()
            });
            if word != "%HESITATION" {
                runs.word(Word { line: item.line, speaker, times, text: &word }, out);
            }
        });
        runs.finish(out);
    }
}

const WORDS: &[&str] =
    &["results[].results[].alternatives[0].timestamps[]", "results[].alternatives[0].timestamps[]"];
const TEXTS: &[&str] =
    &["results[].results[].alternatives[0].transcript", "results[].alternatives[0].transcript"];

#[derive(Deserialize, Default)]
#[serde(default)]
struct Labelled {
    from: Number,
    speaker: Label,
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = r#"{"results": [{"result_index": 0, "speaker_labels": [{"speaker": 1, "from": 13.04, "to": 13.23}, {"speaker": 0, "from": 15, "to": 16}],
        "results": [{"final": true, "alternatives": [{"transcript": "there is yes ", "timestamps": [["there", 13.04, 13.23], ["%HESITATION", 14, 14.5]]}]}, {"final": true, "alternatives": [{"timestamps": [["yes", 15, 16]]}, {"timestamps": [["no", 15, 16]]}]}]}]}"#;

    #[test]
    fn words_find_their_speaker_by_time() {
        let said = [
            (Some("Speaker 1"), Some(13_040), Some(13_230), "there"),
            (Some("Speaker 0"), Some(15_000), Some(16_000), "yes"),
        ];
        assert_eq!(turns(&read("watson_json", FILE)), said);
        let flat =
            FILE.strip_prefix(r#"{"results": ["#).and_then(|f| f.strip_suffix("]}")).unwrap();
        assert_eq!(turns(&read("watson_json", flat)), said);
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
