//! The running note on a client: what an approved summary changes in it, and how it is told to a
//! language model.
//!
//! Decisions are agreements, progress is goals, topics are themes, and action items stay what they
//! are. What says the same, by its words, is one line: that of the newer session, which is the one
//! that stands.
//!
//! Invariants:
//! - What a person wrote, changed or dropped is neither changed nor added again.
//! - A line is changed only by what its kind says with the same numbers.
//! - The lines that summaries wrote have at most [`CHARS_MAX`] characters; of those that do not
//!   fit, the oldest go first: what is done, then themes, agreements, open action items, goals.
//! - The same note and summary give the same changes, and the second time none.

mod same;
#[cfg(test)]
mod tests;

use chrono::NaiveDate;
use debrief_domain::client_note::{
    ClientNote, LINES_MAX, Line, LineAuthor, LineChange, LineKind, TEXT_MAX,
};
use debrief_domain::ids::TranscriptId;
use debrief_domain::summary::content::{ActionItem, Content, Point};
use same::Words;
use std::collections::HashSet;

/// Most characters of the lines that summaries wrote.
pub const CHARS_MAX: usize = 6_000;

/// The session of a summary.
#[derive(Debug, Clone, Copy)]
pub struct Session {
    /// Which session.
    pub transcript_id: TranscriptId,
    /// The day on which it was held, where known.
    pub held_on: Option<NaiveDate>,
}

/// Returns what an approved summary changes in the note. New lines have no id yet.
pub fn merge(note: &ClientNote, content: &Content, session: Session) -> Vec<LineChange> {
    let language = content.language.as_deref();
    let words = |line: &Line| Words::of(&line.text, language);
    let mut lines: Vec<(Line, Words)> =
        note.lines().iter().map(|line| (line.clone(), words(line))).collect();
    let dropped: Vec<(&Line, Words)> = note.dropped().map(|line| (line, words(line))).collect();
    let mut changes = Vec::new();
    let mut said = HashSet::new();
    for new in of_summary(content, session) {
        let new_words = words(&new);
        if new_words.is_empty()
            || dropped.iter().any(|(old, it)| is_same(old, it, &new, &new_words))
        {
            continue;
        }
        let found = lines.iter_mut().find(|(old, it)| is_same(old, it, &new, &new_words));
        let change = match found {
            Some((old, _)) if old.by == LineAuthor::Person => continue,
            Some((old, _)) if !old.id.is_empty() && said.contains(&old.id) => continue,
            // Said twice in this summary.
            Some((old, _)) if old.id.is_empty() => continue,
            Some((old, it)) => {
                said.insert(old.id.clone());
                let new = in_place_of(old, new);
                if new == *old {
                    continue;
                }
                (*old, *it) = (new.clone(), new_words);
                LineChange::Put(new)
            }
            None => {
                lines.push((new.clone(), new_words));
                LineChange::Put(new)
            }
        };
        changes.push(change);
    }
    // What an earlier version of this summary said and this one no longer does.
    let taken_back = note.lines().iter().filter(|line| {
        line.by == LineAuthor::Machine
            && line.transcript_id == Some(session.transcript_id)
            && !said.contains(&line.id)
    });
    let taken_back: Vec<String> = taken_back.map(|line| line.id.clone()).collect();
    lines.retain(|(line, _)| line.id.is_empty() || !taken_back.contains(&line.id));
    changes.extend(taken_back.into_iter().map(|id| LineChange::Drop { id }));
    let lines: Vec<Line> = lines.into_iter().map(|(line, _)| line).collect();
    fit(&lines, &mut changes);
    changes
}

/// Returns what a summary says that belongs into the note.
fn of_summary(content: &Content, session: Session) -> Vec<Line> {
    let line = |kind, point: &Point| Line {
        id: String::new(),
        kind,
        text: one_line(&point.text),
        owner: None,
        due_on: None,
        done: false,
        transcript_id: Some(session.transcript_id),
        turn: point.turns.first().copied(),
        held_on: session.held_on,
        by: LineAuthor::Machine,
    };
    let item = |item: &ActionItem| Line {
        owner: item.owner.clone(),
        due_on: item.due_on,
        done: item.done,
        ..line(LineKind::ActionItem, &item.point)
    };
    let of = |kind| move |point| line(kind, point);
    let goals = content.progress.iter().map(of(LineKind::Goal));
    let agreements = content.decisions.iter().map(of(LineKind::Agreement));
    let themes = content.topics.iter().map(of(LineKind::Theme));
    // An action item that is also a decision is an action item.
    goals.chain(content.action_items.iter().map(item)).chain(agreements).chain(themes).collect()
}

