//! The running note on a client: goals, agreements, open action items and themes, each line with
//! the session and turn that it came from. Each client has one.
//!
//! Invariants:
//! - What a person wrote, changed or dropped stays so: summaries only change lines that summaries
//!   wrote, and [`ClientNote::dropped`] says what is not to be added again.
//! - A line that a summary wrote is sealed under the key of its session: when the session is
//!   deleted, the note is what it would be without it.
//! - All lists and texts are bounded.

mod events;
mod line;
#[cfg(test)]
mod tests;

pub use events::*;
pub use line::{Line, LineAuthor, LineChange, LineKind, NoteEdit};

use crate::ids::{ClientId, TranscriptId};
use crate::personal::Personal;
use crate::visible::is_visible;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Most lines of a note.
pub const LINES_MAX: usize = 200;
/// Most characters of a line.
pub const TEXT_MAX: usize = 500;
/// Most edits at once.
pub const EDITS_MAX: usize = 200;
/// Most dropped lines that are remembered; the oldest are forgotten.
const DROPPED_MAX: usize = 200;

/// State that commands are decided on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ClientNote {
    version: u32,
    numbered: u32,
    lines: Vec<Line>,
    dropped: VecDeque<Line>,
}

/// Commands of a note.
#[derive(Debug, Clone)]
pub enum ClientNoteCommand {
    /// Take in an approved summary.
    Merge {
        /// The client.
        client_id: ClientId,
        /// The version that the changes were made for.
        base_version: u32,
        /// The changes. A line without an id is new.
        changes: Vec<LineChange>,
        /// Which summary: [`NoteCause::Approved`].
        cause: NoteCause,
    },
    /// Make a person's edits, all or none.
    Edit {
        /// The client.
        client_id: ClientId,
        /// The version that the person saw.
        base_version: u32,
        /// The edits.
        edits: Vec<NoteEdit>,
    },
    /// Drop what came from a session that is no longer one of this client. What a person wrote
    /// stays, without its session.
    Forget {
        /// The client.
        client_id: ClientId,
        /// The session.
        transcript_id: TranscriptId,
    },
}

/// Reasons for refusing a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientNoteError {
    /// Somebody revised the note meanwhile.
    #[error("the newest version is {newest}")]
    Changed {
        /// The newest version.
        newest: u32,
    },
    /// No line has this id.
    #[error("there is no line {0}")]
    NoLine(String),
    /// A line says nothing.
    #[error("a line must say something")]
    Empty,
    /// A line is too long.
    #[error("a line has {0} characters; at most {TEXT_MAX} are allowed")]
    TooLong(usize),
    /// The note has too many lines.
    #[error("a note has at most {LINES_MAX} lines")]
    TooManyLines,
    /// Too many edits.
    #[error("at most {EDITS_MAX} edits are made at once")]
    TooManyEdits,
}

impl ClientNote {
    /// Returns the version; 0 before the first.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Returns the lines, in the order in which they were added.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Returns lines that a person dropped: what they say is not added again.
    pub fn dropped(&self) -> impl Iterator<Item = &Line> {
        self.dropped.iter()
    }

    /// Returns the number of the next line.
    fn next_id(&mut self) -> String {
        self.numbered += 1;
        format!("n{}", self.numbered)
    }

