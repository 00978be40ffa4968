use crate::parse;
use debrief_domain::transcript::content::Content;

fn read(text: &str) -> Content {
    let content = parse(text.as_bytes()).unwrap();
    assert_eq!(content.format, "srt");
    content
}

type Row<'a> = (Option<&'a str>, Option<u64>, Option<u64>, &'a str);

fn turns(content: &Content) -> Vec<Row<'_>> {
    content.turns.iter().map(|t| (t.speaker.as_deref(), t.start_ms, t.end_ms, &*t.text)).collect()
}

#[test]
fn names_in_brackets_and_out() {
    let content = read(concat!(
        "1\n00:00:00,000 --> 00:00:02,000\n[SPEAKER_01]: Hola, bon dia\n\n",
        "2\n00:00:02,000 --> 00:00:04,000\n[SPEAKER_00]: Hola\n\n",
        "3\n00:00:04,000 --> 00:00:06,000\n[SPEAKER_00]: i adeu\n",
    ));
    assert_eq!(
        turns(&content),
        [
            (Some("SPEAKER_01"), Some(0), Some(2_000), "Hola, bon dia"),
            (Some("SPEAKER_00"), Some(2_000), Some(6_000), "Hola i adeu"),
        ]
    );
}

#[test]
fn dots_missing_numbers_and_cr_line_ends() {
    let content = read(
        "\u{FEFF}00:00:00.500 --> 00:00:01.000\r<i>one</i>\rtwo\r\r00:00:01.000 --> 00:00:02.000\rthree\r",
    );
    assert_eq!(turns(&content), [(None, Some(500), Some(2_000), "one two three")]);
}

#[test]
fn two_speakers_in_one_cue() {
    let content = read(concat!(
        "1\n00:00:00,000 --> 00:00:02,000\nAnna: Hi there\nBen: Hello\n\n",
        "2\n00:00:02,000 --> 00:00:04,000\nAnna: How are you,\n\n",
        "3\n00:00:04,000 --> 00:00:06,000\nreally?\n\n",
        "4\n00:00:06,000 --> 00:00:08,000\nFine.\n\n",
        "5\n00:00:08,000 --> 00:00:09,000\nBen: Good.\n",
    ));
    assert_eq!(
        turns(&content),
        [
            (Some("Anna"), Some(0), None, "Hi there"),
            (Some("Ben"), None, Some(2_000), "Hello"),
            (Some("Anna"), Some(2_000), Some(6_000), "How are you, really?"),
            (None, Some(6_000), Some(8_000), "Fine."),
            (Some("Ben"), Some(8_000), Some(9_000), "Good."),
        ],
        "a sentence that runs on is still Anna's; a new one is nobody's we know"
    );
}

#[test]
fn a_file_cut_anywhere_is_read_as_far_as_it_goes() {
    let whole = "1\r\n00:00:00,000 --> 00:00:02,000\r\nAnna: Hi, שלום!\r\n\r\n2\r\n00:00:02,000 --> 00:00:04,000\r\nBen: Hello.\r\n";
    for end in 0..whole.len() {
        if let Ok(content) = parse(&whole.as_bytes()[..end]) {
            for (i, turn) in content.turns.iter().enumerate() {
                assert_eq!(turn.index as usize, i);
            }
        }
    }
}

#[test]
fn a_cue_without_its_times_keeps_its_words_and_not_its_number() {
    let parsed = |text: &str| parse(text.as_bytes()).unwrap();
    let content = parsed(
        "1\n00:00:00,500 --> 00:00:07,000\nSo we begin.\n\n2\nAnd go on.\n\n3\n00:00:11,890 --> 00:00:16,320\nThe end.\n",
    );
    assert_eq!(content.turns[0].text, "So we begin. And go on. The end.");
    assert_eq!(content.warnings.len(), 1);
    // A year is not a cue number.
    let content = parsed("1\n00:00:00,500 --> 00:00:07,000\nIt began in\n\n2024\nor later.\n");
    assert_eq!(content.turns[0].text, "It began in 2024 or later.");
    let content =
        parsed("0:00:00.378,0:00:11.378\nSo we begin.\n\n0:00:13.f89,0:00:15.489\nAnd go on.\n");
    assert_eq!(content.turns[0].text, "So we begin. And go on.");
}
