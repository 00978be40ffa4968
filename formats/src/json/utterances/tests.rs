use crate::parse;
use crate::testing::{cut_anywhere, read, turns};

const ID: &str = "utterances_json";

/// JSON of several tools, each with two utterances: Noa at 1.5 s, Ben at 4 s.
#[test]
fn tools_with_their_own_keys() {
    for file in [
        // Sonix
        r#"{"name": "x", "transcript": [{"speaker": "Noa", "text": "Hi there", "start_time": 1.5, "end_time": 2.0, "words": [{"text": "Hi", "start_time": 1.5}]}, {"speaker": "Ben", "text": "Yes", "start_time": 4.0, "end_time": 5.0}]}"#,
        // tl;dv
        r#"{"id": "x", "meetingId": "y", "data": [{"speaker": "Noa", "text": "Hi there", "startTime": 1.5, "endTime": 2}, {"speaker": "Ben", "text": "Yes", "startTime": 4, "endTime": 5}]}"#,
        // Gladia
        r#"{"result": {"transcription": {"languages": ["en"], "utterances": [{"text": "Hi there", "start": 1.5, "end": 2.0, "speaker": "Noa", "words": [{"word": "Hi", "start": 1.5, "end": 1.7}]}, {"text": "Yes", "start": 4, "end": 5, "speaker": "Ben"}]}}}"#,
        // Recall
        r#"[{"participant": {"id": 1, "name": "Noa"}, "words": [{"text": "Hi", "start_timestamp": {"relative": 1.5, "absolute": "2024-05-01T10:00:00Z"}, "end_timestamp": {"relative": 1.7}}, {"text": "there", "start_timestamp": {"relative": 1.8}, "end_timestamp": {"relative": 2.0}}]}, {"participant": {"name": "Ben"}, "words": [{"text": "Yes", "start_timestamp": {"relative": 4.0}, "end_timestamp": {"relative": 5.0}}]}]"#,
        // Happy Scribe
        r#"[{"speaker": "Noa", "speaker_number": 1, "words": [{"text": "Hi", "type": "text", "data_start": 1.5, "data_end": 1.7}, {"text": " ", "type": "space"}, {"text": "there", "type": "text", "data_start": 1.8, "data_end": 2.0}]}, {"speaker": "Ben", "words": [{"text": "Yes", "data_start": 4.0, "data_end": 5.0}]}]"#,
        // Teams and Stream
        r#"{"$schema": "x", "version": "1.0", "entries": [{"id": "a/1", "text": "Hi there", "speakerId": "g", "speakerDisplayName": "Noa", "startOffset": "00:00:01.5000000", "endOffset": "00:00:02", "confidence": 0.9}, {"text": "Yes", "speakerDisplayName": "Ben", "startOffset": "00:00:04", "endOffset": "00:00:05"}]}"#,
        // Azure
        r#"{"recognizedPhrases": [{"speaker": "Noa", "offset": "PT1.5S", "duration": "PT0.5S", "offsetInTicks": 15000000.0, "nBest": [{"display": "Hi there", "lexical": "hi there"}, {"display": "High there"}]}, {"speaker": "Ben", "offset": "PT4S", "duration": "PT1S", "offsetInTicks": 40000000.0, "nBest": [{"display": "Yes"}]}]}"#,
        r#"{"phrases": [{"speaker": "Noa", "offsetMilliseconds": 1500, "durationMilliseconds": 500, "text": "Hi there"}, {"speaker": "Ben", "offsetMilliseconds": 4000, "durationMilliseconds": 1000, "text": "Yes"}]}"#,
        r#"{"participants": [{"id": "p1", "name": "Noa"}], "transcript": [{"id": "t1", "speaker_name": "Noa", "start_time": 1.5, "end_time": 2.0, "words_str": "Hi there"}, {"id": "t2", "speaker_name": "Ben", "start_time": 4.0, "end_time": 5.0, "words_str": "Yes"}], "summary": "x"}"#,
        // Whole milliseconds under bare keys, as in Grain.
        r#"[{"start": 1500, "end": 2000, "text": "Hi there", "speaker": "Noa"}, {"start": 4000, "end": 5000, "text": "Yes", "speaker": "Ben"}]"#,
        // A string with a unit.
        r#"{"lines": [{"Speaker": "Noa", "text": "Hi there", "start": "1500ms", "end": "2s"}, {"Speaker": "Ben", "text": "Yes", "start": "4s", "end": "5s"}]}"#,
    ] {
        let content = read(ID, file);
        assert_eq!(
            turns(&content),
            [
                (Some("Noa"), Some(1_500), Some(2_000), "Hi there"),
                (Some("Ben"), Some(4_000), Some(5_000), "Yes")
            ],
            "{file}"
        );
        assert_eq!(content.warnings, [], "{file}");
        cut_anywhere(file.as_bytes());
    }
}