    fn line(&self, id: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.id == id)
    }

    fn known(&self, id: &str) -> Result<&Line, ClientNoteError> {
        self.line(id).ok_or_else(|| ClientNoteError::NoLine(id.to_owned()))
    }

    /// Applies a change; `by_person` says whether what is dropped is remembered.
    fn change(&mut self, change: LineChange, by_person: bool) {
        match change {
            LineChange::Put(line) => match self.lines.iter_mut().find(|it| it.id == line.id) {
                Some(there) => *there = line,
                None => self.lines.push(line),
            },
            LineChange::Done { id, done } => {
                if let Some(line) = self.lines.iter_mut().find(|line| line.id == id) {
                    line.done = done;
                    if by_person {
                        line.by = LineAuthor::Person;
                    }
                }
            }
            LineChange::Drop { id } => {
                let Some(at) = self.lines.iter().position(|line| line.id == id) else { return };
                let line = self.lines.remove(at);
                if by_person {
                    self.dropped.push_back(line);
                    if self.dropped.len() > DROPPED_MAX {
                        self.dropped.pop_front();
                    }
                }
            }
        }
    }

    /// Returns the changes that edits mean.
    fn edited(&self, edits: Vec<NoteEdit>) -> Result<(Self, Vec<LineChange>), ClientNoteError> {
        if edits.len() > EDITS_MAX {
            return Err(ClientNoteError::TooManyEdits);
        }
        let mut after = self.clone();
        let mut changes = Vec::new();
        for edit in edits {
            let change = match edit {
                NoteEdit::Add { kind, text } => LineChange::Put(Line {
                    text: checked(&text)?,
                    id: after.next_id(),
                    kind,
                    owner: None,
                    due_on: None,
                    done: false,
                    transcript_id: None,
                    turn: None,
                    held_on: None,
                    by: LineAuthor::Person,
                }),
                NoteEdit::Change { id, kind: None, text: None, done } => {
                    let line = after.known(&id)?;
                    match done {
                        Some(done) if done != line.done => LineChange::Done { id, done },
                        _ => continue,
                    }
                }
                NoteEdit::Change { id, kind, text, done } => {
                    let line = after.known(&id)?.clone();
                    let text = match text {
                        Some(text) => checked(&text)?,
                        None => line.text.clone(),
                    };
                    let (kind, done) = (kind.unwrap_or(line.kind), done.unwrap_or(line.done));
                    if (kind, done, &text) == (line.kind, line.done, &line.text) {
                        continue;
                    }
                    LineChange::Put(Line { kind, text, done, by: LineAuthor::Person, ..line })
                }
                NoteEdit::Drop { id } => {
                    after.known(&id)?;
                    LineChange::Drop { id }
                }
            };
            after.change(change.clone(), true);
            changes.push(change);
        }
        match after.lines.len() > LINES_MAX && after.lines.len() > self.lines.len() {
            true => Err(ClientNoteError::TooManyLines),
            false => Ok((after, changes)),
        }
    }

    /// Returns the changes of a summary, with ids, as far as they touch no line of a person.
    fn merged(&self, changes: Vec<LineChange>) -> (Self, Vec<LineChange>) {
        let mut after = self.clone();
        let mut made = Vec::new();
        for mut change in changes {
            if let LineChange::Put(line) = &mut change {
                line.text = line.text.chars().take(TEXT_MAX).collect();
                line.by = LineAuthor::Machine;
                if line.id.is_empty() {
                    if after.lines.len() >= LINES_MAX {
                        continue;
                    }
                    line.id = after.next_id();
                }
            }
            let id = match &change {
                LineChange::Put(line) => &line.id,
                LineChange::Done { id, .. } | LineChange::Drop { id } => id,
            };
            let there = after.line(id);
            if there.is_some_and(|line| line.by == LineAuthor::Person)
                || there.is_some() && there == change.line()
                || there.is_none() && change.line().is_none()
            {
                continue;
            }
            after.change(change.clone(), false);
            made.push(change);
        }
        (after, made)
    }

    fn seen(&self, base_version: u32) -> Result<(), ClientNoteError> {
        match self.version == base_version {
            true => Ok(()),
            false => Err(ClientNoteError::Changed { newest: self.version }),
        }
    }

    fn decide(
        &self,
        command: ClientNoteCommand,
    ) -> Result<Option<ClientNoteRevised>, ClientNoteError> {
        let (client_id, cause, (after, changes)) = match command {
            ClientNoteCommand::Merge { client_id, base_version, changes, cause } => {
                self.seen(base_version)?;
                (client_id, cause, self.merged(changes))
            }
            ClientNoteCommand::Edit { client_id, base_version, edits } => {
                self.seen(base_version)?;
                (client_id, NoteCause::Edited, self.edited(edits)?)
            }
            ClientNoteCommand::Forget { client_id, transcript_id } => {
                let of_session =
                    self.lines.iter().filter(|line| line.transcript_id == Some(transcript_id));
                let changes = of_session.map(|line| match line.by {
                    LineAuthor::Machine => LineChange::Drop { id: line.id.clone() },
                    LineAuthor::Person => LineChange::Put(Line {
                        transcript_id: None,
                        turn: None,
                        held_on: None,
                        ..line.clone()
                    }),
                });
                let cause = NoteCause::Moved { transcript_id };
                (client_id, cause, (self.clone(), changes.collect()))
            }
        };
        Ok((!changes.is_empty()).then(|| ClientNoteRevised {
            client_id,
            version: self.version + 1,
            numbered: after.numbered,
            changes: Personal::Known(changes),
            cause,
        }))
    }
}

fn checked(text: &str) -> Result<String, ClientNoteError> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.chars().count() {
        _ if !is_visible(&text) => Err(ClientNoteError::Empty),
        chars if chars > TEXT_MAX => Err(ClientNoteError::TooLong(chars)),
        _ => Ok(text),
    }
}

impl Aggregate for ClientNote {
    const TYPE: &'static str = "client_note";
    type Command = ClientNoteCommand;
    type Event = ClientNoteEvent;
    type Error = ClientNoteError;
    type Services = ();

    async fn handle(
        &mut self,
        command: Self::Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        if let Some(revised) = self.decide(command)? {
            sink.write(ClientNoteEvent::Revised(revised), self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Self::Event) {
        let ClientNoteEvent::Revised(revised) = event;
        self.version = revised.version;
        self.numbered = revised.numbered;
        let by_person = revised.cause == NoteCause::Edited;
        for change in revised.changes.into_known().unwrap_or_default() {
            self.change(change, by_person);
        }
        if let NoteCause::Moved { transcript_id } = revised.cause {
            self.dropped.retain(|line| line.transcript_id != Some(transcript_id));
        }
    }
}
