//! Google Speech-to-Text's JSON: `results[].alternatives[0].words[]`.
//!
//! With diarization, the last result repeats every word of the file with its speaker, and only that
//! one is read. A `speakerTag` of 0 means no speaker. A long-running operation has its result under
//! `response`, a batch under the URI of each recording: of several, the first is read.

use serde::Deserialize;

use super::paths;
use super::values::{Label, Number, Words};
use crate::kernel::runs::{Runs, Word};
use crate::kernel::{Builder, Confidence, Format, Head, Source};

/// The Google Speech-to-Text JSON format.
pub(crate) struct GoogleStt;

impl Format for GoogleStt {
    fn id(&self) -> &'static str {
        "google_stt_json"
    }

    fn name(&self) -> &'static str {
        "Google Speech-to-Text JSON"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        paths::certain(head, |shape| {
            shape.any(&["results[].alternatives[].transcript", "results[].alternatives[].words"])
                && !shape.any(&["results[].alternatives[].timestamps", "results[].final"])
                || PLACES[1..].iter().any(|at| shape.has(&format!("{at}results[].alternatives")))
        })
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        let has = |at: &&&str| paths::has(text, &format!("{at}results[0]"));
        let at = *PLACES.iter().find(has).unwrap_or(&"");
        let second = if at.contains('*') { second(text, at, out) } else { None };
        let end = second.unwrap_or(text.len());
        let words_at = &*format!("{at}results[].alternatives[0].words[]");
        for key in ["languageCode", "language_code"] {
            paths::language(text, &[&format!("{at}results[].{key}")], out);
        }
        let (mut last, mut tagged, mut words) = (0, Vec::new(), false);
        paths::look(text, &[words_at], |item| {
            if item.at >= end {
                return;
            }
            words = true;
            last = last.max(item.outer);
            if tagged.last() != Some(&item.outer)
                && item.get::<Spoken>().is_some_and(|word| word.speaker().is_some())
            {
                tagged.push(item.outer);
            }
        });
        if !words {
            paths::read(text, &[&format!("{at}results[]")], out, |item, out| {
                if item.at < end
                    && let Some(result) = item.read::<Whole>(out)
                    && let Some(best) = result.alternatives.first()
                {
                    // Only recordings with several channels have it.
                    let channel = result.channel_tag.0.filter(|tag| *tag >= 1.0);
                    let speaker = Label(channel.map(|channel| format!("Channel {channel}")));
                    let until = result.result_end_time.or(result.result_end_offset).seconds();
                    item.say(&speaker, (None, until), &best.transcript.0, out);
                }
            });
            return;
        }
        let repeated = last > 0 && tagged == [last];
        let mut runs = Runs::default();
        paths::read(text, &[words_at], out, |item, out| {
            if item.at >= end || repeated && item.outer != last {
                return;
            }
            let Some(word) = item.read::<Spoken>(out) else { return };
            let start = word.start_time.seconds().or(word.start_offset.seconds());
            let end = word.end_time.seconds().or(word.end_offset.seconds());
            let times = out.times(item.line, start, end);
            let speaker = word.speaker();
            runs.word(Word { line: item.line, speaker, times, text: &word.word.0 }, out);
        });
        runs.finish(out);
    }
}

/// Possible paths of the results.
const PLACES: &[&str] = &[
    "",
    "response.",
    "results.*.transcript.",
    "results.*.inlineResult.transcript.",
    "results.*.inline_result.transcript.",
    "response.results.*.transcript.",
    "response.results.*.inlineResult.transcript.",
];

/// Returns the offset of the results of a second recording.
fn second(text: &str, at: &str, out: &mut Builder) -> Option<usize> {
    let mut found = Vec::new();
    paths::look(text, &[&format!("{at}results")], |item| {
        if found.len() < 2 {
            found.push((item.line, item.at));
        }
    });
    let (line, second) = *found.get(1)?;
    out.warn(line, "the file contains several recordings: only the first was read");
    Some(second)
}

