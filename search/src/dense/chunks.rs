//! A passage → its chunks, which are embedded.
//!
//! A window of turns has two chunks and shares one with each neighbour, so that every chunk is
//! embedded once; the window is as near as the nearer of its chunks. Other passages are one chunk.

use crate::passages::{Line, Passage};
use debrief_domain::subject::Subject;
use debrief_infra::vectors::{Entry, Neighbor};
use std::collections::HashSet;
use std::ops::Range;
use uuid::Uuid;

/// A text that is embedded.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    /// The entry for the vector store, without a vector.
    pub entry: Entry,
    /// The text for the model.
    pub text: String,
}

/// Returns the ids of a passage's chunks, derived from its session, kind, turns and words.
pub fn ids(subject: Subject, passage: &Passage) -> Vec<Uuid> {
    passage.chunks().map(|lines| id(subject, passage, lines)).collect()
}

fn id(subject: Subject, passage: &Passage, lines: &[Line]) -> Uuid {
    let mut name = passage.kind.as_str().as_bytes().to_vec();
    for line in lines {
        name.extend(line.turn.to_be_bytes());
        // The model reads the speaker too: a corrected name makes another text.
        for text in [line.speaker.as_deref().unwrap_or_default(), &line.text] {
            name.extend((text.len() as u64).to_be_bytes());
            name.extend(text.as_bytes());
        }
    }
    Uuid::new_v5(&subject.id(), &name)
}

/// Returns the lines of the nearest of a passage's chunks; `None` if none is near.
pub fn nearest(subject: Subject, passage: &Passage, near: &[Neighbor]) -> Option<Range<usize>> {
    let mut from = 0;
    let chunks = passage.chunks().map(|lines| {
        let range = from..from + lines.len();
        from = range.end;
        (id(subject, passage, lines), range)
    });
    let chunks: Vec<(Uuid, Range<usize>)> = chunks.collect();
    // Sorted by distance.
    near.iter().find_map(|near| {
        let chunk = chunks.iter().find(|(id, _)| *id == near.id)?;
        Some(chunk.1.clone())
    })
}

/// Returns the chunks of a session's passages, each once.
pub fn of_passages(subject: Subject, passages: &[Passage]) -> Vec<Chunk> {
    let mut seen = HashSet::new();
    let mut chunks = Vec::new();
    for passage in passages {
        for lines in passage.chunks() {
            let id = id(subject, passage, lines);
            if !seen.insert(id) {
                continue;
            }
            let mut speakers: Vec<String> = Vec::new();
            for speaker in lines.iter().filter_map(|line| line.speaker.as_ref()) {
                if !speakers.contains(speaker) {
                    speakers.push(speaker.clone());
                }
            }
            let entry = Entry {
                id,
                kind: passage.kind.as_str().to_owned(),
                speakers,
                language: passage.language.clone(),
                vector: None,
            };
            chunks.push(Chunk { entry, text: text(lines) });
        }
    }
    chunks
}

/// Returns the text for the model: the speakers and their words.
fn text(lines: &[Line]) -> String {
    let mut text = String::new();
    let mut before = None;
    for line in lines {
        if line.speaker != before
            && let Some(speaker) = &line.speaker
        {
            text.push_str(speaker);
            text.push_str(": ");
        }
        before.clone_from(&line.speaker);
        text.push_str(&line.text);
        text.push('\n');
    }
    text
}
