//! Helpers for the tests of the formats.

use debrief_domain::transcript::content::Content;

use crate::parse;

/// Reads a file that must be recognised as this format.
pub(crate) fn read(format: &str, text: impl AsRef<[u8]>) -> Content {
    let content = parse(text.as_ref()).unwrap_or_else(|refusal| panic!("{format}: {refusal}"));
    assert_eq!(content.format, format);
    content
}

type Row<'a> = (Option<&'a str>, Option<u64>, Option<u64>, &'a str);

/// Returns speaker, times and text of each turn.
pub(crate) fn turns(content: &Content) -> Vec<Row<'_>> {
    content.turns.iter().map(|t| (t.speaker.as_deref(), t.start_ms, t.end_ms, &*t.text)).collect()
}

/// Cuts a file at every byte and reads it: it never panics, and never yields a name that the whole
/// file does not contain.
pub(crate) fn cut_anywhere(whole: &[u8]) {
    let lossy = String::from_utf8_lossy(whole);
    for end in 0..whole.len() {
        let Ok(content) = parse(&whole[..end]) else { continue };
        for (i, turn) in content.turns.iter().enumerate() {
            assert_eq!(turn.index as usize, i);
            assert!(!turn.text.trim().is_empty());
        }
        for person in content.participants.iter().filter(|_| !lossy.contains('\\')) {
            let bare = person.name.strip_prefix("Speaker ").unwrap_or(&person.name);
            assert!(
                bare.contains('\u{FFFD}') || lossy.contains(bare) || !bare.is_ascii(),
                "cut at {end}: {}",
                person.name
            );
        }
    }
}
