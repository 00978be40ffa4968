//! Uploads that are not transcripts, or broken ones: each is refused with a sentence, in time and
//! memory bounded by the size of the file.

use std::io::{Cursor, Write};
use std::time::{Duration, Instant};

use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::kernel::Refusal;
use crate::testing::cut_anywhere;
use crate::{inspect, parse};

/// A small file of each format, as its tool writes it.
pub(crate) const FILES: &[(&str, &str)] = &[
    (
        "webvtt",
        "WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000\n<v Noa Levi>Hi there</v>\n\n2\n00:00:03.000 --> 00:00:04.000\nBen: Yes\n",
    ),
    (
        "srt",
        "1\n00:00:01,000 --> 00:00:02,000\nNoa: Hi there\n\n2\n00:00:03,000 --> 00:00:04,000\nBen: Yes\n",
    ),
    ("sbv", "0:00:03.900,0:00:08.460\ngood morning\n\n0:00:08.460,0:00:15.780\nfor part two\n"),
    (
        "ass",
        "[Script Info]\n[Events]\nFormat: Layer, Start, End, Style, Name, Text\nDialogue: 0,0:00:01.00,0:00:02.50,A,Noa,Hi\\Nthere\nDialogue: 0,0:00:03.00,0:00:04.00,A,Ben,{\\i1}Yes\n",
    ),
    ("otter_txt", "Noa Levi  0:00  \nHi there, all.\n\nBen  0:35  \nYes.\n"),
    ("riverside_txt", "Noa Levi (00:03.608)\nHi there.\n\nBen (00:14.39)\nYes.\n"),
    ("happy_scribe", "[00:00:00.25] - Noa Levi\nHi there.\n\n[00:01:05.5] - Ben\nYes.\n"),
    ("zoom_captions", "[Noa Levi] 13:53:41\nHi there.\n\n[Ben] 13:53:50\nYes.\n"),
    ("zoom_chat", "00:13:46\tNoa:\tHi there\r\n00:13:48\tBen:\tYes\r\n"),
    (
        "gemini_notes",
        "📝 Notes\n\nSummary\nThey met.\n\nYou should review Gemini's notes to make sure they're accurate.\n\n📖 Transcript\n\n00:00:00\n\nNoa Levi: Hi there.\nBen: Yes.\nNoa Levi: Bye.\nTranscription ended after 00:50:32\n",
    ),
    (
        "google_meet",
        "Weekly - Transcript\n\nAttendees\nNoa Levi, Ben\n\nTranscript\n\nThis editable transcript was computer generated and might contain errors.\n\nNoa Levi: Hi there.\n\nBen: Yes.\n\nMeeting ended after 00:50:32\n",
    ),
    ("tsv", "start\tend\ttext\n0\t1500\tHi there\n2000\t2500\tYes\n"),
    ("microdvd", "{1}{1}25.000\n{25}{50}Noa: Hi there\n{75}{100}Ben: Yes\n"),
    (
        "ttml",
        "<tt xmlns=\"http://www.w3.org/ns/ttml\"><body><div><p begin=\"1s\" end=\"2s\">Noa: Hi there</p><p begin=\"3s\" end=\"4s\">Ben: Yes</p></div></body></tt>",
    ),
    ("csv", "Speaker,Start,End,Text\nNoa,0:01,0:02,\"Hi, there\"\nBen,0:03,0:04,Yes\n"),
    (
        "rev_nlp",
        "token|speaker|ts|endTs|punctuation|case|tags\nhi|1|0.5|0.75|,|UC|[]\nnoa|1|0.8|1.0|.|UC|[]\n",
    ),
    (
        "vexa_json",
        r#"{"native_meeting_id":"x","segments":[{"segment_id":"1","speaker":"Noa","text":"Hi there","start":1.0,"end":3.0}]}"#,
    ),
    (
        "whisperx_json",
        r#"{"segments":[{"start":2.5,"end":4.0,"text":" Hi there.","words":[{"word":"Hi","start":2.5,"end":3.0,"score":0.6}]}],"word_segments":[]}"#,
    ),
    (
        "whisper_cpp_json",
        r#"{"systeminfo":"x","result":{"language":"en"},"transcription":[{"timestamps":{"from":"00:00:00,000","to":"00:00:02,500"},"offsets":{"from":0,"to":2500},"text":" Hi there"}]}"#,
    ),
    (
        "whisper_json",
        r#"{"text":" Hi there","segments":[{"id":0,"start":0.0,"end":1.5,"text":" Hi there"}],"language":"en"}"#,
    ),
    (
        "assemblyai_json",
        r#"{"audio_url":"x","utterances":[{"speaker":"A","start":500,"end":1500,"text":"Hi there"}]}"#,
    ),
    (
        "deepgram_json",
        r#"{"results":{"channels":[{"alternatives":[{"transcript":"hi there","words":[{"word":"hi","start":0.5,"end":0.9,"speaker":0},{"word":"there","start":1.0,"end":1.5,"speaker":0}]}]}]}}"#,
    ),
    (
        "rev_json",
        r#"{"monologues":[{"speaker":0,"elements":[{"type":"text","value":"Hi","ts":0.3,"end_ts":0.5},{"type":"punct","value":"."}]}]}"#,
    ),
    (
        "speechmatics_json",
        r#"{"format":"2.9","results":[{"type":"word","start_time":0.5,"end_time":0.9,"alternatives":[{"content":"Hi","speaker":"S1"}]}]}"#,
    ),
    (
        "aws_transcribe_json",
        r#"{"jobName":"x","results":{"transcripts":[{"transcript":"Hi"}],"items":[{"type":"pronunciation","start_time":"0.5","end_time":"0.9","speaker_label":"spk_0","alternatives":[{"content":"Hi"}]}]}}"#,
    ),
    (
        "google_stt_json",
        r#"{"results":[{"alternatives":[{"transcript":"hi there","words":[{"startTime":"0.5s","endTime":"0.9s","word":"hi","speakerTag":1}]}]}]}"#,
    ),
    (
        "watson_json",
        r#"{"results":[{"alternatives":[{"transcript":"hi there ","timestamps":[["hi",0.5,0.9],["there",1.0,1.5]]}],"final":true}]}"#,
    ),
    (
        "fireflies_json",
        r#"{"sentences":[{"index":0,"speaker_name":"Noa","text":"Hi there","start_time":0.5,"end_time":1.5}]}"#,
    ),
    (
        "fathom_json",
        r#"{"transcript":[{"speaker":{"display_name":"Noa"},"text":"Hi there","timestamp":"00:00:03"}]}"#,
    ),
    (
        "read_ai_json",
        r#"{"transcript":{"speaker_blocks":[{"start_time":1,"end_time":2,"speaker":{"name":"Noa"},"words":"Hi there"}]}}"#,
    ),
    (
        "granola_json",
        r#"{"transcript":[{"speaker":"Me","startMs":0,"endMs":1500,"text":"Hi there"}]}"#,
    ),
    (
        "podcast_json",
        r#"{"version":"1.0.0","segments":[{"speaker":"Noa","startTime":0.5,"endTime":0.9,"body":"Hi there"}]}"#,
    ),
    (
        "utterances_json",
        r#"{"data":[{"speaker":"Noa","text":"Hi there","startTime":1.5,"endTime":2.0},{"speaker":"Ben","text":"Yes","startTime":4.0}]}"#,
    ),
    (
        "textgrid",
        "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\n0\n9\n<exists>\n1\n\"IntervalTier\"\n\"Noa\"\n0\n9\n1\n0\n9\n\"hi there\"\n",
    ),
    (
        "youtube_xml",
        "<?xml version=\"1.0\"?><transcript><text start=\"1.5\" dur=\"2\">Hi there</text></transcript>",
    ),
    ("podcast_html", "<cite>Noa:</cite>\n<time>0:00</time>\n<p>Hi there.</p>\n"),
    (
        "html",
        "<html><body><p><b>Noa:</b> Hi there, all.</p><p><b>Ben:</b> Yes, I see.</p><p><b>Noa:</b> Bye then.</p></body></html>",
    ),
    ("named_text", "Noa: Hi there, how are you?\nBen: Fine, thank you.\nNoa: Good to hear.\n"),
    ("headed_text", "Noa Levi | 00:05\nHi there.\n\nBen | 01:05\nYes.\n"),
    ("whatsapp", "1/2/26, 10:00 - Noa: Hi there\n1/2/26, 10:01 - Ben: Yes\n"),
    ("mpl2", "[10][20]Hi there\n[30][40]Noa: Yes\n"),
    ("md_table", "| Speaker | Time | Text |\n|---|---|---|\n| Noa | 0:05 | Hi there. |\n"),
    (
        "name_above",
        "Noa Levi\nHi there. How are you?\n\nBen Ash\nFine.\n\nNoa Levi\nGood.\n\nBen Ash\nAnd you?\n\nNoa Levi\nWell.\n\nBen Ash\nBye.\n",
    ),
    ("timed_text", "0:00 So we begin here today.\n0:04 And we go on a bit.\n"),
];

