//! Markup inside cues: voice tags, styling, time tags, entities.
//!
//! Invariants: only tags that subtitles use are removed, so that "a < b" survives; the search for
//! the end of a tag or an entity is bounded, so that the time is linear.

/// The text of one voice in a cue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Span {
    /// The name in `<v Name>`.
    pub(crate) voice: Option<String>,
    /// Text, with line breaks.
    pub(crate) text: String,
}

/// Maximum length of a tag or voice name.
const MAX_TAG: usize = 256;
const TAGS: &[&str] = &[
    "b", "i", "u", "s", "c", "v", "em", "strong", "font", "span", "lang", "ruby", "rt", "br", "p",
    "div", "small", "sub", "sup",
];
const ENTITIES: &[(&str, &str)] = &[
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", " "),
    ("lrm", "\u{200E}"),
    ("rlm", "\u{200F}"),
    ("ndash", "–"),
    ("mdash", "—"),
    ("hellip", "…"),
    ("lsquo", "‘"),
    ("rsquo", "’"),
    ("ldquo", "“"),
    ("rdquo", "”"),
];

/// Splits the payload of a cue by voice, and removes markup.
pub(crate) fn spans(payload: &str) -> Vec<Span> {
    let mut spans = vec![Span::default()];
    let mut rest = payload;
    while let Some(at) = memchr::memchr3(b'<', b'&', b'{', rest.as_bytes()) {
        let (before, special) = rest.split_at(at);
        push(&mut spans, before);
        let taken = match special.as_bytes()[0] {
            b'<' => tag(special, &mut spans),
            b'&' => entity(special, &mut spans),
            _ => override_block(special),
        };
        if taken == 0 {
            push(&mut spans, &special[..1]);
        }
        rest = &special[taken.max(1)..];
    }
    push(&mut spans, rest);
    spans.retain(|span| !span.text.trim().is_empty());
    spans
}

fn push(spans: &mut Vec<Span>, text: &str) {
    match spans.last_mut() {
        Some(span) => span.text.push_str(text),
        None => spans.push(Span { voice: None, text: text.to_owned() }),
    }
}

/// Parses a tag at the start of `text` and returns its length; 0 if there is none.
fn tag(text: &str, spans: &mut Vec<Span>) -> usize {
    let reach = &text.as_bytes()[..text.len().min(MAX_TAG)];
    let Some(end) = reach.iter().skip(1).position(|b| matches!(b, b'>' | b'<')) else {
        return 0;
    };
    let end = end + 1;
    if reach[end] != b'>' {
        return 0;
    }
    let inner = &text[1..end];
    if inner.starts_with(|c: char| c.is_ascii_digit()) {
        // `<00:00:01.000>`: the time of the next word.
        return if crate::kernel::time::stamp(inner).is_some() { end + 1 } else { 0 };
    }
    let (closing, inner) = match inner.strip_prefix('/') {
        Some(inner) => (true, inner),
        None => (false, inner),
    };
    let name_end = inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
    let (name, attributes) = inner.split_at(name_end);
    let name = name.to_ascii_lowercase();
    if !TAGS.contains(&name.as_str()) {
        return 0;
    }
    match (name.as_str(), closing) {
        ("v", true) => spans.push(Span::default()),
        ("v", false) => {
            // `<v.loud Name>`: classes end at the first white space.
            let voice = attributes
                .split_once(char::is_whitespace)
                .map(|(_, name)| name.trim())
                .filter(|name| !name.is_empty());
            spans.push(Span { voice: voice.map(unescape), text: String::new() });
        }
        ("br" | "p" | "div", _) => push(spans, " "),
        _ => {}
    }
    end + 1
}

/// Parses an entity at the start of `text` and returns its length; 0 if there is none.
fn entity(text: &str, spans: &mut Vec<Span>) -> usize {
    match decode_entity(text) {
        Some((decoded, length)) => {
            let mut buffer = [0; 4];
            match decoded {
                Decoded::Text(text) => push(spans, text),
                Decoded::Char(c) => push(spans, c.encode_utf8(&mut buffer)),
            }
            length
        }
        None => 0,
    }
}

enum Decoded {
    Text(&'static str),
    Char(char),
}

fn decode_entity(text: &str) -> Option<(Decoded, usize)> {
    let reach = &text.as_bytes()[..text.len().min(12)];
    let end = reach.iter().position(|b| *b == b';')?;
    let name = text.get(1..end)?;
    let decoded = if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        Decoded::Char(char::from_u32(code).filter(|c| *c != '\0')?)
    } else {
        Decoded::Text(ENTITIES.iter().find(|(known, _)| *known == name)?.1)
    };
    Some((decoded, end + 1))
}

/// Replaces entities with their characters.
fn unescape(text: &str) -> String {
    let mut spans = vec![Span::default()];
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        push(&mut spans, &rest[..at]);
        let special = &rest[at..];
        let taken = entity(special, &mut spans);
        if taken == 0 {
            push(&mut spans, "&");
        }
        rest = &special[taken.max(1)..];
    }
    push(&mut spans, rest);
    spans.pop().map(|span| span.text).unwrap_or_default()
}

/// Returns the length of `{\an8}`, a position that some SRT files contain.
fn override_block(text: &str) -> usize {
    if !text.starts_with("{\\") {
        return 0;
    }
    let reach = &text.as_bytes()[..text.len().min(64)];
    reach.iter().position(|b| *b == b'}').map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(payload: &str) -> String {
        spans(payload).into_iter().map(|span| span.text).collect()
    }

    #[test]
    fn markup_goes_and_words_stay() {
        for (payload, text) in [
            ("<b>bold</b> and <i.loud>loud</i>", "bold and loud"),
            ("one <00:00:01.000>two", "one two"),
            ("R&amp;D &lt;3 &#39;yes&#x27; a&nbsp;b", "R&D <3 'yes' a b"),
            ("a < b and c > d", "a < b and c > d"),
            ("if <name> then", "if <name> then"),
            ("AT&T & co &unknown; &", "AT&T & co &unknown; &"),
            ("{\\an8}top", "top"),
            ("{plain}", "{plain}"),
            ("<font color=\"#fff\">white</font>", "white"),
            ("one<br/>two", "one two"),
            ("<", "<"),
            ("שלום &quot;אתה&quot;", "שלום \"אתה\""),
        ] {
            assert_eq!(plain(payload), text, "{payload}");
        }
    }

    #[test]
    fn voices_are_taken_apart() {
        let spans = spans("<v.first Levi, Noa>Hi</v> <v Tom &amp; Ann>Hello");
        let got: Vec<_> = spans.iter().map(|s| (s.voice.as_deref(), &*s.text)).collect();
        assert_eq!(got, [(Some("Levi, Noa"), "Hi"), (Some("Tom & Ann"), "Hello")]);
    }
}
