//! Speechmatics' JSON: `results[]`, each a word or a punctuation mark; or, in version 1, `words[]`
//! with `speakers[]` next to them.
//!
//! `UU` is Speechmatics' name for an unknown speaker.

use serde::Deserialize;

use super::paths;
use super::values::{Label, Number, Words};
use crate::kernel::runs::{Runs, Word};
use crate::kernel::time::Stamp;
use crate::kernel::{Builder, Confidence, Format, Head, Source};

/// The Speechmatics JSON format.
pub(crate) struct Speechmatics;

impl Format for Speechmatics {
    fn id(&self) -> &'static str {
        "speechmatics_json"
    }

    fn name(&self) -> &'static str {
        "Speechmatics JSON"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        paths::certain(head, |shape| {
            shape.all(&[
                "results[].alternatives[].content",
                "results[].type",
                "results[].start_time",
            ]) || shape.all(FIRST)
        })
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        paths::language(text, &["metadata.transcription_config.language", "job.lang"], out);
        if paths::has(text, "words[0]") {
            first_version(text, out);
            return;
        }
        let mut runs = Runs::default();
        paths::read(text, &["results[]"], out, |item, out| {
            let Some(result) = item.read::<Spoken>(out) else { return };
            let Some(best) = result.alternatives.first() else { return };
            let glued = result.attaches_to.0 == "previous"
                || (result.attaches_to.0.is_empty() && result.r#type.0 == "punctuation");
            if glued {
                runs.glue(&best.content.0);
                return;
            }
            let speaker = best.speaker.name().filter(|name| *name != "UU");
            // Each channel numbers its own speakers.
            let both = match (result.channel.name(), speaker) {
                (Some(channel), Some(speaker)) => Some(format!("{channel} {speaker}")),
                _ => None,
            };
            let speaker = both.as_deref().or(speaker).or(result.channel.name());
            let times =
                out.times(item.line, result.start_time.seconds(), result.end_time.seconds());
            runs.word(Word { line: item.line, speaker, times, text: &best.content.0 }, out);
        });
        runs.finish(out);
    }
}

/// Keys of version 1.
const FIRST: &[&str] = &["words[].name", "words[].time", "words[].duration"];

/// Reads words with a start and a duration; the speaker is looked up by time.
fn first_version(text: &str, out: &mut Builder) {
    let mut speakers: Vec<(u64, Label)> = Vec::new();
    paths::look(text, &["speakers[]"], |item| {
        if let Some(named) = item.get::<Named>()
            && let Some(start) = named.time.seconds().and_then(Stamp::known)
        {
            speakers.push((start, Label(Some(named.name.0))));
        }
    });
    speakers.sort_by_key(|(start, _)| *start);
    let mut runs = Runs::default();
    paths::read(text, &["words[]"], out, |item, out| {
        let Some(word) = item.read::<Named>(out) else { return };
        let text = &word.name.0;
        if !text.is_empty() && text.chars().all(|c| c.is_ascii_punctuation()) {
            runs.glue(text);
            return;
        }
        let end = word.time.0.zip(word.duration.0).map(|(start, length)| start + length);
        let times = out.times(item.line, word.time.seconds(), Number(end).seconds());
        let begun = times.0.map_or(0, |at| speakers.partition_point(|(start, _)| *start <= at));
        let speaker = begun.checked_sub(1).and_then(|place| speakers[place].1.name());
        let speaker = speaker.filter(|name| *name != "UU");
        runs.word(Word { line: item.line, speaker, times, text }, out);
    });
    runs.finish(out);
}

/// A word or a speaker of version 1.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Named {
    name: Words,
    time: Number,
    duration: Number,
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
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = r#"{"format": "2.9", "metadata": {"transcription_config": {"language": "en"}}, "results": [
        {"type": "word", "start_time": 0.55, "end_time": 1.2, "alternatives": [{"content": "Hello", "confidence": 1.0, "language": "en", "speaker": "S1"}]},
        {"type": "punctuation", "start_time": 1.2, "end_time": 1.2, "is_eos": true, "attaches_to": "previous", "alternatives": [{"content": ".", "speaker": "S1"}]},
        {"type": "word", "start_time": 2, "end_time": 2.5, "alternatives": [{"content": "Hm", "speaker": "UU"}]}]}"#;

    #[test]
    fn the_first_version_looks_speakers_up_by_time() {
        let file = r#"{"job": {"lang": "en"}, "speakers": [{"duration": "2.0", "name": "F1", "time": "1.00"}, {"duration": "2.0", "name": "M2", "time": "3.00"}],
            "words": [{"duration": "0.5", "name": "Hi", "time": "1.00"}, {"duration": "0.1", "name": ".", "time": "1.5"}, {"duration": "0.5", "name": "Yes", "time": "3.00"}]}"#;
        assert_eq!(
            turns(&read("speechmatics_json", file)),
            [
                (Some("F1"), Some(1_000), Some(1_500), "Hi."),
                (Some("M2"), Some(3_000), Some(3_500), "Yes")
            ]
        );
    }

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
    fn speakers_of_two_channels_are_two() {
        let word = |channel: &str, start: u32| {
            format!(
                r#"{{"type": "word", "channel": "{channel}", "start_time": {start}, "end_time": {start}.5, "alternatives": [{{"content": "Hi", "speaker": "S1"}}]}}"#
            )
        };
        let file = format!(
            r#"{{"format": "2.9", "results": [{}, {}]}}"#,
            word("Coach", 1),
            word("Client", 3)
        );
        let content = read("speechmatics_json", file);
        let names: Vec<_> = content.turns.iter().map(|turn| turn.speaker.as_deref()).collect();
        assert_eq!(names, [Some("Coach S1"), Some("Client S1")]);
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
