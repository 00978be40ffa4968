//! Fathom's JSON: `transcript[]` with a speaker object, text and a start such as `00:00:03`.

use serde::Deserialize;

use super::paths;
use super::values::{Label, Number, Words};
use crate::kernel::{Builder, Confidence, Format, Head, Source};

/// The Fathom JSON format.
pub(crate) struct Fathom;

impl Format for Fathom {
    fn id(&self) -> &'static str {
        "fathom_json"
    }

    fn name(&self) -> &'static str {
        "Fathom JSON"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        paths::certain(head, |shape| {
            ["transcript[]", "[]", "items[].transcript[]"].iter().any(|at| {
                let has = |key: &str| shape.has(&format!("{at}.{key}"));
                has("text") && has("timestamp") && has("speaker.display_name")
            })
        })
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        paths::language(text, &["transcript_language"], out);
        paths::read(text, &["transcript[]", "[]", "items[0].transcript[]"], out, |item, out| {
            if let Some(said) = item.read::<Said>(out) {
                item.say(&said.speaker, (said.timestamp.seconds(), None), &said.text.0, out);
            }
        });
        if paths::has(text, "items[1].transcript") {
            out.warn(1, "the file contains several meetings: only the first was read");
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Said {
    speaker: Label,
    text: Words,
    timestamp: Number,
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = r#"{"title": "Weekly", "transcript": [
        {"speaker": {"display_name": "Noa Levi", "matched_calendar_invitee_email": "noa@example.com"}, "text": "Hi", "timestamp": "00:00:03"},
        {"speaker": {"display_name": "Ben", "matched_calendar_invitee_email": null}, "text": "Yes", "timestamp": "01:00:05"}]}"#;

    #[test]
    fn only_starts_are_known() {
        assert_eq!(
            turns(&read("fathom_json", FILE)),
            [
                (Some("Noa Levi"), Some(3_000), None, "Hi"),
                (Some("Ben"), Some(3_605_000), None, "Yes")
            ]
        );
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
