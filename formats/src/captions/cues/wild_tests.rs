//! Cue files as tools and people damage and vary them.

use crate::testing::{read, turns};

#[test]
fn damaged_timing_lines_keep_their_times() {
    for file in [
        "1\n00:00:01,000 -> 00:00:02,500\nHi there\n\n2\n00:00:03,000 -> 00:00:04,000\nYes sir\n",
        "1\n00:00:01,000 –> 00:00:02,500\nHi there\n2\n00:00:03,000 –> 00:00:04,000\nYes sir\n",
        "00:00:01,000→00:00:02,500\nHi there\n\n00:00:03,000→00:00:04,000\nYes sir\n",
        "1\n00: 00: 01, 000 --> 00: 00: 02, 500\nHi there\n\n2\n00: 00: 03, 000 --> 00: 00: 04, 000\nYes sir\n",
        "1\n00:00:01:000 --> 00:00:02:500\nHi there\n\n2\n00:00:03:000 --> 00:00:04:000\nYes sir\n",
        "1\n\n00:00:01,000 --> 00:00:02,500\n\nHi there\n\n\n2\n\n00:00:03,000 --> 00:00:04,000\n\nYes sir\n",
    ] {
        let content = read("srt", file);
        assert_eq!(
            turns(&content),
            [(None, Some(1_000), Some(4_000), "Hi there Yes sir")],
            "{file}"
        );
        assert_eq!(content.turns[0].cues.len(), 2, "{file}");
    }
}

#[test]
fn names_at_changes_alone_hold_until_the_next() {
    let cue =
        |at: u32, text: &str| format!("{at}\n00:00:0{at},000 --> 00:00:0{at},900\n{text}\n\n");
    let file: String = [
        "Travis: When you get",
        "started.",
        "So.",
        "Sarah: Good audio",
        "is key.",
        "Well.",
        "Travis: Now.",
        "Bye.",
        "Sarah: Good night.",
    ]
    .iter()
    .zip(1..)
    .map(|(text, at)| cue(at, text))
    .collect();
    let said: Vec<_> = turns(&read("srt", &file))
        .iter()
        .map(|t| (t.0.unwrap_or("?").to_owned(), t.3.to_owned()))
        .collect();
    let expected = [
        ("Travis", "When you get started. So."),
        ("Sarah", "Good audio is key. Well."),
        ("Travis", "Now. Bye."),
        ("Sarah", "Good night."),
    ];
    assert_eq!(said, expected.map(|(name, text)| (name.to_owned(), text.to_owned())));
    // If one name repeats, a cue without a name has no speaker.
    let other = file.replace("So.", "Travis: So.").replace("Bye.", "All right.");
    let content = read("srt", &other);
    assert!(content.turns.iter().any(|turn| turn.speaker.is_none() && turn.text == "All right."));
}

#[test]
fn labels_of_a_diarization_need_no_colon() {
    let file = "1\n00:00:01,000 --> 00:00:02,000\n[speaker 0]\nHi\nthere\n\n2\n00:00:03,000 --> 00:00:04,000\n[speaker 1]\nYes.\n\n3\n00:00:05,000 --> 00:00:06,000\nAnd more.\n\n4\n00:00:07,000 --> 00:00:08,000\n[speaker 0]\nBye [laughs]\n";
    let content = read("srt", file);
    let said: Vec<_> = turns(&content).into_iter().map(|t| (t.0, t.3)).collect();
    assert_eq!(
        said,
        [
            (Some("speaker 0"), "Hi there"),
            (Some("speaker 1"), "Yes. And more."),
            (Some("speaker 0"), "Bye [laughs]")
        ]
    );
    let content = read("srt", file.replace("]\n", "] ").replace("speaker ", "SPEAKER_0"));
    assert_eq!(content.turns[0].speaker.as_deref(), Some("SPEAKER_00"));
    assert_eq!(content.turns[2].speaker, None, "unknown is unknown");
}

