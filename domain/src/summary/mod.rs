//! A summary: its versions, and the messages that refine it.
//!
//! One stream holds both, so that an answer and the version that it leads to are one append, and a
//! message that is cancelled cannot change anything later.
//!
//! Invariants:
//! - The machine never replaces what a person decided: a version that the transcript gives is
//!   written only over versions that the transcript gave ([`SummaryEvent::Kept`] otherwise).
//! - A person's edit is decided on the version that they saw, or refused.
//! - At most one request to write is open; a newer one replaces it.

mod chat;
pub mod content;
pub mod diff;
pub mod edit;
mod events;
mod history;
mod section;
mod sheet;
#[cfg(test)]
mod tests;
pub mod text;

pub use chat::{MESSAGE_MAX, MESSAGES_MAX, MessageState, UnknownMessageState, WAITING_MAX};
pub use events::*;
pub use history::VERSIONS_MAX;
pub use section::Section;

use crate::ids::{MessageId, RequestId, TranscriptId};
use crate::personal::Personal;
use chat::Chat;
use content::Content;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use edit::{Edit, EditError};
use history::History;
use serde::{Deserialize, Serialize};

/// State that commands are decided on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Summary {
    transcript_id: Option<TranscriptId>,
    history: History,
    chat: Chat,
    /// The open request to write, and the newest version when it was made.
    writing: Option<(RequestId, u32)>,
    approved: Option<u32>,
    erased: bool,
}

/// Commands of a summary.
#[derive(Debug, Clone)]
pub enum SummaryCommand {
    /// Write what the transcript gives, as the first or the next version; keep a version that a
    /// person worked on.
    Write {
        /// Its transcript.
        transcript_id: TranscriptId,
        /// Its content.
        content: Box<Content>,
        /// A request that asks a language model to replace it, in the same append: whoever sees the
        /// version sees that another is being written. A version that stays is not replaced.
        request: Option<RequestId>,
    },
    /// Ask a language model for a version.
    Request(SummaryRequested),
    /// Write the version that a request led to.
    Finish {
        /// Which request.
        request_id: RequestId,
        /// Its content.
        content: Box<Content>,
    },
    /// End a request without a version.
    Fail {
        /// Which request.
        request_id: RequestId,
        /// Why; see [`SummaryWritingFailed::reason`].
        reason: String,
    },
    /// Edit by hand.
    Edit {
        /// The version that the person saw.
        base_version: u32,
        /// What to change.
        edits: Vec<Edit>,
    },
    /// Go back to the version before.
    Undo {
        /// The version that the person saw.
        base_version: u32,
    },
    /// Go forward to what was undone.
    Redo {
        /// The version that the person saw.
        base_version: u32,
    },
    /// Bring an earlier version back.
    Restore {
        /// The version that the person saw.
        base_version: u32,
        /// Which version to bring back.
        version: u32,
    },
    /// Approve the newest version.
    Approve {
        /// The version that the person saw.
        base_version: u32,
    },
    /// Send a message.
    Send {
        /// Identifies it.
        message_id: MessageId,
        /// What is asked.
        text: String,
        /// The version that its author saw; the newest if absent.
        base_version: Option<u32>,
    },
    /// Begin to work on a message.
    Start {
        /// Which message.
        message_id: MessageId,
    },
    /// Answer a message, and make the changes that it asked for on the newest version.
    Answer {
        /// Which message.
        message_id: MessageId,
        /// The answer.
        text: String,
        /// What to change; nothing if it is only an answer.
        edits: Vec<Edit>,
    },
    /// Cancel a message.
    Cancel {
        /// Which message.
        message_id: MessageId,
    },
    /// End a message without an answer.
    FailMessage {
        /// Which message.
        message_id: MessageId,
        /// Why; see [`MessageFailed::reason`].
        reason: String,
    },
    /// Erase the summary for good, also before its first version: one may be on its way.
    Erase,
}

