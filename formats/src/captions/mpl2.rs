//! MPL2 captions (`.txt`, `.mpl`): `[123][145]text`, in tenths of a second.
//!
//! `|` is a line break; a slash at the start of a line makes it italic.

use super::numbered::{self, Numbered};
use super::speech;
use crate::kernel::lines::{Line, lines};
use crate::kernel::time::Stamp;
use crate::kernel::{Builder, Confidence, Format, Head, Source};

const BRACKETS: [char; 2] = ['[', ']'];

/// The MPL2 format.
pub(crate) struct Mpl2;

impl Format for Mpl2 {
    fn id(&self) -> &'static str {
        "mpl2"
    }

    fn name(&self) -> &'static str {
        "MPL2 captions (.txt)"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        numbered::recognise(head, BRACKETS)
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        let mut survey = speech::Survey::default();
        for caption in lines(text).filter_map(caption) {
            survey.cue(&plain(caption.text));
        }
        let mut speech = survey.speech(text);
        let mut began = false;
        for line in lines(text) {
            if out.is_full() {
                return;
            }
            match caption(line) {
                Some(caption) => {
                    began = true;
                    let end = caption.end.map(tenths);
                    let times = out.times(line.number, Some(tenths(caption.start)), end);
                    speech.say(line.number, times, &plain(caption.text), out);
                }
                None => speech.odd(line, began, out),
            }
        }
    }
}

fn caption(line: Line<'_>) -> Option<Numbered<'_>> {
    numbered::caption(line, BRACKETS)
}

fn tenths(number: u64) -> Stamp {
    crate::kernel::time::seconds(number as f64 / 10.0)
}

/// Returns the text, split into lines, without styling.
fn plain(text: &str) -> String {
    let lines: Vec<_> = text.split('|').map(|l| l.strip_prefix('/').unwrap_or(l)).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str =
        "[10][30]Noa: Hi there,|/all of you.\n[35][50]/Ben: Yes.\n\nso\n[900][]Noa: Bye.\n";

    #[test]
    fn numbers_are_tenths_of_a_second() {
        let content = read("mpl2", FILE);
        assert_eq!(
            turns(&content),
            [
                (Some("Noa"), Some(1_000), Some(3_000), "Hi there, all of you."),
                (Some("Ben"), Some(3_500), Some(5_000), "Yes."),
                (None, None, None, "so"),
                (Some("Noa"), Some(90_000), None, "Bye."),
            ]
        );
        assert_eq!((content.warnings.len(), content.warnings[0].line), (1, 4));
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
