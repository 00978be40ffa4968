//! Projections of events to read models and to client updates.
//!
//! A projection is a pure function from an event to [`engine::Op`]s, changes of rows. The engine
//! applies them in batches, with the checkpoint in the same transaction. It can therefore rebuild
//! any projection next to the live one and switch, or compare the two.
//!
//! Invariants: a read model is a function of the log and of nothing else (no clock, no generated
//! ids, no reading of other rows); emails and exports are never projections.
//!
//! | projection | tables | folder |
//! |---|---|---|
//! | `directory` | organizations, API keys, clients | [`directory`] |
//! | `transcripts` | transcripts, summaries and their versions | [`transcripts`] |
//! | `prompts` | organizations' own prompts | [`prompts`] |
//! | `searches` | saved searches and their matches | [`searches`] |
//! | `usage` | what calls of language models cost, by month | [`usage`] |
//! | `updates` | client updates per channel, with consecutive offsets | [`updates`] |
//!
//! One table next to them is filled by no projection: [`asked_questions`].

pub mod asked_questions;
pub mod directory;
pub mod engine;
pub mod prompts;
pub mod searches;
pub mod transcripts;
pub mod updates;
pub mod usage;

use engine::Projection;
use std::sync::Arc;

/// Returns all projections. `updates_retention` is the number of updates kept per channel.
pub fn all(updates_retention: u32) -> Vec<Arc<dyn Projection>> {
    vec![
        Arc::new(directory::Directory),
        Arc::new(transcripts::Transcripts),
        Arc::new(prompts::Prompts),
        Arc::new(searches::Searches),
        Arc::new(usage::Usage),
        Arc::new(updates::Updates { retention: updates_retention }),
    ]
}
