//! Values as tools write them: numbers as strings, names as numbers, null for anything.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::kernel::pace::Unit;
use crate::kernel::time::{self, Stamp};

/// A number, possibly as a string, as `01:02:03`, as `1.5s` or as `{seconds, nanos}`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Number(pub(crate) Option<f64>);

impl Number {
    /// Interprets it as seconds.
    pub(crate) fn seconds(self) -> Option<Stamp> {
        self.0.map(time::seconds)
    }

    /// Returns this number, else the other.
    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0.or(other.0))
    }

    /// Interprets it in this unit.
    pub(crate) fn stamp(self, unit: Unit) -> Option<Stamp> {
        self.0.map(|number| time::seconds(unit.seconds(number)))
    }

    /// Interprets it as milliseconds.
    pub(crate) fn millis(self) -> Option<Stamp> {
        self.0.map(|ms| time::seconds(ms / 1000.0))
    }
}

/// A speaker: a name, a number, or an object with a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Label(pub(crate) Option<String>);

impl Label {
    /// Returns the name, if there is one.
    pub(crate) fn name(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// Text; null and other values are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Words(pub(crate) String);

fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.contains(':') {
        return match time::stamp(text)? {
            Stamp::At(ms) => Some(ms as f64 / 1000.0),
            Stamp::Negative => Some(-1.0),
            Stamp::Absurd => Some(f64::MAX),
        };
    }
    text.strip_suffix('s').unwrap_or(text).parse().ok().filter(|number: &f64| number.is_finite())
}

/// Spells out `A` and `0`, which tools call speakers that they cannot name.
pub(super) fn label(text: &str) -> Option<String> {
    let text = text.trim();
    // The resource name of a participant in Google Meet's API ends with its number.
    let text = text.rsplit_once("/participants/").map_or(text, |(_, id)| id);
    // A number between these lengths may be a telephone number.
    let bare = matches!(text.len(), 1..=9 | 16..) && text.bytes().all(|b| b.is_ascii_digit());
    let letter = text.len() == 1 && text.bytes().all(|b| b.is_ascii_uppercase());
    if bare || letter {
        return Some(format!("Speaker {text}"));
    }
    (!text.is_empty()).then(|| text.to_owned())
}

macro_rules! visitor {
    ($type:ident, $say:literal, $int:expr, $float:expr, $text:expr, $map:expr) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Seen;
                impl<'de> Visitor<'de> for Seen {
                    type Value = $type;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($say)
                    }

                    fn visit_i64<E>(self, value: i64) -> Result<$type, E> {
                        Ok($type($int(value)))
                    }

                    fn visit_u64<E>(self, value: u64) -> Result<$type, E> {
                        Ok($type($int(i64::try_from(value).unwrap_or(i64::MAX))))
                    }

                    fn visit_f64<E>(self, value: f64) -> Result<$type, E> {
                        Ok($type($float(value)))
                    }

                    fn visit_str<E>(self, value: &str) -> Result<$type, E> {
                        Ok($type($text(value)))
                    }

                    fn visit_bool<E>(self, _: bool) -> Result<$type, E> {
                        Ok($type::default())
                    }

                    fn visit_unit<E>(self) -> Result<$type, E> {
                        Ok($type::default())
                    }

                    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<$type, A::Error> {
                        while seq.next_element::<IgnoredAny>()?.is_some() {}
                        Ok($type::default())
                    }

                    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<$type, A::Error> {
                        $map(map)
                    }
                }
                deserializer.deserialize_any(Seen)
            }
        }
    };
}

fn parts<'de, A: MapAccess<'de>>(mut map: A) -> Result<Number, A::Error> {
    let (mut seconds, mut nanos) = (None, 0.0);
    while let Some(key) = map.next_key::<String>()? {
        match key.as_str() {
            "seconds" => seconds = map.next_value::<Number>()?.0,
            "nanos" => nanos = map.next_value::<Number>()?.0.unwrap_or(0.0),
            _ => {
                map.next_value::<IgnoredAny>()?;
            }
        }
    }
    // Protocol buffers omit zeros.
    Ok(Number(Some(seconds.unwrap_or(0.0) + nanos / 1e9)))
}

