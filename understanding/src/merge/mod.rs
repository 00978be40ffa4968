//! Merges several files of one call into one session on one clock.
//!
//! Relations between files, in the order in which they are tried:
//! 1. *Copies*: the same text in two formats. The one with speakers and times is kept.
//! 2. *Tracks*: files of one speaker each that alternate on the same clock.
//! 3. *Parts*: consecutive recordings, by the numbers or times in their names.
//! 4. *Chat*: messages are inserted between the turns by time.
//!
//! Invariants:
//! - Files without a recognisable relation are refused, never concatenated.
//! - No speaker is invented: a track without names gets the distinguishing name of its file, or
//!   none. No time is invented: if a clock is unknown, its times are dropped.
//! - Every decision is in the warnings.
//! - Linear in the files, apart from sorting; at most [`MAX_FILES`] files and `MAX_TURNS` turns.

mod clock;
mod file_names;
mod likeness;
mod part;
mod tracks;

#[cfg(test)]
mod tests;

use debrief_domain::transcript::content::{Content, Participant, Role, TurnKind, Warning};
use debrief_domain::transcript::talk;
use debrief_formats::builder::{MAX_TURNS, MAX_WARNINGS};

use likeness::Shingles;
pub use likeness::{COPY, SAME_CALL, same_call};
pub use part::{MAX_FILES, MergeError, Part};

/// Merges the files of one call. A single file is returned unchanged.
pub fn merge(mut parts: Vec<Part>) -> Result<Content, MergeError> {
    if parts.len() > MAX_FILES {
        return Err(MergeError::TooMany);
    }
    if parts.len() < 2 {
        return parts.pop().map(|part| part.content).ok_or(MergeError::Nothing);
    }
    let mut notes = Vec::new();
    let (chats, speech): (Vec<Part>, Vec<Part>) = parts.into_iter().partition(is_chat);
    let speech = without_copies(speech, &mut notes);
    let chats = without_copies(chats, &mut notes);
    let named = |part: &Part| (part.name.clone(), part.content.warnings.clone());
    let warnings: Vec<_> = speech.iter().chain(&chats).map(named).collect();
    let formats = formats(speech.iter().chain(&chats));
    let language = language(speech.iter().chain(&chats));
    let mut people: Vec<Participant> = speech
        .iter()
        .chain(&chats)
        .flat_map(|part| part.content.participants.iter().cloned())
        .collect();
    // If files differ about a role, the last one that states a role wins.
    people.sort_by_key(|person| person.role != Role::Unknown);

    let mut turns = match speech.is_empty() {
        true => clock::in_a_row(chats, &mut notes)?.turns,
        false => {
            let zero = match &*speech {
                [only] => clock::zero_of_day(&only.content),
                _ => None,
            };
            let talk = match tracks::tracks(&speech) {
                Some(speakers) => clock::Row::from_tracks(speech, &speakers, &mut notes),
                None => clock::in_a_row(speech, &mut notes)?,
            };
            clock::with_chat(talk, chats, zero, &mut notes)
        }
    };
    if turns.len() > MAX_TURNS {
        turns.truncate(MAX_TURNS);
        notes.push(format!("more than {MAX_TURNS} turns: the files were read up to here"));
    }
    for (index, turn) in turns.iter_mut().enumerate() {
        turn.index = u32::try_from(index).unwrap_or(u32::MAX);
        if turn.language == language {
            turn.language = None;
        }
    }
    let mut content = Content {
        format: formats,
        language,
        participants: people,
        turns,
        warnings: all_warnings(notes, warnings),
        ..Content::default()
    };
    talk::measure(&mut content);
    Ok(content)
}

fn is_chat(part: &Part) -> bool {
    part.content.turns.iter().all(|turn| turn.kind == TurnKind::Chat)
}

/// Keeps the best of the files with the same text.
fn without_copies(parts: Vec<Part>, notes: &mut Vec<String>) -> Vec<Part> {
    let mut kept: Vec<(Part, Shingles)> = Vec::with_capacity(parts.len());
    for part in parts {
        let shingles = Shingles::of(&part.content);
        let Some(place) = kept.iter().position(|(_, other)| shingles.likeness(other) > COPY) else {
            kept.push((part, shingles));
            continue;
        };
        let (best, _) = &mut kept[place];
        let mut worse = part;
        if worth(&worse.content) > worth(&best.content) {
            std::mem::swap(&mut worse, best);
        }
        notes.push(format!("{} has the same text as {} and was skipped", worse.name, best.name));
    }
    kept.into_iter().map(|(part, _)| part).collect()
}

/// Returns what a file has besides its text: speakers, times, and how many.
fn worth(content: &Content) -> (bool, bool, bool, u64) {
    let half = content.turns.len() / 2;
    let many = |count: usize| count > half;
    (
        many(content.turns.iter().filter(|turn| turn.speaker.is_some()).count()),
        many(content.turns.iter().filter(|turn| turn.start_ms.is_some()).count()),
        many(content.turns.iter().filter(|turn| turn.end_ms.is_some()).count()),
        content.word_count(),
    )
}

/// Returns the distinct formats in order, as in `webvtt+zoom_chat`.
fn formats<'a>(parts: impl Iterator<Item = &'a Part>) -> String {
    let mut formats: Vec<&str> = Vec::new();
    for format in parts.flat_map(|part| part.content.format.split('+')) {
        if !formats.contains(&format) {
            formats.push(format);
        }
    }
    formats.join("+")
}

/// Returns the language of most of the words, among files with a known language.
fn language<'a>(parts: impl Iterator<Item = &'a Part>) -> Option<String> {
    let mut counts: Vec<(&str, u64)> = Vec::new();
    for part in parts {
        let Some(language) = part.content.language.as_deref() else { continue };
        let words = part.content.word_count();
        match counts.iter_mut().find(|(known, _)| *known == language) {
            Some((_, count)) => *count += words,
            None => counts.push((language, words)),
        }
    }
    let most = counts.iter().rev().max_by_key(|(_, words)| *words)?;
    Some(most.0.to_owned())
}

/// Returns the decisions made here, then the warnings of each file with its name.
fn all_warnings(notes: Vec<String>, files: Vec<(String, Vec<Warning>)>) -> Vec<Warning> {
    let own = notes.into_iter().map(|message| Warning { line: 1, message });
    let theirs = files.into_iter().flat_map(|(name, warnings)| {
        warnings.into_iter().map(move |warning| Warning {
            line: warning.line,
            message: format!("{name}: {}", warning.message),
        })
    });
    let mut all: Vec<Warning> = own.chain(theirs).collect();
    if all.len() > MAX_WARNINGS {
        let more = all.len() - MAX_WARNINGS;
        all.truncate(MAX_WARNINGS);
        all.push(Warning { line: 1, message: format!("… and {more} more") });
    }
    all
}
