//! Fireflies' JSON: `sentences[]`, from the API or as downloaded.
//!
//! Times are numbers in one source and strings in another. The summary is generated text and
//! ignored. Onyx's copy of a transcript has `sections[]` instead: `Name: text`, and the time in a
//! link to Fireflies.

use serde::Deserialize;

use super::values::{Label, Number, Words};
use super::{paths, unit};
use crate::kernel::pace::Unit;
use crate::kernel::{Builder, Confidence, Format, Head, Source, names};

/// The Fireflies JSON format.
pub(crate) struct Fireflies;

impl Format for Fireflies {
    fn id(&self) -> &'static str {
        "fireflies_json"
    }

    fn name(&self) -> &'static str {
        "Fireflies JSON"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        paths::certain(head, |shape| {
            [
                "data.transcript.sentences[]",
                "data.transcripts[].sentences[]",
                "transcript.sentences[]",
                "sentences[]",
                "[]",
            ]
            .iter()
            .any(|at| {
                let has = |key: &str| shape.has(&format!("{at}.{key}"));
                (has("text") || has("sentence") || has("raw_text"))
                    && (has("speaker_name") || has("speaker_id"))
            }) || shape.has("data.transcript.fireflies_users")
                || shape.has("data.transcript.sentences")
        })
        .max(sections(head))
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let paths = [
            "data.transcript.sentences[]",
            "data.transcripts[0].sentences[]",
            "transcript.sentences[]",
            "sentences[]",
            "sections[]",
            "[]",
        ];
        let people = people(source.text());
        let unit = paths.iter().find(|path| paths::has(source.text(), path));
        let unit = unit::judged(source.text(), unit.unwrap_or(&"[]"), Unit::Seconds);
        paths::read(source.text(), &paths, out, |item, out| {
            if item.path == SECTIONS {
                section(&item, out);
                return;
            }
            let Some(said) = item.read::<Sentence>(out) else { return };
            let text = [&said.text.0, &said.sentence.0, &said.raw_text.0];
            let text = text.into_iter().find(|text| !text.is_empty());
            let by_id = || people.iter().find(|person| person.id == said.speaker_id);
            let speaker = match by_id() {
                _ if said.speaker_name.0.is_some() => said.speaker_name,
                Some(person) => person.name.clone(),
                None => said.speaker_id,
            };
            let times = (said.start_time.or(said.time).stamp(unit), said.end_time.stamp(unit));
            item.say(&speaker, times, text.map_or("", String::as_str), out);
        });
    }
}

/// Returns the speakers listed next to the sentences, by name.
fn people(text: &str) -> Vec<Person> {
    let mut people = Vec::new();
    paths::look(
        text,
        &["data.transcript.speakers[]", "transcript.speakers[]", "speakers[]"],
        |item| {
            if let Some(person) = item.get::<Person>()
                && person.id.0.is_some()
                && person.name.0.is_some()
                && people.len() < MAX_PEOPLE
            {
                people.push(person);
            }
        },
    );
    people
}

/// Maximum number of speakers; more than any call has.
const MAX_PEOPLE: usize = 1_000;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Person {
    id: Label,
    name: Label,
}

/// Index of Onyx's path.
const SECTIONS: usize = 4;
/// Target of the sections' links.
const LINK: &str = "fireflies.ai/view/";

/// Returns the confidence that these are sections of Onyx: the link must point to Fireflies.
fn sections(head: &Head<'_>) -> Confidence {
    match head.json().is_some_and(|shape| shape.all(&["sections[].link", "sections[].text"]))
        && head.text().contains(LINK)
    {
        true => Confidence::Certain,
        false => Confidence::No,
    }
}

/// Reads `Name: text` of a person that Fireflies names.
fn section(item: &paths::Item<'_>, out: &mut Builder) {
    let Some(section) = item.read::<Section>(out) else { return };
    let start = section.link.0.rsplit_once("?t=").and_then(|(_, t)| t.parse().ok());
    let (name, words) = names::prefix(&section.text.0).unwrap_or(("", &section.text.0));
    let speaker = Label((!name.is_empty()).then(|| name.to_owned()));
    item.say(&speaker, (Number(start).seconds(), None), words, out);
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Section {
    link: Words,
    text: Words,
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
    /// Used if there is no start.
    time: Number,
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

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
    fn names_that_stand_beside_the_sentences() {
        let file = r#"{"data": {"transcript": {"speakers": [{"id": 0, "name": "Noa"}, {"id": 1, "name": null}], "sentences": [
            {"speaker_name": null, "speaker_id": 0, "text": "Hi", "start_time": 1, "end_time": 2},
            {"speaker_name": null, "speaker_id": 1, "text": "Yes", "start_time": 3, "end_time": 4}]}}}"#;
        let content = read("fireflies_json", file);
        let names: Vec<_> = content.turns.iter().map(|turn| turn.speaker.as_deref()).collect();
        assert_eq!(names, [Some("Noa"), Some("Speaker 1")]);
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
    fn sentences_with_one_time_only() {
        let file =
            r#"[{"sentence": "Hi", "time": "01:05", "speaker_name": "Noa", "speaker_id": 0}]"#;
        assert_eq!(turns(&read("fireflies_json", file)), [(Some("Noa"), Some(65_000), None, "Hi")]);
    }

    #[test]
    fn sections_that_link_to_fireflies() {
        let file = r#"{"id": "FIREFLIES_x", "sections": [
            {"link": "https://app.fireflies.ai/view/x?t=153.1", "text": "test_user_1 1:  Hey: thanks."},
            {"link": "https://app.fireflies.ai/view/x?t=158.14", "text": "Noa Levi: Of course."}]}"#;
        assert_eq!(
            turns(&read("fireflies_json", file)),
            [
                (Some("test_user_1 1"), Some(153_100), None, "Hey: thanks."),
                (Some("Noa Levi"), Some(158_140), None, "Of course."),
            ]
        );
        let other = r#"{"sections": [{"link": "https://a.example/x", "text": "Noa: no"}]}"#;
        assert!(crate::parse(other.as_bytes()).is_err());
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
