//! JSON of Whisper, faster-whisper and OpenAI's API: `segments[]` with seconds and text.
//!
//! Raw dumps of faster-whisper's segments are lists: `[1, 0, 0.0, 3.2, " text", …]`, where the two
//! numbers in front of the text are its times; so are `[0.0, 3.2, "text"]`. Speakers exist only
//! after a diarization. Without segments, the whole text is one turn without times. What Whisper
//! makes of silence, such as repeated sentences, is kept.

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny};

use super::values::{Label, Number, Words};
use super::{paths, unit};
use crate::kernel::pace::Unit;
use crate::kernel::runs::{Runs, Word};
use crate::kernel::{Builder, Confidence, Format, Head, Source};

/// The Whisper JSON format.
pub(crate) struct Whisper;

impl Format for Whisper {
    fn id(&self) -> &'static str {
        "whisper_json"
    }

    fn name(&self) -> &'static str {
        "Whisper JSON"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        if is_listed(head.text()) {
            return Confidence::Certain;
        }
        paths::certain(head, |shape| {
            shape.all(&["segments[].text", "segments[].start", "segments[].end"])
                || (shape.all(&["[].text", "[].start", "[].end"]) && shape.any(ITS_OWN))
                || (shape.has("text") && shape.only(TEXT_ONLY))
                || (shape.all(&["text", "words[].word", "words[].start"]) && shape.only(WITH_WORDS))
        })
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        if is_listed(text) {
            paths::read(text, &["[]"], out, |item, out| {
                if let Some(Listed { start, end, text }) = item.read(out) {
                    item.say(&Label::default(), (start.seconds(), end.seconds()), &text.0, out);
                }
            });
            return;
        }
        paths::language(text, &["language"], out);
        if paths::has(text, "words[0]") && !paths::has(text, "segments[0]") {
            beside_text(text, out);
            return;
        }
        let segments = paths::has(text, "segments[0]") || paths::has(text, "[0]");
        let paths: &[&str] = if segments { &["segments[]", "[]"] } else { &["text"] };
        let list = if paths::has(text, "segments[0]") { "segments[]" } else { "[]" };
        let unit = unit::judged(text, list, Unit::Seconds);
        paths::read(text, paths, out, |item, out| {
            if !segments {
                if let Some(Words(text)) = item.read(out) {
                    item.say(&Label::default(), (None, None), &text, out);
                }
            } else if let Some(segment) = item.read::<Segment>(out) {
                let times = (segment.start.stamp(unit), segment.end.stamp(unit));
                item.say(&segment.speaker, times, &segment.text.0, out);
            }
        });
    }
}

/// Keys of a segment that no other tool has.
const ITS_OWN: &[&str] =
    &["[].seek", "[].tokens", "[].avg_logprob", "[].no_speech_prob", "[].compression_ratio"];

/// Possible keys of the API's plain result.
const TEXT_ONLY: &[&str] = &["text", "task", "language", "duration", "usage", "segments"];

/// Same, with word timestamps if requested.
const WITH_WORDS: &[&str] = &["text", "task", "language", "duration", "usage", "segments", "words"];

