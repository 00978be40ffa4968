//! Properties of every format for any input.

use debrief_domain::transcript::content::{Content, TURN_CHARS_MAX};
use proptest::prelude::*;

use crate::builder::MAX_WARNINGS;
use crate::registry::REGISTRY;
use crate::{inspect, parse, parse_as};

/// Writes a turn: its number, its speaker, its text.
type Shape = dyn Fn(usize, &str, &str) -> String;

fn check(content: &Content) {
    for (i, turn) in content.turns.iter().enumerate() {
        assert_eq!(turn.index as usize, i);
        assert!(!turn.text.trim().is_empty());
        assert!(!turn.text.contains('\0'));
        assert!(turn.text.chars().count() <= TURN_CHARS_MAX);
        if let Some(name) = &turn.speaker {
            assert!(content.participants.iter().any(|p| p.name == *name));
        }
        if let (Some(start), Some(end)) = (turn.start_ms, turn.end_ms) {
            assert!(start <= end);
        }
    }
    let turns: u32 = content.participants.iter().map(|p| p.turns).sum();
    let named = content.turns.iter().filter(|t| t.speaker.is_some()).count();
    assert_eq!(turns as usize, named);
    assert!(content.warnings.len() <= MAX_WARNINGS + 1);
}

/// Runs every format on the input, recognised or not.
fn every_format(bytes: &[u8]) {
    if let Ok(content) = parse(bytes) {
        let guess = inspect(bytes).unwrap().format;
        assert!(guess == content.format || guess == crate::archive::ID);
        check(&content);
    }
    for format in REGISTRY {
        if let Some(Ok(content)) = parse_as(format.id(), bytes) {
            check(&content);
        }
    }
}

/// Generates text from fragments of the formats.
fn fragments() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        Just("WEBVTT\n\n".to_owned()),
        Just("00:00:01.000 --> 00:00:02,500\n".to_owned()),
        Just("-0:0:1.0 --> 9999:00:00.000 align:start\n".to_owned()),
        Just("<v Noa Levi>".to_owned()),
        Just("</v>".to_owned()),
        Just("NOTE language:he\n".to_owned()),
        Just("Anna: ".to_owned()),
        Just("**Ben:** ".to_owned()),
        Just("[00:01:02] ".to_owned()),
        Just("\u{200F}נועה: שלום ".to_owned()),
        Just("&amp;".to_owned()),
        Just("\r\n".to_owned()),
        Just("\r".to_owned()),
        Just("\n\n".to_owned()),
        Just("12\n".to_owned()),
        Just("{\\an8}".to_owned()),
        Just("0:00:01.000,0:00:02.500\n".to_owned()),
        Just("Noa Levi  0:05  \n".to_owned()),
        Just("Ben (00:03.608)\n".to_owned()),
        Just("[Ben] 13:53:41\n".to_owned()),
        Just("00:13:46\tBen:\thi\n".to_owned()),
        Just("start\tend\ttext\n0\t5\t".to_owned()),
        Just("This editable transcript was computer generated\n".to_owned()),
        Just("Meeting ended after 00:50:32\n".to_owned()),
        Just("<text start=\"1\" dur=\"2\">".to_owned()),
        Just("<cite>Noa:</cite><time>0:05</time><p>".to_owned()),
        Just("\"IntervalTier\" \"Noa\" 0 9 1 0 1 \"hi\" ".to_owned()),
        "\\PC{0,12}",
        any::<String>(),
    ];
    proptest::collection::vec(fragment, 0..40).prop_map(|parts| parts.concat())
}

/// Generates JSON with the tools' keys in any place.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let key = proptest::sample::select(vec![
        "segments",
        "text",
        "start",
        "end",
        "speaker",
        "words",
        "word",
        "utterances",
        "results",
        "channels",
        "alternatives",
        "transcript",
        "monologues",
        "elements",
        "type",
        "value",
        "ts",
        "items",
        "speaker_labels",
        "start_time",
        "end_time",
        "content",
        "Transcript",
        "Content",
        "timestamps",
        "sentences",
        "speaker_name",
        "speaker_blocks",
        "startMs",
        "body",
        "startTime",
        "audio_segments",
        "word_segments",
        "timestamp",
        "display_name",
        "data",
    ]);
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        (-5i64..100_000).prop_map(Into::into),
        "[a-z :.0-9]{0,12}".prop_map(Into::into),
    ];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            proptest::collection::vec((key.clone(), inner), 0..6).prop_map(|pairs| {
                pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
            }),
        ]
    })
}