#[test]
fn a_small_file_of_every_format_is_read_and_cut_at_every_byte() {
    let mut missing: Vec<&str> = crate::accepted().map(|(id, _)| id).collect();
    for (format, file) in FILES {
        let content =
            parse(file.as_bytes()).unwrap_or_else(|refusal| panic!("{format}: {refusal}"));
        assert_eq!(content.format, *format);
        missing.retain(|id| id != format);
        cut_anywhere(file.as_bytes());
    }
    // Binary formats are truncated in their own tests.
    assert_eq!(missing, ["docx", "odt", "rtf", "pdf"]);
}

#[test]
fn line_endings_marks_and_encodings_change_nothing() {
    for (format, file) in FILES.iter().filter(|(format, _)| *format != "zoom_chat") {
        let plain = parse(file.as_bytes()).unwrap();
        let crlf = file.replace("\r\n", "\n").replace('\n', "\r\n");
        let marked = format!("\u{FEFF}{file}");
        let wide: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for other in [crlf.as_bytes(), marked.as_bytes(), &wide] {
            let read = parse(other).unwrap_or_else(|refusal| panic!("{format}: {refusal}"));
            assert_eq!(read.turns, plain.turns, "{format}");
        }
    }
}

#[test]
fn direction_marks_are_no_part_of_a_name() {
    for file in [
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v \u{202B}נועה לוי\u{202C}>שלום</v>\n\n00:03.000 --> 00:04.000\n<v נועה לוי\u{200F}>כן</v>\n",
        "\u{200F}נועה לוי: שלום לכולם\n\u{202B}דן: כן, תודה רבה\u{202C}\nנועה לוי\u{200F}: יופי של דבר\n",
        "[{\"speaker\":\"\u{2067}נועה לוי\u{2069}\",\"text\":\"שלום\",\"startTime\":1.5},{\"speaker\":\"נועה לוי\",\"text\":\"כן\",\"startTime\":2.5}]",
    ] {
        let content = parse(file.as_bytes()).unwrap();
        let names: Vec<_> = content.participants.iter().map(|p| &*p.name).collect();
        assert_eq!(names[0], "נועה לוי", "{file}");
        assert!(
            names.len() <= 2
                && names.iter().all(|n| n.chars().all(|c| c.is_alphabetic() || c == ' '))
        );
    }
}

