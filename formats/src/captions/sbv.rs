//! SBV, YouTube's own captions: `0:00:03.900,0:00:08.460`, then text.
//!
//! Recognised by its first line, which has two times and nothing else; SubViewer, which has the
//! same times, may have film metadata in front.

use super::cues;
use crate::kernel::lines::{Line, lines};
use crate::kernel::{Builder, Confidence, Format, Head, Source, names};

/// Maximum number of lines of SubViewer's metadata.
const MAX_LINES: usize = 50;

/// Number of filled lines within which the first times are.
const ABOVE: usize = 3;

/// The SBV format.
pub(crate) struct Sbv;

impl Format for Sbv {
    fn id(&self) -> &'static str {
        "sbv"
    }

    fn name(&self) -> &'static str {
        "YouTube captions (.sbv)"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let text = head.text();
        let mut filled = lines(&text[film(text)..]).filter(|line| !line.text.trim().is_empty());
        let is_times = |line: Line<'_>| cues::comma_times(line.text).is_some();
        match filled.by_ref().take(ABOVE).position(is_times) {
            Some(0) => Confidence::Certain,
            // A heading may be in front.
            Some(_) if filled.any(is_times) => Confidence::Certain,
            _ => Confidence::No,
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        let (film, cues) = text.split_at(film(text));
        // SubViewer's line break.
        if film.is_empty() && !cues.contains("[br]") {
            return cues::read(text, false, out, |_, _| {});
        }
        // Blank lines keep the line numbers right.
        let blank = "\n".repeat(lines(film).count());
        cues::read(&(blank + &cues.replace("[br]", " ")), false, out, |_, _| {});
    }
}

/// Returns the length in bytes of SubViewer's leading `[INFORMATION]`, `[TITLE]…`, `[COLF]…`.
fn film(text: &str) -> usize {
    let mark = |line: &str| {
        let key = line.trim_start_matches(names::is_mark).trim().strip_prefix('[');
        key.and_then(|key| Some(key.split_once(']')?.0.to_ascii_uppercase()))
    };
    let mut head = lines(text).take(MAX_LINES);
    if head.next().and_then(|line| mark(line.text)).as_deref() != Some("INFORMATION") {
        return 0;
    }
    head.find(|line| !line.text.trim().is_empty() && mark(line.text).is_none())
        .map_or(0, |line| line.start)
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

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
    fn what_film_it_is_of_is_no_cue() {
        let film = "\u{FEFF}[INFORMATION]\r\n[TITLE]Noa and Ben\r\n[DELAY]0\r\n[END INFORMATION]\r\n[SUBTITLE]\r\n[COLF]&H000000,[STYLE]bd\r\n00:02:17.44,00:02:20.38\r\nSo we[br]begin here.\r\n\r\n00:01:99.00,x\r\nlost\r\n";
        let content = read("sbv", film);
        let (who, start, _, text) = turns(&content)[0];
        assert_eq!((who, start), (None, Some(137_440)));
        assert!(text.starts_with("So we begin here."), "{text}");
        assert_eq!(content.warnings[0].line, 10);
        assert!(crate::parse(b"[INFORMATION]\n[TITLE]\nBy the way\n").is_err());
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
