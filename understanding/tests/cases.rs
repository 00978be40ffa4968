//! Tests on cases from the outside, if present: `DEBRIEF_CASES`, or `../../shared/cases` next to the
//! checkout. Skipped with a message otherwise.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use debrief_domain::transcript::content::Content;
use debrief_formats::conservation::{self, Balance};
use debrief_understanding::roles::Known;
use debrief_understanding::session::{self, File};

/// Speaker, start in milliseconds, text.
type Row = (Option<String>, Option<u64>, String);

#[derive(serde::Deserialize)]
struct Case {
    turns: Vec<Row>,
}

fn transcripts() -> Option<PathBuf> {
    let cases = std::env::var_os("DEBRIEF_CASES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/cases"),
        PathBuf::from,
    );
    let path = cases.join("transcripts");
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: no cases at {} (set DEBRIEF_CASES)", path.display());
    None
}

/// Returns the turns, with neighbors of one speaker joined.
fn joined(turns: impl IntoIterator<Item = Row>) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (speaker, start, text) in turns {
        match rows.last_mut() {
            Some(last) if speaker.is_some() && last.0 == speaker => {
                last.2.push(' ');
                last.2.push_str(&text);
            }
            _ => rows.push((speaker, start, text)),
        }
    }
    rows
}

fn rows(content: Content) -> Vec<Row> {
    joined(content.turns.into_iter().map(|turn| (turn.speaker, turn.start_ms, turn.text)))
}

#[test]
fn every_case_is_read_as_a_person_reads_it() {
    let Some(folder) = transcripts() else { return };
    let expected = fs::read_to_string(folder.join("expect.json")).unwrap();
    let cases: BTreeMap<String, Case> = serde_json::from_str(&expected).unwrap();
    assert!(!cases.is_empty());
    let mut wrong = Vec::new();
    for (name, case) in cases {
        let bytes = fs::read(folder.join(&name)).unwrap();
        match session::read(&[File { name: &name, bytes: &bytes }], &Known::default()) {
            Ok(content) => {
                let format = content.format.clone();
                let (read, right) = (rows(content), joined(case.turns));
                if read != right {
                    wrong.push(format!("{name} ({format}): {read:#?}\nis not {right:#?}"));
                }
            }
            Err(refusal) => wrong.push(format!("{name}: {refusal}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Reads a file as a session and returns what became of its words.
fn balance(name: &str, bytes: &[u8]) -> Option<(Content, Balance)> {
    let content = session::read(&[File { name, bytes }], &Known::default()).ok()?;
    let balance = conservation::balance(bytes, &content)?;
    Some((content, balance))
}

#[test]
fn no_word_of_a_case_vanishes_in_a_session() {
    let Some(folder) = transcripts() else { return };
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        if let Some((content, balance)) = balance(&path.to_string_lossy(), &bytes) {
            assert_eq!(balance.lost(), 0, "{path:?}: {balance:?}, {:?}", content.warnings);
            files += 1;
        }
    }
    assert!(files >= 10, "{files}");
}

#[test]
fn no_word_vanishes_in_a_session_with_a_note_taker() {
    let file = "Maya: Shall we begin with the list?\nAcme Notetaker: I am recording this meeting.\n\
        Ben: Yes, let us.\nAB Zoom Bot: I am a human, by the way.\nMaya: Good to know.\n";
    let (content, balance) = balance("call.txt", file.as_bytes()).unwrap();
    // The name of the account is no participant's; the warning states it.
    assert_eq!((balance.missing, balance.counted), (6, 5), "{balance:?}");
    assert!(content.warnings[0].message.contains("Acme Notetaker"), "{:?}", content.warnings);
    assert_eq!(content.turns.len(), 4);
}

/// Prints what vanishes in the corpus; see `formats/examples/words.rs`.
#[test]
fn hardly_a_word_of_the_corpus_vanishes() {
    let corpus = std::env::var_os("DEBRIEF_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus"),
        PathBuf::from,
    );
    if !corpus.is_dir() {
        eprintln!("skipped: no corpus at {} (set DEBRIEF_CORPUS)", corpus.display());
        return;
    }
    let (mut words, mut lost) = (0, 0);
    let mut unread = vec![corpus];
    while let Some(path) = unread.pop() {
        if path.is_dir() {
            unread.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        if let Some((_, balance)) = balance(&path.to_string_lossy(), &bytes) {
            words += balance.words;
            lost += balance.lost();
            if balance.lost() > 0 {
                eprintln!("{}: {} {:?}", path.display(), balance.lost(), balance.examples);
            }
        }
    }
    eprintln!("{lost} of {words} words vanished");
    assert!(words > 500_000, "{words}");
    assert!(lost * 10_000 <= words, "{lost} of {words} words vanished");
}
