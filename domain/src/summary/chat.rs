//! The messages that refine a summary.
//!
//! Invariants: messages are worked on one after the other, in the order in which they were sent; a
//! message that has ended does not change any more, so one that was cancelled leaves nothing.

use crate::ids::MessageId;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use utoipa::ToSchema;

/// Most messages of a summary.
pub const MESSAGES_MAX: usize = 1_000;
/// Most messages that wait at a time.
pub const WAITING_MAX: usize = 20;
/// Most characters of a message.
pub const MESSAGE_MAX: usize = 4_000;

/// Where a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// It waits for others.
    Queued,
    /// It is being worked on.
    Running,
    /// It was answered.
    Complete,
    /// It was cancelled, and changed nothing.
    Cancelled,
    /// It could not be answered, and changed nothing.
    Failed,
}

impl MessageState {
    const ALL: [Self; 5] =
        [Self::Queued, Self::Running, Self::Complete, Self::Cancelled, Self::Failed];

    /// Whether the message has ended.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Complete | Self::Cancelled | Self::Failed)
    }

    /// Returns the name used in the API and in read models.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Complete => "complete",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }
}

/// There is no state of this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such state")]
pub struct UnknownMessageState;

impl FromStr for MessageState {
    type Err = UnknownMessageState;

    fn from_str(text: &str) -> Result<Self, UnknownMessageState> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(UnknownMessageState)
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Chat {
    messages: Vec<(MessageId, MessageState)>,
}

impl Chat {
    pub(super) fn state(&self, id: MessageId) -> Option<MessageState> {
        self.messages.iter().find(|(known, _)| *known == id).map(|(_, state)| *state)
    }

    /// Whether a message is before this one and has not ended.
    pub(super) fn is_behind_others(&self, id: MessageId) -> bool {
        let before = self.messages.iter().take_while(|(known, _)| *known != id);
        before.into_iter().any(|(_, state)| !state.is_final())
    }

    pub(super) fn waiting(&self) -> usize {
        self.messages.iter().filter(|(_, state)| !state.is_final()).count()
    }

    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }

    pub(super) fn set(&mut self, id: MessageId, state: MessageState) {
        match self.messages.iter_mut().find(|(known, _)| *known == id) {
            Some((_, known)) => *known = state,
            None => self.messages.push((id, state)),
        }
    }
}