#[test]
fn headings_that_a_tool_left_in_a_cue() {
    let content = read(
        "srt",
        "1\n00:00:01,000 --> 00:00:02,000\nNoa Levi: Hi.\n\n2\n00:00:03,000 --> 00:00:04,000\nRBA: Yes.\n\n3\n00:00:05,000 --> 00:00:06,000\nNoa Levi: So he goes to Hawaii (00:10.5) and RBA (01:06:29.412) How much do I have, RBA (she)? Noa Levi (01:08:43.03) Likewise.\n",
    );
    assert_eq!(
        turns(&content)[2..],
        [
            (Some("Noa Levi"), Some(5_000), Some(6_000), "So he goes to Hawaii (00:10.5) and"),
            (Some("RBA"), Some(3_989_412), None, "How much do I have, RBA (she)?"),
            (Some("Noa Levi"), Some(4_123_030), None, "Likewise."),
        ]
    );
}

#[test]
fn rolling_captions_say_each_line_once() {
    let content = read(
        "webvtt",
        "WEBVTT\nKind: captions\nLanguage: en\n\n00:00:00.000 --> 00:00:02.000 align:start position:0%\n \nhello<00:00:00.500><c> and</c><00:00:01.000><c> welcome</c>\n\n00:00:02.000 --> 00:00:02.010 align:start position:0%\nhello and welcome\n \n\n00:00:02.010 --> 00:00:04.000 align:start position:0%\nhello and welcome\nto<00:00:02.500><c> it</c>\n\n00:00:04.000 --> 00:00:04.010 align:start position:0%\nto it\n \n",
    );
    assert_eq!(turns(&content), [(None, Some(0), Some(4_000), "hello and welcome to it")]);
    assert_eq!(content.warnings, []);
}

#[test]
fn names_of_all_shapes_in_a_short_call() {
    let names = [
        "Noa Levi (she/her)",
        "Levi, Tom",
        "D'Angelo O'Neil",
        "🌟 Anna 🌟",
        "+1 (555) 010-9999",
        "15550109999",
        "Dr. J. R. Smith, PhD",
        "Room 4.12 | Berlin",
        "王伟",
        "נועה לוי",
        "Tom/Ann",
        "iPhone (2)",
        "user@example.com",
    ];
    let mut file = String::from("WEBVTT\r\n\r\n");
    for (i, name) in names.iter().enumerate() {
        file += &format!(
            "{}\r\n00:00:{i:02}.000 --> 00:00:{i:02}.900\r\n{name}: Hello: there.\r\n\r\n",
            i + 1
        );
    }
    for file in [file.clone(), file.replace("\r\n", "\r")] {
        let content = read("webvtt", &file);
        assert_eq!(content.turns.len(), names.len());
        for (turn, name) in content.turns.iter().zip(names) {
            assert_eq!(turn.text, "Hello: there.");
            assert_eq!(turn.speaker.as_deref(), Some(name));
        }
    }
}

#[test]
fn names_without_a_space_behind_their_colon() {
    let content = read(
        "webvtt",
        "WEBVTT\n\n00:01.000 --> 00:02.000\nNoa:Hi there.\n\n00:03.000 --> 00:04.000\nTom:Yes. See http://a.example/b\n\n00:05.000 --> 00:06.000\nNoa:We meet at 12:30. Half:half.\n\n00:07.000 --> 00:08.000\nTom:Note:this.\n",
    );
    let said: Vec<_> = turns(&content).into_iter().map(|t| (t.0, t.3)).collect();
    assert_eq!(
        said,
        [
            (Some("Noa"), "Hi there."),
            (Some("Tom"), "Yes. See http://a.example/b"),
            (Some("Noa"), "We meet at 12:30. Half:half."),
            (Some("Tom"), "Note:this."),
        ]
    );
}