/// A result without words of its own.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Whole {
    alternatives: Vec<Alternative>,
    #[serde(alias = "channelTag")]
    channel_tag: Number,
    #[serde(alias = "resultEndTime")]
    result_end_time: Number,
    #[serde(alias = "resultEndOffset")]
    result_end_offset: Number,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Alternative {
    transcript: Words,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Spoken {
    word: Words,
    #[serde(alias = "startTime")]
    start_time: Number,
    #[serde(alias = "endTime")]
    end_time: Number,
    #[serde(alias = "startOffset")]
    start_offset: Number,
    #[serde(alias = "endOffset")]
    end_offset: Number,
    #[serde(alias = "speakerTag")]
    speaker_tag: Label,
    #[serde(alias = "speakerLabel")]
    speaker_label: Label,
}

impl Spoken {
    fn speaker(&self) -> Option<&str> {
        let tag = self.speaker_tag.name().filter(|name| *name != "Speaker 0");
        self.speaker_label.name().or(tag)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = r#"{"results": [
        {"alternatives": [{"transcript": "Hi there", "words": [{"startTime": {"seconds": "1", "nanos": 900000000}, "endTime": {"seconds": "2"}, "word": "Hi"}, {"startTime": "2.1s", "endTime": "2.500s", "word": "there"}]}], "languageCode": "en-us"},
        {"alternatives": [{"words": [{"startTime": {"seconds": "1", "nanos": 900000000}, "endTime": {"seconds": "2"}, "word": "Hi", "speakerTag": 1}, {"startTime": "2.1s", "endTime": "2.500s", "word": "there", "speakerTag": 2}]}]}]}"#;

    #[test]
    fn the_repeated_words_count_once() {
        let content = read("google_stt_json", FILE);
        assert_eq!(
            turns(&content),
            [
                (Some("Speaker 1"), Some(1_900), Some(2_000), "Hi"),
                (Some("Speaker 2"), Some(2_100), Some(2_500), "there"),
            ]
        );
        assert_eq!(content.language.as_deref(), Some("en-US"));
    }

    #[test]
    fn without_speakers_all_results_are_read() {
        let content = read("google_stt_json", FILE.replace("speakerTag", "other"));
        assert_eq!(content.turns[0].text, "Hi there Hi there");
    }

    #[test]
    fn the_answer_of_an_operation() {
        let content = read(
            "google_stt_json",
            format!(r#"{{"name": "1", "done": true, "response": {FILE}}}"#),
        );
        assert_eq!(turns(&content), turns(&read("google_stt_json", FILE)));
    }

    #[test]
    fn a_batch_has_its_results_under_addresses() {
        let expected = turns(&read("google_stt_json", FILE)).len();
        for (place, key) in [("transcript", "transcript"), ("inlineResult", "inlineResult")] {
            let inner = match place {
                "transcript" => FILE.to_owned(),
                _ => format!(r#"{{"transcript": {FILE}}}"#),
            };
            let file = format!(
                r#"{{"results": {{"gs://a-bucket.example/calls/a-rather-long-name-of-a-recording.wav": {{"uri": "x", "{key}": {inner}}}}}}}"#
            );
            let content = read("google_stt_json", &file);
            assert_eq!(content.turns.len(), expected, "{place}");
            assert_eq!(content.turns[0].speaker.as_deref(), Some("Speaker 1"));
            assert_eq!(content.warnings, []);
            let operation = format!(r#"{{"name": "1", "done": true, "response": {file}}}"#);
            assert_eq!(read("google_stt_json", operation).turns, content.turns);
        }
        let two = format!(
            r#"{{"results": {{"gs://a/1.wav": {{"transcript": {FILE}}}, "gs://a/2.wav": {{"transcript": {FILE}}}}}}}"#
        );
        let content = read("google_stt_json", two);
        assert_eq!(content.turns.len(), expected);
        assert_eq!(content.warnings.len(), 1);
    }

    #[test]
    fn results_without_words_have_channels_and_ends() {
        let file = r#"{"results": [{"alternatives": [{"transcript": "Good morning"}, {"transcript": "worse"}], "channelTag": 1, "resultEndTime": "1.600s"},
            {"alternatives": [{"transcript": " Hello"}], "channelTag": 2, "resultEndTime": "3.600s"}]}"#;
        assert_eq!(
            turns(&read("google_stt_json", file)),
            [
                (Some("Channel 1"), None, Some(1_600), "Good morning"),
                (Some("Channel 2"), None, Some(3_600), "Hello")
            ]
        );
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
