//! How the last request ended, so that a check need not make one.

use crate::embeddings::EmbedError;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long the end of a request says how the server is.
const REMEMBERED: Duration = Duration::from_secs(30);

/// The end of the last request, if there was one.
#[derive(Default)]
pub(super) struct Last(Mutex<Option<(Instant, Option<Trouble>)>>);

/// An error that is remembered.
#[derive(Clone)]
enum Trouble {
    Unavailable(String),
    Config(String),
}

impl Last {
    /// Keeps how a request ended. A text that is refused says of the server that it is there.
    pub(super) fn remember(&self, error: Option<&EmbedError>) {
        let trouble = error.and_then(|it| match it {
            EmbedError::Unavailable(why) => Some(Trouble::Unavailable(why.clone())),
            EmbedError::Config(why) => Some(Trouble::Config(why.clone())),
            EmbedError::Refused(_) => None,
        });
        let now = Some((Instant::now(), trouble));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// How the last request ended, if that was just now.
    pub(super) fn recalled(&self) -> Option<Result<(), EmbedError>> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, trouble) = last.as_ref().filter(|(when, _)| when.elapsed() < REMEMBERED)?;
        Some(match trouble.clone() {
            None => Ok(()),
            Some(Trouble::Unavailable(why)) => Err(EmbedError::Unavailable(why)),
            Some(Trouble::Config(why)) => Err(EmbedError::Config(why)),
        })
    }
}
