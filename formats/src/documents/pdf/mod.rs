//! PDF documents that hold text: an exported transcript in any text format.
//!
//! The letters are taken page by page in the order in which the document writes them, put on
//! lines by where they stand. Hebrew and Arabic, which many programs write from left to right as
//! they are seen, is turned around. A document of pictures is refused as such, and so is one
//! behind a password.
//!
//! Invariants: nothing is drawn, no picture is unpacked, no script or link is looked at; what
//! unpacks to more than any transcript is refused before it is read ([`bomb`]); operators,
//! letters and nested forms are counted, so that time and memory are bounded ([`page`]).

mod bomb;
mod lines;
mod page;

use hayro_syntax::{LoadPdfError, Pdf as Document};

use crate::kernel::{Builder, Confidence, Format, Head, Refusal, Source};

/// See the module.
pub(crate) struct Pdf;

/// Signatures may follow some bytes of a printer's.
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
                advice: "Export the transcript as text or WebVTT and upload that.",
            });
            return;
        }
        let document = match Document::new(source.bytes().to_vec()) {
            Ok(document) => document,
            Err(LoadPdfError::Decryption(_)) => {
                out.refuse(Refusal::NoTranscript {
                    what: "a PDF that is locked with a password",
                    advice: "Save a copy without the password and upload that.",
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
                what: "a PDF of pictures (a scan), without text",
                advice: "Upload the file that it was made from, or export the transcript as text or WebVTT.",
            });
            return;
        }
        if !read.whole {
            out.warn(1, "the PDF holds more than any transcript: it was read in part");
        }
        if read.lost > 0 {
            out.warn(
                1,
                format!("{} letters of the PDF have no known meaning and were left out", read.lost),
            );
        }
        out.read_within(read.text, None);
    }
}

#[cfg(test)]
mod tests;
