//! SBV, YouTube's own captions: `0:00:03.900,0:00:08.460`, then what is said.
//!
//! Recognised by its first line, which is nothing but two times.

use super::builder::Builder;
use super::lines::lines;
use super::{Confidence, Format, Head, Source, cues};

/// See the module.
pub(super) struct Sbv;

impl Format for Sbv {
    fn id(&self) -> &'static str {
        "sbv"
    }

    fn name(&self) -> &'static str {
        "YouTube captions (.sbv)"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let first = lines(head.text()).find(|line| !line.text.trim().is_empty());
        match first.is_some_and(|line| cues::comma_times(line.text).is_some()) {
            true => Confidence::Certain,
            false => Confidence::No,
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        // SubViewer, which has the same times, breaks lines so.
        let text = source.text();
        if text.contains("[br]") {
            cues::read(&text.replace("[br]", " "), false, out, |_, _| {});
        } else {
            cues::read(text, false, out, |_, _| {});
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::{cut_anywhere, read, turns};

    const FILE: &str = "0:00:03.900,0:00:08.460\ngood morning everybody\u{A0} \nwe are back\n\n0:00:08.460,0:00:15.780\nfor part two\n\n1:00:00.000,1:00:02.000\nBye\n";

    #[test]
    fn cues_of_several_lines_are_read() {
        let content = read("sbv", FILE);
        assert_eq!(
            turns(&content),
            [
                (
                    None,
                    Some(3_900),
                    Some(15_780),
                    "good morning everybody we are back for part two"
                ),
                (None, Some(3_600_000), Some(3_602_000), "Bye"),
            ]
        );
        assert_eq!(content.warnings, []);
    }

    #[test]
    fn subviewer_breaks_lines_in_brackets() {
        let content =
            read("sbv", "00:00:01.00,00:00:02.00\nHi[br]there\n\n00:00:03.00,00:00:04.00\nYes\n");
        assert_eq!(content.turns[0].text, "Hi there Yes");
    }

    #[test]
    fn a_broken_time_costs_the_time_only() {
        let content = read("sbv", "0:00:01.000,0:00:02.000\nOne\n\n0:00:05.000,0:00:04.000\nTwo\n");
        assert_eq!(content.turns[0].text, "One Two");
        assert_eq!(content.warnings.len(), 1);
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
