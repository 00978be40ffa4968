//! Merges real files of calls, if present: `DEBRIEF_CORPUS`, or `../../shared/corpus` next to the
//! checkout. Skipped with a message otherwise.

use std::fs;
use std::path::{Path, PathBuf};

use debrief_domain::transcript::content::{Content, TurnKind};
use debrief_formats as formats;
use debrief_understanding::merge::{COPY, Part, SAME_CALL, merge, same_call};
use debrief_understanding::people;

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

fn calls(corpus: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(corpus.join("zoom-calls")).unwrap();
    let mut calls: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    calls.retain(|path| path.is_dir());
    calls.sort();
    calls
}

fn read(path: &Path) -> Option<Content> {
    formats::parse(&fs::read(path).unwrap()).ok()
}

fn part(path: &Path) -> Option<Part> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    read(path).map(|content| Part { name, content })
}

#[test]
fn transcript_and_chat_of_every_call_stand_on_one_clock() {
    let Some(corpus) = corpus() else { return };
    let mut merged_calls = 0;
    for call in calls(&corpus) {
        let transcript = part(&call.join("transcript.vtt")).unwrap();
        // A chat that is only reactions is refused.
        let Some(chat) = part(&call.join("chat.txt")) else { continue };
        let (speech, messages) = (transcript.content.clone(), chat.content.clone());
        let merged = merge(vec![chat, transcript]).unwrap();
        assert_eq!(merged.format, "webvtt+zoom_chat", "{call:?}");
        let of = |kind| merged.turns.iter().filter(move |turn| turn.kind == kind);
        assert!(of(TurnKind::Speech).map(|t| &t.text).eq(speech.turns.iter().map(|t| &t.text)));
        assert_eq!(of(TurnKind::Chat).count(), messages.turns.len(), "{call:?}");
        assert_eq!(merged.word_count(), speech.word_count());
        for person in &speech.participants {
            let now = merged.participants.iter().find(|now| now.name == person.name).unwrap();
            assert_eq!((now.words, now.talk_ms), (person.words, person.talk_ms), "{call:?}");
            assert_eq!(now.turns, person.turns + now.messages);
        }
        // Every message precedes the first words that began after it was sent.
        for (at, turn) in merged.turns.iter().enumerate() {
            if let (TurnKind::Chat, Some(sent)) = (turn.kind, turn.start_ms) {
                let before = merged.turns[..at].iter().rfind(|t| t.kind == TurnKind::Speech);
                assert!(before.and_then(|t| t.start_ms).is_none_or(|start| start <= sent));
                let after = merged.turns[at..].iter().find(|t| t.kind == TurnKind::Speech);
                assert!(after.and_then(|t| t.start_ms).is_none_or(|start| start > sent));
            }
        }
        assert_eq!(merged.gaps, speech.gaps, "{call:?}");
        merged_calls += 1;
    }
    assert!(merged_calls >= 35, "{merged_calls}");
}

#[test]
fn two_tracks_are_a_consultation() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("transcripts/textgrid");
    let merged = merge(vec![
        part(&folder.join("primock57_d1c01_patient.TextGrid")).unwrap(),
        part(&folder.join("primock57_d1c01_doctor.TextGrid")).unwrap(),
    ])
    .unwrap();
    let names: Vec<_> = merged.participants.iter().map(|person| &*person.name).collect();
    assert_eq!(names, ["Doctor", "Patient"], "the doctor speaks first");
    assert!(merged.turns.len() > 60, "{}", merged.turns.len());
    let starts: Vec<_> = merged.turns.iter().filter_map(|turn| turn.start_ms).collect();
    assert!(starts.is_sorted());
    assert_eq!(merged.format, "textgrid");
    let alternate = merged.turns.windows(2).filter(|pair| pair[0].speaker != pair[1].speaker);
    assert!(alternate.count() > merged.turns.len() * 9 / 10);
}

#[test]
fn only_transcripts_of_the_same_call_are_alike() {
    let Some(corpus) = corpus() else { return };
    let calls: Vec<_> = calls(&corpus).into_iter().take(16).collect();
    let contents: Vec<_> =
        calls.iter().map(|call| read(&call.join("transcript.vtt")).unwrap()).collect();
    let (mut least, mut most) = (1.0f32, 0.0f32);
    for (at, call) in calls.iter().enumerate() {
        let corrected = read(&call.join("transcript_corrected.vtt")).unwrap();
        least = least.min(same_call(&contents[at], &corrected));
        for other in &contents[..at] {
            most = most.max(same_call(&contents[at], other));
        }
    }
    eprintln!("corrected copies: at least {least}; other calls: at most {most}");
    assert!(least > COPY, "{least}");
    assert!(most < SAME_CALL / 2.0, "{most}");
}

#[test]
fn people_of_every_call_are_themselves() {
    let Some(corpus) = corpus() else { return };
    let mut other_names = Vec::new();
    let mut note_takers = 0;
    for call in calls(&corpus) {
        let parts = ["transcript.vtt", "chat.txt"].map(|name| part(&call.join(name)));
        let mut content = merge(parts.into_iter().flatten().collect()).unwrap();
        let before: Vec<_> =
            content.participants.iter().map(|person| person.name.clone()).collect();
        people::unify(&mut content);
        let mut gone = before.len() - content.participants.len();
        for person in content.participants.into_iter().filter(|p| !p.other_names.is_empty()) {
            gone -= person.other_names.len();
            other_names.push((person.name, person.other_names.join(", ")));
        }
        note_takers += gone;
    }
    // Checked by hand: everybody else with a similar name is another person.
    let known = |name: &str, other: &str| (name.to_owned(), other.to_owned());
    assert_eq!(other_names, [known("Cayman Nava", "cayman"), known("Potuz", "potuz")]);
    assert_eq!(note_takers, 8);
}
