//! Zoom's saved closed captions: `[Name] 13:53:41`, then text.
//!
//! Times of day are relative to the first of them.

use super::headed::{self, Heading, Style};
use crate::kernel::{Builder, Confidence, Format, Head, Source, names, time};

/// The Zoom captions format.
pub(crate) struct ZoomCaptions;

const STYLE: Style = Style { heading, aside: |_| false, clock: true };

impl Format for ZoomCaptions {
    fn id(&self) -> &'static str {
        "zoom_captions"
    }

    fn name(&self) -> &'static str {
        "Zoom closed captions (.txt)"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        headed::recognise(head.text(), &STYLE)
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        headed::read(source.text(), &STYLE, out);
    }
}

fn heading(line: &str, _: bool) -> Option<Heading<'_>> {
    let inner = line.strip_prefix('[').filter(|line| line.len() <= 200)?;
    let (name, stamp) = inner.rsplit_once(']')?;
    let (start, of_day) = time::moment(stamp).filter(|_| stamp.starts_with([' ', '\t']))?;
    let name = name.trim();
    (names::is_plausible(name) && stamp.matches(':').count() == 2).then_some(Heading {
        name,
        start,
        end: None,
        of_day,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = "[Noa Levi] 23:59:50\r\nShalom, let us begin.\r\n\r\n[Tom (he/him)] 23:59:58\r\nYes.\r\n\r\n[Noa Levi] 00:00:03\r\nGood.\r\n";

    #[test]
    fn times_of_day_are_counted_from_the_first_even_past_midnight() {
        let content = read("zoom_captions", FILE);
        assert_eq!(
            turns(&content),
            [
                (Some("Noa Levi"), Some(0), None, "Shalom, let us begin."),
                (Some("Tom (he/him)"), Some(8_000), None, "Yes."),
                (Some("Noa Levi"), Some(13_000), None, "Good."),
            ]
        );
        assert_eq!(content.warnings.len(), 1);
    }

    #[test]
    fn noon_is_passed() {
        let content = read(
            "zoom_captions",
            "[Noa Levi] 11:59:50 AM\nHi there.\n\n[Tom] 12:00:10 PM\nYes.\n\n[Noa Levi] 1:00:00 PM\nBye.\n",
        );
        let starts: Vec<_> = turns(&content).into_iter().map(|t| t.1).collect();
        assert_eq!(starts, [Some(0), Some(20_000), Some(3_610_000)]);
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
