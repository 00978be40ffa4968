use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::testing::{cut_anywhere, read, turns};
use crate::{inspect, parse};

/// Writes a document with these page contents by hand.
fn document(pages: &[Vec<u8>], more: &str) -> Vec<u8> {
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    let mut object = |file: &mut Vec<u8>, body: &[u8]| {
        places.push(file.len());
        let number = places.len();
        file.extend(format!("{number} 0 obj\n").bytes());
        file.extend(body);
        file.extend(b"\nendobj\n");
    };
    let kids: String = (0..pages.len()).map(|i| format!("{} 0 R ", 4 + 2 * i)).collect();
    object(&mut file, b"<< /Type /Catalog /Pages 2 0 R >>");
    object(
        &mut file,
        format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", pages.len()).as_bytes(),
    );
    object(
        &mut file,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    );
    for (i, page) in pages.iter().enumerate() {
        let contents = 5 + 2 * i;
        object(&mut file, format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {contents} 0 R /Resources << /Font << /F1 3 0 R >> {more} >> >>").as_bytes());
        object(&mut file, page);
    }
    let start = file.len();
    file.extend(format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).bytes());
    for place in &places {
        file.extend(format!("{place:010} 00000 n \n").bytes());
    }
    file.extend(
        format!(
            "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n",
            places.len() + 1
        )
        .bytes(),
    );
    file
}

fn stream(data: &[u8], filter: &str) -> Vec<u8> {
    let mut body = format!("<< /Length {} {filter} >>\nstream\n", data.len()).into_bytes();
    body.extend(data);
    body.extend(b"\nendstream");
    body
}

fn packed(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// Shows lines of text from the top of a page; a blank one leaves a gap.
fn shown(lines: &[&str]) -> Vec<u8> {
    let mut page = String::from("BT /F1 11 Tf 50 750 Td 14 TL\n");
    for line in lines {
        let escaped = line.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
        page.push_str(&format!("({escaped}) Tj T*\n"));
    }
    page.push_str("ET\n");
    page.into_bytes()
}

fn call() -> Vec<u8> {
    let first = shown(&[
        "Our call",
        "",
        "Noa Levi (00:05):",
        "Hi there, how was your week?",
        "And the talk?",
        "",
        "Ben (01:05):",
        "It was fine.",
    ]);
    let second = shown(&["Noa Levi (01:10):", "Good to hear."]);
    document(&[stream(&packed(&first), "/Filter /FlateDecode"), stream(&second, "")], "")
}

#[test]
fn the_text_of_all_pages_is_read_in_its_format() {
    let file = call();
    assert_eq!(inspect(&file).unwrap().format, "pdf");
    let content = read("pdf", &file);
    assert_eq!(
        turns(&content),
        [
            (Some("Noa Levi"), Some(5_000), None, "Hi there, how was your week? And the talk?"),
            (Some("Ben"), Some(65_000), None, "It was fine."),
            (Some("Noa Levi"), Some(70_000), None, "Good to hear."),
        ]
    );
}

#[test]
fn a_scan_and_a_locked_file_are_refused_as_such() {
    let scan = document(&[stream(b"q 600 0 0 800 0 0 cm /Im1 Do Q", "")], "");
    let refusal = parse(&scan).unwrap_err();
    assert!(refusal.to_string().contains("scanned PDF"), "{refusal}");
    assert_eq!(refusal.code(), "no_speech");
    let refusal = parse(b"%PDF-1.4\nnothing more").unwrap_err();
    assert_eq!(refusal.code(), "damaged_file");
}

#[test]
fn a_page_that_unpacks_to_more_than_any_transcript_is_refused() {
    let bomb = document(&[stream(&packed(&vec![b' '; 3 << 20]), "/Filter /FlateDecode")], "");
    assert!(bomb.len() < 10_000);
    let refusal = parse(&bomb).unwrap_err();
    assert!(refusal.to_string().contains("unpacks to more"), "{refusal}");
    let twice = packed(&packed(&vec![b' '; 1 << 19]));
    let twice = document(&[stream(&twice, "/Filter [/FlateDecode /FlateDecode]")], "");
    assert!(parse(&twice).is_err());
}

#[test]
fn forms_that_call_themselves_end() {
    let own =
        "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >>";
    let body = b"/X Do /X Do /X Do /X Do /X Do /X Do /X Do /X Do";
    let mut page = format!("{own} /Length {} >>\nstream\n", body.len()).into_bytes();
    page.extend(body);
    page.extend(b"\nendstream");
    assert!(parse(&document(&[page], "/XObject << /X 5 0 R >>")).is_err());
}

#[test]
fn forms_in_forms_cost_no_more_than_their_budget() {
    // Eight levels of 40 calls each would be 6,500,000,000,000 operators.
    let calls = "/X Do ".repeat(40);
    let mut text = calls.clone().into_bytes();
    text.extend(shown(&["Noa Levi (00:05):", "Hi there, how was it?", "Ben (00:09):", "Fine."]));
    let mut contents = vec![stream(&text, "")];
    // The contents of page n is object 5 + 2n, and the form that the page before it calls.
    contents.extend((1..=8).map(|n| {
        let next = 5 + 2 * (n + 1);
        let form = format!(
            "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X {next} 0 R >> >>"
        );
        stream(calls.as_bytes(), &form)
    }));
    let content = read("pdf", document(&contents, "/XObject << /X 7 0 R >>"));
    assert_eq!(content.turns.len(), 2, "{content:?}");
    assert!(content.warnings.iter().any(|w| w.message.contains("only part")), "{content:?}");
}

#[test]
fn any_cut_is_read_as_far_as_it_goes() {
    cut_anywhere(&call());
}
