//! Happy Scribe's text export: `[00:02:14.37] - Speaker 1`, then text.
//!
//! In a document exported from it, the text may follow on the same line.

use super::headed::{self, Heading, Style};
use crate::kernel::lines::lines;
use crate::kernel::{Builder, Confidence, Format, Head, Source, names, time};

/// The Happy Scribe format.
pub(crate) struct HappyScribe;

const STYLE: Style = Style { heading, aside: |_| false, clock: false };

impl Format for HappyScribe {
    fn id(&self) -> &'static str {
        "happy_scribe"
    }

    fn name(&self) -> &'static str {
        "Happy Scribe text"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let mut headings =
            lines(head.text()).filter(|line| heading(line.text.trim(), true).is_some());
        match (headings.next(), headings.next()) {
            (Some(_), Some(_)) => headed::recognise(head.text(), &STYLE),
            (Some(only), None) if only.number <= 3 => headed::recognise(head.text(), &STYLE),
            _ => Confidence::No,
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        headed::read(source.text(), &STYLE, out);
    }
}

fn heading(line: &str, _: bool) -> Option<Heading<'_>> {
    let (stamp, rest) = line.strip_prefix('[').filter(|line| line.len() <= 200)?.split_once(']')?;
    let start = time::stamp(stamp)?;
    let name = rest.trim_start().strip_prefix(['-', '–'])?.trim();
    names::is_plausible(name).then_some(Heading { name, start, end: None, of_day: false })
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = "[00:00:00.25] - Noa Levi\nHi there.\n\n[00:01:05.5] - Speaker 2\nYes.\nReally.\n\n[01:00:00.00] - Noa Levi\nBye.\n";

    #[test]
    fn headings_of_time_and_name() {
        let content = read("happy_scribe", FILE);
        assert_eq!(
            turns(&content),
            [
                (Some("Noa Levi"), Some(250), None, "Hi there."),
                (Some("Speaker 2"), Some(65_500), None, "Yes. Really."),
                (Some("Noa Levi"), Some(3_600_000), None, "Bye."),
            ]
        );
        assert_eq!(content.warnings, []);
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