/// Reads words with times but without punctuation, and takes the punctuation from the text.
fn beside_text(text: &str, out: &mut Builder) {
    let whole: Words = paths::first(text, "text").and_then(|item| item.get()).unwrap_or_default();
    let mut rest = whole.0.as_str();
    let mut runs = Runs::default();
    let mut held: Option<Word<'_>> = None;
    paths::read(text, &["words[]"], out, |item, out| {
        let Some(said) = item.read::<Timed>(out) else { return };
        let times = out.times(item.line, said.start.seconds(), said.end.seconds());
        // The text omitted from the words is within reach.
        let reach = &rest[..rest.floor_char_boundary(200)];
        let from = held.map_or(0, |_| reach.chars().next().map_or(0, char::len_utf8));
        let word = said.word.0.trim();
        if word.is_empty() {
            return;
        }
        let Some(at) = reach.get(from..).and_then(|reach| reach.find(word)) else { return };
        let (before, later) = rest.split_at(from + at);
        if let Some(word) = held {
            runs.word(Word { text: before.trim(), ..word }, out);
            rest = later;
        }
        held = Some(Word { line: item.line, speaker: None, times, text: "" });
    });
    if let Some(word) = held {
        runs.word(Word { text: rest.trim(), ..word }, out);
    }
    runs.finish(out);
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Timed {
    word: Words,
    start: Number,
    end: Number,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Segment {
    start: Number,
    end: Number,
    text: Words,
    speaker: Label,
}

/// Returns whether the file is a list of lists, each a segment.
fn is_listed(text: &str) -> bool {
    text.trim_start().strip_prefix('[').is_some_and(|inner| inner.trim_start().starts_with('['))
        && paths::first(text, "[0]").is_some_and(|item| item.get::<Listed>().is_some())
}

/// A segment without keys.
struct Listed {
    start: Number,
    end: Number,
    text: Words,
}

impl<'de> Deserialize<'de> for Listed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values = Vec::<Loose>::deserialize(deserializer)?;
        let at = values.iter().position(|value| matches!(value, Loose::Text(_)));
        match at.and_then(|at| values.get(at.checked_sub(2)?..=at)) {
            Some([Loose::Number(start), Loose::Number(end), Loose::Text(text)]) => Ok(Self {
                start: Number(Some(*start)),
                end: Number(Some(*end)),
                text: Words(text.clone()),
            }),
            _ => Err(D::Error::custom("expected two numbers before a text")),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Loose {
    Number(f64),
    Text(String),
    Other(IgnoredAny),
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = r#"{"text": " Hi. Yes.", "segments": [
        {"id": 0, "start": 0.0, "end": 1.5, "text": " Hi.", "words": [{"word": " Hi.", "probability": 0.9}], "speaker": "SPEAKER_01"},
        {"id": 1, "start": 2, "end": 3.25, "text": " Yes\u0301.", "temperature": 0.0, "speaker": null}
    ], "language": "he"}"#;

    #[test]
    fn segments_with_and_without_speakers() {
        let content = read("whisper_json", FILE);
        assert_eq!(
            turns(&content),
            [
                (Some("SPEAKER_01"), Some(0), Some(1_500), "Hi."),
                (None, Some(2_000), Some(3_250), "Yes\u{301}."),
            ]
        );
        assert_eq!(content.language.as_deref(), Some("he"));
        assert_eq!(content.warnings, []);
    }

    #[test]
    fn text_alone_has_no_times_and_silence_no_words() {
        let content = read("whisper_json", r#"{"text": "Hello there.", "usage": {"seconds": 3}}"#);
        assert_eq!(turns(&content), [(None, None, None, "Hello there.")]);
        let silent = br#"{"text": "", "segments": [], "language": "en"}"#;
        assert_eq!(crate::parse(silent).unwrap_err().code(), "no_speech");
    }

    #[test]
    fn words_stand_beside_the_text() {
        let file = r#"{"task": "transcribe", "text": "Hi, you. So -- yes?", "words": [
            {"word": "Hi", "start": 1.0, "end": 1.2}, {"word": "you", "start": 1.3, "end": 1.6},
            {"word": "hm", "start": 1.7, "end": 1.8}, {"word": "yes", "start": 9.0, "end": 9.5}]}"#;
        let content = read("whisper_json", file);
        assert_eq!(turns(&content), [(None, Some(1_000), Some(9_500), "Hi, you. So -- yes?")]);
        assert_eq!(content.turns[0].cues.len(), 2);
        cut_anywhere(file.as_bytes());
    }

    #[test]
    fn an_item_of_another_shape_is_skipped_with_a_warning() {
        let content = read(
            "whisper_json",
            r#"{"segments": [{"start": 0, "end": 1, "text": "one"}, 5, {"start": NaN, "end": -2, "text": "two"}]}"#,
        );
        assert_eq!(content.turns[0].text, "one two");
        assert_eq!(content.warnings.len(), 2, "{:?}", content.warnings);
    }

    #[test]
    fn segments_without_keys_are_lists() {
        let content = read(
            "whisper_json",
            r#"[[1, 0, 0.0, 3.2, " Hi there.", [50364, 2425], -0.2, 1.1, 0.01, null, 0.0], [2, 320, 3.2, 4, " Yes.", []]]"#,
        );
        assert_eq!(turns(&content), [(None, Some(0), Some(4_000), "Hi there. Yes.")]);
        let content = read("whisper_json", r#"[[0.5, 3, "Hi"], ["no"], [3, 4.5, "Bye"]]"#);
        assert_eq!(turns(&content), [(None, Some(500), Some(4_500), "Hi Bye")]);
        assert_eq!(content.warnings.len(), 1);
        assert!(crate::parse(b"[[1, 2], [3, 4]]").is_err());
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