/// Reasons for refusing a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SummaryError {
    /// The transcript was deleted, and its summary with it.
    #[error("this summary was erased with its transcript")]
    Erased,
    /// There is no version yet.
    #[error("this summary does not exist yet")]
    NotFound,
    /// Somebody wrote another version meanwhile.
    #[error("the newest version is {newest}")]
    Changed {
        /// The newest version.
        newest: u32,
    },
    /// There is nothing to undo.
    #[error("there is nothing to undo")]
    NothingToUndo,
    /// There is nothing to redo.
    #[error("there is nothing to redo")]
    NothingToRedo,
    /// There is no such version, or it can no longer be read.
    #[error("there is no version {0}")]
    NoVersion(u32),
    /// The summary has too many versions.
    #[error("a summary has at most {VERSIONS_MAX} versions")]
    TooManyVersions,
    /// The edits cannot be made.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// There is no such message.
    #[error("there is no such message")]
    NoMessage,
    /// The message has ended.
    #[error("this message has ended")]
    MessageEnded(MessageState),
    /// Other messages come first.
    #[error("other messages come first")]
    NotItsTurn,
    /// Too many messages.
    #[error("a summary has at most {MESSAGES_MAX} messages, of which {WAITING_MAX} may wait")]
    TooManyMessages,
    /// The request has ended, or was replaced by a newer one.
    #[error("this request has ended")]
    RequestEnded,
    /// The summary was changed by a person while the model was writing.
    #[error("the summary was changed while the model was writing")]
    ChangedWhileWriting,
}

impl Summary {
    /// Returns the transcript that it summarizes, once there is a version.
    pub fn transcript_id(&self) -> Option<TranscriptId> {
        self.transcript_id
    }

    /// Returns the number of the newest version; 0 if there is none.
    pub fn version(&self) -> u32 {
        self.history.newest()
    }

    /// Returns the content of the newest version, unless it was erased.
    pub fn content(&self) -> Option<&Content> {
        self.history.content(self.version()).filter(|_| !self.erased)
    }

    /// Returns the content of a version, unless it was erased.
    pub fn content_of(&self, version: u32) -> Option<&Content> {
        self.history.content(version).filter(|_| !self.erased)
    }

    /// Returns the ids of the points of all versions.
    pub fn point_ids(&self) -> impl Iterator<Item = &str> {
        self.history.ids()
    }

    /// Returns the open request to a language model.
    pub fn writing(&self) -> Option<RequestId> {
        self.writing.map(|(request, _)| request)
    }

    /// Returns the approved version.
    pub fn approved(&self) -> Option<u32> {
        self.approved
    }

    /// Returns the state of a message.
    pub fn message(&self, id: MessageId) -> Option<MessageState> {
        self.chat.state(id)
    }

    /// Whether other messages come before this one.
    pub fn is_behind_others(&self, id: MessageId) -> bool {
        self.chat.is_behind_others(id)
    }

    /// Whether a person decided what the newest version says.
    pub fn is_by_person(&self) -> bool {
        self.history.is_by_person()
    }

    /// Whether the summary was erased.
    pub fn is_erased(&self) -> bool {
        self.erased
    }

    fn transcript(&self) -> Result<TranscriptId, SummaryError> {
        self.transcript_id.ok_or(SummaryError::NotFound)
    }

    fn seen(&self, base_version: u32) -> Result<(), SummaryError> {
        match self.version() {
            0 => Err(SummaryError::NotFound),
            newest if newest != base_version => Err(SummaryError::Changed { newest }),
            _ => Ok(()),
        }
    }

    fn revised(&self, content: Content, cause: Cause) -> Result<SummaryEvent, SummaryError> {
        let version = self.version() + 1;
        if version > VERSIONS_MAX {
            return Err(SummaryError::TooManyVersions);
        }
        let (transcript_id, content) = (self.transcript()?, Personal::Known(content));
        Ok(SummaryEvent::Revised(SummaryRevised { transcript_id, version, content, cause }))
    }

    /// Returns the event that writes the content of an earlier version again.
    fn again(
        &self,
        base_version: u32,
        of: u32,
        cause: impl Fn(u32) -> Cause,
    ) -> Result<SummaryEvent, SummaryError> {
        self.seen(base_version)?;
        let content = self.history.content(of).ok_or(SummaryError::NoVersion(of))?;
        self.revised(content.clone(), cause(of))
    }