#[test]
fn gong_has_sentences_and_numbers_for_speakers() {
    let file = r#"{"callTranscripts": [{"callId": "1", "transcript": [{"speakerId": "7782", "topic": "Call Setup", "sentences": [{"start": 460, "end": 1480, "text": "No wait."}, {"start": 2000, "end": 2900, "text": "I think so."}]}]}]}"#;
    let content = read(ID, file);
    assert_eq!(
        turns(&content),
        [(Some("Speaker 7782"), Some(460), Some(2_900), "No wait. I think so.")]
    );
}

#[test]
fn pieces_of_words_bring_their_own_spaces() {
    let file = r#"{"text": "Hello there. Yes", "tokens": [{"text": "Hel", "start_ms": 100, "end_ms": 200, "speaker": "1"}, {"text": "lo", "start_ms": 200, "end_ms": 300, "speaker": "1"}, {"text": " there", "start_ms": 400, "end_ms": 500, "speaker": "1"}, {"text": ".", "start_ms": 500, "end_ms": 510, "speaker": "1"}, {"text": " Yes", "start_ms": 600, "end_ms": 700, "speaker": "2"}]}"#;
    assert_eq!(
        turns(&read(ID, file)),
        [
            (Some("Speaker 1"), Some(100), Some(510), "Hello there."),
            (Some("Speaker 2"), Some(600), Some(700), "Yes")
        ]
    );
}

#[test]
fn captions_without_speakers() {
    let file = r#"{"events": [{"tStartMs": 1000, "dDurationMs": 2000, "segs": [{"utf8": "so "}, {"utf8": "hello"}]}, {"tStartMs": 3000, "dDurationMs": 500, "segs": [{"utf8": "\n"}]}]}"#;
    assert_eq!(turns(&read(ID, file)), [(None, Some(1_000), Some(3_000), "so hello")]);
    let file = r#"{"text": "a", "chunks": [{"timestamp": [0.0, 3.5], "text": " Hi there."}, {"timestamp": [3.5, null], "text": " Bye."}]}"#;
    let content = read(ID, file);
    assert_eq!(turns(&content), [(None, Some(0), None, "Hi there. Bye.")]);
}

#[test]
fn a_unit_that_nothing_tells_is_no_time() {
    let file = r#"[{"speaker": "Noa", "text": "Hi", "start": 1}, {"speaker": "Ben", "text": "Yes", "start": 2000000}]"#;
    let content = read(ID, file);
    assert_eq!(
        turns(&content),
        [(Some("Noa"), None, None, "Hi"), (Some("Ben"), None, None, "Yes")]
    );
    assert_eq!(content.warnings.len(), 1);
}

#[test]
fn a_tools_words_and_other_lists_are_not_taken() {
    for file in [
        r#"{"action_items": [{"speaker": "Noa", "text": "Send it", "start": 5}]}"#,
        r#"{"chapters": [{"text": "Intro", "start": 0, "end": 5}]}"#,
        r#"[{"user": "U1", "text": "hi", "ts": "1700000000.1"}]"#,
        r#"[{"level": "info", "time": 5, "content": "started"}]"#,
        r#"{"products": [{"name": "x", "content": "y"}]}"#,
    ] {
        assert!(parse(file.as_bytes()).is_err(), "{file}");
    }
}

