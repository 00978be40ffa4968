//! One entry of the list, with any keys.

use serde_json::{Map, Value};

use super::keys;
use crate::json::values::{Label, source};

/// Text, speaker and times, as written.
#[derive(Debug, Default)]
pub(super) struct Entry<'a> {
    pub(super) speaker: Label,
    /// Text, with the surrounding spaces.
    pub(super) text: String,
    /// Keys and values of start, end and duration.
    pub(super) start: Option<(&'a str, &'a Value)>,
    pub(super) end: Option<(&'a str, &'a Value)>,
    pub(super) length: Option<(&'a str, &'a Value)>,
}

impl<'a> Entry<'a> {
    /// Parses an entry; `None` if it has no text.
    pub(super) fn read(value: &'a Value) -> Option<Self> {
        let map = value.as_object()?;
        let parts: Vec<&Map<String, Value>> = keys::PARTS
            .iter()
            .find_map(|key| map.get(*key)?.as_array().filter(|list| !list.is_empty()))
            .map(|list| list.iter().filter_map(Value::as_object).collect())
            .unwrap_or_default();
        // Of several alternatives, the first is the best.
        let parts =
            if map.contains_key("nBest") { parts.into_iter().take(1).collect() } else { parts };
        let text = match words(map) {
            Some(text) => text.to_owned(),
            None => joined(&parts)?,
        };
        let ends = [parts.first(), parts.last()].map(|part| part.copied());
        let pair = pair(map);
        Some(Self {
            speaker: speaker(map).or_else(|| speaker(ends[0]?)).unwrap_or_default(),
            text,
            start: pair
                .map(|(start, _)| ("timestamp", start))
                .or_else(|| time(map, keys::START))
                .or_else(|| time(ends[0]?, keys::START)),
            end: pair.map(|(_, end)| ("timestamp", end)).or_else(|| time(map, keys::END)).or_else(
                || time(map, keys::LENGTH).is_none().then(|| time(ends[1]?, keys::END))?,
            ),
            length: time(map, keys::LENGTH),
        })
    }
}

/// Returns the text under the first of the known keys.
fn words(map: &Map<String, Value>) -> Option<&str> {
    keys::TEXT.iter().find_map(|key| map.get(*key)?.as_str())
}

/// Returns start and end of `timestamp: [0.0, 3.2]`.
fn pair(map: &Map<String, Value>) -> Option<(&Value, &Value)> {
    match map.get("timestamp").or_else(|| map.get("timestamps"))?.as_array()?.as_slice() {
        [start, end] => Some((start, end)),
        _ => None,
    }
}

/// Joins texts: with the spaces in them, else with one between them.
fn joined(parts: &[&Map<String, Value>]) -> Option<String> {
    let texts: Vec<&str> = parts.iter().filter_map(|part| words(part)).collect();
    if texts.is_empty() {
        return None;
    }
    let spaced = texts.iter().any(|text| text.starts_with(' ') || text.ends_with(' '));
    Some(texts.join(if spaced { "" } else { " " }))
}

fn speaker(map: &Map<String, Value>) -> Option<Label> {
    keys::SPEAKER.iter().find_map(|key| {
        let label: Label = match map.get(*key)? {
            // Zoom's timeline lists who speaks; several people are no single speaker.
            Value::Array(list) if *key == "users" => match list.as_slice() {
                [one] => serde_json::from_value(one.clone()).ok()?,
                _ => return None,
            },
            Value::String(text) if *key == "source" => source(text.clone()),
            _ if *key == "source" => return None,
            value => serde_json::from_value(value.clone()).ok()?,
        };
        label.name().is_some().then_some(label)
    })
}

/// Returns the time under the first of these keys, also inside `{"relative": 1.5}`.
fn time<'a>(map: &'a Map<String, Value>, keys: &[&str]) -> Option<(&'a str, &'a Value)> {
    keys.iter().find_map(|key| {
        let (key, value) = map.get_key_value(*key)?;
        let value = match value {
            Value::Object(inner) => inner.get("relative")?,
            value => value,
        };
        matches!(value, Value::Number(_) | Value::String(_)).then_some((key.as_str(), value))
    })
}
