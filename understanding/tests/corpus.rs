//! Tests on real transcripts, if present: `DEBRIEF_CORPUS`, or `../../shared/corpus` next to the
//! checkout. Skipped with a message otherwise.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use debrief_domain::transcript::content::Content;
use debrief_formats as formats;
use debrief_language::summary;

fn corpus() -> Option<PathBuf> {
    let path = std::env::var_os("DEBRIEF_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus"),
        PathBuf::from,
    );
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: no corpus at {} (set DEBRIEF_CORPUS)", path.display());
    None
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
        .unwrap_or_default();
    files.sort();
    files
}

fn check_quotes(content: &Content) {
    let summary = summary::extractive(content, None);
    for quote in summary.points().into_iter().flat_map(|(_, point)| &point.quotes) {
        assert!(content.turns[quote.turn as usize].text.contains(&quote.text));
    }
}

#[test]
fn every_zoom_call_reads_like_its_corrected_copy() {
    let Some(corpus) = corpus() else { return };
    let mut calls = 0;
    for folder in files(&corpus.join("zoom-calls")).iter().filter(|path| path.is_dir()) {
        let bytes = fs::read(folder.join("transcript.vtt")).unwrap();
        let content =
            formats::parse(&bytes).unwrap_or_else(|refusal| panic!("{folder:?}: {refusal}"));
        assert_eq!(content.format, "webvtt");
        assert_eq!(content.warnings, [], "{folder:?}");
        let corrected = fs::read(folder.join("transcript_corrected.vtt")).unwrap();
        let corrected = formats::parse(&corrected).unwrap();
        // The corrections changed words, in places also a name: turn-taking is the same.
        let speakers = |content: &Content| -> usize {
            let mut names: Vec<_> = content.turns.iter().map(|turn| &turn.speaker).collect();
            names.dedup();
            names.len()
        };
        assert_eq!(speakers(&content), speakers(&corrected), "{folder:?}");
        assert_eq!(content.duration_ms, corrected.duration_ms, "{folder:?}");
        assert_eq!(content.participants.len(), corrected.participants.len(), "{folder:?}");

        // A second, naive parser of the same file: every cue of Zoom's has a name.
        let mut talk: BTreeMap<String, usize> = BTreeMap::new();
        let text = String::from_utf8(bytes).unwrap().replace('\r', "");
        for block in text.split("\n\n").skip(1).filter(|block| block.contains("-->")) {
            let said = block.lines().skip_while(|line| !line.contains("-->")).skip(1);
            let said: Vec<_> = said.collect();
            let (name, words) =
                said.join(" ").split_once(": ").map(|(n, w)| (n.to_owned(), w.to_owned())).unwrap();
            *talk.entry(name).or_default() += words.split_whitespace().count();
        }
        let mut ours: BTreeMap<String, usize> = BTreeMap::new();
        for turn in &content.turns {
            let name = turn.speaker.clone().unwrap_or_else(|| panic!("{folder:?}: {}", turn.index));
            *ours.entry(name).or_default() += turn.text.split_whitespace().count();
        }
        assert_eq!(ours, talk, "{folder:?}");
        check_quotes(&content);
        calls += 1;
    }
    assert_eq!(calls, 40);
}

#[test]
fn collected_files_are_read_or_refused_as_they_should() {
    let Some(corpus) = corpus() else { return };
    let transcripts = corpus.join("transcripts");
    for (folder, format) in [
        ("webvtt-edge", "webvtt"),
        ("webvtt-other", "webvtt"),
        ("webvtt-teams", "webvtt"),
        ("webvtt-zoom", "webvtt"),
        ("srt", "srt"),
        ("plain-name-text", "named_text"),
    ] {
        for file in files(&transcripts.join(folder)) {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            if name.ends_with(".tsv") || name.ends_with(".json") || name == "astisub_broken.vtt" {
                continue;
            }
            let content = formats::parse(&fs::read(&file).unwrap())
                .unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
            assert_eq!(content.format, format, "{name}");
            check_quotes(&content);
        }
    }
}

