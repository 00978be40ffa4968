//! AWS Transcribe's JSON in its four schemas: speaker labels, channels, Call Analytics, and
//! Bedrock's audio segments.
//!
//! Numbers are strings; punctuation has no times and is attached to the previous word. If words do
//! not have a speaker, it is looked up by their start. Names are as in the file: `spk_0`, `ch_1`,
//! `AGENT`.

use serde::Deserialize;

use super::paths;
use super::values::{Label, Number, Words};
use crate::kernel::runs::{Runs, Word};
use crate::kernel::{Builder, Confidence, Format, Head, Source};

/// The AWS Transcribe JSON format.
pub(crate) struct AwsTranscribe;

impl Format for AwsTranscribe {
    fn id(&self) -> &'static str {
        "aws_transcribe_json"
    }

    fn name(&self) -> &'static str {
        "AWS Transcribe JSON"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        paths::certain(head, |shape| {
            (shape.any(&[
                "results.transcripts",
                "results.items",
                "results.transcripts[].transcript",
            ]) && shape.any(&["jobName", "accountId", "status", "results.items[].alternatives"]))
                || shape.all(&["Transcript[].Content", "Transcript[].ParticipantRole"])
                || shape.has("audio_segments[].start_timestamp_millis")
                || shape.all(&["JobStatus", "Transcript[].Content"])
        })
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        let languages = ["results.language_code", "LanguageCode"];
        paths::language(text, &languages, out);
        if paths::has(text, "Transcript[]") {
            analytics(text, out);
        } else if paths::has(text, "audio_segments[]") {
            segments(text, out);
        } else if paths::has(text, CHANNELS) {
            words(text, CHANNELS, out);
        } else if paths::has(text, ITEMS) {
            words(text, ITEMS, out);
        } else if paths::has(text, "results.audio_segments[]") {
            paths::read(text, &["results.audio_segments[]"], out, |item, out| {
                if let Some(said) = item.read::<Segment>(out) {
                    let times = (said.start_time.seconds(), said.end_time.seconds());
                    item.say(&said.speaker_label, times, &said.transcript.0, out);
                }
            });
        } else {
            paths::read(text, &["results.transcripts[0].transcript"], out, |item, out| {
                if let Some(Words(text)) = item.read(out) {
                    item.say(&Label::default(), (None, None), &text, out);
                }
            });
        }
    }
}

const ITEMS: &str = "results.items[]";
const CHANNELS: &str = "results.channel_labels.channels[].items[]";

fn analytics(text: &str, out: &mut Builder) {
    paths::read(text, &["Transcript[]"], out, |item, out| {
        if let Some(said) = item.read::<Analysed>(out) {
            let times = (said.begin.millis(), said.end.millis());
            item.say(&said.role, times, &said.content.0, out);
        }
    });
}

fn segments(text: &str, out: &mut Builder) {
    paths::read(text, &["audio_segments[]"], out, |item, out| {
        if let Some(said) = item.read::<AudioSegment>(out) {
            let times = (said.start_timestamp_millis.millis(), said.end_timestamp_millis.millis());
            item.say(&said.speaker, times, &said.text.0, out);
        }
    });
}

fn words(text: &str, path: &str, out: &mut Builder) {
    let channels = path == CHANNELS;
    let (starts, names) = labels(text, channels);
    let mut runs = if channels { Runs::sorted() } else { Runs::default() };
    let mut channel = 0;
    paths::read(text, &[path], out, |item, out| {
        if channels && std::mem::replace(&mut channel, item.outer) != item.outer {
            runs.close(out);
        }
        let Some(word) = item.read::<Spoken>(out) else { return };
        let Some(best) = word.alternatives.first() else { return };
        if word.r#type.0 == "punctuation" {
            runs.glue(&best.content.0);
            return;
        }
        let times = out.times(item.line, word.start_time.seconds(), word.end_time.seconds());
        let known = match times.0 {
            _ if channels => names.get(item.outer as usize),
            Some(start) => starts
                .binary_search_by_key(&start, |(at, _)| *at)
                .ok()
                .and_then(|place| names.get(starts[place].1 as usize)),
            None => None,
        };
        let speaker = word.speaker_label.name().or(known.map(String::as_str));
        runs.word(Word { line: item.line, speaker, times, text: &best.content.0 }, out);
    });
    runs.finish(out);
}