/// Returns the new line as it takes the place of the old one.
fn in_place_of(old: &Line, new: Line) -> Line {
    let id = old.id.clone();
    let owner = new.owner.clone().or_else(|| old.owner.clone());
    match (old.kind, new.kind) {
        // What was to be done was decided again: it stays to be done, by the same day.
        (LineKind::ActionItem, LineKind::Agreement) => {
            Line { id, kind: old.kind, owner, due_on: old.due_on, done: old.done, ..new }
        }
        _ => Line { id, owner, ..new },
    }
}

/// Whether two lines say the same. A decision to do something is the action item.
fn is_same(one: &Line, one_words: &Words, other: &Line, other_words: &Words) -> bool {
    let tasks = |line: &Line| matches!(line.kind, LineKind::ActionItem | LineKind::Agreement);
    let owners = match (&one.owner, &other.owner) {
        (Some(one), Some(other)) => one.to_lowercase() == other.to_lowercase(),
        _ => true,
    };
    let kinds = one.kind == other.kind || tasks(one) && tasks(other) && one_words == other_words;
    kinds && owners && one_words.same(other_words)
}

/// Drops lines until the rest fits.
fn fit(lines: &[Line], changes: &mut Vec<LineChange>) {
    let of_machine = || lines.iter().filter(|line| line.by == LineAuthor::Machine);
    let mut chars: usize = of_machine().map(|line| line.text.chars().count()).sum();
    let mut count = lines.len();
    let rank = |line: &Line| match (line.done, line.kind) {
        (true, _) => 0,
        (_, LineKind::Theme) => 1,
        (_, LineKind::Other) => 2,
        (_, LineKind::Agreement) => 3,
        (_, LineKind::ActionItem) => 4,
        (_, LineKind::Goal) => 5,
    };
    let mut going: Vec<(usize, &Line)> =
        lines.iter().enumerate().filter(|(_, line)| line.by == LineAuthor::Machine).collect();
    // Of one kind, those go first that were last spoken of longest ago.
    going.sort_by_key(|(at, line)| (rank(line), line.held_on, *at));
    for (_, line) in going {
        if chars <= CHARS_MAX && count <= LINES_MAX {
            break;
        }
        chars -= line.text.chars().count();
        count -= 1;
        let same = |change: &LineChange| matches!(change, LineChange::Put(put) if put == line);
        match changes.iter().position(same) {
            Some(at) if line.id.is_empty() => drop(changes.remove(at)),
            found => {
                if let Some(at) = found {
                    changes.remove(at);
                }
                changes.push(LineChange::Drop { id: line.id.clone() });
            }
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(TEXT_MAX).collect()
}

/// Returns the note as text for a language model: a heading for each kind, a line for each line,
/// with the day of its session. What is done is left out. `None` if nothing is left.
pub fn render(lines: &[Line]) -> Option<String> {
    let mut out = String::new();
    for kind in LineKind::ALL {
        let of_kind: Vec<&Line> =
            lines.iter().filter(|line| line.kind == kind && !line.done).collect();
        if of_kind.is_empty() {
            continue;
        }
        out.push_str(match kind {
            LineKind::Goal => "Goals:\n",
            LineKind::Agreement => "Agreements:\n",
            LineKind::ActionItem => "Open action items:\n",
            LineKind::Theme => "Themes:\n",
            LineKind::Other => "Also:\n",
        });
        for line in of_kind {
            out.push_str(&format!("- {}", line.text));
            let mut about = Vec::new();
            about.extend(line.owner.clone());
            about.extend(line.due_on.map(|day| format!("by {day}")));
            about.extend(line.held_on.map(|day| format!("session of {day}")));
            if !about.is_empty() {
                out.push_str(&format!(" ({})", about.join(", ")));
            }
            out.push('\n');
        }
    }
    (!out.is_empty()).then_some(out)
}
