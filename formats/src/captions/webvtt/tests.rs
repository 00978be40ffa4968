use crate::{inspect, parse};
use debrief_domain::transcript::content::Content;

fn read(text: &str) -> Content {
    let content = parse(text.as_bytes()).unwrap();
    assert_eq!(content.format, "webvtt");
    content
}

type Row<'a> = (Option<&'a str>, Option<u64>, Option<u64>, &'a str);

fn turns(content: &Content) -> Vec<Row<'_>> {
    content.turns.iter().map(|t| (t.speaker.as_deref(), t.start_ms, t.end_ms, &*t.text)).collect()
}

#[test]
fn zoom_puts_names_in_front() {
    let content = read(concat!(
        "WEBVTT\r\n\r\n1\r\n00:04:01.680 --> 00:04:02.770\r\nMario Havel: Hey\r\n\r\n",
        "2\r\n00:04:03.000 --> 00:04:04.000\r\nEnrico Del Fante (tbenr): Remember: breathe\r\n\r\n",
        "3\r\n00:04:05.000 --> 00:04:06.000\r\nEnrico Del Fante (tbenr): and relax.\r\n",
    ));
    assert_eq!(
        turns(&content),
        [
            (Some("Mario Havel"), Some(241_680), Some(242_770), "Hey"),
            (
                Some("Enrico Del Fante (tbenr)"),
                Some(243_000),
                Some(246_000),
                "Remember: breathe and relax."
            ),
        ]
    );
    assert_eq!(content.duration_ms, Some(246_000));
    assert!(content.warnings.is_empty());
}

#[test]
fn teams_uses_voice_tags_and_guid_ids() {
    let content = read(concat!(
        "\u{FEFF}WEBVTT\r\n\r\n6f2a1c7e-5d5b-4d0e-9a51-1b2c3d4e5f60/91-0\r\n",
        "0:0:0.0 --> 0:0:5.320\r\n<v Levi, Noa>R&amp;D goals:\r\nsleep &lt;8h</v>\r\n\r\n",
        "6f2a1c7e-5d5b-4d0e-9a51-1b2c3d4e5f60/92-0\r\n",
        "00:00:05.500 --> 00:00:06.000\r\n<v Unknown>ok</v>\r\n",
    ));
    assert_eq!(
        turns(&content),
        [
            (Some("Levi, Noa"), Some(0), Some(5_320), "R&D goals: sleep <8h"),
            (None, Some(5_500), Some(6_000), "ok"),
        ]
    );
}

#[test]
fn stream_notes_are_no_speech_but_state_the_language() {
    let content = read(concat!(
        "WEBVTT\n\nNOTE duration:\"00:42:43\"\n\nNOTE language:en-us\n\nNOTE Confidence: 0.99\n\n",
        "0f8c\n00:00:01.000 --> 00:00:02.000\nGood morning.\n\nSTYLE\n::cue { color: red }\n\n",
        "REGION\nid:fred\n\n00:00:03.000 --> 00:00:04.000 align:start\nShall we begin?\n",
    ));
    assert_eq!(content.language.as_deref(), Some("en-US"));
    assert_eq!(
        turns(&content),
        [(None, Some(1_000), Some(4_000), "Good morning. Shall we begin?")]
    );
}

#[test]
fn the_header_may_state_the_language() {
    let content = read("WEBVTT\nKind: captions\nLanguage: he\n\n00:01.000 --> 00:02.000\nshalom\n");
    assert_eq!(content.language.as_deref(), Some("he"));
}

#[test]
fn nobody_is_made_up() {
    let content = read(concat!(
        "WEBVTT\n\n00:00.000 --> 00:01.000\nClose your eyes.\n\n",
        "00:01.000 --> 00:02.000\nRemember: breathe.\n\n00:02.000 --> 00:03.000\nAgain.\n",
    ));
    assert!(content.participants.is_empty());
    assert_eq!(content.turns[0].text, "Close your eyes. Remember: breathe. Again.");
}

#[test]
fn odd_times_cost_times_not_words() {
    let content = read(concat!(
        "WEBVTT\n\n-00:00:05.000 --> 00:00:02.000\n<v A>late start</v>\n\n",
        "00:00:09.000 --> 00:00:08.000\n<v B>backwards</v>\n\n",
        "oops --> 00:00:10.000\n<v A>broken</v>\n\n",
        "00:00:11.000 --> 5000:00:00.000\n<v B>absurd</v>\n",
    ));
    assert_eq!(
        turns(&content),
        [
            (Some("A"), None, Some(2_000), "late start"),
            (Some("B"), Some(9_000), None, "backwards"),
            (Some("A"), None, Some(10_000), "broken"),
            (Some("B"), Some(11_000), None, "absurd"),
        ]
    );
    let lines: Vec<_> = content.warnings.iter().map(|w| w.line).collect();
    assert_eq!(lines, [3, 6, 9, 12]);
}

#[test]
fn nul_and_stray_text_survive() {
    let content =
        read("WEBVTT\n\n00:00.000 --> 00:01.000\u{0}align:end\na\u{0}b\n\n\nlast words\n");
    assert_eq!(turns(&content), [(None, Some(0), None, "a\u{FFFD}b last words")]);
    assert_eq!(content.warnings[0].line, 7);
}

#[test]
fn two_voices_in_one_cue_share_its_outer_times() {
    let content = read("WEBVTT\n\n00:01.000 --> 00:03.000\n<v A>Ready?</v>\n<v B>Ready.</v>\n");
    assert_eq!(
        turns(&content),
        [(Some("A"), Some(1_000), None, "Ready?"), (Some("B"), None, Some(3_000), "Ready."),]
    );
}

#[test]
fn only_the_signature_makes_it_webvtt() {
    assert_eq!(inspect(b"WEBVTTX\n").unwrap_err().code(), "unrecognised_format");
    assert_eq!(inspect(b"\nBROKENVTT\n").unwrap_err().code(), "unrecognised_format");
    assert_eq!(inspect(b"\r\n\r\nWEBVTT\r\n").unwrap().format, "webvtt");
}
