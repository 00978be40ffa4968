//! The HTML transcript of Podcasting 2.0: `<cite>Name:</cite>`, `<time>0:00</time>`, `<p>`.

use crate::kernel::time::{self, Stamp};
use crate::kernel::xml::{LineCount, Mark, walk};
use crate::kernel::{Builder, Confidence, Format, Head, Piece, Source};

/// The Podcasting 2.0 HTML format.
pub(crate) struct PodcastHtml;

impl Format for PodcastHtml {
    fn id(&self) -> &'static str {
        "podcast_html"
    }

    fn name(&self) -> &'static str {
        "Podcasting 2.0 transcript (HTML)"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let text = head.text();
        let ours = text.trim_start().starts_with('<')
            && (text.contains("<cite>") || text.contains("<cite "))
            && (text.contains("<p>") || text.contains("<p "));
        match (ours, text.contains("<time>") || text.contains("<time ")) {
            (true, true) => Confidence::Certain,
            (true, false) => Confidence::Possible,
            (false, _) => Confidence::No,
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let mut lines = LineCount::new(source.text());
        let mut speaker: Option<String> = None;
        let mut start: Option<Stamp> = None;
        // The open element, and its text so far.
        let mut open: Option<&str> = None;
        let mut held = String::new();
        let whole = walk(source.text().as_bytes(), |at, mark| {
            match mark {
                Mark::Open(name @ ("cite" | "time" | "p"), _) => {
                    if open == Some("p") {
                        say(lines.line(at), &speaker, start.take(), &held, out);
                    }
                    open = ["cite", "time", "p"].into_iter().find(|known| *known == name);
                    held.clear();
                }
                Mark::Open("br", _) => held.push(' '),
                Mark::Text(text) if open.is_some() => held.push_str(text),
                Mark::Close("cite") if open.take() == Some("cite") => {
                    let name = held.trim().trim_end_matches([':', '：']).trim_end();
                    speaker = (!name.is_empty()).then(|| name.to_owned());
                    start = None;
                }
                Mark::Close("time") if open.take() == Some("time") => {
                    start = time::stamp(&held);
                    if start.is_none() {
                        out.warn(lines.line(at), "a time that cannot be read was dropped");
                    }
                }
                Mark::Close("p") if open.take() == Some("p") => {
                    say(lines.line(at), &speaker, start.take(), &held, out);
                }
                _ => {}
            }
            !out.is_full()
        });
        if open == Some("p") {
            say(lines.line(u64::MAX), &speaker, start, &held, out);
        }
        if !whole {
            out.warn(lines.line(0), "from here on this is not readable HTML and was skipped");
        }
    }
}

fn say(line: u32, speaker: &Option<String>, start: Option<Stamp>, said: &str, out: &mut Builder) {
    let (start_ms, _) = out.times(line, start, None);
    out.say(Piece {
        line,
        speaker: speaker.as_deref(),
        start_ms,
        end_ms: None,
        text: said,
        ..Piece::default()
    });
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = "<cite>Noa Levi:</cite>\n<time>0:00</time>\n<p>It&#39;s fine.<br>Really &amp; <b>truly</b>.</p>\n<p>More.</p>\n<cite>Ben:</cite>\n<time>1:05</time>\n<p>Yes.</p>\n";

    #[test]
    fn names_times_and_paragraphs() {
        let content = read("podcast_html", FILE);
        assert_eq!(
            turns(&content),
            [
                (Some("Noa Levi"), Some(0), None, "It's fine. Really & truly. More."),
                (Some("Ben"), Some(65_000), None, "Yes."),
            ]
        );
        assert_eq!(content.warnings, []);
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
