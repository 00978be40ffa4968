use std::io::{Cursor, Write};

use zip::write::{SimpleFileOptions, ZipWriter};

use crate::testing::{read, turns};
use crate::{inspect, parse};

fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn document(body: &str) -> Vec<u8> {
    let xml = format!(
        "<?xml version=\"1.0\"?><w:document xmlns:w=\"x\"><w:body>{body}</w:body></w:document>"
    );
    zipped(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", xml.as_bytes())])
}

/// Writes a paragraph for each text, with its lines separated by breaks.
fn written(paragraphs: &[&str]) -> String {
    paragraphs
        .iter()
        .map(|text| {
            let lines = text.replace('&', "&amp;").replace('>', "&gt;");
            let runs = lines.replace('\n', "</w:t><w:br/><w:t>");
            format!("<w:p><w:r><w:t xml:space=\"preserve\">{runs}</w:t></w:r></w:p>")
        })
        .collect()
}

fn teams() -> Vec<u8> {
    let table = format!("<w:tbl><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>", written(&["saved-by"]));
    document(
        &(written(&[
            "0:0:0.90 --> 0:0:6.500\nLevi, Noa\nGood morning & welcome.",
            "0:0:7.0 --> 0:0:8.250\nBen\nHi.\nFine.",
            "0:1:7.0 --> 0:1:8.0\nnobody known",
        ]) + &table),
    )
}

#[test]
fn teams_writes_a_paragraph_for_each_cue() {
    let content = read("docx", teams());
    assert_eq!(
        turns(&content),
        [
            (Some("Levi, Noa"), Some(90), Some(6_500), "Good morning & welcome."),
            (Some("Ben"), Some(7_000), Some(8_250), "Hi. Fine."),
            (None, Some(67_000), Some(68_000), "nobody known"),
        ]
    );
    assert_eq!(content.warnings.len(), 1, "the table: {:?}", content.warnings);
}

#[test]
fn any_text_format_may_be_in_a_document() {
    for (paragraphs, last) in [
        (
            &[
                "1",
                "00:00:01,000 --> 00:00:02,000",
                "Hi",
                "",
                "2",
                "00:00:09,500 --> 00:00:10,000",
                "Bye",
            ][..],
            "Hi Bye",
        ),
        (
            &["Noa: Hi there, how was it?", "Ben: Yes, all went well", "Noa: Bye for now"],
            "Bye for now",
        ),
        (&["Noa   0:03\nHi there", "Ben   1:05\nBye"], "Bye"),
    ] {
        let content = read("docx", document(&written(paragraphs)));
        assert_eq!(content.turns.last().unwrap().text, last);
    }
}

#[test]
fn what_is_no_transcript_is_refused_with_the_reason() {
    let refusal = parse(&document(&written(&["Dear diary, it rained."]))).unwrap_err();
    assert_eq!(refusal.code(), "unrecognised_format");
    assert_eq!(parse(&document("")).unwrap_err().code(), "no_speech");
    let sheet = zipped(&[("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<x/>")]);
    assert_eq!(inspect(&sheet).unwrap_err().code(), "binary_file");
    let none = zipped(&[("[Content_Types].xml", b"<Types/>"), ("word/styles.xml", b"<x/>")]);
    assert_eq!(parse(&none).unwrap_err().code(), "damaged_file");
}

#[test]
fn a_bomb_is_read_in_part_and_said() {
    let paragraph = written(&["Noa: Hi there"]);
    let bytes = document(&paragraph.repeat(120_000));
    assert!(bytes.len() < 100_000);
    let content = read("docx", &bytes);
    assert!(content.warnings.iter().any(|w| w.message.contains("only part of it was read")));
    // A single character, repeated, in one element.
    let blank = "x".repeat(20 << 20);
    assert!(parse(&document(&format!("<w:p><w:r><w:t>{blank}"))).is_err());
    // Far too many entries.
    let mut many = document(&written(&["Noa: Hi"]));
    let end = many.windows(4).rposition(|w| w == b"PK\x05\x06").unwrap();
    many[end + 10..end + 12].copy_from_slice(&60_000u16.to_le_bytes());
    assert_eq!(parse(&many).unwrap_err().code(), "damaged_file");
}

#[test]
fn paths_and_entities_lead_nowhere() {
    let xml = "<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><w:document><w:p><w:t>Noa: a &x; b</w:t></w:p><w:p><w:t>Ben: that is fine</w:t></w:p><w:p><w:t>Noa: very good then</w:t></w:p></w:document>";
    let bytes =
        zipped(&[("../../evil", b"x"), ("/etc/evil", b"x"), ("word/document.xml", xml.as_bytes())]);
    assert_eq!(read("docx", bytes).turns[0].text, "a &x; b");
}

#[test]
fn a_document_cut_anywhere_is_a_sentence() {
    let whole = teams();
    for end in 0..whole.len() {
        if let Err(refusal) = parse(&whole[..end]) {
            assert!(refusal.to_string().ends_with('.'));
        }
    }
    for at in 0..whole.len() {
        let mut broken = whole.clone();
        broken[at] ^= 0x55;
        let _ = parse(&broken);
    }
}

/// Writes a table with a paragraph in each cell.
fn table(rows: &[&[&str]]) -> String {
    let rows: String = rows
        .iter()
        .map(|cells| {
            let cells: String =
                cells.iter().map(|cell| format!("<w:tc>{}</w:tc>", written(&[cell]))).collect();
            format!("<w:tr>{cells}</w:tr>")
        })
        .collect();
    format!("<w:tbl>{rows}</w:tbl>")
}

#[test]
fn a_table_of_times_speakers_and_words_is_a_transcript() {
    let body = written(&["Call report", "Agent: was friendly."])
        + &table(&[&["Speaker", "Score"], &["Agent", "2.9"]])
        + &written(&["Call Transcription"])
        + &table(&[
            &["Start", "Dur.", "Speaker", "", "Transcription"],
            &["0:00:00.4", "5.0s", "Agent", "", "Thank you\nfor calling."],
            &["0:00:06.5", "1.25s", "Customer", "", "[INTERRUPTION] [Topic 2] Hi [PII]."],
            &["", "", "", "", ""],
        ]);
    let content = read("docx", document(&body));
    assert_eq!(
        turns(&content),
        [
            (Some("Agent"), Some(400), Some(5_400), "Thank you for calling."),
            (Some("Customer"), Some(6_500), Some(7_750), "Hi [PII]."),
        ]
    );
    assert_eq!(content.warnings.len(), 2, "{:?}", content.warnings);
}
