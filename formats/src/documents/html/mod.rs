//! Web pages: an exported or saved page that shows a transcript.
//!
//! The text of the page is extracted, a line for each block, without scripts, styles, forms, menus
//! and hidden parts, and read in its own text format. Cells of a table row are separated by tabs;
//! bold text at the start of a line gets Markdown marks. A page without a transcript is refused.
//!
//! Invariants: the page is tokenised as the HTML standard requires, but no tree is built, so that
//! depth costs nothing; no entity, link or file is ever followed.

mod attributes;

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use crate::kernel::{Builder, Confidence, Format, Head, Refusal, Source};

/// The web page format.
pub(crate) struct Html;

impl Format for Html {
    fn id(&self) -> &'static str {
        "html"
    }

    fn name(&self) -> &'static str {
        "a web page (HTML)"
    }

    fn is_document(&self) -> bool {
        true
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let start = head.text().trim_start();
        let begins =
            |tag: &str| start.get(..tag.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(tag));
        if ["<!doctype html", "<html"].iter().any(|tag| begins(tag)) {
            return Confidence::Likely;
        }
        let tags = [
            "<body", "<div", "<p>", "<p ", "<table", "<ul", "<section", "<article", "<h1", "<h2",
            "<h3", "<head", "<span", "<meta", "<!--", "<main", "<dl", "<strong", "<b>",
        ];
        if tags.iter().any(|tag| begins(tag)) {
            return Confidence::Possible;
        }
        Confidence::No
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let bounded = attributes::bounded(source.text());
        if let Some(cut) = bounded.cut {
            let before = source.text().get(..cut).unwrap_or_default();
            let line = 1 + before.matches('\n').count();
            out.warn(
                u32::try_from(line).unwrap_or(u32::MAX),
                format!(
                    "an element has more than {} attributes; the others are ignored",
                    attributes::MAX
                ),
            );
        }
        let text = text(&bounded.page);
        out.read_within(
            text,
            Some(Refusal::NoTranscript {
                what: "a web page without a transcript",
                advice: "Copy the transcript from the page into a text file, with the speaker's name in front of each turn, or export it as WebVTT, and upload that file.",
            }),
        );
    }
}

/// Returns the visible text of a page, a line for each block.
pub(crate) fn text(page: &str) -> String {
    let tokenizer = Tokenizer::new(Page::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    // In parts, so that tokens in between do not pile up.
    let mut rest = page;
    while !rest.is_empty() {
        let (part, later) = rest.split_at(rest.floor_char_boundary(rest.len().min(PART)));
        input.push_back(StrTendril::from_slice(part));
        // This sink never stops the tokenizer, so all input is consumed.
        let _ = tokenizer.feed(&input);
        rest = later;
    }
    tokenizer.end();
    tokenizer.sink.0.into_inner().text
}

const PART: usize = 64 * 1024;

/// Elements that begin and end a line.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "html",
    "li",
    "main",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "thead",
    "tr",
    "ul",
    "br",
];
/// Elements whose text is not part of a transcript.
const LEFT_OUT: &[&str] = &[
    "script", "style", "noscript", "template", "nav", "button", "select", "svg", "head", "iframe",
    "textarea", "form", "object", "canvas", "video", "audio", "option", "footer",
];

#[derive(Default)]
struct Page(RefCell<Lines>);

#[derive(Default)]
struct Lines {
    text: String,
    /// The skipped element, and its depth within itself.
    skipped: Option<(String, u32)>,
    /// Whether a space is due before the next word.
    space: bool,
    preformatted: u32,
    /// Whether bold text at the start of a line is open: pages often write names that way.
    bold: bool,
}

impl Lines {
    fn words(&mut self, words: &str) {
        for c in words.chars() {
            if self.preformatted > 0 && matches!(c, '\n' | '\t') {
                self.text.push(c);
                self.space = false;
            } else if c.is_whitespace() {
                self.space = true;
            } else {
                let begins = self.text.is_empty()
                    || self.text.ends_with(['\n', '\t'])
                    || self.bold && self.text.ends_with("**");
                if std::mem::take(&mut self.space) && !begins {
                    self.text.push(' ');
                }
                self.text.push(c);
            }
        }
    }

