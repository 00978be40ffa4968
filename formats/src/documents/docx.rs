//! Word documents (.docx): the transcript that Teams writes, or any text format in a document; see
//! [`office`].

use super::office::{self, Dialect, Role};
use crate::kernel::{Builder, Confidence, Format, Head, Source};

/// The Word document format.
pub(crate) struct Docx;

const DIALECT: Dialect =
    Dialect { entry: "word/document.xml", what: "Word document", role, bare: false };

impl Format for Docx {
    fn id(&self) -> &'static str {
        "docx"
    }

    fn name(&self) -> &'static str {
        "Word document (.docx)"
    }

    fn is_document(&self) -> bool {
        true
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let bytes = head.bytes();
        if !bytes.starts_with(b"PK\x03\x04") {
            return Confidence::No;
        }
        let named = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
        if named(DIALECT.entry.as_bytes()) || named(b"word/") && named(b"[Content_Types].xml") {
            Confidence::Certain
        } else if infer::get(bytes).is_some_and(|kind| kind.extension() == "docx") {
            Confidence::Likely
        } else {
            Confidence::No
        }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        office::read(source.bytes(), &DIALECT, out);
    }
}

fn role(element: &str) -> Role {
    match element {
        "tbl" => Role::Table,
        "tr" => Role::Row,
        "tc" => Role::Cell,
        "Fallback" => Role::Spare,
        "p" => Role::Paragraph,
        "t" => Role::Words,
        "br" | "cr" => Role::Break,
        "tab" => Role::Tab,
        _ => Role::Other,
    }
}

#[cfg(test)]
mod tests;