#[test]
fn entries_of_nothing_but_a_space() {
    let entry = |text: &str, speaker: u32, start: u32| {
        format!(
            r#"{{"text": "{text}", "start": {start}.0, "end": {start}.5, "speaker_id": "speaker_{speaker}"}}"#
        )
    };
    let list =
        [("Good", 0), (" ", 0), ("morning.", 0), (" ", 0), ("Yes,", 1), (" ", 1), ("hello.", 1)];
    let list: Vec<_> =
        (1..).zip(list).map(|(start, (text, speaker))| entry(text, speaker, start)).collect();
    let content = read(ID, format!(r#"{{"words": [{}]}}"#, list.join(",")));
    let said: Vec<_> = content.turns.iter().map(|turn| &*turn.text).collect();
    assert_eq!(said, ["Good morning.", "Yes, hello."]);
}

#[test]
fn speakers_where_tools_hide_them() {
    for (file, names) in [
        (
            r#"[{"document_id": "d", "start_timestamp": "2026-01-01T10:00:01.000Z", "end_timestamp": "2026-01-01T10:00:02.000Z", "text": "Hi", "source": "microphone"},
                {"document_id": "d", "start_timestamp": "2026-01-01T10:00:03.000Z", "end_timestamp": "2026-01-01T10:00:04.000Z", "text": "Yes", "source": "system"}]"#,
            ["Me", "Them"],
        ),
        (
            r#"{"transcript": [{"speaker": {"source": "microphone"}, "text": "Hi", "start_time": "2026-01-01T10:00:01Z", "end_time": "2026-01-01T10:00:02Z"},
                {"speaker": {"source": "speaker"}, "text": "Yes", "start_time": "2026-01-01T10:00:03Z", "end_time": "2026-01-01T10:00:04Z"}]}"#,
            ["Me", "Them"],
        ),
        (
            r#"{"timeline": [{"text": "Hi", "ts": "00:00:01.000", "end_ts": "00:00:02.000", "users": [{"username": "Noa"}]},
                {"text": "Yes", "ts": "00:00:03.000", "end_ts": "00:00:04.000", "users": [{"username": "Tom"}]}]}"#,
            ["Noa", "Tom"],
        ),
        (
            r#"{"transcriptEntries": [{"participant": "conferenceRecords/a/participants/1", "text": "Hi", "startTime": "2026-01-01T10:00:01Z", "endTime": "2026-01-01T10:00:02Z"},
                {"participant": "conferenceRecords/a/participants/x2", "text": "Yes", "startTime": "2026-01-01T10:00:03Z", "endTime": "2026-01-01T10:00:04Z"}]}"#,
            ["Speaker 1", "x2"],
        ),
        (
            r#"{"Conversation": {"TranscriptSegments": [{"BeginAudioTime": 1.5, "EndAudioTime": 2.5, "Content": "Hi", "ParticipantDetails": {"ParticipantRole": "CLINICIAN_0"}},
                {"BeginAudioTime": 3.5, "EndAudioTime": 4.5, "Content": "Yes", "ParticipantDetails": {"ParticipantRole": "PATIENT_0"}}]}}"#,
            ["CLINICIAN_0", "PATIENT_0"],
        ),
        (
            r#"{"result": {"results": {"channels": [{"alternatives": [{"words": [{"word": "hi", "punctuated_word": "Hi", "start": 1.0, "end": 1.5, "speaker": 0}, {"word": "yes", "punctuated_word": "Yes", "start": 2.0, "end": 2.5, "speaker": 1}]}]}]}}}"#,
            ["Speaker 0", "Speaker 1"],
        ),
    ] {
        let content = read(ID, file);
        let said: Vec<_> = content
            .turns
            .iter()
            .map(|turn| (turn.speaker.as_deref().unwrap_or("?"), &*turn.text))
            .collect();
        assert_eq!(said, [(names[0], "Hi"), (names[1], "Yes")], "{file}");
        assert!(content.turns.iter().all(|turn| turn.end_ms.is_some()), "{file}");
    }
}
