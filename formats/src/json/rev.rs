//! Rev's JSON: `monologues[].elements[]`, where even a space is an element.
//!
//! Speakers are numbers and become `Speaker 0`, unless the monologue names them.

use std::collections::HashMap;

use serde::Deserialize;

use super::paths;
use super::values::{Label, Number, Words};
use crate::kernel::runs::{Runs, Word};
use crate::kernel::{Builder, Confidence, Format, Head, Source};

/// The Rev JSON format.
pub(crate) struct Rev;

impl Format for Rev {
    fn id(&self) -> &'static str {
        "rev_json"
    }

    fn name(&self) -> &'static str {
        "Rev JSON"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        paths::certain(head, |shape| shape.has("monologues[].elements"))
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        paths::language(text, &["language"], out);
        // A monologue may name its speaker after its elements.
        let mut speakers: HashMap<u32, Label> = HashMap::new();
        paths::look(text, &["monologues[].speaker", "monologues[].speaker_info"], |item| {
            let label = item.get::<Label>().unwrap_or_default();
            if label.0.is_some() && (item.path == 1 || !speakers.contains_key(&item.outer)) {
                speakers.insert(item.outer, label);
            }
        });
        // Rev's human transcripts list the names separately.
        let mut listed: HashMap<String, String> = HashMap::new();
        paths::look(text, &["speakers[]"], |item| {
            if let Some(Listed { id: Label(Some(id)), name: Label(Some(name)) }) = item.get() {
                listed.insert(id, name);
            }
        });
        let mut runs = Runs::default();
        let mut monologue = 0;
        let mut open = false;
        paths::read(text, &["monologues[].elements[]"], out, |item, out| {
            if std::mem::replace(&mut monologue, item.outer) != item.outer {
                runs.close(out);
                open = false;
            }
            let Some(element) = item.read::<Element>(out) else { return };
            let value = &element.value.0;
            // Text without a space before it belongs to the previous word.
            if element.r#type.0 == "punct" || open {
                runs.glue(value);
                let stays =
                    value.chars().all(|c| !c.is_whitespace()) && element.r#type.0 == "punct";
                open = stays && matches!(value.as_str(), "-" | "'" | "’" | "/");
                return;
            }
            // A sound or an unclear word is marked `<laugh>`; a tag has no value.
            if value.is_empty() || value.starts_with('<') && value.ends_with('>') {
                return;
            }
            let known = speakers.get(&item.outer).and_then(Label::name);
            let speaker = known.map(|name| listed.get(name).map_or(name, String::as_str));
            let times = out.times(item.line, element.ts.seconds(), element.end_ts.seconds());
            runs.word(Word { line: item.line, speaker, times, text: value }, out);
        });
        runs.finish(out);
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Element {
    r#type: Words,
    value: Words,
    #[serde(alias = "timestamp")]
    ts: Number,
    #[serde(alias = "end_timestamp")]
    end_ts: Number,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Listed {
    id: Label,
    name: Label,
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = r#"{"monologues": [
        {"speaker": 0, "elements": [{"type": "text", "value": "Hi", "ts": 0.3, "end_ts": 0.52, "confidence": 1.0}, {"type": "punct", "value": ","}, {"type": "punct", "value": " "}, {"type": "text", "value": "Noa", "ts": 0.6, "end_ts": 0.9}, {"type": "punct", "value": "."}]},
        {"elements": [{"type": "text", "value": "Yes", "ts": 1, "end_ts": 1.5}, {"type": "punct", "value": "."}], "speaker": 1}
    ]}"#;

    #[test]
    fn punctuation_sticks_to_the_word() {
        let content = read("rev_json", FILE);
        assert_eq!(
            turns(&content),
            [
                (Some("Speaker 0"), Some(300), Some(900), "Hi, Noa."),
                (Some("Speaker 1"), Some(1_000), Some(1_500), "Yes."),
            ]
        );
        assert_eq!(content.warnings, []);
    }

    #[test]
    fn human_transcripts_list_names_and_write_stamps() {
        let file = r#"{"speakers": [{"id": 0, "name": "Noa"}], "monologues": [
            {"speaker": 0, "elements": [{"type": "text", "value": "Hi there.", "timestamp": "00:00:01,320", "end_timestamp": "00:00:02,000"}]},
            {"speaker": 1, "elements": [{"type": "tag", "name": "laughter"}, {"type": "unknown", "value": "<laugh>"}, {"type": "text", "value": "Yes.", "ts": 3, "end_ts": 4}]}]}"#;
        assert_eq!(
            turns(&read("rev_json", file)),
            [
                (Some("Noa"), Some(1_320), Some(2_000), "Hi there."),
                (Some("Speaker 1"), Some(3_000), Some(4_000), "Yes."),
            ]
        );
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
