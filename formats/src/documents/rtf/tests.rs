use crate::parse;
use crate::testing::{cut_anywhere, read, turns};

/// As saved by TextEdit.
const TEXTEDIT: &str = "{\\rtf1\\ansi\\ansicpg1252\\cocoartf2709\n\\cocoatextscaling0\\cocoaplatform0{\\fonttbl\\f0\\fswiss\\fcharset0 Helvetica;}\n{\\colortbl;\\red255\\green255\\blue255;}\n{\\*\\expandedcolortbl;;}\n\\paperw11900\\paperh16840\\margl1440\n\\pard\\tx720\\pardirnatural\\partightenfactor0\n\n\\f0\\b\\fs24 \\cf0 Noa Levi:\n\\b0  Hi there, caf\\'e9 \\'96 \\{so\\}.\\\nBen: \\uc0\\u1513 \\u1500 \\u1493 \\u1501  \\u55357 \\u56842 .\\\nNoa Levi: Bye then.}";

#[test]
fn a_text_edit_note() {
    let content = read("rtf", TEXTEDIT);
    let said: Vec<_> = turns(&content).into_iter().map(|t| (t.0, t.3)).collect();
    assert_eq!(
        said,
        [
            (Some("Noa Levi"), "Hi there, café – {so}."),
            (Some("Ben"), "שלום 😊."),
            (Some("Noa Levi"), "Bye then."),
        ]
    );
    assert_eq!(content.warnings, []);
}

#[test]
fn letters_are_those_of_their_fonts() {
    let file = "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fnil\\fcharset0 Calibri;}{\\f1\\fnil\\fcharset177 David;}{\\f2\\fnil\\fcharset134 SimSun;}}\r\n{\\*\\generator Riched20;}\\pard\\f1\\'f0\\'e5\\'f2\\'e4: \\'f9\\'ec\\'e5\\'ed \\'ec\\'eb\\'ed\\f0\\par\r\nBen: M\\'fcnchen \\u252\\'fcber \\f2\\'c4\\'e3\\f0\\par\r\n\\f1\\'f0\\'e5\\'f2\\'e4: \\'eb\\'ef, \\'fa\\'e5\\'e3\\'e4\\par\r\n}";
    let content = read("rtf", file);
    let said: Vec<_> = turns(&content).into_iter().map(|t| (t.0, t.3)).collect();
    assert_eq!(
        said,
        [(Some("נועה"), "שלום לכם"), (Some("Ben"), "München über 你"), (Some("נועה"), "כן, תודה")]
    );
}

#[test]
fn captions_and_tables_in_rich_text() {
    let content = read(
        "rtf",
        "{\\rtf1 WEBVTT\\par\\par 00:01.000 --> 00:02.000\\par Noa: Hi {\\b there}\\par\\par 00:03.000 --> 00:04.000\\par Ben: Yes{\\v hidden}{\\deleted old}{\\pict 00ff}{\\*\\unknown x}\\par}",
    );
    assert_eq!(
        turns(&content),
        [
            (Some("Noa"), Some(1_000), Some(2_000), "Hi there"),
            (Some("Ben"), Some(3_000), Some(4_000), "Yes")
        ]
    );
}

#[test]
fn links_keep_their_words_and_pictures_their_bytes() {
    let content = read(
        "rtf",
        "{\\rtf1 Noa: See {\\field{\\*\\fldinst{HYPERLINK \"https://a.example\"}}{\\fldrslt the list}} now.\\line Ben: Yes.{\\pict\\bin6 }}}{{{ }\\par Noa: Bye.}",
    );
    assert_eq!(content.turns[0].text, "See the list now.");
    assert_eq!(content.turns[2].text, "Bye.");
}

#[test]
fn notes_are_refused_as_what_they_are() {
    let refusal = parse(b"{\\rtf1 Only a note about the weather.\\par}").unwrap_err();
    assert_eq!(refusal.code(), "unrecognised_format");
    let refusal = parse(b"{\\rtf1\\ansi{\\info{\\author Noa}}}").unwrap_err();
    assert_eq!(refusal.code(), "no_speech");
}

#[test]
fn any_cut_is_read_as_far_as_it_goes() {
    cut_anywhere(TEXTEDIT.as_bytes());
    let content = parse(&TEXTEDIT.as_bytes()[..TEXTEDIT.len() - 4]).unwrap();
    assert!(content.warnings[0].message.contains("cut off"));
}

#[test]
fn groups_in_groups_are_bounded() {
    let deep = format!(
        "{{\\rtf1 Noa: Hi there, all.\\par Ben: Yes, I see.\\par Noa: Bye.\\par {}",
        "{".repeat(1_000_000)
    );
    let content = parse(deep.as_bytes()).unwrap();
    assert_eq!(content.turns.len(), 3);
    assert_eq!(content.warnings.len(), 1);
}