    fn line(&mut self) {
        self.space = false;
        if std::mem::take(&mut self.bold) {
            self.text.push_str("**");
        }
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn tag(&mut self, tag: &Tag) {
        let name = &*tag.name;
        let open = tag.kind == TagKind::StartTag;
        if let Some((skipped, depth)) = &mut self.skipped {
            if skipped == name {
                match open {
                    true if !tag.self_closing => *depth += 1,
                    true => {}
                    false => *depth -= 1,
                }
                if *depth == 0 {
                    self.skipped = None;
                }
            } else if open && name == "body" {
                self.skipped = None;
            }
            return;
        }
        let hidden = tag.attrs.iter().any(|a| &*a.name.local == "hidden") && !VOID.contains(&name);
        if open && !tag.self_closing && (LEFT_OUT.contains(&name) || hidden) {
            self.skipped = Some((name.to_owned(), 1));
            return;
        }
        if name == "pre" {
            self.preformatted = match open {
                true => self.preformatted.saturating_add(1),
                false => self.preformatted.saturating_sub(1),
            };
        }
        match name {
            "b" | "strong" if open && (self.text.is_empty() || self.text.ends_with('\n')) => {
                self.text.push_str("**");
                self.bold = true;
            }
            "b" | "strong" if !open && std::mem::take(&mut self.bold) => self.text.push_str("**"),
            "td" | "th" if open => {
                self.space = false;
                if !self.text.ends_with('\n') && !self.text.is_empty() {
                    self.text.push('\t');
                }
            }
            _ if BLOCKS.contains(&name) => {
                self.line();
                // A paragraph ends with a blank line, as in text.
                if name == "p" && !open && !self.text.ends_with("\n\n") && !self.text.is_empty() {
                    self.text.push('\n');
                }
            }
            _ => {}
        }
    }
}

/// Elements that are never closed.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];

impl TokenSink for Page {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut lines = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(words) if lines.skipped.is_none() => lines.words(&words),
            Token::TagToken(tag) => {
                lines.tag(&tag);
                if tag.kind == TagKind::StartTag && !tag.self_closing {
                    // These contain text that only looks like tags.
                    match &*tag.name {
                        "script" => return TokenSinkResult::RawData(RawKind::ScriptData),
                        "style" | "iframe" | "noframes" | "xmp" => {
                            return TokenSinkResult::RawData(RawKind::Rawtext);
                        }
                        "textarea" | "title" => return TokenSinkResult::RawData(RawKind::Rcdata),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

#[cfg(test)]
mod tests {
    use super::text;
    use crate::parse;
    use crate::testing::{cut_anywhere, read, turns};

    const FILE: &str = "<!DOCTYPE html><html><head><title>Call: notes</title><style>p{a:b}</style></head><body><nav><a>Home</a></nav><script>if (a < b) { x = \"<p>Eve: no</p>\" }</script>\n<h1>Our call</h1><p><b>Noa Levi:</b> Hi &amp; welcome,\n how was your week?</p><p><b>Ben:</b> It was&nbsp;fine,<br>really good.</p><div><p><b>Noa Levi:</b> Tell me more about it.</p></div><footer>Home: page</footer></body></html>";

    #[test]
    fn paragraphs_are_lines_and_scripts_are_none() {
        let content = read("html", FILE);
        let got = turns(&content);
        assert_eq!(got[0], (Some("Noa Levi"), None, None, "Hi & welcome, how was your week?"));
        assert_eq!(got[1], (Some("Ben"), None, None, "It was fine, really good."));
        assert_eq!(content.participants.len(), 2);
    }

    #[test]
    fn headings_with_times_in_elements() {
        let file = "<div class=\"t\"><span>Noa Levi</span> <span>00:05</span><p>Hi there.</p></div><div><span>Ben</span> <span>00:09</span><p>Yes.</p></div>";
        let content = read("html", file);
        assert_eq!(
            turns(&content),
            [
                (Some("Noa Levi"), Some(5_000), None, "Hi there."),
                (Some("Ben"), Some(9_000), None, "Yes.")
            ]
        );
    }

    #[test]
    fn a_page_without_a_transcript_is_refused_as_such() {
        let refusal = parse(b"<!doctype html><html><body><h1>Sign in</h1><form>Password: <input></form></body></html>").unwrap_err();
        assert!(refusal.to_string().contains("web page"), "{refusal}");
        let refusal = parse(b"<html><script>Noa: 1</script></html>").unwrap_err();
        assert!(refusal.to_string().contains("web page"), "{refusal}");
    }

    #[test]
    fn depth_and_bad_markup_cost_nothing() {
        let deep = format!(
            "{}<p>Noa: hi there you</p><p>Ben: yes it is</p><p>Noa: good to hear</p>",
            "<div>".repeat(100_000)
        );
        assert_eq!(read("html", &deep).turns.len(), 3);
        assert_eq!(text("a<b c=\"<p"), "a");
        assert_eq!(text("<table><tr><td>a<td>b</tr></table>"), "a\tb\n");
        assert_eq!(text("<pre>a\n\tb</pre>"), "a\n\tb\n");
    }

    #[test]
    fn an_element_of_nothing_but_attributes_is_read_at_once() {
        let many: String = (0..300_000).map(|n| format!(" a{n}=1")).collect();
        let file = format!(
            "<html><body>\n<div{many}><p>Noa: hi there you</p><p>Ben: yes it is</p><p>Noa: good</p></div>"
        );
        let content = read("html", &file);
        assert_eq!(content.turns.len(), 3);
        let warning = &content.warnings[0];
        assert!(warning.line == 2 && warning.message.contains("attributes"), "{warning:?}");
    }

    #[test]
    fn any_cut_is_read_as_far_as_it_goes() {
        cut_anywhere(FILE.as_bytes());
    }
}
