//! A failed attempt, with what follows from it.

use crate::language::ModelError;
use crate::openai::{Failure, late};
use std::time::Duration;

/// What a failure says about the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is away or busy, for all purposes.
    Away,
    /// It did not answer in time or to the end, which may be due to what it was asked.
    Late,
    /// Its answer is of no use, which may be due to what it was asked.
    Useless,
}

/// A failed attempt.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) error: ModelError,
    /// `None` if the server is all right.
    pub(super) fault: Option<Fault>,
    /// Whether the same request may succeed in a moment.
    pub(super) again: bool,
}

impl Failed {
    /// The failure of an attempt for which there was no more time.
    pub(super) fn late(patience: Duration) -> Self {
        Failure::late(patience).into()
    }

    /// A stream that stopped before its end.
    pub(super) fn cut(error: ModelError) -> Self {
        Self { error, fault: Some(Fault::Late), again: true }
    }

    /// Returns how long the server asks to wait.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match &self.error {
            ModelError::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unavailable { why, retry_after } => Self {
                error: ModelError::Unavailable { why, retry_after },
                fault: Some(Fault::Away),
                again: true,
            },
            Failure::Late(patience) => Self {
                error: ModelError::unavailable(late(patience)),
                fault: Some(Fault::Late),
                again: false,
            },
            Failure::Malformed(why) => Self {
                error: ModelError::Malformed { why, usage: None },
                fault: Some(Fault::Useless),
                again: false,
            },
            Failure::Config(why) => ModelError::Config(why).into(),
            Failure::Request(why) => ModelError::Refused { why, usage: None }.into(),
            Failure::TooLong { why, window } => ModelError::ContextTooLong { why, window }.into(),
        }
    }
}

/// An error about this request, or a malformed answer.
impl From<ModelError> for Failed {
    fn from(error: ModelError) -> Self {
        let useless = matches!(error, ModelError::Malformed { .. });
        Self { error, fault: useless.then_some(Fault::Useless), again: false }
    }
}
