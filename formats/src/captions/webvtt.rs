//! WebVTT (`.vtt`), as written by Zoom, Teams, Stream and others.
//!
//! Speakers come from `<v Name>` tags, which are trusted, or from `Name: ` in front of cues, which
//! the whole file must support. NOTE, STYLE and REGION blocks are not speech.

use super::cues;
use crate::kernel::{Builder, Confidence, Format, Head, Source};

/// The WebVTT format.
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

/// Reads the language from `Language: en` in the header or Microsoft Stream's `NOTE
/// language:en-us`.
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
mod tests;
