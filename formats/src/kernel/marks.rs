//! What tools put beside the words: time marks, marks of silence, and data in cues.
//!
//! noScribe writes `[00:00:12]` and `(12 Sekunden Pause)`; the interface of Teams (Microsoft Graph's
//! `metadataContent`) writes a JSON object with speaker and text.

use serde_json::{Map, Value};

use super::skipped::Skip;
use super::time;

/// Words for silence in the languages of the tools, in lower case.
const SILENCE: &[&str] = &[
    "pause",
    "silence",
    "stille",
    "schweigen",
    "silencio",
    "silêncio",
    "pausa",
    "silenzio",
    "stilte",
    "пауза",
    "שתיקה",
    "הפסקה",
];
/// Maximum length of a mark.
const MAX_MARK: usize = 64;
/// Keys of the text and of the speaker in data.
const TEXT: &[&str] = &["spokenText", "text", "transcript", "content"];
const SPEAKER: &[&str] = &["speakerName", "speaker", "speaker_name", "displayName"];

/// Returns what a text is, if it is nothing but a mark.
pub(crate) fn mark(text: &str) -> Option<Skip> {
    let text = text.trim();
    let inner = text.strip_prefix(['[', '('])?.strip_suffix([']', ')'])?;
    if text.len() > MAX_MARK {
        return None;
    }
    if time::stamp(inner).is_some() {
        return Some(Skip::ToolLabel);
    }
    // `(12 Sekunden Pause)`: a length, and the word.
    let digits = inner.contains(|c: char| c.is_ascii_digit());
    let mut words = inner.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    let silent = words.any(|word| SILENCE.contains(&&*word));
    (digits && silent).then_some(Skip::Silence)
}

/// Splits a time mark off the beginning of a text: `[00:00:12] Was nehmen Sie mit?`.
pub(crate) fn leading_mark(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let inner = text.strip_prefix('[')?;
    let end = inner.bytes().take(16).position(|b| b == b']')?;
    let exact = inner[..end].matches(':').count() == 2 && time::stamp(&inner[..end]).is_some();
    exact.then(|| text.split_at(end + 2))
}

/// The data of a cue.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Data {
    pub(crate) speaker: Option<String>,
    /// `None` if nothing was said.
    pub(crate) text: Option<String>,
}

/// Parses a cue that is a JSON object.
pub(crate) fn data(payload: &str) -> Option<Data> {
    let payload = payload.trim();
    if !payload.starts_with('{') || !payload.ends_with('}') {
        return None;
    }
    let map: Map<String, Value> = serde_json::from_str(payload).ok()?;
    let text = |keys: &[&str]| {
        let text = keys.iter().find_map(|key| map.get(*key)?.as_str())?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    (!map.is_empty()).then(|| Data { speaker: text(SPEAKER), text: text(TEXT) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_speech_in_brackets() {
        for text in ["[00:00:12]", "(1:02)", "[00:00:12.5]"] {
            assert_eq!(mark(text), Some(Skip::ToolLabel), "{text}");
        }
        for text in ["(12 Sekunden Pause)", "[pause: 3s]", "(Pause 4 s)", "(5 seconds of silence)"]
        {
            assert_eq!(mark(text), Some(Skip::Silence), "{text}");
        }
        for text in ["[laughs]", "(12 people)", "(Pause)", "[music 3]", "(I paused for 3 days)"] {
            assert_eq!(mark(text), None, "{text}");
        }
        assert_eq!(leading_mark("[00:00:12] So it is"), Some(("[00:00:12]", " So it is")));
        assert_eq!(leading_mark("[12:30] works for me"), None);
    }

    #[test]
    fn data_has_speaker_and_text() {
        let cue =
            data("{\n \"speakerName\": \"Noa\",\n \"spokenText\": \"So {it} is.\"\n}").unwrap();
        assert_eq!(
            (cue.speaker.as_deref(), cue.text.as_deref()),
            (Some("Noa"), Some("So {it} is."))
        );
        assert_eq!(data(r#"{"x": 1}"#), Some(Data { speaker: None, text: None }));
        for payload in ["{\\an8}Hi", "{so it goes}", "{}", "{\"a\": 1} and more"] {
            assert_eq!(data(payload), None, "{payload}");
        }
    }
}