#[test]
fn times_that_make_no_sense_cost_no_words() {
    let file = "WEBVTT\n\n-00:00:05.000 --> 00:00:02.000\nNoa: one\n\n00:00:09.000 --> 00:00:04.000\nNoa: two\n\n99999:00:00.000 --> 99999:00:01.000\nNoa: three\n\n00:00:05.000 --> 00:00:50.000\nBen: four\n\n00:00:06.000 --> 00:00:07.000\nNoa: five\n";
    let content = parse(file.as_bytes()).unwrap();
    let words: Vec<_> = content.turns.iter().map(|t| &*t.text).collect();
    assert_eq!(words.join(" "), "one two three four five");
    assert!(content.warnings.len() >= 3, "{:?}", content.warnings);
    assert!(content.duration_ms.unwrap() <= 50_000);
    for turn in &content.turns {
        assert!(turn.start_ms.is_none_or(|start| turn.end_ms.is_none_or(|end| start <= end)));
    }
}

/// Reads a hostile file; quadratic time would exceed the bound by far.
fn answered(what: &str, bytes: &[u8]) -> Result<crate::Content, Refusal> {
    let begun = Instant::now();
    let answer = parse(bytes);
    assert!(begun.elapsed() < Duration::from_secs(20), "{what}: {:?}", begun.elapsed());
    if let Ok(guess) = inspect(bytes) {
        assert!(!guess.name.is_empty());
    }
    answer
}

