//! Runs over real transcripts, where they are at hand: `DEBRIEF_CORPUS`, or
//! `../../shared/corpus` beside the checkout. Skipped with a message elsewhere.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use debrief_domain::transcript::content::Content;
use debrief_understanding::{formats, summary};

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
    let summary = summary::extractive(content);
    let quotes = summary
        .headline
        .iter()
        .chain(&summary.overview)
        .chain(&summary.key_moments)
        .chain(&summary.decisions)
        .chain(summary.action_items.iter().map(|item| &item.quote))
        .chain(&summary.open_questions);
    for quote in quotes {
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
        // The corrections touched words, here and there also a name: turn-taking is the same.
        let speakers = |content: &Content| -> usize {
            let mut names: Vec<_> = content.turns.iter().map(|turn| &turn.speaker).collect();
            names.dedup();
            names.len()
        };
        assert_eq!(speakers(&content), speakers(&corrected), "{folder:?}");
        assert_eq!(content.duration_ms, corrected.duration_ms, "{folder:?}");
        assert_eq!(content.participants.len(), corrected.participants.len(), "{folder:?}");

        // A second, naive reading of the same file: every cue of Zoom's has a name.
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