/// Returns who speaks when: starts of words with the index of a name, and the names.
fn labels(text: &str, channels: bool) -> (Vec<(u64, u32)>, Vec<String>) {
    let (mut starts, mut names) = (Vec::new(), Vec::<String>::new());
    if channels {
        paths::look(text, &["results.channel_labels.channels[].channel_label"], |item| {
            let place = item.outer as usize;
            if names.len() <= place && place < 100 {
                names.resize(place + 1, format!("ch_{place}"));
            }
            if let (Some(name), Some(Label(Some(label)))) = (names.get_mut(place), item.get()) {
                *name = label;
            }
        });
        return (starts, names);
    }
    let paths = ["results.speaker_labels.segments[].items[]"];
    paths::look(text, &paths, |item| {
        let Some(label) = item.get::<Labelled>() else { return };
        let (Some(stamp), Label(Some(name))) = (label.start_time.seconds(), label.speaker_label)
        else {
            return;
        };
        let Some(start) = stamp.known() else { return };
        let place = names.iter().position(|known| *known == name).unwrap_or_else(|| {
            names.push(name);
            names.len() - 1
        });
        starts.push((start, u32::try_from(place).unwrap_or(u32::MAX)));
    });
    starts.sort_unstable();
    (starts, names)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Analysed {
    #[serde(rename = "Content")]
    content: Words,
    #[serde(rename = "BeginOffsetMillis")]
    begin: Number,
    #[serde(rename = "EndOffsetMillis")]
    end: Number,
    #[serde(rename = "ParticipantRole")]
    role: Label,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct AudioSegment {
    start_timestamp_millis: Number,
    end_timestamp_millis: Number,
    text: Words,
    speaker: Label,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Labelled {
    start_time: Number,
    speaker_label: Label,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Spoken {
    r#type: Words,
    start_time: Number,
    end_time: Number,
    speaker_label: Label,
    alternatives: Vec<Alternative>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Alternative {
    content: Words,
}

/// The text of one speaker, which newer results have next to the words.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Segment {
    transcript: Words,
    start_time: Number,
    end_time: Number,
    speaker_label: Label,
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = r#"{"jobName": "x", "results": {"transcripts": [{"transcript": "Hi there. Yes."}],
        "speaker_labels": {"speakers": 2, "segments": [
            {"start_time": "0.49", "speaker_label": "spk_0", "end_time": "1.2", "items": [{"start_time": "0.49", "speaker_label": "spk_0", "end_time": "0.7"}, {"start_time": "0.8", "speaker_label": "spk_0", "end_time": "1.2"}]},
            {"start_time": "2.0", "speaker_label": "spk_1", "end_time": "2.5", "items": [{"start_time": "2.0", "speaker_label": "spk_1", "end_time": "2.5"}]}]},
        "items": [
            {"start_time": "0.49", "end_time": "0.7", "alternatives": [{"confidence": "1.0", "content": "Hi"}], "type": "pronunciation"},
            {"start_time": "0.8", "end_time": "1.2", "alternatives": [{"content": "there"}], "type": "pronunciation"},
            {"alternatives": [{"content": "."}], "type": "punctuation"},
            {"start_time": "2.0", "end_time": "2.5", "alternatives": [{"content": "Yes"}], "type": "pronunciation"}]}, "status": "COMPLETED"}"#;

    #[test]
    fn words_find_their_speaker_by_time() {
        let content = read("aws_transcribe_json", FILE);
        assert_eq!(
            turns(&content),
            [
                (Some("spk_0"), Some(490), Some(1_200), "Hi there."),
                (Some("spk_1"), Some(2_000), Some(2_500), "Yes"),
            ]
        );
        assert_eq!(content.warnings, []);
    }

    #[test]
    fn channels_are_speakers_in_the_order_of_time() {
        let file = r#"{"jobName": "x", "results": {"transcripts": [], "channel_labels": {"channels": [
            {"channel_label": "ch_0", "items": [{"start_time": "0.1", "end_time": "0.5", "alternatives": [{"content": "Hi"}], "type": "pronunciation"}, {"start_time": "9", "end_time": "9.5", "alternatives": [{"content": "Bye"}], "type": "pronunciation"}]},
            {"channel_label": "ch_1", "items": [{"start_time": "4", "end_time": "5", "alternatives": [{"content": "Yes"}], "type": "pronunciation"}]}]}}}"#;
        let content = read("aws_transcribe_json", file);
        let said: Vec<_> = turns(&content).into_iter().map(|t| (t.0.unwrap(), t.3)).collect();
        assert_eq!(said, [("ch_0", "Hi"), ("ch_1", "Yes"), ("ch_0", "Bye")]);
    }

    #[test]
    fn segments_stand_in_for_words() {
        let file = r#"{"jobName": "x", "results": {"transcripts": [{"transcript": "Hi. Yes."}], "items": [], "audio_segments": [
            {"id": 0, "transcript": "Hi.", "start_time": "1.0", "end_time": "1.6", "speaker_label": "spk_0", "items": [0, 1]},
            {"id": 1, "transcript": "Yes.", "start_time": "3.0", "end_time": "3.9", "speaker_label": "spk_1"}]}}"#;
        assert_eq!(
            turns(&read("aws_transcribe_json", file)),
            [
                (Some("spk_0"), Some(1_000), Some(1_600), "Hi."),
                (Some("spk_1"), Some(3_000), Some(3_900), "Yes.")
            ]
        );
    }

    #[test]
    fn call_analytics_and_audio_segments() {
        let file = r#"{"JobStatus": "COMPLETED", "LanguageCode": "en-US", "Transcript": [{"Content": "Hello.", "BeginOffsetMillis": 40, "EndOffsetMillis": 5050, "ParticipantRole": "AGENT", "Items": []}]}"#;
        let content = read("aws_transcribe_json", file);
        assert_eq!(turns(&content), [(Some("AGENT"), Some(40), Some(5_050), "Hello.")]);
        let file = r#"{"metadata": {}, "audio_segments": [{"start_timestamp_millis": 30, "end_timestamp_millis": 900, "type": "TRANSCRIPT", "text": "Hello.", "speaker": {"speaker_label": "spk_0"}}]}"#;
        let content = read("aws_transcribe_json", file);
        assert_eq!(turns(&content), [(Some("spk_0"), Some(30), Some(900), "Hello.")]);
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