#[test]
fn depth_of_a_hundred_thousand_is_answered() {
    let n = 100_000;
    for (what, file) in [
        ("json", "[".repeat(n)),
        ("json objects", "{\"segments\":".repeat(n)),
        (
            "json in an item",
            format!("{{\"segments\":[{{\"start\":0,\"end\":1,\"text\":{}", "[".repeat(n)),
        ),
        ("lists of lists", format!("[[0,1,\"hi\",{}", "[".repeat(n))),
        (
            "utterances",
            format!(
                "[{{\"speaker\":\"A\",\"text\":\"hi\",\"words\":{}",
                "[{\"words\":".repeat(n / 10)
            ),
        ),
        ("xml", format!("<transcript>{}", "<text start=\"1\">".repeat(n))),
        ("html", format!("<html><body>{}<p>hi", "<div>".repeat(n))),
        ("html bold", format!("<html><body>{}hi", "<b>".repeat(n))),
        ("textgrid", format!("File type = \"ooTextFile\"\n{}", "item [1]:\n".repeat(n))),
        ("cite", "<cite><p>".repeat(n)),
    ] {
        if let Err(refusal) = answered(what, file.as_bytes()) {
            assert!(refusal.to_string().ends_with('.'), "{what}: {refusal}");
        }
    }
}

#[test]
fn entities_are_never_multiplied_or_followed() {
    let mut laughs = String::from("<?xml version=\"1.0\"?><!DOCTYPE t [<!ENTITY a0 \"ha\">");
    for i in 1..30 {
        laughs.push_str(&format!("<!ENTITY a{i} \"{}\">", format!("&a{};", i - 1).repeat(10)));
    }
    laughs.push_str("]><transcript><text start=\"1\" dur=\"2\">&a29; hi</text></transcript>");
    let outside = "<?xml version=\"1.0\"?><!DOCTYPE t [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><transcript><text start=\"1\" dur=\"2\">&x; hi</text></transcript>";
    for file in [&*laughs, outside] {
        let content = answered("entities", file.as_bytes()).unwrap();
        assert!(content.turns[0].text.ends_with("; hi"), "{}", content.turns[0].text);
        assert!(content.turns[0].text.len() < 20);
    }
}

#[test]
fn nul_bytes_and_half_characters_are_marked_not_dropped() {
    let content = parse(b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Noa>a\0b\n").unwrap();
    assert_eq!(content.turns[0].text, "a\u{FFFD}b");
    let mut wide: Vec<u8> = "\u{FEFF}WEBVTT\n\n00:01.000 --> 00:02.000\nNoa: hi "
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    wide.extend([0x00, 0xD8, 0x41, 0x00, 0x0A]);
    let content = parse(&wide).unwrap();
    assert!(content.turns[0].text.contains('\u{FFFD}'));
    assert!(!content.warnings.is_empty());
    for bytes in [&b"\0"[..], &[0; 4096], b"\xFF\xFE", b"\xFE\xFF\xD8\0", b"\xEF\xBB\xBF"] {
        let refusal = parse(bytes).unwrap_err();
        assert!(refusal.to_string().ends_with('.'), "{refusal}");
    }
}

#[test]
fn one_line_of_thirty_megabytes_is_answered() {
    let size = 30 << 20;
    for (start, unit) in [
        ("", "word "),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nNoa: ", "word "),
        ("Noa: hi\nBen: yes\nNoa: ", "x"),
        ("{\"text\":\"", "word "),
        ("<html><p>", "word "),
    ] {
        let file = format!("{start}{}", unit.repeat(size / unit.len()));
        let answer = answered(start, file.as_bytes());
        assert!(answer.is_ok() || answer.unwrap_err().to_string().len() < 2_000);
    }
}

#[test]
fn documents_that_unpack_to_more_are_read_in_part_or_refused() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    writer.start_file("word/document.xml", options).unwrap();
    writer.write_all(b"<w:document><w:body><w:p><w:r><w:t>Noa: Hi there, all</w:t></w:r></w:p><w:p><w:r><w:t>Ben: Yes, I see</w:t></w:r></w:p><w:p><w:r><w:t>").unwrap();
    for _ in 0..4_096 {
        writer.write_all(&[b' '; 64 * 1024]).unwrap();
    }
    let bomb = writer.finish().unwrap().into_inner();
    assert!(bomb.len() < 1 << 20);
    if let Ok(content) = answered("bomb", &bomb) {
        assert!(content.warnings.iter().any(|w| w.message.contains("unpacks to more")));
    }
}

#[test]
fn every_format_has_a_fuzz_target() {
    let targets = include_str!("../fuzz/Cargo.toml");
    for (id, _) in crate::accepted() {
        assert!(targets.contains(&format!("name = \"{id}\"\n")), "{id}");
    }
}