#[test]
fn nothing_in_the_corpus_is_taken_for_what_it_is_not() {
    let Some(corpus) = corpus() else { return };
    for folder in files(&corpus.join("transcripts")).iter().filter(|path| path.is_dir()) {
        for file in files(folder) {
            let bytes = fs::read(&file).unwrap();
            let extension = file.extension().unwrap_or_default().to_string_lossy().into_owned();
            let guess = formats::inspect(&bytes);
            if matches!(&*extension, "json" | "docx" | "xml" | "html" | "nlp" | "TextGrid") {
                // Formats of their own, read or refused by their own readers.
                assert!(
                    !guess
                        .is_ok_and(|guess| ["webvtt", "srt", "named_text"].contains(&guess.format)),
                    "{file:?}"
                );
            }
        }
    }
}

/// The expected result for each file, by a human reader: format, speakers in order of first
/// appearance, turns, and how the last one ends.
type Expected = (&'static str, &'static str, &'static [&'static str], usize, &'static str);

const READ: &[Expected] = &[
    (
        "assemblyai-json/assemblyai_utterances.json",
        "assemblyai_json",
        &["Speaker A"],
        1,
        "that we have today.",
    ),
    (
        "aws-transcribe-json/aws_call_analytics.json",
        "aws_transcribe_json",
        &["AGENT", "CUSTOMER"],
        37,
        "Bye.",
    ),
    (
        "aws-transcribe-json/aws_speaker_labels.json",
        "aws_transcribe_json",
        &["spk_0", "spk_1", "spk_2"],
        7,
        "tabbies fractured leg",
    ),
    (
        "aws-transcribe-json/aws_speakers_alternatives_1.3MB.json",
        "aws_transcribe_json",
        &["spk_0", "spk_1", "spk_2"],
        7,
        "tabbies fractured leg",
    ),
    (
        "deepgram-json/deepgram_speakers.json",
        "deepgram_json",
        &["Speaker 0", "Speaker 1", "Speaker 2"],
        8,
        "DCM cover clothes. Copy.",
    ),
    (
        "deepgram-json/deepgram_whisper.json",
        "deepgram_json",
        &[],
        1,
        "opportunities that we have today",
    ),
    ("docx-teams/teams_chat.docx", "docx", &["Some Body", "James Bond"], 2, "Umm."),
    ("docx/subtitle_text.docx", "docx", &[], 2, "Very good, Lieutenant."),
    (
        "fireflies-json/bjoern_fireflies_api_get.json",
        "fireflies_json",
        &["Alice", "Bob"],
        2,
        "I finished the API integration yesterday.",
    ),
    (
        "fireflies-json/onyx_fireflies_live_sections.json",
        "fireflies_json",
        &["test_user_1 1", "Test Admin Admin"],
        15,
        "Thank you David.",
    ),
    (
        "google-meet-doc/meet_2023-04.md",
        "google_meet",
        &[
            "Jackson Lewis",
            "Harry Rook",
            "Sandeep Sreenath",
            "Pratik Patil",
            "Krishna Upadhyaya",
            "Mihailo Bjelic",
            "Vaibhav Jindal",
            "Paul O'Leary",
        ],
        69,
        "Thank you, everyone.",
    ),
    (
        "google-meet-doc/meet_2024-11.md",
        "google_meet",
        &[
            "Harry Rook",
            "Manav Darji",
            "Raneet Debnath",
            "Marcello Ardizzone",
            "Mark Holt",
            "Mateusz Rzeszowski",
            "Anton Gaev",
        ],
        60,
        "And yeah, thanks for joining.",
    ),
    (
        "other-stt-json/google_stt_diarization_1MB.json",
        "google_stt_json",
        &["Speaker 2", "Speaker 1"],
        8,
        "our own Humanity Thank you.",
    ),
    ("other-stt-json/ibm_watson.json", "watson_json", &["Speaker 1"], 3, "thank you"),
    (
        "otter-txt/otter_29_resume.txt",
        "otter_txt",
        &["Emma", "Kelly", "Ali"],
        92,
        "fantastic day of the week that you",
    ),
    (
        "otter-txt/otter_62_security.txt",
        "otter_txt",
        &["Emma", "Kelly", "Tailor", "Sidney"],
        142,
        "All right, I'm done. See you guys.",
    ),
    ("plain-name-text/whisper_diarized_catalan.tsv", "tsv", &[], 1, "D'acord, moltes gràcies."),
    (
        "podcast-json/podcast20_transcript.html",
        "podcast_html",
        &["Travis", "Sarah", "Gilon"],
        10,
        "is to batch your episodes.",
    ),
    (
        "podcast-json/podcast20_transcript.json",
        "podcast_json",
        &["Darth Vader", "Luke"],
        2,
        "Nooooo",
    ),
    ("rev-json/rev_speaker.nlp", "rev_nlp", &["Speaker 1", "Speaker 2"], 2, "e f g h"),
    ("rev-json/rev_transcript.json", "rev_json", &["Speaker 0"], 1, "the dividends pay off."),
    (
        "riverside-txt/riverside_1.txt",
        "riverside_txt",
        &["Nitay Joffe", "RBA", "Kostas"],
        71,
        "Great.",
    ),
    (
        "plain-name-text/changelog_103.md",
        "named_text",
        &["Adam Stacoviak", "Andrew Thorp", "Sid Sijbrandij"],
        157,
        "Later!",
    ),
    (
        "plain-name-text/whisper_diarized_catalan.txt",
        "named_text",
        &["SPEAKER_01", "SPEAKER_00"],
        11,
        "D'acord, moltes gràcies.",
    ),
    ("srt/astisub_cr.srt", "srt", &[], 1, "or anywhere else for that matter."),
    ("srt/deepgram_cli_german.srt", "srt", &[], 1, "von Multimedia profitieren."),
    ("srt/fenic_riverside_1.srt", "srt", &["Nitay Joffe", "RBA", "Kostas"], 56, "Great."),
    ("srt/utf16.srt", "srt", &[], 1, "زيرنويس"),
    (
        "srt/whisper_diarized_catalan.srt",
        "srt",
        &["SPEAKER_01", "SPEAKER_00"],
        11,
        "D'acord, moltes gràcies.",
    ),
    ("webvtt-edge/astisub_entities.vtt", "webvtt", &[], 1, "other < worlds than these."),
    ("webvtt-edge/nodewebvtt_malformed.vtt", "webvtt", &[], 1, "...mission."),
    ("webvtt-edge/vtt_hourless.vtt", "webvtt", &[], 1, "nearly two decades"),
    ("webvtt-edge/vtt_missing_text.vtt", "webvtt", &[], 1, "one three"),
    ("webvtt-edge/vttjs_junk.vtt", "webvtt", &[], 1, "Payload"),
    ("webvtt-edge/wpt_nulls.vtt", "webvtt", &[], 1, "invalid"),
    ("webvtt-other/deepgram_cli_german.vtt", "webvtt", &[], 1, "von Multimedia profitieren."),
    ("webvtt-teams/vtt_with_name.vtt", "webvtt", &["Roger Bingham"], 1, "in New York City"),
    ("webvtt-zoom/zoom_early_nospeaker.vtt", "webvtt", &[], 1, "shutting your device down"),
    ("sbv/youtube_captions.sbv", "sbv", &[], 7, "visualize it thanks for watching"),
    ("textgrid/primock57_d1c01_doctor.TextGrid", "textgrid", &["Doctor"], 4, "Thank you. Bye bye."),
    (
        "textgrid/primock57_d1c01_patient.TextGrid",
        "textgrid",
        &["Patient"],
        3,
        "Okay, thank you. Bye.",
    ),
    (
        "vexa-json/vexa_misattribution.json",
        "vexa_json",
        &["spk-vera", "spk-anna"],
        3,
        "thanks Boris.",
    ),
    (
        "vexa-json/vexa_transcript_views.json",
        "vexa_json",
        &["Dmitry", "Anna"],
        2,
        "before renewal.",
    ),
    (
        "whisper-json/whisper_words_speaker_769KB.json",
        "whisper_json",
        &["SPEAKER_01", "SPEAKER_00"],
        38,
        "a ton of innovation and value.",
    ),
    (
        "whisperx-json/whisperx_aligned.json",
        "whisperx_json",
        &[],
        1,
        "phone line quality in English.",
    ),
    ("youtube/youtube_timedtext.xml", "youtube_xml", &[], 1, "I made up for testing"),
    ("zoom-chat/zoom_chat_acdc_174.txt", "zoom_chat", &[], 69, "let’s jam in our call next week"),
];

