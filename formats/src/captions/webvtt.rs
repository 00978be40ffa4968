//! WebVTT (`.vtt`), as Zoom, Teams, Stream and others write it.
//!
//! Speakers come from `<v Name>` tags, which are taken at their word, or from `Name: ` in front
//! of cues, which the file as a whole must support. NOTE, STYLE and REGION blocks are no speech.

use super::cues;
use crate::kernel::{Builder, Confidence, Format, Head, Source};

/// See the module.
pub(crate) struct WebVtt;

impl Format for WebVtt {
    fn id(&self) -> &'static str {
        "webvtt"
    }

    fn name(&self) -> &'static str {
        "WebVTT (.vtt)"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let signed = head
            .text()
            .trim_start()
            .strip_prefix("WEBVTT")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
        if signed { Confidence::Certain } else { Confidence::No }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        cues::read(source.text(), true, out, language);
    }
}

/// `Language: en` in the header, `NOTE language:en-us` from Microsoft Stream.
fn language(note: &str, out: &mut Builder) {
    for line in crate::kernel::lines::lines(note).take(50) {
        let line = line.text.strip_prefix("NOTE").unwrap_or(line.text).trim();
        if let Some((key, value)) = line.split_once(':')
            && key.trim().eq_ignore_ascii_case("language")
        {
            out.language(value);
        }
    }
}

#[cfg(test)]
#[path = "webvtt_tests.rs"]
mod tests;