    fn edited(&self, edits: &[Edit]) -> Result<Content, SummaryError> {
        let newest = self.version();
        let content = self.history.content(newest).ok_or(SummaryError::NoVersion(newest))?;
        Ok(edit::apply(content, edits, self.history.ids())?)
    }

    fn open_message(&self, id: MessageId) -> Result<MessageState, SummaryError> {
        match self.chat.state(id).ok_or(SummaryError::NoMessage)? {
            state if state.is_final() => Err(SummaryError::MessageEnded(state)),
            state => Ok(state),
        }
    }

    fn write(
        &self,
        transcript_id: TranscriptId,
        mut content: Content,
    ) -> Result<SummaryEvent, SummaryError> {
        content.number(self.history.ids());
        match self.version() {
            0 => Ok(SummaryEvent::Created(SummaryCreated {
                transcript_id,
                content: Personal::Known(content),
            })),
            version if self.history.is_by_person() => {
                Ok(SummaryEvent::Kept(SummaryKept { transcript_id, version }))
            }
            _ => self.revised(content, Cause::default()),
        }
    }

    fn finish(&self, id: RequestId, mut content: Content) -> Result<SummaryEvent, SummaryError> {
        match self.writing {
            Some((request, since)) if request == id => {
                if self.history.is_by_person() && self.version() > since {
                    return Err(SummaryError::ChangedWhileWriting);
                }
            }
            _ => return Err(SummaryError::RequestEnded),
        }
        content.number(self.history.ids());
        self.revised(content, Cause::Written { request_id: Some(id) })
    }

    fn decide(&self, command: SummaryCommand) -> Result<Vec<SummaryEvent>, SummaryError> {
        if self.erased {
            return match command {
                SummaryCommand::Erase => Ok(Vec::new()),
                _ => Err(SummaryError::Erased),
            };
        }
        let event = match command {
            SummaryCommand::Erase => SummaryEvent::Erased(SummaryErased {}),
            SummaryCommand::Write { transcript_id, content, request } => {
                let written = self.write(transcript_id, *content)?;
                let request_id = request.filter(|_| !matches!(written, SummaryEvent::Kept(_)));
                let requested = request_id.map(|request_id| {
                    SummaryEvent::Requested(SummaryRequested {
                        transcript_id,
                        request_id,
                        prompt: None,
                        language: None,
                        instructions: None,
                    })
                });
                return Ok([written].into_iter().chain(requested).collect());
            }
            SummaryCommand::Request(requested) => {
                self.transcript()?;
                SummaryEvent::Requested(requested)
            }
            SummaryCommand::Finish { request_id, content } => self.finish(request_id, *content)?,
            SummaryCommand::Fail { request_id, reason } => match self.writing {
                Some((request, _)) if request == request_id => {
                    let transcript_id = self.transcript()?;
                    let failed = SummaryWritingFailed { transcript_id, request_id, reason };
                    SummaryEvent::WritingFailed(failed)
                }
                _ => return Err(SummaryError::RequestEnded),
            },
            SummaryCommand::Edit { base_version, edits } => {
                self.seen(base_version)?;
                self.revised(self.edited(&edits)?, Cause::Edited)?
            }
            SummaryCommand::Undo { base_version } => {
                let of = self.history.before().ok_or(SummaryError::NothingToUndo)?;
                self.again(base_version, of, |of| Cause::Undone { of })?
            }
            SummaryCommand::Redo { base_version } => {
                let of = self.history.after().ok_or(SummaryError::NothingToRedo)?;
                self.again(base_version, of, |of| Cause::Redone { of })?
            }
            SummaryCommand::Restore { base_version, version } => {
                self.again(base_version, version, |of| Cause::Restored { of })?
            }
            SummaryCommand::Approve { base_version } => {
                self.seen(base_version)?;
                if self.approved == Some(base_version) {
                    return Ok(Vec::new());
                }
                let transcript_id = self.transcript()?;
                SummaryEvent::Approved(SummaryApproved { transcript_id, version: base_version })
            }
            command => return self.decide_message(command),
        };
        Ok(vec![event])
    }

