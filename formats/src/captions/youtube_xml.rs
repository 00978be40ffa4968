//! YouTube's timed text: `<text start="0" dur="1.54">`, or `<p t="0" d="1540">`.
//!
//! Markup inside is escaped twice and removed as in other captions. Speakers are named or change as
//! in other captions.

use super::speech;
use crate::kernel::time::{self, Stamp};
use crate::kernel::xml::{LineCount, Mark, attribute, walk};
use crate::kernel::{Builder, Confidence, Format, Head, Source, markup};

/// The YouTube timed text format.
pub(crate) struct YoutubeXml;

impl Format for YoutubeXml {
    fn id(&self) -> &'static str {
        "youtube_xml"
    }

    fn name(&self) -> &'static str {
        "YouTube timed text (XML)"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let text = head.text();
        if !text.trim_start().starts_with('<') {
            return Confidence::No;
        }
        let old = text.contains("<transcript") && text.contains("<text start=");
        let new =
            text.contains("<timedtext") && (text.contains("<body") || text.contains("<text "));
        if old || new { Confidence::Certain } else { Confidence::No }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        let mut survey = speech::Survey::default();
        walk_cues(text, |cue| {
            survey.cue(&plain(cue.said));
            true
        });
        let mut speech = survey.speech(text);
        let mut lines = LineCount::new(text);
        let end = walk_cues(text, |cue| {
            let line = lines.line(cue.at);
            let times = out.times(line, cue.start, cue.end);
            speech.say(line, times, &plain(cue.said), out);
            !out.is_full()
        });
        match end {
            End::Whole => {}
            End::Cut => out.warn(
                lines.line(u64::MAX),
                "the file is cut off here: it was read up to this point",
            ),
            End::Broken => {
                out.warn(
                    lines.line(0),
                    "from here on this is not XML: it was read up to this point",
                );
            }
        }
    }
}

/// A text with its times.
struct TimedText<'a> {
    at: u64,
    start: Option<Stamp>,
    end: Option<Stamp>,
    said: &'a str,
}

/// How a file ends.
enum End {
    Whole,
    /// Inside a text, which is read.
    Cut,
    Broken,
}

/// Passes every text to `each`, until it returns `false`.
fn walk_cues(text: &str, mut each: impl FnMut(TimedText<'_>) -> bool) -> End {
    let mut open: Option<(Option<Stamp>, Option<Stamp>)> = None;
    let mut said = String::new();
    let whole = walk(text.as_bytes(), |at, mark| {
        match mark {
            Mark::Open("text", element) => {
                // The second of its three forms has the milliseconds of the third.
                open = Some(match attribute(element, "start") {
                    None => times(attribute(element, "t"), attribute(element, "d"), 1000.0),
                    seconds => times(seconds, attribute(element, "dur"), 1.0),
                });
                said.clear();
            }
            Mark::Open("p", element) => {
                open = Some(times(attribute(element, "t"), attribute(element, "d"), 1000.0));
                said.clear();
            }
            Mark::Text(text) if open.is_some() => said.push_str(text),
            Mark::Close("text" | "p") => {
                if let Some((start, end)) = open.take() {
                    return each(TimedText { at, start, end, said: &said });
                }
            }
            _ => {}
        }
        true
    });
    match open.take() {
        Some((start, end)) => {
            each(TimedText { at: u64::MAX, start, end, said: &said });
            End::Cut
        }
        None if whole => End::Whole,
        None => End::Broken,
    }
}

/// Returns the text without its markup, which is escaped twice; as in captions, what is left of `<`
/// and `&` is escaped.
fn plain(said: &str) -> String {
    let text: String = markup::spans(said).into_iter().map(|span| span.text).collect();
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// Computes start and end from a start and a duration in this unit.
fn times(
    start: Option<String>,
    length: Option<String>,
    unit: f64,
) -> (Option<Stamp>, Option<Stamp>) {
    let number =
        |text: Option<String>| text?.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    let Some(start) = number(start) else { return (None, None) };
    let end = number(length).map(|length| time::seconds((start + length) / unit));
    (Some(time::seconds(start / unit)), end)
}

#[cfg(test)]
mod tests {
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = "<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n<transcript>\n<text start=\"0\" dur=\"1.54\">Hey &amp;amp; you</text>\n<text start=\"1.54\" dur=\"4.16\">it&amp;#39;s &lt;i>not&lt;/i> &unknown;</text>\n<text start=\"5\" dur=\"0.5\"></text>\n</transcript>";

    #[test]
    fn text_is_escaped_twice() {
        let content = read("youtube_xml", FILE);
        assert_eq!(turns(&content), [(None, Some(0), Some(5_700), "Hey & you it's not &unknown;")]);
        assert_eq!(content.warnings, []);
    }

    #[test]
    fn the_newer_shape_counts_milliseconds() {
        let file = "<?xml version=\"1.0\"?><timedtext format=\"3\"><head/><body>\n<p t=\"120\" d=\"1880\"><s>one</s><s t=\"5\"> two</s></p></body></timedtext>";
        assert_eq!(turns(&read("youtube_xml", file)), [(None, Some(120), Some(2_000), "one two")]);
    }

    #[test]
    fn the_second_shape_counts_milliseconds_too() {
        let file = "<timedtext><window t=\"0\" id=\"1\"/><text t=\"120\" d=\"1880\" w=\"1\">one two</text></timedtext>";
        assert_eq!(turns(&read("youtube_xml", file)), [(None, Some(120), Some(2_000), "one two")]);
    }

    #[test]
    fn entities_of_the_file_are_never_resolved() {
        let file = "<!DOCTYPE t [<!ENTITY x SYSTEM \"file:///etc/passwd\"><!ENTITY y \"&x;&x;\">]><transcript><text start=\"0\" dur=\"1\">a &x; &y;</text></transcript>";
        assert_eq!(read("youtube_xml", file).turns[0].text, "a &x; &y;");
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
