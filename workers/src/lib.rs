//! Workers: from events to effects, and back to commands.
//!
//! A worker receives an event, performs an effect outside the log (reads a blob, calls a model,
//! sends a mail), and records it with a command whose key is `<worker>:<event id>`. A worker may
//! therefore receive an event twice or be killed halfway: the effect counts once.
//!
//! | worker | event | effect | command |
//! |---|---|---|---|
//! | [`parse`] | `transcript.uploaded`, `.files_added`, `.files_replaced`, `.processing_requested` | reads the files, writes the turns | `RecordParsed` |
//! | [`vocabulary`] | `transcript.parsed` | corrects terms of the organization's vocabulary | `Correct` |
//! | [`summarize`] | `transcript.parsed`, `.corrected`, `.correction_undone` | chooses sentences for the summary | `Write` of the summary |
//! | [`learn`] | `summary.approved` | compares it with what the machine wrote | `Learn` of the voice |
//! | [`note`] | `summary.approved`, `transcript.details_changed` | takes it into the running note on the client | `Merge`, `Forget` of the note |
//! | [`write`] | `summary.requested` | asks a language model for a version, and checks it | `Finish` or `Fail` of the request |
//! | [`refine`] | `summary.message_sent` | answers a message that refines a summary | `Answer` or `FailMessage` |
//! | [`watch`] | `summary.created`, `.revised`, `note.written` | matches them against saved searches | `RecordMatch` |
//! | [`forget`] | `transcript.deleted`, `note.deleted`, `saved_search.deleted`, `prompt.deleted`, `voice.deleted` | removes blobs and key | `Erase` of the summary |

pub mod confined;
mod descriptor;
mod fault;
pub mod forget;
mod job;
pub mod learn;
mod metered;
pub mod note;
pub mod parse;
mod processing;
pub mod prompts;
pub mod refine;
pub mod runtime;
mod steps;
pub mod summarize;
#[cfg(test)]
mod testing;
pub mod vocabulary;
pub mod voice;
pub mod watch;
mod worker;
pub mod write;

pub use debrief_infra::queue::Begins;
pub use descriptor::{Descriptor, Limits};
pub use fault::Fault;
pub use job::JobContext;
pub use metered::{Account, Metered};
pub use worker::{Context, Done, Worker};

/// All workers.
pub static ALL: &[&Descriptor] = &[
    &parse::WORKER,
    &vocabulary::WORKER,
    &summarize::WORKER,
    &write::WORKER,
    &refine::WORKER,
    &learn::WORKER,
    &note::WORKER,
    &forget::WORKER,
    &watch::WORKER,
];

#[cfg(test)]
mod tests {
    use super::*;
    use debrief_domain::STREAMS;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique() {
        let names: HashSet<_> = ALL.iter().map(|worker| worker.name).collect();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn workers_wait_for_events_that_exist() {
        let known: HashSet<_> =
            STREAMS.iter().flat_map(|stream| stream.events).map(|(name, _)| *name).collect();
        for worker in ALL {
            for event in worker.events {
                assert!(known.contains(event), "{}: there is no event {event}", worker.name);
            }
            assert!(!worker.events.is_empty(), "{} has nothing to do", worker.name);
        }
    }
}
