//! Riverside's text export: `Nitay Joffe (00:03.608)`, then one or more paragraphs.

use super::headed::{self, Heading, Style};
use crate::kernel::{Builder, Confidence, Format, Head, Source, names, time};

/// The Riverside format.
pub(crate) struct Riverside;

const STYLE: Style = Style { heading, aside: |_| false, clock: false };

impl Format for Riverside {
    fn id(&self) -> &'static str {
        "riverside_txt"
    }

    fn name(&self) -> &'static str {
        "Riverside text"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        headed::recognise(head.text(), &STYLE)
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        headed::read(source.text(), &STYLE, out);
    }
}

fn heading(line: &str, _: bool) -> Option<Heading<'_>> {
    let inner = line.strip_suffix(')').filter(|line| line.len() <= 200)?;
    let (name, stamp) = inner.rsplit_once(" (")?;
    let start = time::stamp(stamp)?;
    let name = name.trim_matches(['*', ' ']);
    names::is_plausible(name).then_some(Heading { name, start, end: None, of_day: false })
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = "Noa Levi (00:03.608)\nAll right, welcome.\n\nRBA (00:14.39)\nYeah (sure).\n\nThanks.\n\nNoa Levi (01:08:43.03)\nBye\n";

    #[test]
    fn several_paragraphs_belong_to_one_heading() {
        let content = read("riverside_txt", FILE);
        assert_eq!(
            turns(&content),
            [
                (Some("Noa Levi"), Some(3_608), None, "All right, welcome."),
                (Some("RBA"), Some(14_390), None, "Yeah (sure). Thanks."),
                (Some("Noa Levi"), Some(4_123_030), None, "Bye"),
            ]
        );
        assert_eq!(content.warnings, []);
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
