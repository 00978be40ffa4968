//! Workers: from events to effects, and back to commands.
//!
//! A worker is told of an event, does something outside (reads a blob, asks a model, sends a
//! mail), and records the effect with a command whose key is `<worker>:<event id>`. So it may be
//! told twice, or be killed in the middle: the effect counts once.
//!
//! | worker | event | effect | command |
//! |---|---|---|---|
//! | [`parse`] | `transcript.uploaded`, `.files_added`, `.files_replaced`, `.processing_requested` | reads the files, writes the turns | `RecordParsed`, `Correct` by the vocabulary |
//! | [`summarize`] | `transcript.parsed`, `.corrected`, `.correction_undone` | chooses the sentences that matter | `Write` of the summary |
//! | [`watch`] | `summary.created`, `.revised`, `note.written` | holds them against saved searches | `RecordMatch` |
//! | [`forget`] | `transcript.deleted`, `note.deleted`, `saved_search.deleted` | removes blobs and key | `Erase` of the summary |

pub mod forget;
pub mod parse;
pub mod runtime;
pub mod summarize;
pub mod watch;
mod worker;

pub use worker::{Context, Fault, JobContext, Worker};

use debrief_infra::queue::Subscription;
use std::sync::Arc;

/// All workers.
pub fn all(context: &Context) -> Vec<Arc<dyn Worker>> {
    vec![
        Arc::new(parse::Parse(context.clone())),
        Arc::new(summarize::Summarize(context.clone())),
        Arc::new(forget::Forget(context.clone())),
        Arc::new(watch::Watch(context.clone())),
    ]
}

/// Which events are work for which worker.
pub fn subscriptions(workers: &[Arc<dyn Worker>]) -> Vec<Subscription> {
    workers
        .iter()
        .map(|worker| Subscription { consumer: worker.name(), event_types: worker.event_types() })
        .collect()
}
