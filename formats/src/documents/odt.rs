//! OpenDocument text (.odt), as written by LibreOffice and Google Docs: see [`office`]. A flat one
//! (.fodt) is a single XML file that includes styles and pictures.
//!
//! `content.xml` has the text (OpenDocument 1.3, part 3): paragraphs and headings, with elements
//! for tabs, breaks and spaces. Comments, notes and deleted text are not speech.

use super::office::{self, Dialect, Role};
use crate::kernel::{Builder, Confidence, Format, Head, Source};

/// The OpenDocument text format.
pub(crate) struct Odt;

/// Uncompressed and first in the archive, as the standard requires.
const MARK: &[u8] = b"mimetypeapplication/vnd.oasis.opendocument.text";

const DIALECT: Dialect =
    Dialect { entry: "content.xml", what: "OpenDocument text", role, bare: true };

impl Format for Odt {
    fn id(&self) -> &'static str {
        "odt"
    }

    fn name(&self) -> &'static str {
        "OpenDocument text (.odt)"
    }

    fn is_document(&self) -> bool {
        true
    }

    fn recognise(&self, head: &Head<'_>) -> Confidence {
        let bytes = head.bytes();
        let marked = bytes.starts_with(b"PK\x03\x04")
            && bytes.get(30..).is_some_and(|first| first.starts_with(MARK));
        if marked || is_flat(head.text()) { Confidence::Certain } else { Confidence::No }
    }

    fn parse(&self, source: &Source<'_>, out: &mut Builder) {
        match is_flat(source.text()) {
            true => office::read_flat(source.text(), &DIALECT, out),
            false => office::read(source.bytes(), &DIALECT, out),
        }
    }
}

/// Returns whether this is the beginning of a flat document with text.
fn is_flat(text: &str) -> bool {
    let head = &text[..text.floor_char_boundary(4_096)];
    head.trim_start().starts_with('<')
        && head.contains("<office:document")
        && head.contains("application/vnd.oasis.opendocument.text")
}

fn role(element: &str) -> Role {
    match element {
        "table" => Role::Table,
        "table-row" => Role::Row,
        "table-cell" => Role::Cell,
        "annotation" | "tracked-changes" | "note" | "scripts" | "forms" => Role::Spare,
        // Parts of a flat document next to the text.
        "meta" | "settings" | "font-face-decls" | "styles" | "automatic-styles"
        | "master-styles" | "binary-data" => Role::Spare,
        "p" | "h" => Role::Paragraph,
        "line-break" => Role::Break,
        "tab" => Role::Tab,
        "s" => Role::Spaces,
        _ => Role::Other,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::CompressionMethod;
    use zip::write::{SimpleFileOptions, ZipWriter};

    use crate::parse;
    use crate::testing::{read, turns};

    fn document(body: &str) -> Vec<u8> {
        written("text", body)
    }

    fn written(kind: &str, body: &str) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        writer.start_file("mimetype", stored).unwrap();
        write!(writer, "application/vnd.oasis.opendocument.{kind}").unwrap();
        writer.start_file("content.xml", SimpleFileOptions::default()).unwrap();
        let xml = format!(
            "<?xml version=\"1.0\"?><office:document-content xmlns:office=\"o\" xmlns:text=\"t\" xmlns:table=\"b\"><office:scripts/><office:body><office:text>{body}</office:text></office:body></office:document-content>"
        );
        writer.write_all(xml.as_bytes()).unwrap();
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn a_flat_document_is_one_file() {
        let file = "<?xml version=\"1.0\"?>\n<office:document xmlns:office=\"o\" xmlns:text=\"t\" office:mimetype=\"application/vnd.oasis.opendocument.text\"><office:meta/><office:master-styles><text:p>Footer: page</text:p></office:master-styles><office:body><office:text>\n<text:p><text:span>Noa:</text:span> Hi &amp; so.</text:p>\n<text:p>Ben: Yes, I see.</text:p>\n<text:p>Noa: Bye then.</text:p></office:text></office:body></office:document>";
        let content = read("odt", file);
        let said: Vec<_> = turns(&content).into_iter().map(|t| (t.0, t.3)).collect();
        assert_eq!(
            said,
            [(Some("Noa"), "Hi & so."), (Some("Ben"), "Yes, I see."), (Some("Noa"), "Bye then.")]
        );
        crate::testing::cut_anywhere(file.as_bytes());
    }

    #[test]
    fn paragraphs_are_lines() {
        let content = read(
            "odt",
            document(
                "<text:tracked-changes><text:changed-region><text:deletion><text:p>Old: words</text:p></text:deletion></text:changed-region></text:tracked-changes><text:h>Call</text:h><text:p>Noa<text:s/>Levi:<text:tab/>Hi &amp;\n <text:span>there</text:span>.<office:annotation><text:p>a comment</text:p></office:annotation></text:p><text:p/><text:p>Ben: Yes,<text:s text:c=\"3\"/>I see.</text:p><text:list><text:list-item><text:p>Noa Levi: Bye then.</text:p></text:list-item></text:list>",
            ),
        );
        let said: Vec<_> = turns(&content).into_iter().map(|t| (t.0, t.3)).collect();
        assert_eq!(
            said,
            [
                (Some("Noa Levi"), "Hi & there."),
                (Some("Ben"), "Yes, I see."),
                (Some("Noa Levi"), "Bye then.")
            ]
        );
    }

    #[test]
    fn cues_of_teams_and_tables() {
        let content = read(
            "odt",
            document(
                "<text:p>0:0:0.90 --&gt; 0:0:6.500<text:line-break/>Levi, Noa<text:line-break/>Hi.</text:p>",
            ),
        );
        assert_eq!(turns(&content), [(Some("Levi, Noa"), Some(90), Some(6_500), "Hi.")]);
        let row = |cells: [&str; 3]| {
            let cells =
                cells.map(|c| format!("<table:table-cell><text:p>{c}</text:p></table:table-cell>"));
            format!("<table:table-row>{}</table:table-row>", cells.concat())
        };
        let table = format!(
            "<text:p>Report</text:p><table:table>{}{}{}</table:table>",
            row(["Time", "Speaker", "Text"]),
            row(["00:05", "Noa", "Hi there."]),
            row(["01:05", "Ben", "Yes."])
        );
        assert_eq!(
            turns(&read("odt", document(&table))),
            [
                (Some("Noa"), Some(5_000), None, "Hi there."),
                (Some("Ben"), Some(65_000), None, "Yes.")
            ]
        );
    }

    #[test]
    fn bombs_and_other_documents() {
        let bomb = document(&format!(
            "<text:p>Noa: Hi there.</text:p><text:p>Ben: Yes, I see.</text:p><text:p>{}",
            " ".repeat(4 << 20)
        ));
        let content = parse(&bomb).unwrap();
        assert!(content.warnings.iter().any(|w| w.message.contains("unpacks to more")));
        let sheet = written("spreadsheet", "<text:p>Noa: Hi there.</text:p>");
        assert_eq!(parse(&sheet).unwrap_err().code(), "binary_file");
        let whole = document("<text:p>Noa: Hi there.</text:p><text:p>Ben: Yes, I see.</text:p>");
        for end in 0..whole.len() {
            if let Ok(content) = parse(&whole[..end]) {
                assert!(content.turns.len() <= 2);
            }
        }
        assert_eq!(parse(&whole[..whole.len() - 30]).unwrap_err().code(), "damaged_file");
    }
}
