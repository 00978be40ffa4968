//! MicroDVD (`.sub`): `{123}{456}text`, with frame numbers.
//!
//! The frame rate is that of the first line, `{1}{1}25.000`; without it the turns have no times.
//! `|` is a line break; `{y:i}` and a leading slash are styling.

use super::numbered::{self, Numbered};
use super::speech;
use crate::kernel::lines::{Line, lines};
use crate::kernel::time::{self, Stamp};
use crate::kernel::{Builder, Confidence, Format, Head, Source};

const BRACKETS: [char; 2] = ['{', '}'];

/// The MicroDVD format.
pub(crate) struct MicroDvd;

impl Format for MicroDvd {
    fn id(&self) -> &'static str {
        "microdvd"
    }

    fn name(&self) -> &'static str {
        "MicroDVD captions (.sub)"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        numbered::recognise(head, BRACKETS)
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        let mut survey = speech::Survey::default();
        let mut pictures = None;
        for (i, caption) in lines(text).filter_map(caption).enumerate() {
            if i == 0 {
                pictures = rate(&caption);
            }
            if i > 0 || pictures.is_none() {
                survey.cue(&plain(caption.text));
            }
        }
        if pictures.is_none() {
            out.warn(1, "the times were dropped: the file does not state its frame rate");
        }
        let mut speech = survey.speech(text);
        let mut first = pictures.is_some();
        let mut began = false;
        for line in lines(text) {
            if out.is_full() {
                return;
            }
            let Some(caption) = caption(line) else {
                speech.odd(line, began, out);
                continue;
            };
            began = true;
            if std::mem::take(&mut first) {
                continue;
            }
            let at = |picture: Option<u64>| -> Option<Stamp> {
                Some(time::seconds(picture? as f64 / pictures?))
            };
            let times = out.times(line.number, at(Some(caption.start)), at(caption.end));
            speech.say(line.number, times, &plain(caption.text), out);
        }
    }
}

/// Returns the frame rate, if this is the line that states it.
fn rate(caption: &Numbered<'_>) -> Option<f64> {
    let bare = caption.text.trim().trim_end_matches("fps").trim_end().replace(',', ".");
    let rate: f64 = bare.parse().ok()?;
    (caption.start <= 1 && (1.0..=240.0).contains(&rate)).then_some(rate)
}

fn caption(line: Line<'_>) -> Option<Numbered<'_>> {
    numbered::caption(line, BRACKETS)
}

/// Returns the text, split into lines, without styling.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        plain.push_str(&rest[..at]);
        let style = rest[at..].find('}').filter(|end| {
            let inner = &rest.as_bytes()[at + 1..at + end];
            matches!(inner, [letter, b':', ..] if letter.is_ascii_alphabetic())
        });
        if style.is_none() {
            plain.push('{');
        }
        rest = &rest[at + style.map_or(1, |end| end + 1)..];
    }
    plain.push_str(rest);
    let lines: Vec<_> =
        plain.split('|').map(|line| line.strip_prefix('/').unwrap_or(line)).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = "{1}{1}25.000\n{25}{50}Noa: Hi there,|/all of you.\n{75}{100}{y:i}Ben: Yes {so}.\n{2000}{}Noa: Bye.\n";

    #[test]
    fn pictures_are_times_where_the_rate_is_given() {
        let content = read("microdvd", FILE);
        assert_eq!(
            turns(&content),
            [
                (Some("Noa"), Some(1_000), Some(2_000), "Hi there, all of you."),
                (Some("Ben"), Some(3_000), Some(4_000), "Yes {so}."),
                (Some("Noa"), Some(80_000), None, "Bye."),
            ]
        );
        assert_eq!(content.warnings, []);
    }

    #[test]
    fn without_a_rate_there_are_no_times() {
        let content = read("microdvd", FILE.replace("{1}{1}25.000\n", ""));
        assert_eq!(turns(&content)[0], (Some("Noa"), None, None, "Hi there, all of you."));
        assert_eq!(content.warnings.len(), 1);
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
