//! Projections: from events to read models and to updates for clients.
//!
//! A projection is a pure function from an event to [`engine::Op`]s, changes of rows. The engine
//! carries them out in batches, with the checkpoint in the same transaction, and can therefore
//! rebuild any projection beside the live one, switch, or compare the two.
//!
//! Invariants: a read model is a function of the log and of nothing else (no clock, no ids of its
//! own, no reading of other rows); emails and exports are never projections.
//!
//! | projection | tables | folder |
//! |---|---|---|
//! | `directory` | organizations, API keys, clients | [`directory`] |
//! | `transcripts` | transcripts, summaries and their versions | [`transcripts`] |
//! | `searches` | saved searches and what they were told of | [`searches`] |
//! | `updates` | what clients may see, per channel, with consecutive offsets | [`updates`] |
//!
//! Beside them lies a table that no projection fills: [`asked_questions`].

pub mod asked_questions;
pub mod directory;
pub mod engine;
pub mod searches;
pub mod transcripts;
pub mod updates;

use engine::Projection;
use std::sync::Arc;

/// All projections. `updates_retention` is the number of updates that are kept for each channel.
pub fn all(updates_retention: u32) -> Vec<Arc<dyn Projection>> {
    vec![
        Arc::new(directory::Directory),
        Arc::new(transcripts::Transcripts),
        Arc::new(searches::Searches),
        Arc::new(updates::Updates { retention: updates_retention }),
    ]
}
