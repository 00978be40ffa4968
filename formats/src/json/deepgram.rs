//! Deepgram's JSON: `results.utterances[]`, else the words of every channel, else its paragraphs.
//!
//! Several channels without utterances are merged by time. Speakers are numbers and become `Speaker
//! 0`, as Deepgram itself shows them; if several channels have speech, each numbers its own
//! speakers, so `Channel 1` becomes part of the name. Only the final messages of a stream are read.

use serde::Deserialize;

use super::values::{Label, Number, Words};
use super::{paths, unit};
use crate::kernel::pace::Unit;
use crate::kernel::runs::{Runs, Word};
use crate::kernel::{Builder, Confidence, Format, Head, Source};

/// The Deepgram JSON format.
pub(crate) struct Deepgram;

impl Format for Deepgram {
    fn id(&self) -> &'static str {
        "deepgram_json"
    }

    fn name(&self) -> &'static str {
        "Deepgram JSON"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        paths::certain(head, |shape| {
            shape.any(&["results.channels[].alternatives", "results.utterances[].transcript"])
                || shape.has("[].channel.alternatives[].words") && shape.has("[].is_final")
        })
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        paths::language(text, &["results.channels[].detected_language"], out);
        if paths::has(text, "[0].channel") {
            stream(text, out);
            return;
        }
        if paths::has(text, UTTERANCES) {
            let mut several = paths::has(text, "results.channels[1]");
            paths::look(text, &[UTTERANCES], |item| {
                several |= item.get::<Utterance>().is_some_and(|said| said.channel.0 > Some(0.0));
            });
            let unit = unit::judged(text, UTTERANCES, Unit::Seconds);
            paths::read(text, &[UTTERANCES], out, |item, out| {
                if let Some(said) = item.read::<Utterance>(out) {
                    let times = (said.start.stamp(unit), said.end.stamp(unit));
                    let channel = said.channel.0.filter(|_| several).map(|channel| channel as u32);
                    let speaker = Label(name(channel, said.speaker.name()));
                    item.say(&speaker, times, &said.transcript.0, out);
                }
            });
            return;
        }
        if !paths::has(text, WORDS) && paths::has(text, PARAGRAPHS) {
            paragraphs(text, out);
            return;
        }
        if !paths::has(text, WORDS) {
            paths::read(
                text,
                &["results.channels[].alternatives[0].transcript"],
                out,
                |item, out| {
                    if let Some(Words(text)) = item.read(out) {
                        item.say(&Label::default(), (None, None), &text, out);
                    }
                },
            );
            return;
        }
        let several = speak_in_several(text, WORDS);
        let mut runs = if several { Runs::sorted() } else { Runs::default() };
        let mut channel = 0;
        paths::read(text, &[WORDS], out, |item, out| {
            if std::mem::replace(&mut channel, item.outer) != item.outer {
                runs.close(out);
            }
            let Some(said) = item.read::<Spoken>(out) else { return };
            let times = out.times(item.line, said.start.seconds(), said.end.seconds());
            let text = if said.punctuated_word.0.is_empty() {
                &said.word.0
            } else {
                &said.punctuated_word.0
            };
            let speaker = name(several.then_some(item.outer), said.speaker.name());
            let speaker = speaker.as_deref();
            runs.word(Word { line: item.line, speaker, times, text }, out);
        });
        runs.finish(out);
    }
}

/// Reads the messages of a stream; those that are not final are repeated later.
fn stream(text: &str, out: &mut Builder) {
    let mut runs = Runs::default();
    paths::read(text, &["[]"], out, |item, out| {
        let Some(message) = item.read::<Message>(out).filter(|message| message.is_final) else {
            return;
        };
        for said in message.channel.alternatives.iter().take(1).flat_map(|best| &best.words) {
            let times = out.times(item.line, said.start.seconds(), said.end.seconds());
            let text = match said.punctuated_word.0.as_str() {
                "" => &said.word.0,
                text => text,
            };
            runs.word(Word { line: item.line, speaker: said.speaker.name(), times, text }, out);
        }
    });
    runs.finish(out);
}

/// Returns whether more than one channel has a value at this path.
fn speak_in_several(text: &str, path: &str) -> bool {
    let (mut first, mut several) = (None, false);
    paths::look(text, &[path], |item| several |= *first.get_or_insert(item.outer) != item.outer);
    several
}

/// Returns `Channel 1 Speaker 0`, if there are several channels.
fn name(channel: Option<u32>, speaker: Option<&str>) -> Option<String> {
    match (channel, speaker) {
        (Some(channel), Some(speaker)) => Some(format!("Channel {channel} {speaker}")),
        (Some(channel), None) => Some(format!("Channel {channel}")),
        (None, speaker) => speaker.map(str::to_owned),
    }
}

/// Reads paragraphs, whose sentences have times.
fn paragraphs(text: &str, out: &mut Builder) {
    let several = speak_in_several(text, PARAGRAPHS);
    let mut runs = if several { Runs::sorted() } else { Runs::default() };
    paths::read(text, &[PARAGRAPHS], out, |item, out| {
        let Some(paragraph) = item.read::<Paragraph>(out) else { return };
        for said in &paragraph.sentences {
            let times = out.times(item.line, said.start.seconds(), said.end.seconds());
            let speaker = name(several.then_some(item.outer), paragraph.speaker.name());
            let (line, speaker) = (item.line, speaker.as_deref());
            runs.word(Word { line, speaker, times, text: &said.text.0 }, out);
            // A sentence keeps its own times.
            runs.close(out);
        }
    });
    runs.finish(out);
}

