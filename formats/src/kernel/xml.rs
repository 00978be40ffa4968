//! Reads XML as a stream, leniently.
//!
//! Invariants: entities are the five of XML and numeric characters; any other stays as written, and
//! nothing outside the file is read. An error ends the reading.

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// An event of the walk. Names have no namespace prefix.
pub(crate) enum Mark<'a> {
    /// An element begins.
    Open(&'a str, &'a BytesStart<'a>),
    /// An element ends; also follows an empty one.
    Close(&'a str),
    /// Text, or a part of it.
    Text(&'a str),
}

/// Walks over the input until `each` returns `false`. The number is the offset after the mark.
/// Returns whether the input was XML to the end.
pub(crate) fn walk(input: impl BufRead, mut each: impl FnMut(u64, Mark<'_>) -> bool) -> bool {
    let mut reader = Reader::from_reader(input);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer);
        let at = reader.buffer_position();
        let goes_on = match event {
            Ok(Event::Start(start)) => each(at, Mark::Open(local(start.name().0), &start)),
            Ok(Event::Empty(start)) => {
                let name = start.name();
                each(at, Mark::Open(local(name.0), &start)) && each(at, Mark::Close(local(name.0)))
            }
            Ok(Event::End(end)) => each(at, Mark::Close(local(end.name().0))),
            Ok(Event::Text(text)) => each(at, Mark::Text(&text.into_inner())),
            Ok(Event::CData(text)) => each(at, Mark::Text(&text.into_inner())),
            Ok(Event::GeneralRef(name)) => {
                let mut letter = [0; 4];
                let text = match &*name {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "quot" => "\"",
                    "apos" => "'",
                    "nbsp" => " ",
                    _ => match name.resolve_char_ref() {
                        Ok(Some(c)) if c != '\0' => c.encode_utf8(&mut letter),
                        _ => "",
                    },
                };
                match text {
                    "" => each(at, Mark::Text(&format!("&{};", &*name))),
                    text => each(at, Mark::Text(text)),
                }
            }
            Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_)) => true,
            Ok(Event::Eof) => return true,
            Err(_) => return false,
        };
        if !goes_on {
            return true;
        }
    }
}

/// Returns the value of an attribute, as written.
pub(crate) fn attribute(start: &BytesStart<'_>, wanted: &str) -> Option<String> {
    start
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| local(attribute.key.0) == wanted)
        .map(|attribute| attribute.value.into_owned())
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Counts lines up to an increasing offset.
pub(crate) struct LineCount<'a> {
    text: &'a [u8],
    at: usize,
    line: u32,
}

impl<'a> LineCount<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text: text.as_bytes(), at: 0, line: 1 }
    }

    /// Returns the line of this offset.
    pub(crate) fn line(&mut self, at: u64) -> u32 {
        let to = usize::try_from(at).unwrap_or(usize::MAX).min(self.text.len());
        if let Some(between) = self.text.get(self.at..to) {
            let more = between.iter().filter(|b| **b == b'\n').count();
            self.line = self.line.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
            self.at = to;
        }
        self.line
    }
}
