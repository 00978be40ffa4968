//! TTML and DFXP (`.ttml`, `.dfxp`, `.xml`): `<p begin="…" end="…">`, as in W3C's TTML 2.
//!
//! Times are relative to those of the parent elements; the speaker is the `ttm:agent` of a
//! paragraph or of a parent, else a name in front of its lines. Regions and styles are ignored.
//!
//! Invariant: two walks (names, then speech); the stack of open elements has a bounded depth.

mod clock;

use std::collections::HashMap;

use super::speech;
use crate::kernel::xml::{LineCount, Mark, attribute, walk};
use crate::kernel::{Builder, Confidence, Format, Head, Source, time};
use clock::Rates;

/// The TTML format.
pub(crate) struct Ttml;

/// Maximum depth; deeper elements have the times of their parents.
const MAX_DEPTH: usize = 64;
/// Maximum number of agents; more than any conversation has.
const MAX_AGENTS: usize = 1_000;
const NAMESPACE: &str = "www.w3.org/";

impl Format for Ttml {
    fn id(&self) -> &'static str {
        "ttml"
    }

    fn name(&self) -> &'static str {
        "TTML or DFXP captions (.ttml)"
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let text = head.text();
        let root = ["<tt ", "<tt:tt ", "<tt\n", "<tt\r", "<tt:tt\n", "<tt:tt\r", "<tt>"];
        let found = text.trim_start().starts_with('<')
            && root.iter().filter_map(|root| text.find(root)).min().is_some_and(|at| {
                let end = text[at..].find('>').unwrap_or(text.len() - at);
                text[at..at + end].contains(NAMESPACE) || text[at..].contains("<body")
            });
        if found { Confidence::Certain } else { Confidence::No }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        let text = source.text();
        let mut survey = speech::Survey::default();
        let mut first = Reading::default();
        walk(text.as_bytes(), |_, mark| {
            if let Some(said) = first.take(mark) {
                survey.cue(&said.text);
            }
            true
        });
        let mut speech = survey.speech(text);
        let mut reading = Reading { agents: first.agents, ..Reading::default() };
        let mut lines = LineCount::new(text);
        let whole = walk(text.as_bytes(), |at, mark| {
            if let Some(said) = reading.take(mark) {
                let line = lines.line(at);
                say(&said, line, &mut speech, out);
            }
            !out.is_full()
        });
        if let Some(language) = &reading.language {
            out.language(language);
        }
        if !whole || !reading.frames.is_empty() {
            let line = lines.line(u64::MAX);
            if let Some(said) = reading.said.take() {
                say(&said, line, &mut speech, out);
            }
            out.warn(line, "the file is cut off here: it was read up to this point");
        }
    }
}

fn say(said: &Said, line: u32, speech: &mut speech::Speech, out: &mut Builder) {
    if said.unread {
        out.warn(line, "a time that cannot be read was dropped");
    }
    let stamp = |seconds: Option<f64>| seconds.map(time::seconds);
    let times = out.times(line, stamp(said.begin), stamp(said.end));
    speech.say(line, times, &said.text, out);
}

/// A parsed paragraph.
struct Said {
    begin: Option<f64>,
    end: Option<f64>,
    /// Whether it has a time that cannot be read.
    unread: bool,
    /// The agent of the end of the text.
    agent: Option<usize>,
    /// Text as in captions: with voice tags, `<` and `&` escaped.
    text: String,
}

/// An open element.
#[derive(Clone, Copy, Default)]
struct Frame {
    /// Seconds from the start of the recording.
    begin: f64,
    agent: Option<usize>,
}

/// State of a walk.
#[derive(Default)]
struct Reading {
    rates: Rates,
    language: Option<String>,
    /// Names by id.
    agents: HashMap<String, String>,
    /// Ids of the speakers, in the order of their first word.
    ids: Vec<String>,
    /// The agent whose name is being read.
    naming: Option<(String, String)>,
    frames: Vec<Frame>,
    deeper: usize,
    said: Option<Said>,
    /// Depth within a title or a remark; 0 outside.
    aside: usize,
}

