use super::*;

fn utf16_bytes(text: &str, big_endian: bool, mark: bool) -> Vec<u8> {
    let mark = if mark { "\u{FEFF}" } else { "" };
    format!("{mark}{text}")
        .encode_utf16()
        .flat_map(|unit| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() })
        .collect()
}

#[test]
fn utf16_is_read_in_both_orders_with_and_without_mark() {
    let text = "1\r\n00:00:00,000 --> 00:00:01,000\r\nנועה: שלום לכולם\r\n";
    for big_endian in [false, true] {
        for mark in [false, true] {
            let bytes = utf16_bytes(text, big_endian, mark);
            let source = Source::new(&bytes).unwrap();
            assert_eq!(source.text(), text);
            assert_eq!(source.damage(), None);
            let head = Head::new(&bytes).unwrap();
            let expected = if big_endian { Encoding::Utf16Be } else { Encoding::Utf16Le };
            assert_eq!(head.encoding(), expected);
        }
    }
}

#[test]
fn broken_utf16_is_read_as_far_as_it_goes() {
    let mut bytes = utf16_bytes("Anna: hello\nBen: good morning to you\n", false, true);
    bytes.extend([0x00, 0xD8, b'!', 0, 7]);
    let source = Source::new(&bytes).unwrap();
    assert!(source.text().ends_with("\u{FFFD}!\u{FFFD}"));
    assert_eq!(source.damage().unwrap().0, 2);
}

#[test]
fn a_few_bad_bytes_are_a_warning_with_a_line() {
    let source = Source::new(b"Anna: h\xC3\xA9llo\nBen: M\xFCnchen is lovely\n").unwrap();
    assert_eq!(source.text(), "Anna: héllo\nBen: M\u{FFFD}nchen is lovely\n");
    let (line, message) = source.damage().unwrap();
    assert_eq!(line, 2);
    assert!(message.starts_with("1 characters"), "{message}");
}

#[test]
fn an_old_character_set_is_read_and_said() {
    // Hebrew in Windows-1255.
    let bytes = b"\xF0\xE5\xF2\xE4: \xF9\xEC\xE5\xED \xEC\xEB\xE5\xEC\xED\n";
    assert_eq!(Head::new(bytes).unwrap().encoding(), Encoding::Legacy("windows-1255"));
    let source = Source::new(bytes).unwrap();
    assert_eq!(source.text(), "נועה: שלום לכולם\n");
    assert!(source.damage().unwrap().1.contains("windows-1255"));
}

#[test]
fn one_accent_in_an_old_character_set_is_an_accent() {
    let source = Source::new(b"Anna: hello\nBen: M\xFCnchen is lovely\n").unwrap();
    assert_eq!(source.text(), "Anna: hello\nBen: München is lovely\n");
}

#[test]
fn binaries_are_named() {
    for (bytes, name) in [
        (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], "an image (PNG)"),
        (b"ID3\x03\0\0\0\0\0\0", "an audio recording (MP3)"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\0", "an archive (GZ)"),
    ] {
        let refusal = crate::inspect(bytes).unwrap_err();
        assert_eq!(refusal.code(), "binary_file");
        assert!(refusal.to_string().contains(name), "{refusal}");
    }
    let noise: Vec<u8> =
        (0..2000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let refusal = crate::inspect(&noise).unwrap_err();
    assert!(matches!(refusal, Refusal::Binary { looks_like: None, .. }), "{refusal}");
    assert_eq!(media_type(b"%PDF-1.7\nplain"), Some("application/pdf"));
    assert_eq!(media_type(b"WEBVTT\n"), None);
}

#[test]
fn text_that_begins_like_a_magic_number_is_text() {
    let head = Head::new(b"BMW coach: hello").unwrap();
    assert_eq!(head.text(), "BMW coach: hello");
}

#[test]
fn nothing_is_empty_however_it_is_spelled() {
    for bytes in [&b""[..], b" \r\n\t", b"\xEF\xBB\xBF", b"\xFF\xFE", b"\xFF\xFE\n\0"] {
        assert_eq!(Head::new(bytes).unwrap_err(), Refusal::Empty, "{bytes:?}");
    }
}

#[test]
fn a_head_never_ends_in_half_a_character() {
    let file = "ש".repeat(HEAD_BYTES);
    for shift in 0..2 {
        let text = format!("{}{file}", "a".repeat(shift));
        let head = Head::new(text.as_bytes()).unwrap();
        assert_eq!(head.encoding(), Encoding::Utf8);
        assert!(!head.text().contains('\u{FFFD}'));
    }
}

#[test]
fn unknown_text_is_described_but_not_quoted() {
    let refusal = crate::inspect(b"Dear diary, secret things happened\nagain").unwrap_err();
    assert_eq!(refusal.code(), "unrecognised_format");
    let sentence = refusal.to_string();
    assert!(sentence.contains("line 1 is 5 words"), "{sentence}");
    assert!(!sentence.contains("secret"), "{sentence}");
}
