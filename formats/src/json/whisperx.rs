//! WhisperX's JSON: aligned `segments[]`, with `word_segments[]` next to them.
//!
//! A word may have another speaker than its segment: then the words are read instead. The separate
//! list of a diarization has no text and is not a transcript.

use serde::Deserialize;

use super::values::{Label, Number, Words};
use super::{paths, unit};
use crate::kernel::pace::Unit;
use crate::kernel::runs::{Runs, Word};
use crate::kernel::{Builder, Confidence, Format, Head, Source};

/// The WhisperX JSON format.
pub(crate) struct WhisperX;

impl Format for WhisperX {
    fn id(&self) -> &'static str {
        "whisperx_json"
    }

    fn name(&self) -> &'static str {
        "WhisperX JSON"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        paths::certain(head, |shape| {
            shape.all(&["segments[].text", "segments[].start"])
                && shape.any(&["word_segments", "segments[].words[].score"])
        })
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        paths::language(text, &["language"], out);
        let unit = unit::judged(text, "segments[]", Unit::Seconds);
        paths::read(text, &["segments[]"], out, |item, out| {
            let Some(segment) = item.read::<Segment>(out) else { return };
            let mixed = segment
                .words
                .iter()
                .any(|word| word.speaker.0.is_some() && word.speaker != segment.speaker);
            let whole: usize = segment.words.iter().map(|word| word.word.0.trim().len()).sum();
            let spoken = segment.text.0.chars().filter(|c| !c.is_whitespace()).map(char::len_utf8);
            // Only if the words are the complete text.
            if !mixed || whole != spoken.sum::<usize>() {
                let times = (segment.start.stamp(unit), segment.end.stamp(unit));
                item.say(&segment.speaker, times, &segment.text.0, out);
                return;
            }
            let mut runs = Runs::default();
            let mut speaker = &segment.speaker;
            for word in &segment.words {
                if word.speaker.0.is_some() {
                    speaker = &word.speaker;
                }
                let times = out.times(item.line, word.start.stamp(unit), word.end.stamp(unit));
                let (line, text) = (item.line, word.word.0.trim());
                runs.word(Word { line, speaker: speaker.name(), times, text }, out);
            }
            runs.finish(out);
        });
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Segment {
    start: Number,
    end: Number,
    text: Words,
    speaker: Label,
    words: Vec<Aligned>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Aligned {
    word: Words,
    start: Number,
    end: Number,
    speaker: Label,
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = r#"{"segments": [
        {"start": 2.878, "end": 4.0, "text": " This is one.", "words": [{"word": "This", "start": 2.878, "end": 3.0, "score": 0.6}, {"word": "is"}, {"word": "one.", "start": 3.5, "end": 4.0, "score": 0.9}]},
        {"start": 5, "end": 9, "text": " Ready? Yes, go.", "speaker": "SPEAKER_00", "words": [{"word": "Ready?", "start": 5, "end": 6, "speaker": "SPEAKER_00"}, {"word": "Yes,", "start": 7, "end": 8, "speaker": "SPEAKER_01"}, {"word": "go."}]}
    ], "word_segments": [{"word": "This", "start": 2.878, "end": 3.059, "score": 0.676}]}"#;

    #[test]
    fn words_of_another_speaker_are_that_speakers() {
        let content = read("whisperx_json", FILE);
        assert_eq!(
            turns(&content),
            [
                (None, Some(2_878), Some(4_000), "This is one."),
                (Some("SPEAKER_00"), Some(5_000), Some(6_000), "Ready?"),
                (Some("SPEAKER_01"), Some(7_000), Some(8_000), "Yes, go."),
            ]
        );
        assert_eq!(content.warnings, []);
    }

    #[test]
    fn a_diarization_without_words_is_refused() {
        for list in [
            &br#"[{"label": "0", "speaker": "SPEAKER_00", "start": 2.8, "end": 4.8}]"#[..],
            br#"{"segments": [{"speaker": "SPEAKER_00", "start": 2.8, "end": 4.8}]}"#,
        ] {
            let refusal = crate::parse(list).unwrap_err();
            assert_eq!(refusal.code(), "no_speech");
            assert!(refusal.to_string().contains("who spoke when"), "{refusal}");
        }
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