impl Reading {
    /// Processes the next mark; returns a paragraph at its end.
    fn take(&mut self, mark: Mark<'_>) -> Option<Said> {
        match mark {
            Mark::Open("tt", element) => {
                self.rates = Rates::of(|key| attribute(element, key));
                self.language = attribute(element, "lang").filter(|tag| !tag.is_empty());
                None
            }
            Mark::Open("agent", element) if self.said.is_none() => {
                self.naming = attribute(element, "id").map(|id| (id, String::new()));
                None
            }
            Mark::Close("agent") if self.naming.is_some() => {
                if let Some((id, name)) = self.naming.take()
                    && self.agents.len() < MAX_AGENTS
                    && !name.trim().is_empty()
                {
                    self.agents.insert(id, name.trim().to_owned());
                }
                None
            }
            Mark::Open("metadata" | "desc" | "title" | "head", _) => {
                self.aside += 1;
                None
            }
            Mark::Close("metadata" | "desc" | "title" | "head") => {
                self.aside = self.aside.saturating_sub(1);
                None
            }
            Mark::Open(name, element) => {
                self.open(name, element);
                None
            }
            Mark::Close(name) => self.close(name),
            Mark::Text(text) => {
                match (&mut self.naming, &mut self.said) {
                    (Some((_, name)), _) if name.len() < 200 => name.push_str(text),
                    (None, Some(said)) if self.aside == 0 && !text.trim().is_empty() => {
                        let agent = self.frames.last().and_then(|frame| frame.agent);
                        if std::mem::replace(&mut said.agent, agent) != agent {
                            let id = agent.and_then(|place| self.ids.get(place));
                            let name = id.map(|id| self.agents.get(id).unwrap_or(id));
                            voice(name.map(String::as_str), &mut said.text);
                        }
                        escape(text, &mut said.text);
                    }
                    (None, Some(said)) if self.aside == 0 => escape(text, &mut said.text),
                    _ => {}
                }
                None
            }
        }
    }

    fn open(&mut self, name: &str, element: &quick_xml::events::BytesStart<'_>) {
        if let ("br", Some(said)) = (name, &mut self.said) {
            said.text.push('\n');
        }
        if self.aside > 0 || !matches!(name, "body" | "div" | "p" | "span") {
            return;
        }
        let outer = self.frames.last().copied().unwrap_or_default();
        let time = |key| attribute(element, key).map(|text| self.rates.seconds(&text));
        let (begin, end, length) = (time("begin"), time("end"), time("dur"));
        let known = begin.flatten();
        let agent = attribute(element, "agent")
            .and_then(|ids| ids.split_whitespace().next().map(str::to_owned));
        let frame = Frame {
            begin: outer.begin + known.unwrap_or(0.0),
            agent: agent.map(|id| self.id(id)).or(outer.agent),
        };
        if name == "p" {
            let until = end.flatten().map(|end| outer.begin + end);
            let until = until.or(length.flatten().map(|length| frame.begin + length));
            self.said = Some(Said {
                begin: known.map(|_| frame.begin),
                end: until,
                unread: [begin, end, length].contains(&Some(None)),
                agent: None,
                text: String::new(),
            });
        } else if let Some(said) = &mut self.said {
            // A paragraph may have times only in its parts.
            if known.is_some() {
                said.begin.get_or_insert(frame.begin);
                let until = end.flatten().map(|end| outer.begin + end);
                if until > said.end {
                    said.end = until;
                }
            }
        }
        match self.frames.len() < MAX_DEPTH {
            true => self.frames.push(frame),
            false => self.deeper += 1,
        }
    }

    /// Returns the index of an id in the list of speakers.
    fn id(&mut self, id: String) -> usize {
        let place = self.ids.iter().take(MAX_AGENTS).position(|known| *known == id);
        place.unwrap_or_else(|| {
            self.ids.push(id);
            self.ids.len() - 1
        })
    }

    fn close(&mut self, name: &str) -> Option<Said> {
        if self.aside > 0 || !matches!(name, "body" | "div" | "p" | "span") {
            return None;
        }
        match self.deeper {
            0 => {
                self.frames.pop();
            }
            _ => self.deeper -= 1,
        }
        if name == "p" { self.said.take() } else { None }
    }
}

/// Writes the voice tag of the following text.
fn voice(name: Option<&str>, to: &mut String) {
    let Some(name) = name else {
        to.push_str("</v>");
        return;
    };
    to.push_str("<v ");
    escape(&name.replace('>', " "), to);
    to.push('>');
}

/// Appends text as in captions: white space is collapsed, `<` and `&` are escaped.
fn escape(text: &str, to: &mut String) {
    for c in text.chars() {
        match c {
            '&' => to.push_str("&amp;"),
            '<' => to.push_str("&lt;"),
            c if c.is_whitespace() => {
                if !to.ends_with([' ', '\n']) && !to.is_empty() {
                    to.push(' ');
                }
            }
            c => to.push(c),
        }
    }
}

#[cfg(test)]
mod tests;
