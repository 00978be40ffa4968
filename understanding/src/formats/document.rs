//! Documents (Word, OpenDocument, Rich Text, PDF, HTML): the text that they hold is read in whichever text format it is.
//!
//! Invariant: a document is never taken for another document, so that nothing nests.

use super::builder::Builder;
use super::{Format, Head, REGISTRY, Refusal, Source};

/// Documents, which hold a text of some format.
const DOCUMENTS: &[&str] = &["docx", "html", "odt", "pdf", "rtf"];

/// Reads the text of a document. Warnings number the lines of that text.
pub(super) fn read(text: &str, out: &mut Builder) {
    match inner(text) {
        Ok(format) => match Source::new(text.as_bytes()) {
            Ok(source) => format.parse(&source, out),
            Err(refusal) => out.refuse(refusal),
        },
        Err(Refusal::Empty) => {}
        Err(refusal) => out.refuse(refusal),
    }
}

/// The format of the text in a document.
pub(super) fn inner(text: &str) -> Result<&'static dyn Format, Refusal> {
    let head = Head::new(text.as_bytes())?;
    let formats = REGISTRY.iter().filter(|format| !DOCUMENTS.contains(&format.id()));
    super::best(formats.copied(), &head).map(|(format, _)| format)
}
