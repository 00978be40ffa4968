//! Nothing lost, nothing invented: kinds of faults that nobody notices, each in several variants and
//! formats.

use debrief_domain::transcript::content::Content;

use crate::parse;

type Row<'a> = (&'a str, Option<u64>, &'a str);

fn read(file: &str) -> Content {
    parse(file.as_bytes()).unwrap_or_else(|refusal| panic!("{file}: {refusal}"))
}

/// Speaker, start and text of each turn; neighbors of one named speaker are joined.
fn said(content: &Content) -> Vec<(String, Option<u64>, String)> {
    let mut rows: Vec<(String, Option<u64>, String)> = Vec::new();
    for turn in &content.turns {
        let name = turn.speaker.clone().unwrap_or_default();
        match rows.last_mut() {
            Some(last) if !name.is_empty() && last.0 == name => {
                last.2.push(' ');
                last.2.push_str(&turn.text);
            }
            _ => rows.push((name, turn.start_ms, turn.text.clone())),
        }
    }
    rows
}

#[track_caller]
fn check(file: &str, expected: &[Row<'_>]) {
    let content = read(file);
    let expected: Vec<_> =
        expected.iter().map(|(name, at, text)| ((*name).into(), *at, (*text).into())).collect();
    assert_eq!(said(&content), expected, "{}: {file}", content.format);
}

/// Returns the words that warnings count as skipped.
fn skipped(content: &Content) -> u64 {
    content.warnings.iter().map(|warning| warning.words).sum()
}

#[test]
fn the_unit_is_that_of_the_values_whatever_the_keys() {
    let rows =
        [("Noa", 26_820, "He is fine. So are we, as ever."), ("Ben", 40_000, "All is well.")];
    for file in [
        // The keys of AssemblyAI, with seconds.
        r#"{"audio_duration": 50, "utterances": [{"speaker": "Noa", "start": 26.82, "end": 29.14, "text": "He is fine. So are we, as ever."}, {"speaker": "Ben", "start": 40.0, "end": 41.0, "text": "All is well."}]}"#,
        r#"{"utterances": [{"speaker": "Noa", "start": 26.82, "end": 29, "text": "He is fine. So are we, as ever.", "words": [{"text": "He", "start": 26.82, "end": 27}]}, {"speaker": "Ben", "start": 40, "end": 41, "text": "All is well."}]}"#,
        // Those of Granola.
        r#"{"transcript": [{"speaker": "Noa", "startMs": 26.82, "endMs": 29, "text": "He is fine. So are we, as ever."}, {"speaker": "Ben", "startMs": 40, "endMs": 41, "text": "All is well."}]}"#,
        // Those of Whisper, WhisperX, Vexa, podcasts, Deepgram and Fireflies, with milliseconds.
        r#"{"segments": [{"speaker": "Noa", "start": 26820, "end": 29140, "text": "He is fine. So are we, as ever."}, {"speaker": "Ben", "start": 40000, "end": 41000, "text": "All is well."}]}"#,
        r#"{"segments": [{"speaker": "Noa", "start": 26820.0, "end": 29140.5, "text": "He is fine. So are we, as ever.", "words": [{"word": "He", "score": 1}]}, {"speaker": "Ben", "start": 40000.0, "end": 41000.25, "text": "All is well."}]}"#,
        r#"{"native_meeting_id": "x", "segments": [{"speaker": "Noa", "start": 26820, "end": 29140, "text": "He is fine. So are we, as ever."}, {"speaker": "Ben", "start": 40000, "end": 41000, "text": "All is well."}]}"#,
        r#"{"segments": [{"speaker": "Noa", "startTime": 26820, "endTime": 29140, "body": "He is fine. So are we, as ever."}, {"speaker": "Ben", "startTime": 40000, "endTime": 41000, "body": "All is well."}]}"#,
        r#"{"results": {"utterances": [{"speaker": "Noa", "start": 26820, "end": 29140, "transcript": "He is fine. So are we, as ever."}, {"speaker": "Ben", "start": 40000, "end": 41000, "transcript": "All is well."}]}}"#,
        r#"{"sentences": [{"speaker_name": "Noa", "start_time": 26820, "end_time": 29140, "text": "He is fine. So are we, as ever."}, {"speaker_name": "Ben", "start_time": 40000, "end_time": 41000, "text": "All is well."}]}"#,
        // Of no tool in particular: milliseconds with fractions, seconds without.
        r#"[{"speaker": "Noa", "from": 26820.5, "to": 29140.25, "sentence": "He is fine. So are we, as ever."}, {"speaker": "Ben", "from": 40000.5, "to": 41000.75, "sentence": "All is well."}]"#,
        r#"[{"speaker": "Noa", "from": 27, "to": 29, "sentence": "He is fine. So are we, as ever."}, {"speaker": "Ben", "from": 40, "to": 41, "sentence": "All is well."}]"#,
        // Tables.
        "speaker,start,end,text\nNoa,26.82,29.14,\"He is fine. So are we, as ever.\"\nBen,40.0,41.0,All is well.\n",
        "speaker,start,end,text\nNoa,26820.5,29140.5,\"He is fine. So are we, as ever.\"\nBen,40000.5,41000.5,All is well.\n",
        "start\tend\tspeaker\ttext\n27\t29\tNoa\tHe is fine. So are we, as ever.\n40\t41\tBen\tAll is well.\n",
        "start\tend\tspeaker\ttext\n26820\t29140\tNoa\tHe is fine. So are we, as ever.\n40000\t41000\tBen\tAll is well.\n",
        "| Start | End | Speaker | Text |\n|---|---|---|---|\n| 26820 | 29140 | Noa | He is fine. So are we, as ever. |\n| 40000 | 41000 | Ben | All is well. |\n",
    ] {
        let content = read(file);
        for (turn, (name, at, text)) in content.turns.iter().zip(rows) {
            let near = turn.start_ms.is_some_and(|start| start.abs_diff(at) < 200);
            assert!(near, "{}: {:?} in {file}", content.format, turn.start_ms);
            assert_eq!((turn.speaker.as_deref(), &*turn.text), (Some(name), text), "{file}");
        }
        assert_eq!(content.turns.len(), 2, "{file}");
    }
}

#[test]
fn a_known_unit_is_not_doubted_for_silence() {
    // One word in a long segment is what Whisper makes of noise.
    let file = r#"{"segments": [{"start": 0, "end": 30, "text": "you"}, {"start": 3600, "end": 3630, "text": "you"}]}"#;
    assert_eq!(read(file).turns[1].start_ms, Some(3_600_000));
    let file = r#"{"audio_url": "x", "utterances": [{"speaker": "A", "start": 500, "end": 60000, "text": "Hm"}]}"#;
    assert_eq!(read(file).turns[0].start_ms, Some(500));
}

#[test]
fn labels_and_time_marks_of_tools_are_not_said() {
    // f4 and MAXQDA, in all text formats.
    for file in [
        "I: What has changed? #00:00:07-3#\n\nB: I sleep more. #00:00:15-9# And #4 is done. #00:00:18#\n\nI: So? #00:00:19-0#\n",
        "**I:** What has changed? #00:00:07-3#\n\n**B:** I sleep more. #00:00:15-9#\n\nAnd #4 is done. #00:00:18#\n\n**I:** So? #00:00:19-0#\n",
    ] {
        check(
            file,
            &[
                ("I", None, "What has changed?"),
                ("B", None, "I sleep more. And #4 is done."),
                ("I", None, "So?"),
            ],
        );
        assert_eq!(read(file).turns[0].end_ms, Some(7_300));
    }
    check(
        "#00:00:01-0# I: What has changed?\n#00:00:05-5# B: I sleep more.\n#00:00:09-0# I: So?\n",
        &[
            ("I", Some(1_000), "What has changed?"),
            ("B", Some(5_500), "I sleep more."),
            ("I", Some(9_000), "So?"),
        ],
    );
    // Brackets at the end of every line.
    let file = "Noa: What has changed? [00:00:07]\nBen: I sleep more. [00:00:15]\nNoa: So? [00:00:19]\nBen: That is it (10:30). [00:00:25]\n";
    check(
        file,
        &[
            ("Noa", None, "What has changed?"),
            ("Ben", None, "I sleep more."),
            ("Noa", None, "So?"),
            ("Ben", None, "That is it (10:30)."),
        ],
    );
    // But not of a single one.
    let file = "Noa: What has changed?\nBen: I sleep until (10:30)\nNoa: So?\nBen: That is it.\n";
    assert!(read(file).turns[1].text.ends_with("(10:30)"));
    // Names and times for screen readers, copied from a page.
    for (time, spoken) in
        [("0:03", "0 minutes 3 seconds"), ("0:03", "0 Minuten 3 Sekunden"), ("0:03", "3 seconds")]
    {
        let entry = |letters: &str, name: &str, text: &str| {
            format!("{letters}\n{name}\n{spoken}\n{time}\n{name} {spoken}\n{text}\n")
        };
        let file = entry("NL", "Noa Levi", "Shall we look at it?")
            + &entry("BA", "Ben Ash", "Yes. I kept two.")
            + &entry("NL", "Noa Levi", "Which one is open?");
        check(
            &file,
            &[
                ("Noa Levi", Some(3_000), "Shall we look at it?"),
                ("Ben Ash", Some(3_000), "Yes. I kept two."),
                ("Noa Levi", Some(3_000), "Which one is open?"),
            ],
        );
    }
}

#[test]
fn labels_and_marks_in_cues_are_not_said() {
    // noScribe: label, time and words are cues of their own with the same times.
    let cue = |at: u32, text: &str| format!("00:00:0{at}.000 --> 00:00:0{at}.900\n{text}\n\n");
    let file = format!(
        "WEBVTT call.mp4\n\nNOTE\nWritten by a tool\n\n{}{}{}{}{}{}{}",
        cue(0, "<v >(3 seconds pause)"),
        cue(1, "<v S01>Advisor: "),
        cue(1, "<v S01>[00:00:01]"),
        cue(1, "<v S01> What do you take along?"),
        cue(3, "<v S00>Client: "),
        cue(3, "<v S00>[00:00:03] That it&#x27;s not mine alone."),
        cue(5, "<v S01> He said:"),
    );
    check(
        &file,
        &[
            ("Advisor", Some(1_000), "What do you take along?"),
            ("Client", Some(3_000), "That it's not mine alone."),
            ("Advisor", Some(5_000), "He said:"),
        ],
    );
    assert_eq!(skipped(&read(&file)), 9, "{:?}", read(&file).warnings);
    // Data of an interface.
    let file = format!(
        "WEBVTT\n\n{}{}{}",
        cue(
            1,
            "{\n  \"speakerName\": \"Noa Levi\",\n  \"spokenText\": \"So: this is \\\"it\\\".\"\n}"
        ),
        cue(3, "{\"speakerName\": \"Ben\", \"spokenText\": \"And then?\"}"),
        cue(5, "{\"thumbnail\": \"a.png\"}"),
    );
    check(
        &file,
        &[("Noa Levi", Some(1_000), "So: this is \"it\"."), ("Ben", Some(3_000), "And then?")],
    );
}

#[test]
fn speech_that_looks_like_times_is_speech() {
    for line in [
        "02:34.567 --> that is when it rang.",
        "The alert --> 02:34.567 it rang.",
        "From a --> b, see page 3.",
    ] {
        for (header, blank) in [("WEBVTT\n\n", ""), ("", "\n"), ("", "")] {
            let file = format!(
                "{header}00:00:01.000 --> 00:00:04.000\n{blank}I saw it, and\n{line}\n\n00:00:05.000 --> 00:00:06.000\n{blank}So did we.\n"
            );
            check(&file, &[("", Some(1_000), &format!("I saw it, and {line} So did we."))]);
        }
    }
    // Text on the timing line itself, and above it.
    check(
        "1\n00:00:01,000 --> 00:00:02,000 Hi there,\nall of you.\n\nAnd this was said, too.\n00:00:03,000 --> 00:00:04,000 align:start\nYes.\n",
        &[("", Some(1_000), "Hi there, all of you. And this was said, too. Yes.")],
    );
    // Only WebVTT has notes.
    check(
        "1\n00:00:01,000 --> 00:00:02,000\nHi.\n\nNOTE that we meet.\n\n2\n00:00:03,000 --> 00:00:04,000\nYes.\n",
        &[("", Some(1_000), "Hi. NOTE that we meet. Yes.")],
    );
}

#[test]
fn times_with_fractions_of_milliseconds() {
    for mark in [",", "."] {
        check(
            &format!(
                "1\n00:00:01{mark}249.0999999 --> 00:00:03{mark}751.7999\nSol: The third.\n\n2\n00:00:04{mark}000.5 --> 00:00:06{mark}999.9\nInes: Yes.\n"
            ),
            &[("Sol", Some(1_249), "The third."), ("Ines", Some(4_000), "Yes.")],
        );
    }
}

#[test]
fn dashes_mark_changes_of_speaker_in_captions() {
    let cues = ["- When I am back,", "he says...\n- Stop.", "- Why?\n- It is his."];
    let expected: &[Row<'_>] = &[
        ("", Some(1_000), "When I am back, he says..."),
        ("", Some(3_000), "Stop."),
        ("", Some(5_000), "Why?"),
        ("", Some(5_000), "It is his."),
    ];
    for dash in ["- ", "-", "– ", "—"] {
        let text = |at: usize| cues[at].replace("- ", dash);
        let join = |at: usize, mark: &str| text(at).replace('\n', mark);
        let files = [
            (0..3)
                .map(|i| {
                    format!(
                        "{}\n00:00:0{},000 --> 00:00:0{},900\n{}\n\n",
                        i + 1,
                        2 * i + 1,
                        2 * i + 2,
                        text(i)
                    )
                })
                .collect::<String>(),
            format!(
                "WEBVTT\n\n{}",
                (0..3)
                    .map(|i| format!(
                        "00:00:0{}.000 --> 00:00:0{}.900\n{}\n\n",
                        2 * i + 1,
                        2 * i + 2,
                        text(i)
                    ))
                    .collect::<String>()
            ),
            (0..3)
                .map(|i| {
                    format!("0:00:0{}.000,0:00:0{}.900\n{}\n\n", 2 * i + 1, 2 * i + 2, text(i))
                })
                .collect::<String>(),
            format!(
                "{{1}}{{1}}10\n{}",
                (0..3)
                    .map(|i| format!("{{{}0}}{{{}9}}{}\n", 2 * i + 1, 2 * i + 2, join(i, "|")))
                    .collect::<String>()
            ),
            (0..3)
                .map(|i| format!("[{}0][{}9]{}\n", 2 * i + 1, 2 * i + 2, join(i, "|")))
                .collect::<String>(),
            format!(
                "<tt xmlns=\"http://www.w3.org/ns/ttml\"><body><div>{}</div></body></tt>",
                (0..3)
                    .map(|i| format!(
                        "<p begin=\"{}s\" end=\"{}.9s\">{}</p>",
                        2 * i + 1,
                        2 * i + 2,
                        join(i, "<br/>")
                    ))
                    .collect::<String>()
            ),
            format!(
                "[Script Info]\n[Events]\nFormat: Layer, Start, End, Style, Name, Text\n{}",
                (0..3)
                    .map(|i| format!(
                        "Dialogue: 0,0:00:0{}.00,0:00:0{}.90,A,,{}\n",
                        2 * i + 1,
                        2 * i + 2,
                        join(i, "\\N")
                    ))
                    .collect::<String>()
            ),
        ];
        for file in files {
            check(&file, expected);
        }
    }
    // Not every dash is one.
    for text in ["It is -5 today.", "-- so it goes", "- once", "a list - of things"] {
        let file = format!(
            "1\n00:00:01,000 --> 00:00:02,000\n{text}\n\n2\n00:00:02,000 --> 00:00:03,000\nYes.\n"
        );
        check(&file, &[("", Some(1_000), &format!("{text} Yes."))]);
    }
}

#[test]
fn whoever_is_named_once_among_others_is_somebody() {
    let srt = |cues: &[&str]| -> String {
        cues.iter()
            .enumerate()
            .map(|(i, text)| {
                format!(
                    "{}\n00:00:{:02},000 --> 00:00:{:02},900\n{text}\n\n",
                    i + 1,
                    2 * i + 1,
                    2 * i + 1
                )
            })
            .collect()
    };
    // A name on its own line holds until the next.
    check(
        &srt(&[
            "Nils Ash:\nWelcome back, what is it?",
            "Eva Roth:\nMy brother.",
            "It went badly.",
            "Nils Ash:\nHow so?",
        ]),
        &[
            ("Nils Ash", Some(1_000), "Welcome back, what is it?"),
            ("Eva Roth", Some(3_000), "My brother. It went badly."),
            ("Nils Ash", Some(7_000), "How so?"),
        ],
    );
    // A name in a cue of its own is that of the next cue.
    check(
        &srt(&["Noa: How sure are you?", "Ben:", "Quite sure.", "Noa: Good.", "Ben: I am."]),
        &[
            ("Noa", Some(1_000), "How sure are you?"),
            ("Ben", Some(5_000), "Quite sure."),
            ("Noa", Some(7_000), "Good."),
            ("Ben", Some(9_000), "I am."),
        ],
    );
    // A number may be what was said; blank lines may be inside a cue.
    let file = "1\n00:00:01,000 --> 00:00:02,000\nNoa: From one to ten?\n\n2\n00:00:03,000 --> 00:00:04,000\n\n7\n\n3\n00:00:05,000 --> 00:00:06,000\nNoa: So most of it.\n\n\nAnd most is where we were.\n\n4\n00:00:07,000 --> 00:00:08,000\nMira: Eight by now.\n";
    check(
        file,
        &[
            ("Noa", Some(1_000), "From one to ten?"),
            ("", Some(3_000), "7"),
            ("Noa", Some(5_000), "So most of it."),
            ("", None, "And most is where we were."),
            ("Mira", Some(7_000), "Eight by now."),
        ],
    );
    // A word before a colon is still nobody.
    let content = read(&srt(&["Noa: I see.", "Remember: breathe.", "Noa: Yes.", "Noa: So."]));
    assert_eq!(content.participants.len(), 1);
}

#[test]
fn articles_and_offices_are_part_of_a_name() {
    let file = "The Chair: Order. We begin.\nMr. Ash: Thank you.\nThe Chair: Go on, please.\nHon. Lucie Moor (Minister of Rural Roads and Associate Minister of Bridges and Tunnels): I rise.\nMr. Ash: So do I.\nThe Chair: Thank you both.\n";
    let office =
        "Hon. Lucie Moor (Minister of Rural Roads and Associate Minister of Bridges and Tunnels)";
    let names: Vec<_> = read(file).participants.into_iter().map(|person| person.name).collect();
    assert_eq!(names, ["The Chair", "Mr. Ash", office]);
    for (one, other) in [
        ("The Coach", "The Client"),
        ("The coach", "The client"),
        ("Die Beraterin", "Der Klient"),
        ("Le président", "La thérapeute"),
        ("The Interviewer", "The Respondent 2"),
        ("Ann Ash, Minister of Roads", "The Vice-Chair"),
    ] {
        let file = format!(
            "{one}: How was it?\n{other}: It was long, and good.\n{one}: And now?\n{other}: I rest.\n{one}: The point: rest.\n"
        );
        check(
            &file,
            &[
                (one, None, "How was it?"),
                (other, None, "It was long, and good."),
                (one, None, "And now?"),
                (other, None, "I rest."),
                (one, None, "The point: rest."),
            ],
        );
        let cues: String = file
            .lines()
            .enumerate()
            .map(|(i, line)| format!("00:00:{i:02}.000 --> 00:00:{i:02}.900\n{line}\n\n"))
            .collect();
        let names: Vec<_> = read(&format!("WEBVTT\n\n{cues}")).participants;
        assert_eq!(names.len(), 2, "{names:?}");
    }
    // Headings of notes have articles too.
    let notes = "The goal: sleep more this week.\nThe plan: no phone in bed.\nThe goal: sleep.\n";
    assert!(parse(notes.as_bytes()).is_err());
}

#[test]
fn one_odd_line_does_not_refuse_a_file() {
    // A heading above, a line of the tool, a line that fits nothing.
    for (file, expected) in [
        (
            "Weekly check-in\nVIEW RECORDING - 63 mins: https://a.example\n\n---\n\n0:00 - Noa Levi\n  Let's start.\n  Planning?\n0:12 - Ben Ash\n  Yes.\n  12:30 - and then we stopped.\n1:05 - Noa Levi\n  ACTION ITEM: Send it - WATCH: https://a.example\n  I can send it.\n1:20 - Ben Ash\n  Please do.\n",
            &[
                ("Noa Levi", Some(0), "Let's start. Planning?"),
                ("Ben Ash", Some(12_000), "Yes. 12:30 - and then we stopped."),
                ("Noa Levi", Some(65_000), "I can send it."),
                ("Ben Ash", Some(80_000), "Please do."),
            ][..],
        ),
        (
            "Noa Levi (01/06/2026, 09:30 AM)\nShall we begin?\n\nYou (01/06/2026, 09:30 AM)\nYes, two are done.\n\nNoa Levi (01/06/2026, 09:31 AM)\nWhich is open?\n\n-----\nCHAT MESSAGES\n-----\n\nBen Ash (01/06/2026, 09:33 AM)\nThe link is in the mail.\n\n-----\nTranscript saved using Acme for browsers (https://a.example)\n-----\n",
            &[
                ("Noa Levi", Some(0), "Shall we begin?"),
                ("You", Some(0), "Yes, two are done."),
                ("Noa Levi", Some(60_000), "Which is open?"),
                ("Ben Ash", Some(180_000), "The link is in the mail."),
            ],
        ),
        (
            "01:00:10:00\tI wanted to ask about it.\n01:00:12:12\tWhat about it?\n01:00:14:00\tWhether you still want to go.\n",
            &[(
                "",
                Some(3_610_000),
                "I wanted to ask about it. What about it? Whether you still want to go.",
            )],
        ),
        (
            "TimeStart;TimeEnd;SpeakerName;Text\n00:00:01,500;00:00:03,000;Noa;We begin.\n00:00:03,200;00:00:05,000;Ben;And then; what?\n",
            &[("Noa", Some(1_500), "We begin."), ("Ben", Some(3_200), "And then; what?")],
        ),
        (
            "Export of 3 May\nStart,End,Speaker,Text\n0:01,0:02,Noa,Hi there\n0:03,0:04,Ben,\"Yes, I see\"\n",
            &[("Noa", Some(1_000), "Hi there"), ("Ben", Some(3_000), "Yes, I see")],
        ),
        (
            "Export of 3 May\nstart\tend\tspeaker\ttext\n0:01\t0:02\tNoa\tHi there\n0:03\t0:04\tBen\tYes, I see\n",
            &[("Noa", Some(1_000), "Hi there"), ("Ben", Some(3_000), "Yes, I see")],
        ),
        (
            "Captions of a call\n[10][20]Noa: Hi there\n[30][40]Ben: Yes.\n[50][60]Noa: So\nit goes on.\n[70][80]Ben: Yes.\n[90][95]Noa: Bye.\n[96][99]Ben: Bye.\n[100][110]Noa: So.\n",
            &[
                ("Noa", Some(1_000), "Hi there"),
                ("Ben", Some(3_000), "Yes."),
                ("Noa", Some(5_000), "So it goes on."),
                ("Ben", Some(7_000), "Yes."),
                ("Noa", Some(9_000), "Bye."),
                ("Ben", Some(9_600), "Bye."),
                ("Noa", Some(10_000), "So."),
            ],
        ),
        (
            "Chat of 3 May\n00:13:46\tNoa:\tHi there\n00:13:48\tBen:\tYes\n",
            &[("Noa", Some(826_000), "Hi there"), ("Ben", Some(828_000), "Yes")],
        ),
        (
            "{\"speaker\":\"Noa\",\"text\":\"Hi there\",\"start\":1.5,\"end\":2}\n{\"speaker\":\"Ben\",\"text\":\"Yes\",\"start\":3,\"end\":3.5}\n{\"speaker\":\"Ben\",\"te\n{\"speaker\":\"Noa\",\"text\":\"So\",\"start\":5,\"end\":5.5}\n",
            &[
                ("Noa", Some(1_500), "Hi there"),
                ("Ben", Some(3_000), "Yes"),
                ("Noa", Some(5_000), "So"),
            ],
        ),
    ] {
        check(file, expected);
    }
}

#[test]
fn what_is_left_out_is_counted() {
    for (file, words) in [
        // Title and date; the footer.
        ("Our call\n3 May\n\nNoa: Hi there, all.\nBen: Yes, I see.\nNoa: Bye then.\n", 4),
        (
            "Our call\n\nNoa Levi  0:00  \nHi there, all.\n\nBen  0:35  \nYes.\n\nTranscribed by https://otter.ai\n",
            6,
        ),
        (
            "1/2/26, 10:00 - Messages are encrypted\n1/2/26, 10:00 - Noa: Hi\n1/2/26, 10:01 - Ben: <Media omitted>\n1/2/26, 10:02 - Ben: Yes\n",
            5,
        ),
        (
            "00:13:46\tNoa:\tHi there\n00:13:48\tBen:\tReacted to \"Hi there\" with \"x\"\n00:13:49\tBen:\tYes\n",
            6,
        ),
        (
            "Words before\n\n00:00:01,000 --> 00:00:02,000\nHi\n\n00:00:03,000 --> 00:00:04,000\nYes\n",
            2,
        ),
        (
            "Around it\n\n| Speaker | Time | Text |\n|---|---|---|\n| Noa | 0:05 | Hi there. |\n\nand after it\n",
            5,
        ),
        (
            "Weekly - Transcript\n\nAttendees\nNoa, Ben\n\nTranscript\n\nNoa: Hi there.\nBen: Yes.\nNoa: So.\nMeeting ended after 00:50:32\n",
            12,
        ),
    ] {
        let content = read(file);
        assert_eq!(skipped(&content), words, "{file}: {:?}", content.warnings);
        for warning in content.warnings.iter().filter(|warning| warning.words > 0) {
            assert!(warning.message.ends_with("word)") || warning.message.ends_with("words)"));
        }
    }
}

#[test]
fn a_missing_space_after_a_name_costs_nobody_a_turn() {
    for file in [
        "Alva: Are you awake?\nBob:Hi\nBob:Not really\nAlva: Same here: so\n",
        "[00:00:01] Alva: Are you awake?\n[00:00:02] Bob:Hi\n[00:00:03] Bob:Not really\n[00:00:04] Alva: Same here: so\n",
        "1/2/26, 10:00 - Alva: Are you awake?\n1/2/26, 10:01 - Bob:Hi\n1/2/26, 10:02 - Bob:Not really\n1/2/26, 10:03 - Alva: Same here: so\n",
        "13:05:22 From Alva to Everyone:Are you awake?\n13:05:23 From Bob to Everyone:Hi\n13:05:24 From Bob to Everyone:Not really\n13:05:25 From Alva to Everyone:Same here: so\n",
    ] {
        let rows: Vec<_> = said(&read(file))
            .into_iter()
            .map(|(name, _, text)| format!("{name}: {text}"))
            .collect();
        assert_eq!(
            rows,
            ["Alva: Are you awake?", "Bob: Hi Not really", "Alva: Same here: so"],
            "{file}"
        );
    }
    // A ratio or a label is nobody.
    let file = "Alva: We split it.\nHalf:half\nBen: See Note:this then.\nAlva: Yes, I will.\n";
    assert_eq!(read(file).participants.len(), 2);
}

#[test]
fn a_time_that_was_said_is_no_time() {
    let file = "Noa: When do we meet?\n12:30 is fine, I think.\nBen: Yes.\nNoa: Good, so be it.\n";
    check(
        file,
        &[
            ("Noa", None, "When do we meet? 12:30 is fine, I think."),
            ("Ben", None, "Yes."),
            ("Noa", None, "Good, so be it."),
        ],
    );
    let file = "[00:01] Noa: We begin with it.\n00:20 And we go on.\n[00:30] Ben: Yes, I see.\n12:30 is fine.\n";
    check(
        file,
        &[
            ("Noa", Some(1_000), "We begin with it. And we go on."),
            ("Ben", Some(30_000), "Yes, I see. 12:30 is fine."),
        ],
    );
}

#[test]
fn a_name_in_a_voice_and_before_the_words_is_said_once() {
    check(
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Noa Levi>Noa Levi: Hi there.</v>\n\n00:03.000 --> 00:04.000\n<v Ben>Noa Levi: is that you?</v>\n",
        &[("Noa Levi", Some(1_000), "Hi there."), ("Ben", Some(3_000), "Noa Levi: is that you?")],
    );
}

#[test]
fn dashes_in_timed_text_of_youtube() {
    let file = "<transcript><text start=\"1\" dur=\"1\">- Why?&#10;- It is his.</text><text start=\"3\" dur=\"1\">a &amp;lt; b</text></transcript>";
    check(file, &[("", Some(1_000), "Why?"), ("", Some(1_000), "It is his. a < b")]);
}