/// Files that are not transcripts, with text from their refusals.
const REFUSED: &[(&str, &str)] = &[
    ("whisperx-json/whisperx_diarization.json", "a diarization (a list of who spoke when)"),
    ("webvtt-zoom/zoom_acdc_174_tldr.json", "its keys are meeting, highlights"),
    ("webvtt-zoom/zoom_acdc_174_changelog.tsv", "This is text, but not in a transcript format"),
    ("webvtt-edge/astisub_broken.vtt", "This is text, but not in a transcript format"),
];

#[test]
fn every_file_comes_out_as_a_person_reads_it() {
    let Some(corpus) = corpus() else { return };
    let transcripts = corpus.join("transcripts");
    for (file, format, speakers, turns, end) in READ {
        let content = formats::parse(&fs::read(transcripts.join(file)).unwrap())
            .unwrap_or_else(|refusal| panic!("{file}: {refusal}"));
        assert_eq!(content.format, *format, "{file}");
        assert_eq!(content.turns.len(), *turns, "{file}");
        let last = &content.turns.last().unwrap().text;
        assert!(last.ends_with(end), "{file}: {last}");
        let names: Vec<_> = content.participants.iter().map(|person| &*person.name).collect();
        // A chat has dozens of people.
        if *format != "zoom_chat" {
            assert_eq!(names, *speakers, "{file}");
        }
        check_quotes(&content);
    }
    for (file, reason) in REFUSED {
        let refusal = formats::parse(&fs::read(transcripts.join(file)).unwrap()).unwrap_err();
        assert!(refusal.to_string().contains(reason), "{file}: {refusal}");
    }
}