    fn decide_message(&self, command: SummaryCommand) -> Result<Vec<SummaryEvent>, SummaryError> {
        let transcript_id = self.transcript()?;
        let event = match command {
            SummaryCommand::Send { message_id, text, base_version } => {
                let base_version = base_version.unwrap_or(self.version());
                if self.history.content(base_version).is_none() {
                    return Err(SummaryError::NoVersion(base_version));
                }
                if self.chat.len() >= MESSAGES_MAX || self.chat.waiting() >= WAITING_MAX {
                    return Err(SummaryError::TooManyMessages);
                }
                let text = text.into();
                let sent = MessageSent { transcript_id, message_id, text, base_version };
                SummaryEvent::MessageSent(sent)
            }
            SummaryCommand::Start { message_id } => match self.open_message(message_id)? {
                MessageState::Running => return Ok(Vec::new()),
                _ if self.chat.is_behind_others(message_id) => {
                    return Err(SummaryError::NotItsTurn);
                }
                _ => SummaryEvent::MessageStarted(MessageStarted { transcript_id, message_id }),
            },
            SummaryCommand::Answer { message_id, text, edits } => {
                self.open_message(message_id)?;
                let mut events = Vec::new();
                let mut version = None;
                if !edits.is_empty() {
                    let content = self.edited(&edits)?;
                    if Some(&content) != self.content() {
                        events.push(self.revised(content, Cause::Message { message_id })?);
                        version = Some(self.version() + 1);
                    }
                }
                let text = text.into();
                let answered = MessageAnswered { transcript_id, message_id, text, version };
                events.push(SummaryEvent::MessageAnswered(answered));
                return Ok(events);
            }
            SummaryCommand::Cancel { message_id } => {
                self.open_message(message_id)?;
                SummaryEvent::MessageCancelled(MessageCancelled { transcript_id, message_id })
            }
            SummaryCommand::FailMessage { message_id, reason } => {
                self.open_message(message_id)?;
                SummaryEvent::MessageFailed(MessageFailed { transcript_id, message_id, reason })
            }
            // `decide` has decided all others.
            _ => return Ok(Vec::new()),
        };
        Ok(vec![event])
    }
}

impl Aggregate for Summary {
    const TYPE: &'static str = "summary";
    type Command = SummaryCommand;
    type Event = SummaryEvent;
    type Error = SummaryError;
    type Services = ();

    async fn handle(
        &mut self,
        command: Self::Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        for event in self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Self::Event) {
        match event {
            SummaryEvent::Created(created) => {
                self.transcript_id = Some(created.transcript_id);
                self.history.add(1, created.content.into_known(), &Cause::default());
            }
            SummaryEvent::Revised(revised) => {
                let (version, content) = (revised.version, revised.content.into_known());
                self.transcript_id = Some(revised.transcript_id);
                self.history.add(version, content, &revised.cause);
                if let Cause::Written { request_id: Some(ended) } = revised.cause {
                    self.writing = self.writing.filter(|(request, _)| *request != ended);
                }
            }
            SummaryEvent::Kept(_) => {}
            SummaryEvent::Requested(requested) => {
                self.writing = Some((requested.request_id, self.version()));
            }
            SummaryEvent::WritingFailed(failed) => {
                self.writing = self.writing.filter(|(request, _)| *request != failed.request_id);
            }
            SummaryEvent::Approved(approved) => self.approved = Some(approved.version),
            SummaryEvent::MessageSent(sent) => {
                self.chat.set(sent.message_id, MessageState::Queued);
            }
            SummaryEvent::MessageStarted(it) => self.chat.set(it.message_id, MessageState::Running),
            SummaryEvent::MessageAnswered(it) => {
                self.chat.set(it.message_id, MessageState::Complete);
            }
            SummaryEvent::MessageCancelled(it) => {
                self.chat.set(it.message_id, MessageState::Cancelled);
            }
            SummaryEvent::MessageFailed(it) => self.chat.set(it.message_id, MessageState::Failed),
            SummaryEvent::Erased(_) => {
                *self = Self { erased: true, transcript_id: self.transcript_id, ..Self::default() };
            }
        }
    }
}
