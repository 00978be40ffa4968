//! Bounds the attributes of an element.
//!
//! html5ever compares each attribute of an element with all before it, so that an element of a few
//! megabytes with nothing but attributes takes minutes. Attributes beyond [`MAX`] are cut out of
//! the page before it is tokenised. One pass, without a tree: tags, comments and the elements with
//! raw text are told apart as the HTML standard does.

use std::borrow::Cow;

/// Maximum number of attributes of an element; more than any page has.
pub(super) const MAX: usize = 256;

/// Elements whose content is text, even if it looks like tags.
const RAW: &[&str] = &["script", "style", "iframe", "noframes", "xmp", "textarea", "title"];

/// A page whose elements have at most [`MAX`] attributes.
pub(super) struct Bounded<'a> {
    pub(super) page: Cow<'a, str>,
    /// Offset in the original page of the first attribute that was cut.
    pub(super) cut: Option<usize>,
}

/// Cuts attributes beyond [`MAX`] of each element.
pub(super) fn bounded(page: &str) -> Bounded<'_> {
    let bytes = page.as_bytes();
    let (mut at, mut kept, mut out, mut cut) = (0, 0, String::new(), None);
    while let Some(open) = memchr::memchr(b'<', bytes.get(at..).unwrap_or_default()) {
        let start = at + open;
        let rest = page.get(start..).unwrap_or_default();
        if rest.starts_with("<!--") {
            at = rest.find("-->").map_or(bytes.len(), |end| start + end);
            continue;
        }
        at = start + 1;
        if !bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let tag = tag(bytes, at);
        if let Some(from) = tag.excess {
            cut.get_or_insert(from);
            out.push_str(page.get(kept..from).unwrap_or_default());
            kept = tag.end;
        }
        let name = page.get(at..tag.name).unwrap_or_default();
        at = tag.end;
        if let Some(raw) = RAW.iter().find(|raw| raw.eq_ignore_ascii_case(name)) {
            at = close(bytes, at, raw.as_bytes());
        }
    }
    if cut.is_none() {
        return Bounded { page: Cow::Borrowed(page), cut };
    }
    out.push_str(page.get(kept..).unwrap_or_default());
    Bounded { page: Cow::Owned(out), cut }
}

/// Offsets within a start tag.
struct Tag {
    /// End of the name.
    name: usize,
    /// Start of the first attribute beyond [`MAX`].
    excess: Option<usize>,
    /// The closing `>`, or the end of the page.
    end: usize,
}

/// Reads a start tag whose name begins at `at`.
fn tag(bytes: &[u8], at: usize) -> Tag {
    let ends = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'/' | b'>');
    let length = |from: usize, end: &dyn Fn(&u8) -> bool| {
        let rest = bytes.get(from..).unwrap_or_default();
        rest.iter().position(end).unwrap_or(rest.len())
    };
    let name = at + length(at, &ends);
    let (mut at, mut attributes, mut excess) = (name, 0, None);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'>' => break,
            b'/' => at += 1,
            b if b.is_ascii_whitespace() => at += 1,
            _ => {
                attributes += 1;
                if attributes > MAX {
                    excess = excess.or(Some(at));
                }
                // A name may begin with an equals sign.
                at += 1;
                at += length(at, &|b| ends(b) || *b == b'=');
                let value = at + length(at, &|b| !b.is_ascii_whitespace());
                if bytes.get(value) == Some(&b'=') {
                    at = value + 1;
                    at += length(at, &|b| !b.is_ascii_whitespace());
                    at = match bytes.get(at) {
                        Some(quote @ (b'"' | b'\'')) => {
                            (at + 1 + length(at + 1, &|b| b == quote) + 1).min(bytes.len())
                        }
                        _ => at + length(at, &|b| b.is_ascii_whitespace() || *b == b'>'),
                    };
                }
            }
        }
    }
    Tag { name, excess, end: at }
}

/// Returns the offset of `</name` from `at` on, or the end of the page.
fn close(bytes: &[u8], mut at: usize, name: &[u8]) -> usize {
    while let Some(open) = memchr::memchr(b'<', bytes.get(at..).unwrap_or_default()) {
        at += open + 1;
        let rest = bytes.get(at..).unwrap_or_default();
        let Some((b'/', after)) = rest.split_first() else { continue };
        if after.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)) {
            return at;
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An element with `n` different attributes.
    fn element(n: usize) -> String {
        let attributes: Vec<_> = (0..n).map(|n| format!("a{n}=\"{n} > {n}\"")).collect();
        format!("<div {}>", attributes.join(" "))
    }

    #[test]
    fn ordinary_pages_are_untouched() {
        for page in [
            "<p class='a' id=b hidden>Hi</p><img src=\"a>b\" / alt= x><br/>",
            "a < b <3 <",
            "<script>if (a<b c=\"</script><p>x",
            "<!-- <p a b c -->",
            "",
        ] {
            assert!(matches!(bounded(page).page, Cow::Borrowed(same) if same == page), "{page}");
        }
        assert!(bounded(&element(MAX)).cut.is_none());
    }

    #[test]
    fn attributes_beyond_the_maximum_are_cut() {
        let page = format!("<p>one</p>{}two</div><p>three</p>", element(MAX + 50));
        let bounded = bounded(&page);
        let expected = element(MAX).replace("\">", "\" >");
        assert_eq!(bounded.page, format!("<p>one</p>{expected}two</div><p>three</p>"));
        assert!(page[bounded.cut.unwrap()..].starts_with(&format!("a{MAX}=")));
    }

    #[test]
    fn raw_text_hides_no_element() {
        for before in ["<script>a<b c=\"</script>", "<title><p a=' </TITLE >", "<!-- <p a='-->"] {
            let page = format!("{before}{}", element(MAX + 1));
            assert!(bounded(&page).cut.is_some(), "{before}");
        }
    }
}