#[test]
fn every_zoom_chat_has_a_turn_for_each_message() {
    let Some(corpus) = corpus() else { return };
    for folder in files(&corpus.join("zoom-calls")).iter().filter(|path| path.is_dir()) {
        let Ok(bytes) = fs::read(folder.join("chat.txt")) else { continue };
        let text = String::from_utf8(bytes.clone()).unwrap();
        // A second, naive parser: a time, a tab, a name with a colon, a tab. Zoom writes reactions
        // in the language of each sender.
        let reactions = [
            "Reacted to ",
            "Removed a ",
            "Heeft gereageerd op \"",
            "Hat auf \"",
            "Se ha reaccionado a \"",
        ];
        let messages = text
            .split('\n')
            .filter_map(|line| {
                let mut parts = line.trim_end().splitn(3, '\t');
                let (time, name) = (parts.next()?, parts.next()?);
                let said = parts.next()?;
                (time.len() == 8 && name.ends_with(':')).then_some(said)
            })
            .filter(|said| !said.is_empty())
            .filter(|said| !reactions.iter().any(|words| said.starts_with(words)))
            .count();
        match formats::parse(&bytes) {
            Ok(content) => {
                assert_eq!(content.format, "zoom_chat", "{folder:?}");
                assert_eq!(content.turns.len(), messages, "{folder:?}");
                assert!(content.participants.iter().all(|person| person.talk_ms.is_none()));
            }
            Err(refusal) => assert_eq!(messages, 0, "{folder:?}: {refusal}"),
        }
    }
}

#[test]
fn the_same_talk_has_the_same_words_in_both_of_its_files() {
    let Some(corpus) = corpus() else { return };
    let read = |name: &str| {
        formats::parse(&fs::read(corpus.join("transcripts").join(name)).unwrap()).unwrap()
    };
    // The last cue of the subtitles contains the rest of the conversation, including its headings.
    let (srt, text) = (read("srt/fenic_riverside_1.srt"), read("riverside-txt/riverside_1.txt"));
    let words = |content: &Content, name: &str| -> usize {
        let turns = content.turns.iter().filter(|turn| turn.speaker.as_deref() == Some(name));
        turns.map(|turn| turn.text.split_whitespace().count()).sum()
    };
    assert_eq!(srt.word_count(), text.word_count());
    for name in ["Nitay Joffe", "Kostas", "RBA"] {
        assert_eq!(words(&srt, name), words(&text, name), "{name}");
    }
    assert_eq!(srt.duration_ms, text.duration_ms);
    let Some((last, other)) = srt.turns.last().zip(text.turns.last()) else { panic!("no turns") };
    assert_eq!((&last.speaker, last.start_ms), (&other.speaker, other.start_ms));
}
