//! Front matter of Markdown documents, as of static site generators: keys and values in YAML
//! between two lines of `---`.
//!
//! Invariant: speech between two rules is not front matter: its names recur, or none of them is a
//! property.

use crate::kernel::lines::lines;
use crate::kernel::names;

/// Maximum number of lines.
const MAX_LINES: usize = 200;

/// Properties of documents, other than the headings of notes.
const KEYS: &[&str] = &[
    "author",
    "authors",
    "categories",
    "category",
    "draft",
    "episode",
    "guest",
    "guests",
    "id",
    "layout",
    "media",
    "permalink",
    "slug",
    "source",
    "speakers",
    "tags",
];

/// Returns the number of the line after the front matter, if there is any.
pub(crate) fn end(text: &str) -> Option<u32> {
    let mut all = lines(text);
    all.next().filter(|line| line.text.trim_start_matches(names::is_mark).trim_end() == "---")?;
    let mut keys: Vec<&str> = Vec::new();
    let mut known = false;
    for line in all.take(MAX_LINES) {
        let bare = line.text.trim_end();
        if matches!(bare, "---" | "...") {
            return known.then(|| line.number.saturating_add(1));
        }
        if bare.is_empty() || bare.starts_with([' ', '\t', '-', '#', ']', '}']) {
            continue;
        }
        let (key, _) = bare.split_once(':')?;
        let is_key = key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
        if !is_key || keys.contains(&key) {
            return None;
        }
        let lower = key.to_ascii_lowercase();
        known |= names::is_label(key) || KEYS.contains(&lower.as_str());
        keys.push(key);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_end_with_a_rule() {
        let text = "---\ntitle: A call\nspeakers:\n  - Anna\ntags: [a,\n  b\n]\n# as of now\n---\nAnna: hi";
        assert_eq!(end(text), Some(10));
        assert_eq!(end("\u{FEFF}---\r\nauthor: Anna\r\n...\r\nhi"), Some(4));
    }

    #[test]
    fn talk_between_rules_is_talk() {
        for text in [
            "---\nAnna: hi\nBen: hello\n---\nAnna: so",
            "---\nanna: hi\nanna: title\ntitle: what\n---\n",
            "---\nTitle of it all: hi\n---\n",
            "---\ntitle: never ended",
            "title: A call\n---\nAnna: hi",
            "---\nJust words.\n---\n",
            "---",
            "",
        ] {
            assert_eq!(end(text), None, "{text}");
        }
    }
}