const UTTERANCES: &str = "results.utterances[]";
const PARAGRAPHS: &str = "results.channels[].alternatives[0].paragraphs.paragraphs[]";
const WORDS: &str = "results.channels[].alternatives[0].words[]";

#[derive(Deserialize, Default)]
#[serde(default)]
struct Utterance {
    start: Number,
    end: Number,
    transcript: Words,
    speaker: Label,
    channel: Number,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Message {
    is_final: bool,
    channel: Channel,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Channel {
    alternatives: Vec<Alternative>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Alternative {
    words: Vec<Spoken>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Spoken {
    start: Number,
    end: Number,
    word: Words,
    punctuated_word: Words,
    speaker: Label,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Paragraph {
    sentences: Vec<Sentence>,
    speaker: Label,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Sentence {
    text: Words,
    start: Number,
    end: Number,
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = r#"{"metadata": {"channels": 1}, "results": {"channels": [{"detected_language": "en", "alternatives": [{"transcript": "and yes", "words": [
        {"word": "and", "start": 3.04, "end": 3.54, "speaker": 0, "punctuated_word": "And,"},
        {"word": "yes", "start": 3.6, "end": 4, "speaker": 1}]}, {"words": [{"word": "worse", "start": 1, "end": 2}]}]}],
        "utterances": [{"start": 3.04, "end": 3.54, "transcript": "And,", "speaker": 0, "words": []}, {"start": 3.6, "end": 4.0, "transcript": "yes", "speaker": 1}]}}"#;

    #[test]
    fn utterances_and_words_say_the_same() {
        let said = [
            (Some("Speaker 0"), Some(3_040), Some(3_540), "And,"),
            (Some("Speaker 1"), Some(3_600), Some(4_000), "yes"),
        ];
        assert_eq!(turns(&read("deepgram_json", FILE)), said);
        let words = FILE.replace("\"utterances\"", "\"other\"");
        assert_eq!(turns(&read("deepgram_json", words)), said);
    }

    #[test]
    fn paragraphs_alone_have_speakers_and_times() {
        let file = r#"{"results": {"channels": [{"alternatives": [{"transcript": "Hi there. So? Yes.", "paragraphs": {"transcript": "Speaker 0: Hi there. So?", "paragraphs": [
            {"sentences": [{"text": "Hi there.", "start": 1.5, "end": 2.5}, {"text": "So?", "start": 3.0, "end": 3.5}], "speaker": 0, "num_words": 3, "start": 1.5, "end": 3.5},
            {"sentences": [{"text": "Yes.", "start": 4, "end": 5}], "speaker": 1}]}}]}]}}"#;
        let content = read("deepgram_json", file);
        assert_eq!(
            turns(&content),
            [
                (Some("Speaker 0"), Some(1_500), Some(3_500), "Hi there. So?"),
                (Some("Speaker 1"), Some(4_000), Some(5_000), "Yes."),
            ]
        );
        assert_eq!(content.turns[0].cues.len(), 2);
        cut_anywhere(file.as_bytes());
    }

    #[test]
    fn channels_are_put_in_the_order_of_time() {
        let file = r#"{"results": {"channels": [
            {"alternatives": [{"words": [{"word": "one", "start": 1, "end": 2}, {"word": "three", "start": 9, "end": 10}]}]},
            {"alternatives": [{"words": [{"word": "two", "start": 5, "end": 6, "speaker": 0}]}]}]}}"#;
        assert_eq!(
            turns(&read("deepgram_json", file)),
            [
                (Some("Channel 0"), Some(1_000), Some(2_000), "one"),
                (Some("Channel 1 Speaker 0"), Some(5_000), Some(6_000), "two"),
                (Some("Channel 0"), Some(9_000), Some(10_000), "three"),
            ]
        );
        let file = r#"{"results": {"utterances": [{"start": 1, "end": 2, "channel": 0, "transcript": "one"}, {"start": 3, "end": 4, "channel": 1, "transcript": "two"}]}}"#;
        let content = read("deepgram_json", file);
        let names: Vec<_> = content.turns.iter().map(|turn| turn.speaker.as_deref()).collect();
        assert_eq!(names, [Some("Channel 0"), Some("Channel 1")]);
    }

    #[test]
    fn only_final_messages_of_a_stream_count() {
        let message = |is_final: bool, words: &str| {
            format!(
                r#"{{"type": "Results", "is_final": {is_final}, "channel": {{"alternatives": [{{"words": [{words}]}}]}}}}"#
            )
        };
        let hi = r#"{"word": "hi", "punctuated_word": "Hi.", "start": 1, "end": 2, "speaker": 0}"#;
        let file = format!("{}\n{}\n", message(false, hi), message(true, hi));
        assert_eq!(
            turns(&read("deepgram_json", file)),
            [(Some("Speaker 0"), Some(1_000), Some(2_000), "Hi.")]
        );
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
