//! Otter's text export: `Emma  0:00  `, then a paragraph; the new Teams document has the same form.
//!
//! A heading is a name, two spaces or bold, and a time, alone on its line. `Unknown Speaker` is no
//! speaker. The footer is not speech.

use super::asides;
use super::headed::{self, Heading, Style};
use crate::kernel::{Builder, Confidence, Format, Head, Source, names, time};

/// The Otter format.
pub(crate) struct Otter;

const STYLE: Style = Style { heading, aside: asides::is_aside, clock: false };
const FOOTER: &str = "Transcribed by https://otter.ai";

impl Format for Otter {
    fn id(&self) -> &'static str {
        "otter_txt"
    }

    fn name(&self) -> &'static str {
        "Otter text"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        match headed::recognise(head.text(), &STYLE) {
            Confidence::Likely if head.text().contains(FOOTER) => Confidence::Certain,
            confidence => confidence,
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        headed::read(source.text(), &STYLE, out);
    }
}

fn heading(line: &str, after_blank: bool) -> Option<Heading<'_>> {
    if line.len() > 200 || !line.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let at = line.rfind(char::is_whitespace)?;
    let start = time::stamp(&line[at..])?;
    let before = &line[..at];
    let bare = before.trim_end();
    let name = bare.trim_matches('*').trim();
    let apart = before.len() > bare.len() || bare.ends_with("**") || line[at..].starts_with('\t');
    let fits = apart
        && names::is_plausible(name)
        && (after_blank || names::is_capitalised(name))
        && !name.ends_with(':');
    fits.then_some(Heading { name, start, end: None, of_day: false })
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = "Emma  0:00  \nIt is good to be here. The bus leaves at  10:30\n\nUnknown Speaker  0:35  \nI am Kelly.\n\n**noa**  1:02:03  \nהכול טוב\n\nTranscribed by https://otter.ai\n";

    #[test]
    fn headings_paragraphs_and_footer() {
        let content = read("otter_txt", FILE);
        assert_eq!(
            turns(&content),
            [
                (Some("Emma"), Some(0), None, "It is good to be here. The bus leaves at 10:30"),
                (None, Some(35_000), None, "I am Kelly."),
                (Some("noa"), Some(3_723_000), None, "הכול טוב"),
            ]
        );
        let warned: Vec<_> = content.warnings.iter().map(|it| &*it.message).collect();
        assert_eq!(warned, ["lines that a tool wrote were skipped (1 place, 4 words)"]);
    }

    #[test]
    fn a_table_of_contents_is_not_otter() {
        let refused =
            crate::parse(b"Agenda of today\n\nBreak  10:30\n\nWe talk and talk\nand more\n");
        assert!(refused.is_err());
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
