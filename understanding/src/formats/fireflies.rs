//! Fireflies' JSON: `sentences[]`, from the API or as downloaded.
//!
//! Times are numbers in one source and text in another. The summary is Fireflies' own words and
//! is not taken.

use serde::Deserialize;

use super::builder::Builder;
use super::json::{self, Label, Number, Words};
use super::{Confidence, Format, Head, Source};

/// See the module.
pub(super) struct Fireflies;

impl Format for Fireflies {
    fn id(&self) -> &'static str {
        "fireflies_json"
    }

    fn name(&self) -> &'static str {
        "Fireflies JSON"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        json::certain(head, |shape| {
            ["data.transcript.sentences[]", "transcript.sentences[]", "sentences[]", "[]"]
                .iter()
                .any(|at| {
                    let has = |key: &str| shape.has(&format!("{at}.{key}"));
                    (has("text") || has("sentence") || has("raw_text"))
                        && (has("speaker_name") || has("speaker_id"))
                })
                || shape.has("data.transcript.fireflies_users")
                || shape.has("data.transcript.sentences")
        })
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let paths = ["data.transcript.sentences[]", "transcript.sentences[]", "sentences[]", "[]"];
        json::read(source.text(), &paths, out, |item, out| {
            let Some(said) = item.read::<Sentence>(out) else { return };
            let text = [&said.text.0, &said.sentence.0, &said.raw_text.0];
            let text = text.into_iter().find(|text| !text.is_empty());
            let speaker =
                if said.speaker_name.0.is_some() { said.speaker_name } else { said.speaker_id };
            let times = (said.start_time.seconds(), said.end_time.seconds());
            item.say(&speaker, times, text.map_or("", String::as_str), out);
        });
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Sentence {
    text: Words,
    sentence: Words,
    raw_text: Words,
    speaker_name: Label,
    speaker_id: Label,
    #[serde(alias = "startTime")]
    start_time: Number,
    #[serde(alias = "endTime")]
    end_time: Number,
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::{cut_anywhere, read, turns};

    const FILE: &str = r#"{"data": {"transcript": {"id": "t", "sentences": [
        {"index": 0, "speaker_name": "Alice", "speaker_id": 0, "text": "Good morning!", "raw_text": "good morning", "start_time": "0.5", "end_time": 2.5, "ai_filters": null},
        {"index": 1, "speaker_name": null, "speaker_id": 1, "raw_text": "hi", "start_time": 3, "end_time": 4}], "summary": {"overview": "They met."}}}}"#;

    #[test]
    fn sentences_of_the_api() {
        let content = read("fireflies_json", FILE);
        assert_eq!(
            turns(&content),
            [
                (Some("Alice"), Some(500), Some(2_500), "Good morning!"),
                (Some("Speaker 1"), Some(3_000), Some(4_000), "hi"),
            ]
        );
    }

    #[test]
    fn a_downloaded_list() {
        let file = r#"[{"sentence": "Hi", "startTime": "00:05", "endTime": "00:07", "speaker_name": "Noa"}]"#;
        assert_eq!(
            turns(&read("fireflies_json", file)),
            [(Some("Noa"), Some(5_000), Some(7_000), "Hi")]
        );
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
