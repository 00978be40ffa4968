use std::io::Write;

use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::*;
use crate::{Confidence, inspect, parse, parse_archive};

const CALL: &[u8] = b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Noa>Hi there</v>\n";
const CHAT: &[u8] = b"00:00:05\tBen:\tlink\r\n";

fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_zip_is_let_in_and_a_document_is_none() {
    let zip = zipped(&[("call.vtt", CALL)]);
    assert!(is_archive(&zip));
    let guess = inspect(&zip).unwrap();
    assert_eq!((guess.format, guess.confidence), (ID, Confidence::Certain));
    assert!(!is_archive(&zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", b"")
    ])));
    assert!(!is_archive(&zipped(&[("xl/workbook.xml", b"")])));
    assert!(!is_archive(CALL));
}

#[test]
fn one_transcript_is_read_and_several_are_told_apart() {
    let content =
        parse(&zipped(&[("a/call.vtt", CALL), ("a/logo.png", b"\x89PNG\r\n\x1a\n\0\0")])).unwrap();
    assert_eq!(content.format, "webvtt");
    assert_eq!(content.turns[0].text, "Hi there");
    assert!(content.warnings[0].message.starts_with("a/logo.png was skipped: This is an image"));

    let zip = zipped(&[("call.vtt", CALL), ("chat.txt", CHAT)]);
    let (parts, warnings) = parse_archive(&zip).unwrap();
    let formats: Vec<_> = parts.iter().map(|(name, c)| (&**name, &*c.format)).collect();
    assert_eq!(formats, [("call.vtt", "webvtt"), ("chat.txt", "zoom_chat")]);
    assert_eq!(warnings, []);
    assert_eq!(parse(&zip).unwrap_err(), Refusal::Several { count: 2 });
}

#[test]
fn what_a_mac_adds_is_passed_over() {
    let zip = zipped(&[
        ("__MACOSX/._call.vtt", b"\0\0"),
        (".DS_Store", b"\0"),
        ("a/", b""),
        ("call.vtt", CALL),
    ]);
    let unpacked = unpack(&zip).unwrap();
    assert_eq!(unpacked.entries.len(), 1);
    assert_eq!(unpacked.skipped, []);
}

#[test]
fn names_that_point_elsewhere_links_and_archives_are_left_out() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_symlink("link.vtt", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    for (name, bytes) in [
        ("../../up.vtt", CALL),
        ("/root.vtt", CALL),
        ("..\\up.vtt", CALL),
        ("C:\\x.vtt", CALL),
        ("in\u{202E}ner.zip", &*zipped(&[("call.vtt", CALL)])),
        ("call.vtt", CALL),
    ] {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    let unpacked = unpack(&writer.finish().unwrap().into_inner()).unwrap();
    assert_eq!(unpacked.entries.len(), 1, "{:?}", unpacked.entries);
    assert_eq!(unpacked.skipped.len(), 6, "{:?}", unpacked.skipped);
    assert!(unpacked.skipped.contains(&("link.vtt".into(), "it is a link".into())));
    assert!(unpacked.skipped.contains(&("inner.zip".into(), "it is a nested archive".into())));
}

#[test]
fn what_unpacks_to_more_is_refused() {
    let bomb = zipped(&[("bomb.txt", &vec![b'a'; MAX_FILE as usize + 1])]);
    assert!(bomb.len() < 10_000);
    assert_eq!(unpack(&bomb).unwrap_err(), Refusal::TooMuch { what: "bytes" });
    let half = vec![b'a'; MAX_FILE as usize];
    let all = zipped(&[("1.txt", &half), ("2.txt", &half), ("3.txt", &half)]);
    assert_eq!(parse(&all).unwrap_err(), Refusal::TooMuch { what: "bytes" });
    assert!(Refusal::TooMuch { what: "bytes" }.to_string().contains("unpacks to more"));
}

#[test]
fn many_entries_are_refused_and_many_files_left_out() {
    let names: Vec<String> = (0..MAX_ENTRIES + 1).map(|i| format!("{i}.txt")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (&**name, CALL)).collect();
    assert_eq!(unpack(&zipped(&many)).unwrap_err(), Refusal::TooMuch { what: "entries" });
    let unpacked = unpack(&zipped(&many[..MAX_FILES + 5])).unwrap();
    assert_eq!((unpacked.entries.len(), unpacked.skipped.len()), (MAX_FILES, 5));
}

#[test]
fn a_locked_archive_says_so() {
    let mut zip = zipped(&[("call.vtt", CALL)]);
    // Sets the encryption flag in the local header and in the central directory.
    zip[6] |= 1;
    let list = memchr::memmem::find(&zip, b"PK\x01\x02").unwrap();
    zip[list + 8] |= 1;
    let refusal = parse(&zip).unwrap_err();
    assert!(refusal.to_string().contains("protected by a password"), "{refusal}");
}

#[test]
fn a_damaged_archive_says_so_wherever_it_is_cut() {
    let zip = zipped(&[("call.vtt", CALL), ("chat.txt", CHAT)]);
    for end in 4..zip.len() {
        assert!(parse(&zip[..end]).is_err());
    }
    assert_eq!(parse(&zip[..zip.len() - 30]).unwrap_err().code(), "damaged_file");
}
