//! Remembers how the last request ended, so that a check need not make one.

use crate::embeddings::EmbedError;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long the result of a request counts as the server's state.
const REMEMBERED: Duration = Duration::from_secs(30);

/// The result of the last request, if there was one.
#[derive(Default)]
pub(super) struct Last(Mutex<Option<(Instant, Option<LastError>)>>);

/// A remembered error.
#[derive(Clone)]
enum LastError {
    Unavailable(String),
    Config(String),
}

impl Last {
    /// Records how a request ended. A refused text shows that the server is available.
    pub(super) fn remember(&self, error: Option<&EmbedError>) {
        let trouble = error.and_then(|it| match it {
            EmbedError::Unavailable(why) => Some(LastError::Unavailable(why.clone())),
            EmbedError::Config(why) => Some(LastError::Config(why.clone())),
            EmbedError::Refused(_) => None,
        });
        let now = Some((Instant::now(), trouble));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// Returns how the last request ended, if it was recent.
    pub(super) fn recalled(&self) -> Option<Result<(), EmbedError>> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, trouble) = last.as_ref().filter(|(when, _)| when.elapsed() < REMEMBERED)?;
        Some(match trouble.clone() {
            None => Ok(()),
            Some(LastError::Unavailable(why)) => Err(EmbedError::Unavailable(why)),
            Some(LastError::Config(why)) => Err(EmbedError::Config(why)),
        })
    }
}
