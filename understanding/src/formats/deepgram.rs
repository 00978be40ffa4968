//! Deepgram's JSON: `results.utterances[]`, else the words of every channel, else its paragraphs.
//!
//! Of several channels without utterances, the pieces are put in the order of time. Speakers are
//! numbers and become `Speaker 0`, as Deepgram itself shows them; a channel is no speaker.

use serde::Deserialize;

use super::builder::Builder;
use super::json::{self, Label, Number, Runs, Word, Words};
use super::{Confidence, Format, Head, Source};

/// See the module.
pub(super) struct Deepgram;

impl Format for Deepgram {
    fn id(&self) -> &'static str {
        "deepgram_json"
    }

    fn name(&self) -> &'static str {
        "Deepgram JSON"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        json::certain(head, |shape| {
            shape.any(&["results.channels[].alternatives", "results.utterances[].transcript"])
        })
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        json::language(text, &["results.channels[].detected_language"], out);
        if json::has(text, UTTERANCES) {
            json::read(text, &[UTTERANCES], out, |item, out| {
                if let Some(said) = item.read::<Utterance>(out) {
                    let times = (said.start.seconds(), said.end.seconds());
                    item.say(&said.speaker, times, &said.transcript.0, out);
                }
            });
            return;
        }
        if !json::has(text, WORDS) && json::has(text, PARAGRAPHS) {
            paragraphs(text, out);
            return;
        }
        if !json::has(text, WORDS) {
            json::read(
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
        let several = json::has(text, "results.channels[1]");
        let mut runs = if several { Runs::sorted() } else { Runs::default() };
        let mut channel = 0;
        json::read(text, &[WORDS], out, |item, out| {
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
            runs.word(Word { line: item.line, speaker: said.speaker.name(), times, text }, out);
        });
        runs.finish(out);
    }
}

/// Reads paragraphs, whose sentences have times.
fn paragraphs(text: &str, out: &mut Builder) {
    let several = json::has(text, "results.channels[1]");
    let mut runs = if several { Runs::sorted() } else { Runs::default() };
    json::read(text, &[PARAGRAPHS], out, |item, out| {
        let Some(paragraph) = item.read::<Paragraph>(out) else { return };
        for said in &paragraph.sentences {
            let times = out.times(item.line, said.start.seconds(), said.end.seconds());
            let (line, speaker) = (item.line, paragraph.speaker.name());
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
    use crate::formats::testing::{cut_anywhere, read, turns};

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
            {"alternatives": [{"words": [{"word": "two", "start": 5, "end": 6}]}]}]}}"#;
        assert_eq!(read("deepgram_json", file).turns[0].text, "one two three");
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
