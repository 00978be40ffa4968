//! The unit of the times in JSON whose tool is known by its keys: other tools copy the keys, but not
//! the unit.

use serde_json::Value;

use super::paths;
use super::values::{Number, Words};
use crate::kernel::pace::{Pace, Unit};

/// Number of entries that are examined; more say the same.
const EXAMINED: u32 = 2_000;
/// Keys of the parts of an entry.
const START: &[&str] = &["start", "start_time", "startTime", "startMs"];
const END: &[&str] = &["end", "end_time", "endTime", "endMs"];
const TEXT: &[&str] = &["text", "transcript", "body", "sentence", "raw_text", "word"];
/// Paths of the length of the recording, which services state in seconds.
const TOTAL: &[&str] = &["audio_duration", "duration", "metadata.duration"];

/// Returns the unit of the times of the items at this path: the tool's, unless the values say
/// otherwise.
pub(crate) fn judged(text: &str, path: &str, assumed: Unit) -> Unit {
    let mut pace = Pace::default();
    let mut seen = 0;
    paths::look_while(text, &[path], |item| {
        if let Some(value) = item.get::<Value>() {
            let number = |keys: &[&str]| {
                let value = keys.iter().find_map(|key| value.get(key))?;
                // A time stamp has a unit of its own.
                let bare = value.as_str().is_none_or(|text| !text.contains(':'));
                serde_json::from_value::<Number>(value.clone()).ok()?.0.filter(|_| bare)
            };
            let words = TEXT.iter().find_map(|key| value.get(key)).cloned();
            let words = words.and_then(|words| serde_json::from_value::<Words>(words).ok());
            pace.add(&words.unwrap_or_default().0, number(START), number(END));
        }
        seen += 1;
        seen < EXAMINED
    });
    if seen < EXAMINED {
        for path in TOTAL {
            pace.total(paths::first(text, path).and_then(|item| item.get::<Number>()?.0));
        }
    }
    // What a tool is known to write is doubted only for a reason.
    match pace.by_length() {
        Some(unit) => unit,
        None if assumed == Unit::Millis && pace.fraction() => pace.unit().unwrap_or(assumed),
        None => assumed,
    }
}