proptest! {
    #[test]
    fn json_of_any_shape_never_panics(value in json(), cut in any::<proptest::sample::Index>()) {
        let text = value.to_string();
        every_format(text.as_bytes());
        every_format(&text.as_bytes()[..cut.index(text.len() + 1)]);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        every_format(&bytes);
    }

    #[test]
    fn likely_text_never_panics(text in fragments()) {
        every_format(text.as_bytes());
    }

    #[test]
    fn utf16_reads_as_utf8_does(text in fragments()) {
        let marked: Vec<u8> = format!("\u{FEFF}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        every_format(&marked);
        if text.len() < 1000 && !text.starts_with('\u{FEFF}') {
            prop_assert_eq!(parse(text.as_bytes()).ok(), parse(&marked).ok());
        }
    }

    #[test]
    fn noise_between_turns_costs_none_of_their_words(
        noise in ".{0,40}|(NOTE|STYLE|-->|00:01|[0-9]{1,2}:|[-–—]{1,3}|<v|\\{|\\[|\"|#|\\*\\*|[A-Z][a-z]{1,4}:|[a-z]{1,5}| |\n|\t){0,14}"
    ) {
        let lost = crate::conservation::lost_in_noise(&noise);
        prop_assert!(lost.is_none(), "{}", lost.unwrap_or_default());
    }

    /// Talk as many tools write it, with lines between that fit nothing.
    #[test]
    fn no_word_of_talk_vanishes(
        said in proptest::collection::vec("[a-z]{2,8}( [a-z]{2,8}){1,6}[.?]", 4..20),
        odd in "[a-z]{2,8}( [a-z]{2,8}){0,3}",
        place in 0usize..20,
    ) {
        let names = ["Anna Levi", "Ben", "The Chair"];
        let odd_at = place % said.len();
        let shapes: [&Shape; 9] = [
            &|_, name, text| format!("{name}: {text}\n"),
            &|i, name, text| format!("[00:{i:02}:00] {name}: {text}\n"),
            &|i, name, text| format!("{name} | 00:{i:02}\n{text}\n\n"),
            &|i, name, text| format!("{name}  0:{i:02}  \n{text}\n\n"),
            &|i, name, text| format!("{}\n00:{i:02}:00,000 --> 00:{i:02}:05,000\n{name}: {text}\n\n", i + 1),
            &|i, name, text| format!("00:{i:02}:00.000 --> 00:{i:02}:05.000\n<v {name}>{text}\n\n"),
            &|i, name, text| format!("1/2/26, 10:{i:02} - {name}:{}{text}\n", if i % 3 == 0 { "" } else { " " }),
            &|i, name, text| format!("00:{i:02}:00\t{name}:\t{text}\n"),
            &|i, name, text| format!("{{\"speaker\":\"{name}\",\"start\":{i}.5,\"text\":\"{text}\"}}\n"),
        ];
        for (shape, write) in shapes.iter().enumerate() {
            let mut file = if shape == 5 { "WEBVTT\n\n".to_owned() } else { String::new() };
            for (i, text) in said.iter().enumerate() {
                file.push_str(&write(i, names[i % names.len()], text));
                if i == odd_at && shape != 8 {
                    file.push_str(&format!("{odd}\n\n"));
                }
            }
            let Ok(content) = parse(file.as_bytes()) else { panic!("refused: {file}") };
            let Some(balance) = crate::conservation::balance(file.as_bytes(), &content) else {
                panic!("{}: {file}", content.format)
            };
            prop_assert_eq!(balance.lost(), 0, "{} {:?}: {}", content.format, balance, file);
            let counted: u64 = content.warnings.iter().map(|warning| warning.words).sum();
            prop_assert_eq!(counted, 0, "{:?}: {}", content.warnings, file);
        }
    }

    #[test]
    fn words_of_named_cues_all_arrive(said in proptest::collection::vec("[a-z]{1,8}( [a-z]{1,8}){0,6}", 1..30)) {
        let mut file = String::from("WEBVTT\n\n");
        for (i, text) in said.iter().enumerate() {
            let name = ["Anna", "Ben"][i % 2];
            file.push_str(&format!("00:{:02}.000 --> 00:{:02}.500\n<v {name}>{text}</v>\n\n", i, i));
        }
        let content = parse(file.as_bytes()).unwrap();
        let read: Vec<_> = content.turns.iter().map(|t| t.text.clone()).collect();
        prop_assert_eq!(read, said);
    }
}

#[test]
fn a_file_cut_at_any_byte_never_panics() {
    for whole in [
        "\u{FEFF}WEBVTT\r\nLanguage: he\r\n\r\n1\r\n00:00:01.000 --> 00:00:02.000\r\n<v נועה>שלום &amp; ברכה</v>\r\n\r\nNOTE x\r\n\r\n00:03.000 --> 00:04.000\r\nBen: hi\r\n",
        "1\n00:00:01,000 --> 00:00:02,000\nAnna: <i>hé</i>\n\n2\n00:00:03,000 --> 00:00:04,000\nBen: ok\n",
        "**Anna** (00:01): été \\[laughs\\]\n\n**Ben** (00:05): yes — well\n\nmore\n**Anna** (00:09): ok\n",
    ] {
        for end in 0..=whole.len() {
            every_format(&whole.as_bytes()[..end]);
        }
        let wide: Vec<u8> = whole.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for end in 0..=wide.len() {
            every_format(&wide[..end]);
        }
    }
}

/// Shapes that made other readers quadratic, each large enough for that to show.
#[test]
fn hostile_shapes_are_read_in_linear_time() {
    let size = 60_000;
    for unit in [
        "<",
        "&",
        "<v ",
        "{\\",
        "a:",
        "A: x\n",
        "\r",
        "-->",
        "(",
        "00:00:01,0 --> ",
        "\u{200F}",
        "x",
        "1\n",
        "[",
        "{\"a\":",
        "{\"segments\":[",
        "\\\"",
        "\"",
        "Noa  0:05\n",
        "0:0:1.0,0:0:2.0\n",
        "start\ttext\t",
        "<p>",
        "<cite>",
        "Attendees\n",
        "\u{FF}\u{E9}",
    ] {
        let text = unit.repeat(size / unit.len());
        every_format(text.as_bytes());
        every_format(format!("WEBVTT\n\n00:00.000 --> 00:01.000\n{text}").as_bytes());
    }
}

/// One header per large format, then as much of its content as fits.
#[test]
fn four_times_the_file_takes_about_four_times_the_time() {
    for (start, unit) in [
        (r#"{"segments":["#, r#"{"start":1.5,"end":2.5,"text":" hi there","speaker":"A"},"#),
        (r#"{"monologues":[{"speaker":0,"elements":["#, r#"{"type":"text","value":"hi","ts":1},"#),
        (r#"{"results":{"channels":[{"alternatives":[{"words":["#, r#"{"word":"hi","start":1},"#),
        (r#"{"results":[{"alternatives":[{"timestamps":["#, r#"["hi",1,2],"#),
        (
            "File type = \"ooTextFile\"\n\"TextGrid\" 0 9 <exists> 1 \"IntervalTier\" \"Noa\" 0 9 9999999\n",
            "1 2 \"hi\"\n",
        ),
        ("<transcript>", "<text start=\"1\" dur=\"2\">hi</text>"),
        ("<cite>Noa:</cite><time>0:05</time>", "<p>hi"),
        ("start\tend\ttext\n", "1\t2\thi there\n"),
        ("00:00:01\tNoa:\thi\r\n", "00:00:02\tBen:\tyes\r\n"),
    ] {
        let took = |count: usize| {
            let file = format!("{start}{}", unit.repeat(count));
            let begun = std::time::Instant::now();
            check(&parse(file.as_bytes()).unwrap());
            begun.elapsed()
        };
        let size = 50_000 / unit.len();
        let least = |count| (0..3).map(|_| took(count)).min().unwrap_or_default();
        let (one, four) = (least(size), least(4 * size));
        // Quadratic time would exceed this by far; the slack is for a busy machine.
        let bound = one * 12 + std::time::Duration::from_secs(3);
        assert!(four < bound, "{start}: {one:?}, {four:?}");
    }
}