fn named<'de, A: MapAccess<'de>>(mut map: A) -> Result<Label, A::Error> {
    let (mut name, mut id) = (Label::default(), Label::default());
    while let Some(key) = map.next_key::<String>()? {
        let wanted = matches!(
            key.as_str(),
            "name"
                | "display_name"
                | "displayName"
                | "username"
                | "full_name"
                | "fullName"
                | "speaker_name"
                | "speakerName"
                | "participant_name"
                | "participantName"
                | "speaker_label"
                | "label"
                | "ParticipantRole"
        );
        // Granola identifies the speaker by the source of the sound.
        if key == "source" && name.0.is_none() {
            name = source(map.next_value::<Words>()?.0);
            continue;
        }
        if wanted && name.0.is_none() {
            name = map.next_value()?;
        } else if IDS.contains(&key.as_str()) && id.0.is_none() {
            id = map.next_value()?;
        } else {
            map.next_value::<IgnoredAny>()?;
        }
    }
    // The names may be listed elsewhere, by the id.
    Ok(if name.0.is_some() { name } else { id })
}

/// Keys of what identifies a speaker who is not named.
const IDS: &[&str] = &["id", "speaker_id", "speakerId", "participant_id", "participantId"];

/// Returns `Me` for `microphone` and `Them` for all other sound, as Granola shows them.
pub(crate) fn source(source: String) -> Label {
    Label(match source.as_str() {
        "microphone" => Some("Me".to_owned()),
        "system" | "speaker" => Some("Them".to_owned()),
        _ => None,
    })
}

fn nothing<'de, A: MapAccess<'de>>(mut map: A) -> Result<Words, A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(Words::default())
}

visitor!(Number, "a number", |n: i64| Some(n as f64), Some, number, parts);
visitor!(Label, "a name", |n: i64| label(&n.to_string()), |_: f64| None, label, named);
visitor!(
    Words,
    "words",
    |n: i64| n.to_string(),
    |n: f64| n.to_string(),
    |text: &str| text.to_owned(),
    nothing
);

/// Replaces Python's `NaN` and `Infinity`, which are not JSON, with null. `None` if there are none.
pub(crate) fn without_nan(raw: &str) -> Option<String> {
    if !raw.contains("NaN") && !raw.contains("Infinity") {
        return None;
    }
    let mut fixed = String::with_capacity(raw.len());
    let (mut quoted, mut escaped) = (false, false);
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        let bare = (!quoted)
            .then(|| ["NaN", "-Infinity", "Infinity"].into_iter().find(|w| rest.starts_with(w)))
            .flatten();
        if let Some(word) = bare {
            fixed.push_str("null");
            rest = &rest[word.len()..];
            continue;
        }
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        fixed.push(c);
        rest = &rest[c.len_utf8()..];
    }
    Some(fixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loose_values() {
        let number = |json: &str| serde_json::from_str::<Number>(json).unwrap().0;
        assert_eq!(number("1.5"), Some(1.5));
        assert_eq!(number("\"1.5\""), Some(1.5));
        assert_eq!(number("\"2s\""), Some(2.0));
        assert_eq!(number("\"00:01:02.5\""), Some(62.5));
        assert_eq!(number("{\"seconds\":\"12\",\"nanos\":500000000}"), Some(12.5));
        assert_eq!(number("{\"nanos\":500000000}"), Some(0.5));
        assert_eq!(number("null"), None);
        assert_eq!(number("\"inf\""), None);
        let label = |json: &str| serde_json::from_str::<Label>(json).unwrap().0;
        assert_eq!(label("0").as_deref(), Some("Speaker 0"));
        assert_eq!(label("\"A\"").as_deref(), Some("Speaker A"));
        assert_eq!(label("\"Anna\"").as_deref(), Some("Anna"));
        assert_eq!(label("{\"id\":3,\"name\":\"Anna\"}").as_deref(), Some("Anna"));
        assert_eq!(label("null"), None);
        assert_eq!(
            without_nan(r#"{"a":NaN,"b":"NaN \" NaN"}"#).unwrap(),
            r#"{"a":null,"b":"NaN \" NaN"}"#
        );
    }
}
