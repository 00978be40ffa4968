//! The state of a transcript, as users see it.

use serde::Serialize;
use std::str::FromStr;

/// How far work on a transcript has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The file is here.
    Received,
    /// It is being read.
    Parsing,
    /// Its summary is being written.
    Summarizing,
    /// Turns and summary can be read.
    Ready,
    /// Work ended without a result; it can be asked for again.
    Failed,
}

impl State {
    /// The name in the API and in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Parsing => "parsing",
            Self::Summarizing => "summarizing",
            Self::Ready => "ready",
            Self::Failed => "failed",
        }
    }
}

impl FromStr for State {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Received, Self::Parsing, Self::Summarizing, Self::Ready, Self::Failed]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(())
    }
}
