//! PDF documents with text: an exported transcript in any text format.
//!
//! Letters are read page by page in document order, and grouped into lines by position. Hebrew and
//! Arabic, which many programs write in visual order, are reversed. A document of pictures is
//! refused, and so is one with a password.
//!
//! Invariants: nothing is rendered, no picture is unpacked, no script or link is followed; what
//! unpacks to more than any transcript is refused before it is read ([`bomb`]); operators, letters
//! and nested forms are counted, so that time and memory are bounded ([`page`]).

mod bomb;
mod lines;
mod page;

use hayro_syntax::{LoadPdfError, Pdf as Document};

use crate::kernel::{Builder, Confidence, Format, Head, Refusal, Source};

/// The PDF format.
pub(crate) struct Pdf;

/// The signature may follow a printer's bytes.
const REACH: usize = 1024;
const SIGNATURE: &[u8] = b"%PDF-";

impl Format for Pdf {
    fn id(&self) -> &'static str {
        "pdf"
    }

    fn name(&self) -> &'static str {
        "PDF with text"
    }

    fn is_document(&self) -> bool {
        true
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let bytes = head.bytes();
        let begin = &bytes[..bytes.len().min(REACH)];
        if bytes.starts_with(SIGNATURE) {
            Confidence::Certain
        } else if head.text().is_empty() && begin.windows(SIGNATURE.len()).any(|w| w == SIGNATURE) {
            Confidence::Likely
        } else {
            Confidence::No
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        if bomb::is_one(source.bytes()) {
            out.refuse(Refusal::NoTranscript {
                what: "a PDF that unpacks to more than any transcript",
                advice: "Export the transcript as text or WebVTT and upload that file.",
            });
            return;
        }
        let document = match Document::new(source.bytes().to_vec()) {
            Ok(document) => document,
            Err(LoadPdfError::Decryption(_)) => {
                out.refuse(Refusal::NoTranscript {
                    what: "a PDF that is protected by a password",
                    advice: "Save a copy without the password and upload the copy.",
                });
                return;
            }
            Err(LoadPdfError::Invalid) => {
                out.refuse(Refusal::Damaged { what: "PDF" });
                return;
            }
        };
        let read = page::text(&document);
        if read.text.trim().is_empty() {
            out.refuse(Refusal::NoTranscript {
                what: "a scanned PDF without text",
                advice: "Upload the original file, or export the transcript as text or WebVTT.",
            });
            return;
        }
        if !read.whole {
            out.warn(1, "the PDF contains more than any transcript: only part of it was read");
        }
        if read.lost > 0 {
            out.warn(
                1,
                format!(
                    "{} characters of the PDF have no Unicode mapping and were dropped",
                    read.lost
                ),
            );
        }
        out.read_within(read.text, None);
    }
}

#[cfg(test)]
mod tests;