#[test]
fn captions_that_a_downloader_made_of_rolling_ones_say_each_line_once() {
    let content = read(
        "srt",
        "1\n00:00:00,000 --> 00:00:02,000\nhello and welcome\n\n2\n00:00:02,000 --> 00:00:02,010\nhello and welcome\nto it\n\n3\n00:00:02,010 --> 00:00:04,000\nto it\nall of you\n\n4\n00:00:04,000 --> 00:00:05,000\nall of you\nhere\n",
    );
    assert_eq!(content.turns[0].text, "hello and welcome to it all of you here");
    // Repetition within one line is kept.
    let content = read(
        "srt",
        "1\n00:00:00,000 --> 00:00:02,000\nYes.\n\n2\n00:00:02,000 --> 00:00:03,000\nYes.\n\n3\n00:00:03,000 --> 00:00:04,000\nYes.\n\n4\n00:00:04,000 --> 00:00:05,000\nNo.\n",
    );
    assert_eq!(content.turns[0].text, "Yes. Yes. Yes. No.");
}

#[test]
fn times_of_day_with_halves() {
    let content = read(
        "srt",
        "1\n11:59:58 AM --> 12:00:01 PM\nHi there\n\n2\n12:00:01 PM --> 01:00:00 PM\nYes sir\n",
    );
    assert_eq!(turns(&content), [(None, Some(0), Some(3_602_000), "Hi there Yes sir")]);
    assert_eq!(content.warnings.len(), 1);
}

#[test]
fn variants_of_the_tools() {
    let words = |text: &str| -> Vec<(String, String)> {
        let content =
            crate::parse(text.as_bytes()).unwrap_or_else(|refusal| panic!("{text}: {refusal}"));
        let said = |t: &debrief_domain::transcript::content::Turn| {
            (t.speaker.clone().unwrap_or_default(), t.text.clone())
        };
        content.turns.iter().map(said).collect()
    };
    let expected = [("Noa Levi", "Hi there."), ("Tom", "Yes.")]
        .map(|(name, text)| (name.to_owned(), text.to_owned()));
    for file in [
        // Ids of all kinds, empty cues, no final line end.
        "WEBVTT\n\nid-1\n00:00:01.000 --> 00:00:02.000\n<v Noa Levi>Hi there.</v>\n\n2\n00:00:02.000 --> 00:00:02.500\n\n\nx y\n00:00:03.000 --> 00:00:04.000\n<v Tom>Yes.</v>",
        // Nested tags and a voice without an end.
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Noa Levi><i>Hi</i> <c.red>there.</c>\n\n00:03.000 --> 00:04.000\n<i><v Tom>Yes.</v></i>\n",
        // No spaces around the arrow, hours above 99.
        "WEBVTT\n\n100:00:01.000-->100:00:02.000\nNoa Levi: Hi there.\n\n100:00:03.000-->100:00:04.000\nTom: Yes.\n",
        // Commas in WebVTT, dots in SRT, no hours.
        "WEBVTT\n\n00:01,000 --> 00:02,000\nNoa Levi: Hi there.\n\n00:03,000 --> 00:04,000\nTom: Yes.\n",
        "1\n00:01.000 --> 00:02.000\nNoa Levi: Hi there.\n\n2\n00:03.000 --> 00:04.000\nTom: Yes.",
        // The name on its own line, with a colon.
        "1\n00:00:01,000 --> 00:00:02,000\nNoa Levi:\nHi there.\n\n2\n00:00:03,000 --> 00:00:04,000\nTom:\nYes.\n",
        // In brackets, in capitals, with marks.
        "WEBVTT\n\n00:01.000 --> 00:02.000\n[Noa Levi]: Hi there.\n\n00:03.000 --> 00:04.000\n[Tom]: Yes.\n",
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<b>Noa Levi:</b> Hi there.\n\n00:03.000 --> 00:04.000\n<b>Tom:</b> Yes.\n",
        "WEBVTT FILE\nKind: captions\n\n00:01.000 --> 00:02.000\n- Noa Levi: Hi there.\n\n00:03.000 --> 00:04.000\n- Tom: Yes.\n",
    ] {
        assert_eq!(words(file), expected, "{file}");
    }
}
